// SPDX-License-Identifier: Apache-2.0
#include "cli/selection.h"

namespace polreach::cli {

bool is_manifest_name(std::string_view name) {
  if (name == "Kustomization") return true;
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return false;  // ".yaml" has no extension
  const std::string_view extension = name.substr(dot);
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

bool is_hidden_name(std::string_view name) {
  return name.size() > 1 && name[0] == '.' && name != "..";
}

bool is_chart_name(std::string_view name) { return name == "Chart.yaml"; }

bool is_folder_of_chart(std::string_view name) {
  return name == "templates" || name == "charts" || name == "crds";
}

bool is_file_of_chart(std::string_view name) { return name == "values.yaml"; }

}  // namespace polreach::cli
