// SPDX-License-Identifier: Apache-2.0
#pragma once

#define RAPIDJSON_HAS_STDSTRING 1
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <ostream>
#include <string>
#include <string_view>

#include "cli/input.h"
#include "solver/queries/assumptions.h"
#include "solver/queries/explain.h"

namespace polreach::cli {

/// Writes one JSON object with the parts that all schemas of polreach share. Reports derive from
/// it and write their own between begin() and end().
class JsonWriter {
 protected:
  explicit JsonWriter(std::ostream& out) : out_(out), json_(buffer_) { json_.SetIndent(' ', 2); }

  void begin(std::string_view schema);
  void end();
  /// The last thing, where begin() was not the first.
  void finish();

  void string(std::string_view value);
  void text(const char* key, std::string_view value);
  void flag(const char* key, bool value);
  void number(const char* key, std::uint64_t value);
  template <typename Range, typename Write>
  void list(const char* key, const Range& range, Write write) {
    json_.Key(key);
    json_.StartArray();
    for (const auto& item : range) {
      write(item);
      if (buffer_.GetSize() > kFlushAt) flush();
    }
    json_.EndArray();
  }

  /// [{"protocol": "TCP", "ports": ["80", "443-445"]}]
  void traffic(const char* key, const net::Traffic& value);
  /// The fewest prefixes.
  void addresses(const char* key, const net::AddressSet& set);
  void place(const Written& given, const char* key, const source::Span& where);
  void policy_fields(const model::Model& model, model::PolicyId id);
  void policy(const Written& given, model::PolicyId id);
  void rule(const Written& given, const solver::queries::RuleReason& reason);
  void direction(const Written& given, const char* key,
                 const solver::queries::DirectionReason& reason);
  void miss(const Written& given, const solver::queries::RuleMiss& miss);
  void assumption(const Written& given, const solver::queries::NamedAssumption& assumption);
  /// The members "input" and "diagnostics".
  void input(const Input& given);

 private:
  static constexpr std::size_t kFlushAt = 1U << 16U;
  void flush();

  std::ostream& out_;
  rapidjson::StringBuffer buffer_;

 protected:
  rapidjson::PrettyWriter<rapidjson::StringBuffer> json_;
};

/// Any of the schemas for a run without a verdict: `message` is empty where diagnostics say it all.
void write_json_error(std::ostream& out, std::string_view schema, const Input* input,
                      const std::string& code, const std::string& message, const std::string& help);

}  // namespace polreach::cli
