// SPDX-License-Identifier: Apache-2.0
#include "cli/shell/transcript.h"

#define RAPIDJSON_HAS_STDSTRING 1
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "cli/report/style.h"

namespace polreach::cli::shell {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

/// Text of a file or a line may be no UTF-8.
std::string valid(const std::string& text) { return is_utf8(text) ? text : printable(text); }

void write(Writer& json, const char* key, const std::string& text) {
  json.Key(key);
  json.String(valid(text));
}

/// The document on one line. The strings of a document are valid as they are.
std::string compact(const std::string& document) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  rapidjson::StringStream stream(document.c_str());
  rapidjson::Reader reader;
  const auto result = reader.Parse<rapidjson::kParseIterativeFlag>(stream, writer);
  return result.IsError() ? "" : buffer.GetString();
}

}  // namespace

void write_json_line(std::ostream& out, std::size_t number, const std::string& line,
                     const Answer& answer, const std::string& cluster) {
  rapidjson::StringBuffer buffer;
  Writer json(buffer);
  json.StartObject();
  write(json, "schema", "polreach.shell/v1");
  json.Key("line");
  json.Uint64(number);
  write(json, "question", line);
  if (!answer.id.empty()) write(json, "kind", answer.id);
  json.Key("answered");
  json.Bool(answer.answered);
  write(json, "cluster", cluster);
  if (answer.mistake) {
    json.Key("error");
    json.StartObject();
    write(json, "code", answer.mistake->code);
    write(json, "message", printable(answer.mistake->message));
    if (!answer.mistake->help.empty()) write(json, "help", printable(answer.mistake->help));
    json.EndObject();
  }
  const std::string document = compact(answer.document);
  if (!document.empty()) {
    json.Key("answer");
    json.RawValue(document.data(), document.size(), rapidjson::kObjectType);
  }
  if (!answer.cited.empty()) {
    json.Key("cited");
    json.StartArray();
    for (const Citation& place : answer.cited) {
      json.StartObject();
      write(json, "file", place.file);
      json.Key("line");
      json.Uint(place.line);
      json.Key("column");
      json.Uint(place.column);
      json.EndObject();
    }
    json.EndArray();
  }
  if (answer.excerpt) {
    json.Key("lines");
    json.StartObject();
    write(json, "file", answer.excerpt->file);
    json.Key("first");
    json.Uint(answer.excerpt->first);
    json.Key("text");
    json.StartArray();
    for (const std::string& text : answer.excerpt->lines) json.String(valid(text));
    json.EndArray();
    json.EndObject();
  }
  if (answer.files) {
    json.Key("files");
    json.StartArray();
    for (const std::string& each : *answer.files) json.String(printable(each));
    json.EndArray();
  }
  const bool only_text = !answer.mistake && document.empty() && !answer.excerpt;
  if (only_text && !answer.text.empty()) write(json, "text", answer.text);
  json.EndObject();
  out << buffer.GetString() << "\n";
}

}  // namespace polreach::cli::shell
