// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

/// The forms of names that the Kubernetes API server accepts
/// (k8s.io/apimachinery/pkg/util/validation, as the API concepts page "Object Names and IDs" and
/// "Labels and Selectors" describe them).
namespace polreach::kubernetes {

/// RFC 1123 label: lower-case letters, digits and '-', alphanumeric at both ends, at most 63.
[[nodiscard]] bool is_dns_label(std::string_view text);
/// RFC 1123 subdomain: such labels (of any length) joined by '.', at most 253 in all.
[[nodiscard]] bool is_dns_subdomain(std::string_view text);
/// [prefix/]name: the prefix a subdomain; the name at most 63 of letters, digits, '-', '_', '.',
/// alphanumeric at both ends.
[[nodiscard]] bool is_label_key(std::string_view text);
/// Empty, or as the name part of a key.
[[nodiscard]] bool is_label_value(std::string_view text);
/// IANA service name: at most 15 of lower-case letters, digits and '-', at least one letter, no
/// '-' at an end or twice in a row.
[[nodiscard]] bool is_port_name(std::string_view text);

}  // namespace polreach::kubernetes
