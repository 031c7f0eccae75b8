// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "policies/syntax/tape.h"

namespace polreach::syntax {

/// What a plain YAML scalar stands for. `text` is canonical where spellings differ: "true",
/// "false", "" for null, decimal integers; floats and strings stay as they are written.
struct Plain {
  Type type = Type::String;
  std::string_view text;
};

/// Gives a plain scalar the type that sigs.k8s.io/yaml v1.4.0 gives it (its goyaml.v2/resolve.go;
/// tests/syntax/yaml_scalar_test.cpp has a table of its answers). That is YAML 1.1 with `y` and
/// `n` as booleans, `0o` for octal numbers, and without base 60. `buffer` may back the text.
[[nodiscard]] Plain resolve_plain(std::string_view text, std::string& buffer);

/// The text of a key that is a plain scalar: as a JSON key of the same decoder.
[[nodiscard]] std::string_view plain_key(const Plain& plain, std::string& buffer);

}  // namespace polreach::syntax
