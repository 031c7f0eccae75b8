// SPDX-License-Identifier: Apache-2.0
#include "cli/uncompiled.h"

#include <algorithm>
#include <array>

#include "policies/source/ascii.h"

namespace polreach::cli {
namespace {

/// A command that makes what polreach reads.
std::string command_for(const std::string& path) {
  if (path.ends_with(".bicep")) return "bicep build " + path;
  if (path.ends_with(".bicepparam")) return "bicep build-params " + path;
  return "terraform plan -out plan && terraform show -json plan > plan.json";
}

bool contains(std::string_view text, std::string_view word) {
  const auto same = [](char a, char b) { return source::lower(a) == b; };
  return std::search(text.begin(), text.end(), word.begin(), word.end(), same) != text.end();
}

}  // namespace

bool is_source_name(std::string_view name) {
  constexpr std::array<std::string_view, 4> kEndings = {".bicep", ".bicepparam", ".tf", ".tf.json"};
  return std::any_of(kEndings.begin(), kEndings.end(), [&](std::string_view ending) {
    return name.size() > ending.size() && name.ends_with(ending);
  });
}

bool describes_azure_network(std::string_view name, std::string_view text) {
  constexpr std::array<std::string_view, 4> kOfBicep = {
      "microsoft.network/", "managedclusters", "avm/res/network/",
      "avm/res/container-service/managed-cluster"};
  constexpr std::array<std::string_view, 12> kOfTerraform = {
      "azurerm_network_",    "azurerm_virtual_network", "azurerm_subnet",
      "azurerm_kubernetes_", "azurerm_route",           "azurerm_application_security_group",
      "azurerm_public_ip",   "azurerm_nat_gateway",     "azurerm_private_endpoint",
      "azurerm_firewall",    "microsoft.network/",      "managedclusters"};
  text = text.substr(0, kMostOfSource);
  const auto named = [&](std::string_view word) { return contains(text, word); };
  if (name.ends_with(".bicepparam")) return false;  // says nothing by itself
  if (name.ends_with(".bicep")) return std::any_of(kOfBicep.begin(), kOfBicep.end(), named);
  return std::any_of(kOfTerraform.begin(), kOfTerraform.end(), named);
}

std::string compiled_name(const std::string& path) {
  constexpr std::string_view kBicep = ".bicep";
  if (!path.ends_with(kBicep)) return {};
  return path.substr(0, path.size() - kBicep.size()) + ".json";
}

source::Diagnostic not_compiled_error(const std::string& path, const source::Span& where) {
  return {source::Severity::Error,
          "not-compiled",
          "this is a source of " +
              std::string(path.find(".bicep") != std::string::npos ? "Bicep" : "Terraform") +
              ", which has to be compiled",
          where,
          "",
          "give what comes of " + command_for(path),
          {},
          {}};
}

std::optional<source::Diagnostic> not_compiled_warning(const std::vector<std::string>& paths) {
  if (paths.empty()) return std::nullopt;
  constexpr std::size_t kMostNames = 5;
  std::string names;
  for (std::size_t i = 0; i < paths.size() && i < kMostNames; ++i) {
    names += (i == 0 ? "" : ", ") + paths[i];
  }
  if (paths.size() > kMostNames) {
    names += " and " + std::to_string(paths.size() - kMostNames) + " more";
  }
  return source::Diagnostic{source::Severity::Warning,
                            "not-compiled",
                            "sources that describe networks of Azure are not read: " + names,
                            {},
                            "",
                            "compile them, and give what comes of it: " + command_for(paths[0]),
                            {},
                            {}};
}

}  // namespace polreach::cli
