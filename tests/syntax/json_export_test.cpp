// SPDX-License-Identifier: Apache-2.0
#include "policies/syntax/json_export.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "policies/syntax/input.h"
#include "policies/syntax/json_pieces.h"
#include "tests/syntax/reading.h"

using namespace polreach::syntax;
using namespace polreach::syntax::test;
using namespace std::string_literals;

namespace {

/// Everything but `skipped`, wherever it is.
bool all_but_skipped(std::span<const std::string_view> path, const Tape& /*so_far*/) {
  return path.back() != "skipped";
}

Reading read_by(Threads threads, const std::string& text) {
  return read_text(text, Format::Json, {}, all_but_skipped, threads);
}

/// How the items of a list are written.
struct Style {
  std::string before;        // each item
  std::string kind;          // what items say of themselves
  std::string inner = "{}";  // a value of theirs that nobody wants
};

const Style kPretty{"\n        ", "\"apiVersion\": \"v1\", \"kind\": \"Pod\", "};
const Style kCompact{"", "\"apiVersion\":\"v1\",\"kind\":\"Pod\","};
constexpr int kItems = 48;

/// More than 4 MiB of items, with strings that look like the end of one; `odd` stands in place of
/// one of them.
std::string items(const Style& style, const std::string& odd = {}, int odd_one = kItems / 2) {
  const std::string bulk(100'000, 'x');
  std::string text;
  for (int i = 0; i < kItems; ++i) {
    text += (i == 0 ? "" : ",") + style.before;
    text += !odd.empty() && i == odd_one
                ? odd
                : "{" + style.kind + "\"n\":" + std::to_string(i) + ",\"s\":\"" + bulk +
                      "},{\\\"apiVersion\\\":\",\n\"skipped\":" + style.inner + ",\"last\":{}}";
  }
  return text;
}

std::string list(const std::string& items) {
  return "{\n    \"apiVersion\": \"v1\",\n    \"items\": [" + items +
         "\n    ],\n    \"kind\": \"List\",\n    \"metadata\": {\"m\": []}\n}\n";
}

/// The last `]` is that of the items.
std::string kubectl(const std::string& items) {
  return "{\n    \"apiVersion\": \"v1\",\n    \"items\": [" + items +
         "\n    ],\n    \"kind\": \"List\",\n    \"metadata\": {\n        \"resourceVersion\": "
         "\"\"\n    }\n}\n";
}

void check_same(const std::string& text) {
  const Reading one = read_by(Threads::One, text);
  const Reading several = read_by(Threads::Several, text);
  CHECK(several.objects.size() == one.objects.size());
  CHECK((several.objects == one.objects));
  CHECK((several.placed == one.placed));
  CHECK((several.lists == one.lists));
  CHECK(several.errors == one.errors);
  CHECK(several.unreadable == one.unreadable);
}

/// As above, but objects before the fault may have been delivered: at most so many.
void check_same_errors(const std::string& text, std::size_t most_objects) {
  const Reading one = read_by(Threads::One, text);
  const Reading several = read_by(Threads::Several, text);
  CHECK_FALSE(one.errors.empty());
  CHECK(several.errors == one.errors);
  CHECK(several.unreadable == one.unreadable);
  CHECK(several.objects.size() >= one.objects.size());
  CHECK(several.objects.size() <= std::max(most_objects, one.objects.size()));
}

class All : public Selection {
 public:
  bool wanted(std::span<const std::string_view> /*path*/, const Tape& /*so_far*/) override {
    return true;
  }
};

class Counter : public Sink {
 public:
  std::size_t objects = 0;

  std::unique_ptr<Selection> selection() const override { return std::make_unique<All>(); }
  bool wanted(std::span<const std::string_view> /*path*/, const Tape& /*so_far*/) override {
    return true;
  }
  void object(const Tape& /*tape*/, std::string_view /*kind*/,
              std::string_view /*api_version*/) override {
    ++objects;
  }
  void unreadable(const polreach::source::Span& /*where*/) override {}
};

/// How many objects are delivered in one pass.
std::size_t in_one_pass(const std::string& text) {
  polreach::source::SourceMap sources;
  const auto file = sources.add("test", polreach::source::Text::own(text));
  polreach::source::Diagnostics diagnostics;
  const Limits limits;
  Counter counter;
  const Input input{sources, file, sources.bytes(file), limits, diagnostics, counter};
  const std::size_t end = read_json_export(input, 0);
  CHECK(end <= text.size());
  CHECK((end == text.size()) == (counter.objects == kItems));
  CHECK(diagnostics.all().empty());
  return counter.objects;
}

}  // namespace

TEST_CASE("what is read in one pass") {
  for (const Style& style : {kPretty, kCompact}) {
    CHECK(in_one_pass(kubectl(items(style))) == kItems);
    CHECK(in_one_pass("[" + items(style) + "]") == kItems);
    // Up to the fault.
    CHECK(in_one_pass(kubectl(items(style, "{\"skipped\":[}}"))) > kItems / 4);
    CHECK(in_one_pass(kubectl(items(style, "{\"skipped\":[}}"))) <= kItems / 2);
    CHECK(in_one_pass(list(items(style))) == 0);  // the last `]` is another's
    CHECK(in_one_pass(kubectl(items({style.before, "\"a\":1,"}))) == 0);
  }
  CHECK(in_one_pass("{\"a\":\"" + std::string(5'000'000, ' ') + "\"}") == 0);
  CHECK(in_one_pass("{\"items\":[{},{}],\"kind\":\"List\"}") == 0);
}

TEST_CASE("long lists are the same from several threads as from one") {
  for (const Style& style : {kPretty, kCompact}) {
    const std::string text = kubectl(items(style));
    const Reading several = read_by(Threads::Several, text);
    CHECK(several.errors.empty());
    REQUIRE(several.objects.size() == kItems);
    CHECK(several.objects[7].starts_with("{apiVersion:\"v1\",kind:\"Pod\",n:7,"));
    check_same(text);
    check_same("\n [" + items(style) + "] \n");
    check_same("\xEF\xBB\xBF" + text);
  }
}

TEST_CASE("items whose kind is that of their list") {
  for (const std::string& before : {"\n  "s, ""s}) {
    const Style style{before, "\"a\":1,"};
    const std::string first =
        "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":[" + items(style) + "]}";
    check_same(first);
    CHECK(read_by(Threads::Several, first).lists.back() == "PodList/v1");
    // What the end says counts only once all between has been read.
    check_same("{\"items\":[" + items(style) + "],\"kind\":\"PodList\",\"apiVersion\":\"v1\"}");
    check_same(kubectl(items(style)));
  }
}

