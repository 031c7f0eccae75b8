// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/syntax/reading.h"

using namespace polreach::syntax;
using namespace polreach::syntax::test;

namespace {

/// Reads a text that is both JSON and YAML, as both, and checks that they agree.
Reading both(const std::string& text) {
  CAPTURE(text);
  Reading json = read_text(text, Format::Json);
  const Reading yaml = read_text(text, Format::Yaml);
  CHECK(json.objects == yaml.objects);
  CHECK(json.errors == yaml.errors);
  return json;
}

}  // namespace

TEST_CASE("items of lists are objects") {
  const Reading known =
      both(R"({"apiVersion":"v1","kind":"PodList","items":[{"a":1},{"kind":"P"}]})");
  CHECK(known.objects == Texts{"{a:1}", "{kind:\"P\"}"});
  CHECK(known.lists == Texts{"PodList/v1", "PodList/v1"});
  // The order of `kubectl get -o json`.
  const Reading late = both(R"({"apiVersion":"v1","items":[{"a":1},{"b":2}],"kind":"PodList"})");
  CHECK(late.lists == Texts{"PodList/v1", "PodList/v1"});
  CHECK(both(R"({"items":[{"a":1}]})").lists == Texts{"/"});
  CHECK(both(R"({"kind":"List","items":[]})").objects.empty());
  CHECK(both(R"({"kind":"List","items":null})").objects.empty());
  CHECK(both(R"([{"a":1},[2],3])").objects == Texts{"{a:1}", "[2]", "3"});
}

TEST_CASE("items with and without a kind of their own") {
  const std::string text = "apiVersion: v1\nitems:\n- a: 1\n- kind: Pod\n- b: 2\nkind: PodList\n";
  const Reading reading = read_text(text);
  // Those without a kind wait for that of the list.
  CHECK(reading.objects == Texts{"{kind:\"Pod\"}", "{a:1}", "{b:2}"});
  CHECK(reading.lists == Texts{"/v1", "PodList/v1", "PodList/v1"});
  CHECK(read_text("kind: PodList\nitems:\n- a: 1\napiVersion: v1\n").lists == Texts{"PodList/v1"});
}

TEST_CASE("what is no list") {
  CHECK(both(R"({"kind":"Foo","items":[{"a":1}],"x":2})").objects ==
        Texts{"{kind:\"Foo\",items:[{a:1}],x:2}"});
  CHECK(both(R"({"kind":"FooList","items":{"a":1}})").objects ==
        Texts{"{kind:\"FooList\",items:{a:1}}"});
  CHECK(both(R"({"kind":"AllowList","spec":[1]})").objects ==
        Texts{"{kind:\"AllowList\",spec:[1]}"});
  CHECK(both(R"({"kind":5,"items":[1]})").objects == Texts{"{kind:5,items:[1]}"});
  CHECK(both(R"({"a":{"items":[1]}})").objects == Texts{"{a:{items:[1]}}"});
  // The kind comes late: the items are put back, at the end in YAML.
  const std::string late = R"({"items":[{"a":1}],"kind":"Foo"})";
  CHECK(read_text(late, Format::Json).objects == Texts{"{items:[{a:1}],kind:\"Foo\"}"});
  CHECK(read_text(late, Format::Yaml).objects == Texts{"{kind:\"Foo\",items:[{a:1}]}"});
  CHECK(read_text(R"({"items":null,"kind":"Foo"})", Format::Yaml).objects ==
        Texts{"{kind:\"Foo\",items:~}"});
}

TEST_CASE("objects before an error have been delivered") {
  const Reading reading = read_text(R"({"kind":"List","items":[{"a":1},{"b":x}]})");
  CHECK(reading.objects == Texts{"{a:1}"});
  CHECK(reading.unreadable == Texts{"1:1"});
  const Reading yaml = read_text("kind: List\napiVersion: v1\nitems:\n- a: 1\n- b: c: d\n");
  CHECK(yaml.objects == Texts{"{a:1}"});
  CHECK(yaml.errors == Texts{"yaml-syntax 5:7"});
}

TEST_CASE("unwanted members are left out") {
  const Wanted wanted = [](std::span<const std::string_view> path, const Tape&) {
    return path.back() != "drop";
  };
  const std::string json =
      R"({"a":{"drop":{"x":[1,{"drop":2}]},"b":1},"drop":3,"c":[{"drop":4,"d":5}]})";
  for (const Format format : {Format::Json, Format::Yaml}) {
    CHECK(read_text(json, format, {}, wanted).objects == Texts{"{a:{b:1},c:[{d:5}]}"});
    // Duplicates in what is not wanted do not matter.
    CHECK(read_text(R"({"drop":{"x":1,"x":2},"drop":3,"a":1})", format, {}, wanted).objects ==
          Texts{"{a:1}"});
  }
  CHECK(read_text("drop: &x {k: &z 1}\na: *x\nb: *z\n", Format::Yaml, {}, wanted).objects ==
        Texts{"{a:{k:1},b:1}"});
  CHECK(read_text("<<: {drop: 1, a: 2}\n", Format::Yaml, {}, wanted).objects == Texts{"{a:2}"});
}

TEST_CASE("wanted() gets the path from the object's root and what was read so far") {
  Texts paths;
  const Wanted wanted = [&](std::span<const std::string_view> path, const Tape& so_far) {
    std::string text;
    for (const std::string_view name : path) text += "/" + std::string(name);
    const auto kind = so_far.root().find("kind");
    paths.push_back(text + " " + (kind ? std::string(kind->text()) : "?"));
    return true;
  };
  const std::string text =
      R"({"m":{},"kind":"List","items":[{"kind":"Pod","s":{"c":[{"p":1}]}},{"t":2,"kind":"X"}]})";
  const Texts expected{"/m ?", "/s Pod", "/s/c Pod", "/s/c/p Pod", "/t ?"};
  for (const Format format : {Format::Json, Format::Yaml}) {
    paths.clear();
    read_text(text, format, {}, wanted);
    CHECK(paths == expected);
  }
}

TEST_CASE("long lists in batches") {
  std::string text = R"({"apiVersion":"v1","items":[)";
  constexpr int kItems = 20'000;
  for (int i = 0; i < kItems; ++i) {
    text += (i == 0 ? "" : ",\n") + std::string(R"({"kind":"Pod","n":)") + std::to_string(i) + "}";
  }
  text += "],\"kind\":\"List\"}";
  const Reading reading = read_text(text);
  REQUIRE(reading.objects.size() == kItems);
  CHECK(reading.objects.back() == "{kind:\"Pod\",n:19999}");
  CHECK(reading.placed.back() ==
        "20000:1 {20000:2 kind:20000:9 \"Pod\",20000:15 n:20000:19 19999}");
  CHECK(reading.lists.front() == "List/v1");
}
