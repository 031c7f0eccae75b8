// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/syntax/reading.h"

using namespace polreach::syntax;
using namespace polreach::syntax::test;
using namespace std::string_literals;

namespace {

Reading yaml(std::string text, const Limits& limits = {}) {
  return read_text(std::move(text), Format::Yaml, limits);
}

void check_error(const std::string& text, const std::string& error) {
  CAPTURE(text);
  const Reading reading = yaml(text);
  CHECK(reading.errors == Texts{error});
  CHECK(reading.unreadable.size() == 1);
  // Items of a list that came before have been delivered.
  if (!text.starts_with("- ") && !text.starts_with("&a [")) CHECK(reading.objects.empty());
  for (const auto& diagnostic : reading.diagnostics) {
    CHECK_FALSE(diagnostic.help.empty());
    CHECK(diagnostic.message.find('\n') == std::string::npos);
  }
}

}  // namespace

TEST_CASE("values of every type") {
  const Reading reading = yaml(
      "a: 1\nb: \"1\"\nc: 'it''s'\nd: [x, {e: ~}]\nf:\n- yes\n- 1.5\ng: |\n  x\n  y\nh: >-\n  z\n");
  CHECK(reading.objects ==
        Texts{"{a:1,b:\"1\",c:\"it's\",d:[\"x\",{e:~}],f:[true,1.5],g:\"x\ny\n\",h:\"z\"}"});
  CHECK(reading.errors.empty());
}

TEST_CASE("places of values and keys") {
  CHECK(
      yaml("a: 1\nb:\n  - c: x\n    d: [w,\n      z]\n").placed ==
      Texts{"1:1 {1:1 a:1:4 1,2:1 b:3:3 [3:5 {3:5 c:3:8 \"x\",4:5 d:4:8 [4:9 \"w\",5:7 \"z\"]}]}"});
}

TEST_CASE("places with a byte order mark, CRLF, and characters of several bytes") {
  CHECK(yaml("\xEF\xBB\xBF\xC3\xA4: b\r\nc: \xE2\x82\xAC x # \xF0\x9F\x98\x80\r\n\"\xC3\xA4\": "
             "2\r\n---\r\ne: 1\r\n")
            .errors == Texts{"duplicate-key 3:1"});
  CHECK(yaml("\xEF\xBB\xBF\xC3\xA4: b\r\nc: \xE2\x82\xAC x # \xF0\x9F\x98\x80\r\nd: 2\r\n---\r\ne: "
             "1\r\n")
            .placed ==
        Texts{"1:4 {1:4 \xC3\xA4:1:8 \"b\",2:1 c:2:4 \"\xE2\x82\xAC x\",3:1 d:3:4 2}",
              "5:1 {5:1 e:5:4 1}"});
}

TEST_CASE("spans cover the scalar as it is written") {
  const auto lengths = [](const std::string& text) {
    // A duplicate key gives the place of the key back.
    const Reading reading = yaml(text + ": 1\n" + text + ": 2\n");
    REQUIRE(reading.diagnostics.size() == 1);
    const auto& where = reading.diagnostics[0].where;
    const auto& other = reading.diagnostics[0].other;
    CHECK(other.end - other.begin == where.end - where.begin);
    return where.end - where.begin;
  };
  CHECK(lengths("abc") == 3);
  CHECK(lengths("\"a\\\"c\"") == 6);
  CHECK(lengths("'a''c'") == 6);
  CHECK(lengths("0x10") == 4);
}

