// SPDX-License-Identifier: Apache-2.0
#include "policies/intents/intent.h"

namespace polreach::intents {

std::string_view to_string(Expect expect) {
  switch (expect) {
    case Expect::Allowed:
      return "allowed";
    case Expect::Denied:
      return "denied";
    case Expect::OnlyFrom:
      return "only-from";
    case Expect::OnlyTo:
      return "only-to";
    case Expect::Isolated:
      return "isolated";
  }
  return "?";
}

std::string_view to_string(Scope scope) {
  return scope == Scope::Existing ? "existing" : "possible";
}

std::string_view to_string(Language language) {
  switch (language) {
    case Language::Polreach:
      return "polreach";
    case Language::NetAssert:
      return "NetAssert";
    case Language::BaselineRules:
      return "baseline rules";
  }
  return "?";
}

}  // namespace polreach::intents
