// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/writer.h"

namespace polreach::agreement {

void JsonWriter::separate() {
  if (filled_.back()) text_ += ", ";
  filled_.back() = true;
}

void JsonWriter::key(std::string_view name) {
  separate();
  string(name);
  text_ += ": ";
}

void JsonWriter::item() { separate(); }

// The texts of a Spec need no escapes.
void JsonWriter::string(std::string_view value) {
  text_ += '"';
  text_ += value;
  text_ += '"';
}

void JsonWriter::number(int value) { text_ += std::to_string(value); }
void JsonWriter::boolean(bool value) { text_ += value ? "true" : "false"; }

void JsonWriter::open(char bracket) {
  text_ += bracket;
  filled_.push_back(false);
}

void JsonWriter::close(char bracket) {
  text_ += bracket;
  filled_.pop_back();
  if (filled_.empty()) text_ += '\n';
}

/// Moves to where the next member of the innermost collection begins.
void YamlWriter::start_line() {
  const bool on_item_line = after_item_ && !filled_.back();
  filled_.back() = true;
  if (on_item_line) {
    after_item_ = false;
    return;
  }
  if (!text_.empty() && text_.back() != '\n') text_ += '\n';
  text_.append(2 * (filled_.size() - 1), ' ');
}

void YamlWriter::key(std::string_view name) {
  start_line();
  text_ += name;
  text_ += ':';
}

void YamlWriter::item() {
  start_line();
  text_ += "- ";
  after_item_ = true;
}

void YamlWriter::scalar(std::string_view text) {
  if (!after_item_) text_ += ' ';
  after_item_ = false;
  text_ += text;
}

void YamlWriter::string(std::string_view value) { scalar('"' + std::string(value) + '"'); }
void YamlWriter::number(int value) { scalar(std::to_string(value)); }
void YamlWriter::boolean(bool value) { scalar(value ? "true" : "false"); }

void YamlWriter::open(char bracket) {
  // A sequence that is an item would start on the line of the item; no manifest needs it.
  if (bracket == '[') after_item_ = false;
  filled_.push_back(false);
}

void YamlWriter::close(char bracket) {
  const bool empty = !filled_.back();
  filled_.pop_back();
  if (empty) scalar(bracket == '}' ? "{}" : "[]");
  if (filled_.empty() && !text_.empty() && text_.back() != '\n') text_ += '\n';
}

}  // namespace polreach::agreement
