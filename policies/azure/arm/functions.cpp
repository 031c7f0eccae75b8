// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/arm/functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace polreach::azure::arm {

std::string Call::expression() const {
  std::string text = std::string(name) + "(";
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) text += ", ";
    text += canonical(at(i));
  }
  return text + ")";
}

Node Call::open() const {
  for (const Value& argument : arguments) {
    if (const Node* unknown = first_unknown(*argument)) {
      return hole(unknown->text, unknown->settle, expression());
    }
  }
  return hole(expression(), {}, expression());
}

Node Call::refuse(std::string why) {
  fault = std::move(why);
  return null();
}

bool Call::want(std::size_t i, Node::Type type) {
  if (is(i, type)) return true;
  refuse(fmt::format("argument {} of {}() must be {}, and is {}", i + 1, name, describe(type),
                     describe(at(i).type)));
  return false;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80U; });
}

const Function* find_function(std::string_view lower_name) {
  for (const auto& table : {text_functions(), encoding_functions(), number_functions(),
                            collection_functions(), object_functions(), address_functions()}) {
    for (const Function& function : table) {
      if (function.name == lower_name) return &function;
    }
  }
  return nullptr;
}

bool is_of_azure(std::string_view lower_name) {
  static constexpr std::array<std::string_view, 17> kNames = {
      "datetimeadd",    "datetimefromepoch", "datetimetoepoch",   "deployer",
      "getsecret",      "pickzones",         "providers",         "tologicalzone",
      "tologicalzones", "tophysicalzone",    "tophysicalzones",   "managementgroup",
      "datauri",        "datauritostring",   "loadfileascontent", "externalinput",
      "environment"};
  // list*: listKeys, listSecrets, list, ...
  return lower_name.starts_with("list") ||
         std::find(kNames.begin(), kNames.end(), lower_name) != kNames.end();
}

}  // namespace polreach::azure::arm
