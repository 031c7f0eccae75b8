// SPDX-License-Identifier: Apache-2.0
#include "policies/kubernetes/names.h"

#include <algorithm>

namespace polreach::kubernetes {
namespace {

constexpr std::size_t kLongestLabel = 63;
constexpr std::size_t kLongestSubdomain = 253;
constexpr std::size_t kLongestPortName = 15;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower_or_digit(char c) { return is_lower(c) || is_digit(c); }
bool is_alphanumeric(char c) { return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z'); }

/// Lower-case letters, digits and '-', alphanumeric at both ends.
bool is_dns_word(std::string_view text) {
  if (text.empty() || !is_lower_or_digit(text.front()) || !is_lower_or_digit(text.back())) {
    return false;
  }
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

bool is_qualified_name(std::string_view text) {
  if (text.empty() || text.size() > kLongestLabel) return false;
  if (!is_alphanumeric(text.front()) || !is_alphanumeric(text.back())) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

}  // namespace

bool is_dns_label(std::string_view text) {
  return text.size() <= kLongestLabel && is_dns_word(text);
}

bool is_dns_subdomain(std::string_view text) {
  if (text.empty() || text.size() > kLongestSubdomain) return false;
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_dns_word(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_label_key(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return is_qualified_name(text);
  return is_dns_subdomain(text.substr(0, slash)) && is_qualified_name(text.substr(slash + 1));
}

bool is_label_value(std::string_view text) { return text.empty() || is_qualified_name(text); }

bool is_port_name(std::string_view text) {
  if (text.size() > kLongestPortName || !is_dns_word(text)) return false;
  if (text.find("--") != std::string_view::npos) return false;
  return std::any_of(text.begin(), text.end(), is_lower);
}

}  // namespace polreach::kubernetes