TEST_CASE("documents") {
  CHECK(yaml("# only a comment\n").objects.empty());
  CHECK(yaml("").objects.empty());
  CHECK(yaml("---\n---\n# x\n...\n---\n").objects.empty());
  CHECK(yaml("a: 1\n---\nb: 2\n...\n---\n--- # c\n--- d\n").objects ==
        Texts{"{a:1}", "{b:2}", "\"d\""});
  CHECK(yaml("%YAML 1.1\n# c\n---\na: 1\n...\n%YAML 1.1\n---\nb: 2\n").objects ==
        Texts{"{a:1}", "{b:2}"});
  CHECK(yaml("hello").objects == Texts{"\"hello\""});
  CHECK(yaml("~").objects == Texts{"~"});
  CHECK(yaml("---x: 1\n").objects == Texts{"{---x:1}"});
  CHECK(yaml("a: |\n  ---\n  b\n").objects == Texts{"{a:\"---\nb\n\"}"});
}

TEST_CASE("an error in one document does not lose the others") {
  const Reading reading = yaml("a: 1\n---\nb: c: d\n---\n# x\ne: [\n---\nf: 2\n");
  CHECK(reading.objects == Texts{"{a:1}", "{f:2}"});
  CHECK(reading.errors == Texts{"yaml-syntax 3:5", "yaml-syntax 6:4"});
  CHECK(reading.unreadable == Texts{"3:1", "6:1"});
}

TEST_CASE("syntax errors have the place where a person would look") {
  check_error("a: b: c\n", "yaml-syntax 1:5");
  check_error("a:\n\tb: 1\n", "yaml-syntax 2:1");
  check_error("a:\n  - b\n\t- c\n", "yaml-syntax 3:1");
  check_error("a: \"xx\nb: 1\n", "yaml-syntax 1:4");
  check_error("a: 'xx\n", "yaml-syntax 1:4");
  check_error("a: [\"xx]\n", "yaml-syntax 1:5");
  check_error("[1, 2", "yaml-syntax 1:1");
  check_error("a: {b: 1\nc: 2\n", "yaml-syntax 1:4");
  check_error("{kind: Pod, spec: {a: [1, 2", "yaml-syntax 1:23");
  check_error("a: [b]]\n", "yaml-syntax 1:7");
  check_error("a: \"b\" c\nd: 1\n", "yaml-syntax 1:8");
  check_error("a: *zz\n", "yaml-syntax 1:4");
  check_error("a: @x\n", "yaml-syntax 1:4");
  check_error("a: \"\\q\"\n", "yaml-syntax 1:7");
  check_error("? [a]\n: b\n", "yaml-syntax 1:3");
  check_error("{{ .Values.x }}\n", "yaml-syntax 1:2");
  check_error("~: x\n", "yaml-syntax 1:1");
  check_error("a: 1\n: x\n", "yaml-syntax 2:1");
  check_error("a: x\x04y\n", "yaml-syntax 1:5");
  check_error("a: x\rb: y\n", "yaml-syntax 1:5");
  check_error(",", "yaml-syntax 1:1");
}

TEST_CASE("messages are for people") {
  CHECK(yaml("a:\n\tb: 1\n").diagnostics[0].message ==
        "a tab is used for indentation; YAML allows only spaces");
  CHECK(yaml("a: *zz\n").diagnostics[0].message == "the alias `*zz` has no anchor");
  CHECK(yaml("a: \"x\n").diagnostics[0].message == "this quote is never closed");
  CHECK(yaml("a: [x\n").diagnostics[0].message == "this `[` is never closed");
}

TEST_CASE("content after a document") {
  check_error("{a: 1},", "content-after-document 1:7");
  check_error("- a\nb: 1\n", "content-after-document 2:1");
  check_error("  a: 1\nb: 2\n", "content-after-document 2:1");
  check_error("\"a\" \"b\"\n", "content-after-document 1:5");
  check_error("a: 1\n... b\n", "content-after-document 2:5");
}

