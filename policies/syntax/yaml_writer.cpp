// SPDX-License-Identifier: Apache-2.0
#include "policies/syntax/yaml_writer.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "policies/source/result.h"

namespace polreach::syntax {
namespace {

/// A CIDR of IPv4: there is no number with a slash.
bool is_cidr(std::string_view value) {
  return value.find('/') != std::string_view::npos && value.front() >= '0' &&
         value.front() <= '9' && value.find_first_not_of("0123456789./") == std::string_view::npos;
}

/// Letters first, then letters, digits and what names and label keys are made of; none of the
/// words that YAML 1.1 takes for something else.
bool is_plain(std::string_view value) {
  static constexpr std::array<std::string_view, 10> kWords = {"true", "false", "yes", "no", "on",
                                                              "off",  "null",  "y",   "n",  "nan"};
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto fits = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '/' || c == '-';
  };
  if (value.empty()) return false;
  if (is_cidr(value)) return true;
  if (!is_letter(value.front())) return false;
  if (!std::all_of(value.begin(), value.end(), fits)) return false;
  std::string lower(value);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return std::find(kWords.begin(), kWords.end(), lower) == kWords.end();
}

}  // namespace

struct YamlWriter::State {
  YAML::Emitter emitter;

  void scalar(std::string_view value) {
    if (!is_plain(value)) emitter << YAML::DoubleQuoted;
    emitter << std::string(value);
  }
};

YamlWriter::YamlWriter() : state_(std::make_unique<State>()) {}
YamlWriter::~YamlWriter() = default;

void YamlWriter::open_map() { state_->emitter << YAML::BeginMap; }
void YamlWriter::close_map() { state_->emitter << YAML::EndMap; }
void YamlWriter::open_list() { state_->emitter << YAML::BeginSeq; }
void YamlWriter::close_list() { state_->emitter << YAML::EndSeq; }
void YamlWriter::empty_map() { state_->emitter << YAML::Flow << YAML::BeginMap << YAML::EndMap; }
void YamlWriter::empty_list() { state_->emitter << YAML::Flow << YAML::BeginSeq << YAML::EndSeq; }

void YamlWriter::key(std::string_view name) {
  state_->emitter << YAML::Key;
  state_->scalar(name);
  state_->emitter << YAML::Value;
}

void YamlWriter::string(std::string_view value) { state_->scalar(value); }
void YamlWriter::number(std::uint64_t value) { state_->emitter << value; }

std::string YamlWriter::text() const {
  if (!state_->emitter.good()) {
    throw source::InternalError("YAML cannot be written: " + state_->emitter.GetLastError());
  }
  return std::string(state_->emitter.c_str()) + "\n";
}

}  // namespace polreach::syntax
