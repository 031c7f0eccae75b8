// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace polreach::syntax {

/// Writes YAML, in block style. Every text is quoted that the API server's decoder (or YAML 1.1)
/// would not read back as that text: `true`, `1.5`, `0x1f`, `a: b`.
class YamlWriter {
 public:
  YamlWriter();
  YamlWriter(const YamlWriter&) = delete;
  YamlWriter& operator=(const YamlWriter&) = delete;
  ~YamlWriter();

  void open_map();
  void close_map();
  void open_list();
  void close_list();
  /// `{}` and `[]`.
  void empty_map();
  void empty_list();
  void key(std::string_view name);
  void string(std::string_view value);
  void number(std::uint64_t value);

  /// What was written, with a line end behind it. Everything that was opened must be closed.
  [[nodiscard]] std::string text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace polreach::syntax
