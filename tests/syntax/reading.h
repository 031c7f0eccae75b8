// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "policies/syntax/reader.h"

namespace polreach::syntax::test {

/// What reading a text gave, as texts that are easy to compare.
struct Reading {
  /// As `{a:1,b:[true,"x"]}`: strings in quotes, null as ~, other scalars bare.
  std::vector<std::string> objects;
  /// As objects, with line:column before each key and value.
  std::vector<std::string> placed;
  std::vector<std::string> lists;       // "kind/apiVersion" of the list around each object
  std::vector<std::string> unreadable;  // "line:column"
  std::vector<std::string> errors;      // "code line:column"
  std::vector<source::Diagnostic> diagnostics;
};

using Wanted = std::function<bool(std::span<const std::string_view>, const Tape&)>;

/// Whether the sink has a selection() for other threads; `wanted` is then called by several.
enum class Threads : std::uint8_t { One, Several };

/// Reads a text that is the whole file.
Reading read_text(std::string text, Format format = Format::Auto, const Limits& limits = {},
                  const Wanted& wanted = {}, Threads threads = Threads::One);

using Texts = std::vector<std::string>;

}  // namespace polreach::syntax::test
