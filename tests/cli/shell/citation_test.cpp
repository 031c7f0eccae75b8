// SPDX-License-Identifier: Apache-2.0
#include "cli/shell/citation.h"

#include <doctest/doctest.h>

#include <sstream>

namespace polreach::cli::shell {
namespace {

source::FileId add(source::SourceMap& sources, const std::string& name, std::string text) {
  return sources.add(name, source::Text::own(std::move(text)));
}

/// The lines of the object of which this is the name.
std::string object(const std::string& text, std::string_view name) {
  source::SourceMap sources;
  const source::FileId file = add(sources, "f", text);
  const auto at = static_cast<std::uint32_t>(text.find(name));
  const Excerpt excerpt =
      lines_of_object(sources, {file, at, static_cast<std::uint32_t>(at + name.size())});
  std::string result = std::to_string(excerpt.first) + ":";
  for (const std::string& line : excerpt.lines) result += line + "|";
  return result;
}

}  // namespace

TEST_CASE("places at the ends of lines get numbers, the same place the same one") {
  source::SourceMap sources;
  add(sources, "k8s/a b.yaml", "x\n");
  add(sources, "c.yaml", "x\n");
  std::vector<Citation> cited;
  const std::string text =
      "allowed by rule 1  c.yaml:12:3\n  --> k8s/a b.yaml:1:1\nagain c.yaml:12:3\n"
      "unknown.yaml:1:2\nc.yaml:12:3 in the middle\nwas c.yaml:12:3\n";
  CHECK(number_places(text, sources, Style(false), cited) ==
        "allowed by rule 1  c.yaml:12:3 [1]\n  --> k8s/a b.yaml:1:1 [2]\nagain c.yaml:12:3 [1]\n"
        "unknown.yaml:1:2\nc.yaml:12:3 in the middle\nwas c.yaml:12:3 [3]\n");
  REQUIRE(cited.size() == 3);
  CHECK(cited[1] == Citation{"k8s/a b.yaml", 1, 1});
  CHECK(cited[2].before);
}

TEST_CASE("colours around a place do not hide it") {
  source::SourceMap sources;
  add(sources, "c.yaml", "x\n");
  std::vector<Citation> cited;
  const std::string text = "by \x1b[2mc.yaml:12:3\x1b[0m\n";
  CHECK(number_places(text, sources, Style(false), cited) == "by \x1b[2mc.yaml:12:3\x1b[0m [1]\n");
}

TEST_CASE("places in JSON") {
  const auto cited = places_of_json(
      R"({"at": {"file": "a", "line": 2, "column": 3, "text": "x"}, "n": [{"file": "b"},
          {"at": {"file": "a", "line": 2, "column": 3}}, {"at": {"file": "b", "line": 1,
          "column": 1}}]})");
  REQUIRE(cited.size() == 2);
  CHECK(cited[0] == Citation{"a", 2, 3});
  CHECK(cited[1] == Citation{"b", 1, 1});
  CHECK(places_of_json("").empty());
}

TEST_CASE("places as they are typed") {
  CHECK(parse_place("a.yaml:12") == Citation{"a.yaml", 12, 0});
  CHECK(parse_place("c:/a:12:3") == Citation{"c:/a", 12, 3});
  CHECK(!parse_place("a.yaml"));
  CHECK(!parse_place("a.yaml:x"));
  CHECK(!parse_place(":1"));
  CHECK(!parse_place("a:99999999999"));
}

TEST_CASE("the object of a name in YAML is its document") {
  const std::string text =
      "kind: A\nmetadata:\n  name: one\n---\n# two\nkind: B\nmetadata:\n  labels: {a: b}\n"
      "  name: two\nspec: {}\n\n---\nkind: C\n";
  CHECK(object(text, "one") == "1:kind: A|metadata:|  name: one|");
  CHECK(object(text, "two\nspec") ==
        "5:# two|kind: B|metadata:|  labels: {a: b}|  name: two|spec: {}|");
}

TEST_CASE("the object of a name in a list is its item") {
  const std::string text =
      "kind: List\nitems:\n- kind: A\n  metadata: {name: one}\n  spec:\n    x: 1\n"
      "- metadata:\n    name: two\n  kind: B\n- kind: C\n  metadata:\n    name: three\n";
  CHECK(object(text, "one") == "3:- kind: A|  metadata: {name: one}|  spec:|    x: 1|");
  CHECK(object(text, "two") == "7:- metadata:|    name: two|  kind: B|");
  CHECK(object(text, "three") == "10:- kind: C|  metadata:|    name: three|");
}

TEST_CASE("the object of a name in JSON is in its braces") {
  const std::string text =
      "{\"items\": [\n{\"kind\": \"A\",\n \"metadata\": {\"name\": \"one\"}},\n"
      "{\"kind\": \"}{\\\"\", \"metadata\": {\n\"name\": \"two\"}\n}\n]}\n";
  CHECK(object(text, "\"one\"") == "2:{\"kind\": \"A\",| \"metadata\": {\"name\": \"one\"}},|");
  CHECK(object(text, "\"two\"") ==
        "4:{\"kind\": \"}{\\\"\", \"metadata\": {|\"name\": \"two\"}|}|");
}

TEST_CASE("lines around a place, with control characters made visible") {
  source::SourceMap sources;
  std::string text;
  for (int i = 1; i <= 40; ++i) text += "line " + std::to_string(i) + "\r\n";
  text += "\x1b[31mred";
  const source::FileId file = add(sources, "f", text);
  const auto middle = lines_around(sources, file, 20);
  REQUIRE(middle);
  CHECK(middle->first == 14);
  CHECK(middle->lines.size() == 19);
  CHECK(middle->lines[6] == "line 20");
  CHECK(lines_around(sources, file, 1)->first == 1);
  CHECK(!lines_around(sources, file, 42));
  CHECK(!lines_around(sources, file, 0));
  std::ostringstream out;
  write_text(out, Style(false), *lines_around(sources, file, 41));
  CHECK(out.str().find("* 41 | \\x1b[31mred\n") != std::string::npos);
}

}  // namespace polreach::cli::shell
