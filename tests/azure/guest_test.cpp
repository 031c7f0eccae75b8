// SPDX-License-Identifier: Apache-2.0
// What the reader of Kubernetes objects offers to another reader, and how that is accounted for.
#include <doctest/doctest.h>

#include "policies/kubernetes/loader.h"

namespace polreach {
namespace {

using syntax::Taken;
using syntax::Value;

struct Offered {
  std::vector<std::string> documents;  // "apiVersion kind: names of all members that were kept"
  kubernetes::Ledger ledger;
  std::vector<std::string> codes;
};

std::string names_in(const Value& root) {
  std::string names;
  std::vector<Value> pending{root};
  while (!pending.empty()) {
    const Value value = pending.back();
    pending.pop_back();
    if (!value.key().empty()) names += " " + std::string(value.key());
    for (const Value child : value) pending.push_back(child);
  }
  return names;
}

Offered offer(const std::string& text, const Taken& taken) {
  Offered offered;
  source::SourceMap sources;
  source::SymbolTable symbols;
  source::Diagnostics diagnostics;
  kubernetes::LoadOptions options;
  options.guest = [&](const Value& root, std::string_view version, std::string_view kind,
                      source::Diagnostics& /*problems*/) {
    offered.documents.push_back(std::string(version) + " " + std::string(kind) + ":" +
                                names_in(root));
    return taken;
  };
  kubernetes::Loader loader(sources, symbols, diagnostics, options);
  loader.load(sources.add("a.yaml", source::Text::own(text)), syntax::Format::Auto);
  offered.ledger = loader.ledger();
  for (const auto& problem : diagnostics.all()) offered.codes.emplace_back(problem.code);
  return offered;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("objects of operators are offered with everything that they say") {
  for (const char* group :
       {"network.azure.com/v1api20201101", "containerservice.azure.com/v20260301",
        "network.azure.upbound.io/v1beta1", "network.azure.m.upbound.io/v1"}) {
    const std::string api_version = "apiVersion: " + std::string(group) + "\nkind: Subnet\n";
    const std::string rest =
        "metadata:\n  name: a\n  annotations: {crossplane.io/external-name: b, other: c}\n"
        "spec: {forProvider: {wanted: 1}}\nstatus: {atProvider: {actual: 1}}\n";
    for (const std::string& text : {api_version + rest, rest + api_version}) {
      const Offered offered = offer(text, Taken::one_used());
      REQUIRE(offered.documents.size() == 1);
      CHECK(offered.documents[0].starts_with(std::string(group) + " Subnet:"));
      for (const char* name : {"crossplane.io/external-name", "wanted", "actual"}) {
        CHECK(has(offered.documents[0], name));
      }
      CHECK(offered.ledger.used == 1);
      CHECK(offered.ledger.read() == 1);
    }
  }
}

TEST_CASE("what the guest does not take is what it was without it") {
  const Offered incomplete = offer("kind: Pod\nmetadata: {name: a}\n", Taken::not_ours());
  CHECK(incomplete.documents.size() == 1);
  CHECK(incomplete.codes == std::vector<std::string>{"missing-field"});
  CHECK(incomplete.ledger.rejected == 1);
  const Offered other = offer("a: 1\n", Taken::not_ours());
  CHECK(other.documents.size() == 1);
  CHECK(other.ledger.irrelevant == 1);
}

TEST_CASE("Kubernetes objects are not offered") {
  const Offered offered = offer(
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\n"
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n"
      "apiVersion: storage.azure.com/v1\nkind: StorageAccount\nmetadata: {name: a}\n",
      Taken::one_used());
  CHECK(offered.documents.empty());
  CHECK(offered.ledger.used == 1);
  CHECK(offered.ledger.irrelevant == 2);
}

TEST_CASE("all that a document held is counted") {
  const Offered offered = offer("value: [1]\n", Taken{true, 2, 3, 1});
  CHECK(offered.ledger.used == 2);
  CHECK(offered.ledger.irrelevant == 3);
  CHECK(offered.ledger.rejected == 1);
}

}  // namespace polreach
