// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "policies/kubernetes/loader.h"

// A list that is long enough for two threads, read by what reads Kubernetes objects: one thread
// makes objects and diagnostics of what both read. POLREACH_LIST_PODS sets how many pods; the tsan
// preset is for this.
namespace polreach::kubernetes {
namespace {

constexpr std::size_t kDefaultPods = 6000;
constexpr std::size_t kLinesOfAPod = 30;
constexpr std::size_t kLinesBefore = 3;

std::size_t number_of_pods() {
  const char* const text = std::getenv("POLREACH_LIST_PODS");
  return text == nullptr || *text == '\0' ? kDefaultPods : std::stoul(text);
}

/// As kubectl prints it: much that nobody wants, and in the fourth line the name.
std::string pod(std::size_t number, const std::string& node = "\"node-1\"") {
  const std::string n = std::to_string(number);
  std::string text =
      "        {\n            \"apiVersion\": \"v1\",\n            \"kind\": \"Pod\",\n"
      "            \"metadata\": {\"name\": \"p" +
      n + "\", \"namespace\": \"n" + std::to_string(number % 7) + "\", \"labels\": {\"app\": \"a" +
      std::to_string(number % 50) +
      "\"}},\n            \"spec\": {\n                \"nodeName\": " + node +
      ",\n                \"containers\": [{\"name\": \"c\", \"image\": \"i\", \"env\": [\n";
  for (std::size_t line = 8; line < kLinesOfAPod; ++line) {
    text += "                    {\"name\": \"e" + std::to_string(line) +
            "\", \"value\": \"}, {\"}" + (line + 1 == kLinesOfAPod ? "]}]}}" : ",\n");
  }
  return text;
}

std::string list(std::size_t pods, std::size_t odd) {
  std::string text = "{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n";
  for (std::size_t i = 0; i < pods; ++i) {
    text += pod(i, i == odd ? "7" : "\"node-1\"") + (i + 1 < pods ? ",\n" : "\n");
  }
  return text +
         "    ],\n    \"kind\": \"List\",\n    \"metadata\": {\n        "
         "\"resourceVersion\": \"\"\n    }\n}\n";
}

std::uint32_t line_of_pod(std::size_t number) {
  return static_cast<std::uint32_t>(kLinesBefore + number * (kLinesOfAPod - 1) + 1);
}

struct Loaded {
  source::SourceMap sources;
  source::SymbolTable symbols;
  source::Diagnostics diagnostics;
  Ledger ledger;
  Objects objects;

  explicit Loaded(std::string text, bool keep_going = false) {
    LoadOptions options;
    options.keep_going = keep_going;
    Loader loader(sources, symbols, diagnostics, options);
    loader.load(sources.add("list.json", source::Text::own(std::move(text))), syntax::Format::Auto);
    loader.finish();
    ledger = loader.ledger();
    objects = loader.take_objects();
  }
};

}  // namespace

TEST_CASE("a long list: each pod is there, in order, with its place") {
  const std::size_t pods = number_of_pods();
  const std::string text = list(pods, pods);
  REQUIRE(text.size() > (std::size_t{4} << 20U));
  const Loaded loaded(text);
  CHECK(loaded.diagnostics.all().empty());
  CHECK(loaded.ledger.used == pods);
  REQUIRE(loaded.objects.pods.size() == pods);
  for (std::size_t i = 0; i < pods; ++i) {
    const Metadata& found = loaded.objects.pods[i].metadata;
    REQUIRE(loaded.symbols.text(found.name) == "p" + std::to_string(i));
    REQUIRE(loaded.symbols.text(found.ns) == "n" + std::to_string(i % 7));
    REQUIRE(found.labels.size() == 1);
    REQUIRE(loaded.symbols.text(found.labels[0].value) == "a" + std::to_string(i % 50));
    if (i % 500 == 0) REQUIRE(loaded.sources.location(found.where).line == line_of_pod(i) + 3);
  }
}

TEST_CASE("a long list: a pod that cannot be read is rejected at its place, all others are read") {
  const std::size_t pods = kDefaultPods;
  for (const std::size_t odd : {std::size_t{0}, pods / 2, pods - 1}) {
    const Loaded loaded(list(pods, odd));
    REQUIRE(loaded.diagnostics.all().size() == 1);
    const source::Diagnostic& problem = loaded.diagnostics.all().front();
    CHECK(loaded.sources.location(problem.where).line == line_of_pod(odd) + 5);
    CHECK(loaded.ledger.rejected == 1);
    CHECK(loaded.ledger.used == pods - 1);
    CHECK(loaded.objects.pods.size() == pods - 1);
  }
}

}  // namespace polreach::kubernetes
