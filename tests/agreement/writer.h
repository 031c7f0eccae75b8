// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace polreach::agreement {

/// Writes nested mappings and sequences as text, in the order of the calls; closes nothing by
/// itself. Every member of a mapping begins with key(), every item of a sequence with item().
class Writer {
 public:
  virtual ~Writer() = default;

  virtual void key(std::string_view name) = 0;
  virtual void item() = 0;
  virtual void string(std::string_view value) = 0;
  virtual void number(int value) = 0;
  virtual void boolean(bool value) = 0;
  virtual void begin_mapping() = 0;
  virtual void end_mapping() = 0;
  virtual void begin_sequence() = 0;
  virtual void end_sequence() = 0;
  [[nodiscard]] virtual std::string take() = 0;
};

/// JSON in one line.
class JsonWriter final : public Writer {
 public:
  void key(std::string_view name) override;
  void item() override;
  void string(std::string_view value) override;
  void number(int value) override;
  void boolean(bool value) override;
  void begin_mapping() override { open('{'); }
  void end_mapping() override { close('}'); }
  void begin_sequence() override { open('['); }
  void end_sequence() override { close(']'); }
  std::string take() override { return std::move(text_); }

 private:
  void separate();
  void open(char bracket);
  void close(char bracket);
  std::string text_;
  std::vector<bool> filled_;  // for each open collection, whether it has a member
};

/// YAML in block style; empty collections in flow style. Strings are quoted.
class YamlWriter final : public Writer {
 public:
  void key(std::string_view name) override;
  void item() override;
  void string(std::string_view value) override;
  void number(int value) override;
  void boolean(bool value) override;
  void begin_mapping() override { open('{'); }
  void end_mapping() override { close('}'); }
  void begin_sequence() override { open('['); }
  void end_sequence() override { close(']'); }
  std::string take() override { return std::move(text_); }

 private:
  void start_line();
  void scalar(std::string_view text);
  void open(char bracket);
  void close(char bracket);
  std::string text_;
  std::vector<bool> filled_;
  bool after_item_ = false;  // the line holds "- " and nothing behind it
};

}  // namespace polreach::agreement
