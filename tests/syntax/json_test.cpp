// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "policies/syntax/json_fault.h"
#include "tests/syntax/reading.h"

using namespace polreach::syntax;
using namespace polreach::syntax::test;
using namespace std::string_literals;

namespace {

Reading json(std::string text, const Limits& limits = {}) {
  return read_text(std::move(text), Format::Json, limits);
}

void check_error(const std::string& text, const std::string& error) {
  CAPTURE(text);
  const Reading reading = json(text);
  CHECK(reading.errors == Texts{error});
  CHECK(reading.unreadable.size() == 1);
  CHECK(reading.objects.empty());
  for (const auto& diagnostic : reading.diagnostics) CHECK_FALSE(diagnostic.help.empty());
}

}  // namespace

TEST_CASE("JSON values of every type") {
  CHECK(
      json(
          R"({"a":1,"b":"x\n\u00e9\ud83d\ude00","c":[true,false,null,{"d":-1.5e3}],"e":{},"f":[]})")
          .objects ==
      Texts{"{a:1,b:\"x\n\xC3\xA9\xF0\x9F\x98\x80\",c:[true,false,~,{d:-1.5e3}],e:{},f:[]}"});
  CHECK(json("{\"a\":123456789012345678901234567890}").objects ==
        Texts{"{a:123456789012345678901234567890}"});
  CHECK(json("\"x\" 5 true null {} ").objects == Texts{"\"x\"", "5", "true", "~", "{}"});
  CHECK(json("{\"a\\u0062\":1}").objects == Texts{"{ab:1}"});
}

TEST_CASE("JSON types: integers have no fraction and no exponent") {
  CHECK(is_json_number("-0"));
  CHECK(is_json_number("1.5E+3"));
  for (const char* bad : {"01", "-", "1.", ".5", "1e", "+1", "0x1", "1_0", ""}) {
    CAPTURE(bad);
    CHECK_FALSE(is_json_number(bad));
  }
}

TEST_CASE("places in JSON") {
  CHECK(json("\xEF\xBB\xBF{\"\xC3\xA4\": 1,\r\n \"b\": [\"x\",\r\n  {\"c\\u0064\": "
             "null}]}\r\n{\"e\":2}")
            .placed == Texts{"1:4 {1:5 \xC3\xA4:1:11 1,2:2 b:2:7 [2:8 \"x\",3:3 {3:4 cd:3:15 ~}]}",
                             "4:1 {4:2 e:4:6 2}"});
  CHECK(json("{\"kind\":\"PodList\",\n\"items\":[\n{\"a\":1},\n {\"b\":2}],\"z\":{}}").placed ==
        Texts{"3:1 {3:2 a:3:6 1}", "4:2 {4:3 b:4:7 2}"});
  // Members after the items, of an object that is read without them first.
  CHECK(json("{\"kind\":\"L\",\n\"items\":[\n1,2],\"x\":{\"k\":1,\n\"k\":2}}").errors ==
        Texts{"duplicate-key 4:1"});
}

TEST_CASE("several JSON documents") {
  CHECK(json("{\"a\":1}\n{\"b\":2}{\"c\":3}").objects == Texts{"{a:1}", "{b:2}", "{c:3}"});
  const Reading reading = json("{\"a\":1}\n{\"b\":tru}\n{\"c\":3}");
  CHECK(reading.objects == Texts{"{a:1}", "{c:3}"});
  CHECK(reading.errors == Texts{"json-syntax 2:6"});
  CHECK(reading.unreadable == Texts{"2:1"});
  CHECK(json("  \n").objects.empty());
}

TEST_CASE("documents after one whose end is not clear") {
  const Reading reading = json("{\"a\":1\n{\"b\":2}\n{\"c\":3}");
  CHECK(reading.objects == Texts{"{b:2}", "{c:3}"});
  CHECK(reading.errors == Texts{"json-syntax 2:1"});
}

TEST_CASE("what is no JSON at all is one error") {
  CHECK(json("---\n{}").errors == Texts{"json-syntax 1:1"});
  CHECK(json("---\n{}").objects == Texts{"{}"});
  CHECK(json("these are words\n").errors == Texts{"json-syntax 1:1"});
}