TEST_CASE("encodings") {
  check_error("a: b\n\xC3\xA4: \xFF\n", "bad-encoding 2:5");
  check_error("a: \xED\xA0\x80\n", "bad-encoding 1:4");
  check_error("a: b\0c\n"s, "nul-byte 1:5");
  check_error("\xFF\xFE\x61\x00"s, "bad-encoding 1:1");
  check_error("\xFE\xFF\x00\x61"s, "bad-encoding 1:1");
  check_error("\xFF\xFE\0\0a\0\0\0"s, "bad-encoding 1:1");
  const Reading reading = yaml("a: \xFF\n---\nb: 1\n---\nc: \0\n"s);
  CHECK(reading.objects == Texts{"{b:1}"});
  CHECK(reading.errors == Texts{"bad-encoding 1:4", "nul-byte 5:4"});
}

TEST_CASE("tags") {
  CHECK(yaml("a: !!str 5\nb: !!int \"0x10\"\nc: !!float 5\nd: !!bool yes\ne: !!null ''\n"
             "f: !!map {g: 1}\nh: !!seq [1]\ni: ! 5\n")
            .objects == Texts{"{a:\"5\",b:16,c:5,d:true,e:~,f:{g:1},h:[1],i:\"5\"}"});
  check_error("a: !!binary aGk=\n", "unsupported-tag 1:4");
  check_error("a: !Ref x\n", "unsupported-tag 1:4");
  check_error("a: !!int x\n", "unsupported-tag 1:4");
  check_error("a: !!map [x]\n", "unsupported-tag 1:4");
  check_error("a: !x {b: 1}\n", "unsupported-tag 1:4");
}

TEST_CASE("duplicate keys") {
  check_error("a: 1\nb: 2\na: 3\n", "duplicate-key 3:1");
  check_error("a:\n  - x: {c: 1, \"c\": 1}\n", "duplicate-key 2:15");
  check_error("1: a\n0x1: b\n", "duplicate-key 2:1");
  check_error("items: []\nitems: []\n", "duplicate-key 2:1");
  check_error("items: {}\nitems: []\n", "duplicate-key 2:1");
  std::string many;
  for (int i = 0; i < 100; ++i) many += "k" + std::to_string(i) + ": 1\n";
  check_error(many + "k50: 1\n", "duplicate-key 101:1");
  CHECK(yaml("a: 1\na: 2\n").diagnostics[0].other_message == "first here");
}

TEST_CASE("aliases") {
  CHECK(yaml("a: &x !!str\n  5\nb: *x\nc: &y [*x, &z {d: *x}]\ne: [*y, *z]\n&k f: *k\n").objects ==
        Texts{"{a:\"5\",b:\"5\",c:[\"5\",{d:\"5\"}],e:[[\"5\",{d:\"5\"}],{d:\"5\"}],f:\"f\"}"});
  CHECK(yaml("a: &x\n  b: 1\nc: *x\n*x : 1\n").errors == Texts{"yaml-syntax 2:3"});
  CHECK(yaml("a: &x b\n*x : 1\n").objects == Texts{"{a:\"b\",b:1}"});
  SUBCASE("values have the places of the original") {
    CHECK(yaml("a: &x [1, {b: 2}]\nc: *x\n").placed ==
          Texts{"1:1 {1:1 a:1:7 [1:8 1,1:11 {1:12 b:1:15 2}],2:1 c:1:7 [1:8 1,1:11 {1:12 b:1:15 "
                "2}]}"});
  }
  SUBCASE("anchors can be defined again, and end with the document") {
    CHECK(yaml("a: &x 1\nb: *x\nc: &x 2\nd: *x\n").objects == Texts{"{a:1,b:1,c:2,d:2}"});
    CHECK(yaml("a: &x 1\n---\nb: *x\n").errors == Texts{"yaml-syntax 3:4"});
  }
  SUBCASE("cycles") {
    check_error("&a [1, *a]", "alias-cycle 1:8");
    check_error("a: &a\n  b: {c: *a}\n", "alias-cycle 2:10");
    check_error("&a {<<: *a}", "alias-cycle 1:9");
  }
}

