// SPDX-License-Identifier: Apache-2.0
#include "fuzz/targets.h"

namespace polreach::fuzz {

const std::vector<Target>& targets() {
  static const std::vector<Target> all = {
      {"yaml", "YAML is read or refused", yaml},
      {"json", "JSON is read or refused", json},
      {"expression", "template expressions are read or refused", expression},
      {"commands", "every run ends with an answer or a reason", commands},
      {"clusters", "the engines agree", clusters},
      {"image", "compiled files are read or refused", image},
  };
  return all;
}

}  // namespace polreach::fuzz