TEST_CASE("JSON syntax errors") {
  check_error("{\"a\": [1 2]}", "json-syntax 1:10");
  check_error("{\"a\": [1,, 2]}", "json-syntax 1:10");
  check_error("{\"a\": [1,]}", "json-syntax 1:10");
  check_error("{\"a\": 1,}", "json-syntax 1:9");
  check_error("{\"a\" 1}", "json-syntax 1:6");
  check_error("{\"a\": 1 \"b\": 2}", "json-syntax 1:9");
  check_error("{a: 1}", "json-syntax 1:2");
  check_error("{\"a\": 'x'}", "json-syntax 1:7");
  check_error("{\"a\": 01}", "json-syntax 1:7");
  check_error("{\"a\": nul}", "json-syntax 1:7");
  check_error("{\"a\": \"x\n\"}", "json-syntax 1:7");
  check_error("{\"a\": \"x}", "json-syntax 1:7");
  check_error("{\"a\": \"x\\q\"}", "json-syntax 1:9");
  check_error("{\"a\": \"\\ud800\"}", "json-syntax 1:8");
  check_error("{\"a\": \"\\u12\"}", "json-syntax 1:8");
  check_error("{\"a\": \"x\ty\"}", "json-syntax 1:9");
  check_error("{\"a\": [1}", "json-syntax 1:9");
  check_error("}", "json-syntax 1:1");
  check_error(",", "json-syntax 1:1");
  check_error("{\n \"a\": {\n  \"b\": [1,\n", "json-syntax 3:8");
  check_error("{\"kind\":\"List\",\"items\":[1", "json-syntax 1:24");
  check_error("{\"a\": \"\xFF\"}", "bad-encoding 1:8");
  check_error("{\"a\": \xFF}", "bad-encoding 1:7");
  check_error("{\"a\": \"\0\"}"s, "nul-byte 1:8");
  check_error("{\"a\": \0}"s, "nul-byte 1:7");
  check_error("{\"a\":1,\"a\":2}", "duplicate-key 1:8");
  check_error("{\"a\":1,\"\\u0061\":2}", "duplicate-key 1:8");
  check_error("{\"kind\":\"List\",\"items\":[],\"items\":[]}", "duplicate-key 1:27");
}

TEST_CASE("JSON messages are for people") {
  const auto message = [](const std::string& text) { return json(text).diagnostics.at(0).message; };
  CHECK(message("{\n\"a\": {\"b\": 1") ==
        "unexpected end of input: the `{` at line 2 is never closed");
  CHECK(message("[1 2]") == "missing comma between array elements");
  CHECK(message("{\"a\":1 \"b\":2}") == "missing comma between members");
  CHECK(message("{\"a\": \"x") == "unterminated string: there is no closing quote");
  CHECK(message("[1,]") == "a comma before `]`");
  const Reading mismatch = json("{\"a\": [1}");
  CHECK(mismatch.diagnostics[0].other.begin == 6);
  CHECK(mismatch.diagnostics[0].other_message == "opened here");
}

TEST_CASE("elements are separated by exactly one comma, across batches too") {
  // More than one batch of elements.
  const std::string element = "{\"a\":\"" + std::string(70'000, 'x') + "\"}";
  const std::string good = "[" + element + "," + element + " ,\n " + element + "]";
  CHECK(json(good).objects.size() == 3);
  CHECK(json("[" + element + ",," + element + "]").objects.size() == 1);
  CHECK(json("[" + element + ",," + element + "]").errors == Texts{"json-syntax 1:70011"});
  CHECK(json("[" + element + "," + element + ",]").errors == Texts{"json-syntax 1:140020"});
  CHECK(json("[" + element + " " + element + "]").errors == Texts{"json-syntax 1:70011"});
  CHECK(json("[," + element + "]").errors == Texts{"json-syntax 1:2"});
  CHECK(json("[" + element + "," + element + ",,]").errors == Texts{"json-syntax 1:140020"});
}

TEST_CASE("strings with backslashes and brackets") {
  CHECK(json(R"([{"a":"\\"},{"b":"\\\""},{"c":"]}[{,"},{"d":"\\\\"}])").objects ==
        Texts{"{a:\"\\\"}", "{b:\"\\\"\"}", "{c:\"]}[{,\"}", "{d:\"\\\\\"}"});
  CHECK(json("{\"a\":\"" + std::string(1001, '\\') + "\"}\n").errors == Texts{"json-syntax 1:6"});
}