TEST_CASE("merge keys") {
  const std::string base = "b: &b {x: 1, z: {w: 2}}\nc: &c {<<: *b, q: 1}\n";
  const std::string shown = "{b:{x:1,z:{w:2}},c:{q:1,x:1,z:{w:2}},";
  CHECK(yaml(base + "d: {<<: *c, x: 5}\n").objects == Texts{shown + "d:{x:5,q:1,z:{w:2}}}"});
  CHECK(yaml(base + "d: {<<: [{x: 9, v: 8}, *c], s: 1}\n").objects ==
        Texts{shown + "d:{s:1,x:9,v:8,q:1,z:{w:2}}}"});
  CHECK(yaml(base + "d: {<<: [*c, {x: 9, v: 8}]}\n").objects ==
        Texts{shown + "d:{q:1,x:1,z:{w:2},v:8}}"});
  CHECK(yaml("a: {\"<<\": 1}\n").objects == Texts{"{a:{<<:1}}"});
  CHECK(yaml("<<: {a: {<<: {b: 1}, c: 2}}\nd: 1\n").objects == Texts{"{d:1,a:{c:2,b:1}}"});
  CHECK(yaml("- &x {k: 1}\n- <<: *x\n  l: 2\n").objects == Texts{"{k:1}", "{l:2,k:1}"});
  CHECK(yaml("<<: {a: 1}\nb: 2\n").placed == Texts{"1:1 {2:1 b:2:4 2,1:6 a:1:9 1}"});
  check_error("<<: 5\n", "yaml-syntax 1:5");
  check_error("<<: [{a: 1}, 5]\n", "yaml-syntax 1:14");
  check_error("<<: {a: 1}\n<<: {b: 1}\n", "duplicate-key 2:1");
  // YAML 1.1 says 1, goyaml v2 says 2.
  check_error("a: 1\n<<: {a: 2}\n", "duplicate-key 2:6");
}

TEST_CASE("limits") {
  Limits limits;
  limits.depth = 3;
  CHECK(yaml("a: {b: {c: 1}}\n", limits).objects.size() == 1);
  CHECK(yaml("a: {b: {c: []}}\n", limits).errors == Texts{"too-deep 1:12"});
  CHECK(yaml("a: &x {b: {c: 1}}\nd: [*x]\n", limits).errors == Texts{"too-deep 1:11"});
  limits = {};
  limits.scalar_bytes = 4;
  CHECK(yaml("a: abcd\n", limits).errors.empty());
  CHECK(yaml("a: abcde\n", limits).errors == Texts{"scalar-too-long 1:4"});
  limits = {};
  limits.key_bytes = 4;
  CHECK(yaml("abcde: 1\n", limits).errors == Texts{"key-too-long 1:1"});
  limits = {};
  limits.nodes = 4;
  CHECK(yaml("a: [1, 2]\n", limits).errors.empty());
  CHECK(yaml("a: [1, 2, 3]\n", limits).errors == Texts{"too-many-nodes 1:11"});
  CHECK(yaml("- [1, 2]\n- [3, 4]\n", limits).errors.empty());  // delivered items are gone
  limits = {};
  limits.alias_nodes = 5;
  CHECK(yaml("a: &a [1, 2]\nb: *a\n", limits).errors.empty());
  CHECK(yaml("a: &a [1, 2]\nb: *a\nc: *a\n", limits).errors == Texts{"alias-budget 3:4"});
  limits = {};
  limits.documents = 2;
  const Reading reading = yaml("a\n---\n---\nb\n---\nc\n---\nd\n", limits);
  CHECK(reading.objects == Texts{"\"a\"", "\"b\""});
  CHECK(reading.errors == Texts{"too-many-documents 6:1"});
  CHECK(reading.unreadable == Texts{"6:1"});
  limits = {};
  limits.yaml_bytes = 10;
  CHECK(yaml("a: 5678901\n", limits).errors == Texts{"file-too-large 1:1"});
  CHECK(read_text("{\"a\": 5678901}", Format::Json, limits).errors.empty());
}