TEST_CASE("long lists whose end is not that of the file") {
  const std::string good = kubectl(items(kPretty));
  check_same(list(items(kPretty)));
  check_same(good + good);
  check_same(good + "---\nkind: Pod\n");
  check_same("{\"kind\":\"List\",\"items\":[" + items(kPretty) + "],\"more\":[1,2]}");
  check_same("{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":[" + items(kPretty) +
             "]}\n{\"kind\":\"ServiceList\",\"apiVersion\":\"v1\",\"items\":[" + items(kCompact) +
             "]}");
  check_same("{\"kind\":\"ConfigMap\",\"items\":[" + items(kPretty) + "]}");
}

TEST_CASE("items that are cut at the wrong commas are read all the same") {
  // The same white space before what is no item; the same key behind `}}`.
  const std::string pod = "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",";
  check_same(kubectl(items({kPretty.before, kPretty.kind, "[{},\n        {},\n        {}]"})));
  check_same(kubectl(items({"", kCompact.kind, "[{\"x\":{}}," + pod + "\"x\":{}}]"})));
  check_same(kubectl(items({" ", "\"apiVersion\":\"v1\",\"kind\":\"Pod\","})));
}

TEST_CASE("faults in long lists") {
  const std::string head = "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",";
  for (const Style& style : {kPretty, kCompact}) {
    for (const std::string& odd : {
             head + "\"a\":1,\"a\":2}",                                            // a key twice
             head + "\"a\":" + std::string(70, '[') + std::string(70, ']') + "}",  // too deep
             head + "\"a\":01}",                                                   // no number
             head + "\"a\":\"\xFF\"}",                                             // not UTF-8
             "{} {}"s,
         }) {
      CAPTURE(odd);
      check_same_errors(kubectl(items(style, odd)), kItems / 2);
      check_same_errors(kubectl(items(style, odd, 0)), 0);
      check_same_errors(kubectl(items(style, odd, kItems - 1)), kItems - 1);
    }
    // In what nobody wants, too.
    for (const std::string& skipped :
         {"[{\"x\":1]}"s, "[}"s, std::string(70, '[') + std::string(70, ']'), "{]"s,
          "], \"other\": ["s}) {
      CAPTURE(skipped);
      check_same_errors(kubectl(items(style, head + "\"skipped\":" + skipped + "}")), kItems / 2);
    }
    const std::string text = kubectl(items(style));
    check_same_errors(text.substr(0, text.size() / 2), kItems / 2);
    check_same_errors(text.substr(0, text.size() - 3), kItems);
    check_same_errors("[" + items(style) + ",]", kItems);
  }
}

TEST_CASE("where long lists are cut") {
  const std::string text =
      "[\n {\"a\":[\n{}]},\n {\"b\":" + std::string(JsonCutter::kPieceBytes, ' ') +
      "1},\n {\"c\":2}]";
  JsonCutter cutter(text, {1, text.size() - 1});
  const ByteRange first = cutter.next();
  CHECK(first.begin == 1);
  CHECK(text.substr(first.end) == ",\n {\"c\":2}]");
  const ByteRange second = cutter.next();
  CHECK(text.substr(second.begin, second.end - second.begin) == "\n {\"c\":2}");
  const ByteRange none = cutter.next();
  CHECK(none.begin == none.end);
}