TEST_CASE("limits of JSON") {
  Limits limits;
  limits.depth = 3;
  CHECK(json("{\"a\":{\"b\":{}}}", limits).objects.size() == 1);
  CHECK(json("{\"a\":{\"b\":{\"c\":[]}}}", limits).errors == Texts{"too-deep 1:16"});
  CHECK(json("{\"items\":[{\"a\":1}]}", limits).objects.size() == 1);
  CHECK(json("{\"items\":[{\"a\":[]}]}", limits).errors == Texts{"too-deep 1:16"});
  CHECK(json("[{\"a\":[]}]", limits).objects.size() == 1);
  limits = {};
  limits.scalar_bytes = 4;
  CHECK(json("{\"a\":\"abcde\"}", limits).errors == Texts{"scalar-too-long 1:6"});
  limits = {};
  limits.key_bytes = 4;
  CHECK(json("{\"abcde\":1}", limits).errors == Texts{"key-too-long 1:2"});
  limits = {};
  limits.nodes = 4;
  CHECK(json("{\"a\":[1,2]}", limits).errors.empty());
  CHECK(json("{\"a\":[1,2,3]}", limits).errors == Texts{"too-many-nodes 1:11"});
  limits = {};
  limits.documents = 2;
  const Reading reading = json("1 2 3 4", limits);
  CHECK(reading.objects == Texts{"1", "2"});
  CHECK(reading.errors == Texts{"too-many-documents 1:5"});
  CHECK(reading.unreadable.size() == 1);
}

TEST_CASE("which texts are JSON") {
  const auto errors = [](const std::string& text) { return read_text(text).errors; };
  CHECK(read_text("{a: 1}").objects == Texts{"{a:1}"});
  CHECK(read_text("{}").objects == Texts{"{}"});
  CHECK(read_text("[a, b]").objects == Texts{"\"a\"", "\"b\""});
  CHECK(read_text(" {\"a\": 1}\n{\"b\": 2}").objects == Texts{"{a:1}", "{b:2}"});
  CHECK(errors("{\"a\": b}") == Texts{"json-syntax 1:7"});
  CHECK(errors("[{\"a\" : b}]") == Texts{"json-syntax 1:9"});
  CHECK(errors("{\"a\"}").empty());  // YAML: a null
  CHECK(errors("{a: [}") == Texts{"yaml-syntax 1:6"});
  CHECK(read_text("{}\n---\na: 1\n").objects == Texts{"{}", "{a:1}"});
  SUBCASE("YAML after JSON documents") {
    const Reading reading = read_text("{\"a\":1}\n---\nb: x\n---\n{\"c\": 2}\n");
    CHECK(reading.objects == Texts{"{a:1}", "{b:\"x\"}", "{c:2}"});
    CHECK(reading.placed[1] == "3:1 {3:1 b:3:4 \"x\"}");
  }
}

TEST_CASE("JSON and YAML of one value give equal objects") {
  for (const std::string text : {
           R"({"a":1,"b":"x\u00e9\t","c":[true,null,{"d":-1.5}],"e":{},"f":[],"g":""})",
           R"({"kind":"PodList","apiVersion":"v1","items":[{"a":1},{"kind":"Pod"}]})",
           R"([{"a":{"b":{"c":[[]]}}},5,"x",null])",
       }) {
    CAPTURE(text);
    const Reading a = read_text(text, Format::Json);
    const Reading b = read_text(text, Format::Yaml);
    CHECK(a.objects == b.objects);
    CHECK(a.placed == b.placed);
    CHECK(a.lists == b.lists);
    CHECK(b.errors.empty());
  }
  CHECK(read_text("a: 1\nb: [x, ~, true]\nc:\n  d: 1.5\n").objects ==
        read_text(R"({"a":1,"b":["x",null,true],"c":{"d":1.5}})").objects);
}
