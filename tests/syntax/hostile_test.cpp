// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/syntax/reading.h"

using namespace polreach::syntax;
using namespace polreach::syntax::test;

namespace {

std::string repeat(std::string_view text, int times) {
  std::string all;
  all.reserve(text.size() * static_cast<std::size_t>(times));
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

/// Reads every prefix of a text: each must end, and give no more objects than the text does.
void check_prefixes(const std::string& text, Format format) {
  const Reading whole = read_text(text, format);
  REQUIRE(whole.errors.empty());
  for (std::size_t size = 0; size < text.size(); ++size) {
    CAPTURE(size);
    const Reading part = read_text(text.substr(0, size), format);
    CHECK(part.errors.size() == part.unreadable.size());
    REQUIRE(part.objects.size() <= whole.objects.size());
    if (format == Format::Yaml) continue;  // what is cut off can be valid YAML
    for (std::size_t i = 0; i < part.objects.size(); ++i)
      CHECK(part.objects[i] == whole.objects[i]);
  }
}

}  // namespace

TEST_CASE("deep nesting ends with an error") {
  for (const Format format : {Format::Auto, Format::Yaml, Format::Json}) {
    for (const char* opening : {"[", "{\"a\":", "{a: ", "[{\"a\":", "- ", "? ", "!!seq ["}) {
      CAPTURE(opening);
      const Reading reading = read_text(repeat(opening, 100'000), format);
      CHECK(reading.errors.size() == 1);
      CHECK(reading.unreadable.size() == 1);
    }
  }
  CHECK(read_text(repeat("[", 100'000), Format::Json).errors == Texts{"too-deep 1:65"});
  CHECK(read_text("a:\n  " + repeat("- ", 1000) + "b\n").errors == Texts{"too-deep 2:129"});
  CHECK(read_text("a: " + repeat("[", 1000) + repeat("]", 1000)).errors == Texts{"too-deep 1:67"});
}

TEST_CASE("a run of openers is refused before the YAML library keeps it") {
  CHECK(read_text(repeat("[", 100'000), Format::Yaml).errors == Texts{"too-deep 1:1"});
  CHECK(read_text("a: " + repeat("[ {", 100'000)).errors == Texts{"too-deep 1:1025"});
  // As text they are text, in any number that someone would draw.
  CHECK(read_text("# " + repeat("[", 500) + "\na: '" + repeat("{", 500) + "'\n").errors.empty());
}

TEST_CASE("alias bombs end with an error") {
  std::string values = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  std::string merges = "a0: &a0 {x: 1}\n";
  for (int i = 1; i < 12; ++i) {
    const std::string name = "a" + std::to_string(i);
    const std::string list = repeat("*a" + std::to_string(i - 1) + ",", 10);
    values += name + ": &" + name + " [" + list + "]\n";
    merges += name + ": &" + name + " {<<: [" + list + "]}\n";
  }
  REQUIRE(read_text(values).errors.size() == 1);
  CHECK(read_text(values).errors[0].starts_with("alias-budget"));
  REQUIRE(read_text(merges).errors.size() == 1);
  CHECK(read_text(merges).errors[0].starts_with("alias-budget"));
  SUBCASE("long texts cost more") {
    const std::string text = "a: &a " + std::string(1'000'000, 'x') + "\nb: [";
    const Reading reading = read_text(text + repeat("*a,", 1000) + "]\n");
    REQUIRE(reading.errors.size() == 1);
    CHECK(reading.errors[0].starts_with("alias-budget"));
  }
  SUBCASE("unless nobody wants the values") {
    const Wanted none = [](std::span<const std::string_view>, const Tape&) { return false; };
    CHECK(read_text(values, Format::Yaml, {}, none).errors.empty());
  }
}

TEST_CASE("what makes yaml-cpp produce documents for ever") {
  for (const char* text : {",",       "{a: 1},",
                           ",,,,",    "a\n...\n,",
                           "]",       "}",
                           "- ,",     "[,]",
                           "{,}",     "a: ,",
                           "!",       "!2",
                           "&",       "*",
                           "&a",      "%",
                           "%YAML",   "?",
                           ":",       "-",
                           "|",       ">",
                           "@",       "`",
                           "#",       "'",
                           "\"",      "<<",
                           "<<:",     "? ?",
                           "- - -",   "&a *a",
                           "&a &b c", "!!str !!int x",
                           "--- ---", "... ...",
                           "{? a}",   "[? a : b]"}) {
    CAPTURE(text);
    const Reading reading = read_text(text, Format::Yaml);
    CHECK(reading.objects.size() + reading.unreadable.size() <= 3);
    CHECK(reading.errors.size() == reading.unreadable.size());
  }
}

TEST_CASE("many documents") {
  const Reading empty = read_text(repeat("---\n", 1'000'000));
  CHECK(empty.objects.empty());
  CHECK(empty.errors.empty());
  const Reading full = read_text(repeat("---\na\n", 200'000));
  CHECK(full.objects.size() == 100'000);
  CHECK(full.errors == Texts{"too-many-documents 200002:1"});
  // Each has to be scanned to the end of the file: not all are tried.
  const Reading broken = read_text(repeat("{\"a\":1\n", 20'000));
  CHECK(broken.objects.empty());
  CHECK(broken.errors.size() < 50);
}

TEST_CASE("every prefix of a document ends") {
  check_prefixes(
      "\xEF\xBB\xBF"
      R"({"apiVersion":"v1","items":[{"a\u00e9":"\ud83d\ude00","b":[1,-2.5e3,true]},)"
      R"({"kind":"Pod","c":{"d":null}}],"kind":"PodList"} [{"x":1},2] {"y":[{}]})",
      Format::Json);
  check_prefixes(
      "%YAML 1.1\n---\na: &x [1, \"\xC3\xA4\\n\", 'y''z']\nb: {<<: {c: *x}, d: !!str 5}\n---\n"
      "apiVersion: v1\nitems:\n- kind: Pod\n  t: |2\n     u\n- {v: [w]}\nkind: PodList\n"
      "...\n---\n- [x, {y: z}]\n- ? k\n  : >-\n   l\n",
      Format::Yaml);
}

TEST_CASE("every byte of a document can be broken") {
  const std::string json = R"({"items":[{"a":"b\n","c":[1,true]}],"kind":"List"} {"d":{}})";
  const std::string yaml = "a: &x [1, \"b\"]\nc: *x\n---\n- d: {e: 'f'}\n";
  const std::string bytes(
      "\0\x04\t\n\r \"#&'*,-.:<?[]\\{}|!\x7F\xC3\xFF"
      "a0",
      30);
  for (const auto& [text, format] : {std::pair(json, Format::Json), std::pair(json, Format::Auto),
                                     std::pair(yaml, Format::Yaml)}) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      for (const char byte : bytes) {
        std::string broken = text;
        broken[at] = byte;
        const Reading reading = read_text(broken, format);
        CAPTURE(broken);
        CHECK(reading.errors.size() == reading.unreadable.size());
      }
    }
  }
}

TEST_CASE("long runs of the same byte") {
  for (const char byte : std::string("\"'\\ \t\n:,?&*!|>%@-#{}[]a0", 23)) {
    CAPTURE(byte);
    for (const Format format : {Format::Yaml, Format::Json}) {
      const Reading reading = read_text(std::string(50'000, byte), format);
      CHECK(reading.errors.size() == reading.unreadable.size());
    }
  }
}
