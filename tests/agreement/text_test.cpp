// SPDX-License-Identifier: Apache-2.0
// The whole way from text: a random cluster written as YAML and as JSON, read by the program's own
// readers, means what the cluster means that was built without any reader.
#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <sstream>

#include "policies/kubernetes/assemble.h"
#include "policies/kubernetes/loader.h"
#include "solver/sets/reach.h"
#include "tests/agreement/generator.h"
#include "tests/agreement/spec.h"
#include "tests/support/environment.h"

namespace polreach::agreement {
namespace {

const std::uint64_t kClusters = support::cases(500);

model::Model read(const std::string& text, syntax::Format format) {
  source::SourceMap sources;
  source::Diagnostics diagnostics;
  auto symbols = std::make_shared<source::SymbolTable>();
  kubernetes::Loader loader(sources, *symbols, diagnostics, {});
  loader.load(sources.add("generated", source::Text::own(text)), format);
  model::Model model =
      kubernetes::assemble(loader.take_objects(), symbols, sources, diagnostics, {});
  for (const source::Diagnostic& problem : diagnostics.all()) FAIL_CHECK(problem.message);
  return model;
}

using Names = std::map<std::string, model::EndpointId>;

Names names_of(const model::Model& model) {
  Names names;
  for (std::size_t i = 0; i < model.endpoints.size(); ++i) {
    const model::Workload& workload = model[model.endpoints[i].workload];
    names.emplace(std::string(model.text(model[workload.ns].name)) + "/" +
                      std::string(model.text(workload.name)),
                  static_cast<model::EndpointId>(i));
  }
  return names;
}

/// Every pair of endpoints, and each with all outside addresses, both ways.
std::vector<std::vector<solver::sets::Piece>> meaning(const model::Model& model,
                                                      const model::ClusterProfile& profile) {
  const compiler::Cluster cluster(model, profile);
  const compiler::Party outside = net::all_addresses();
  std::vector<std::vector<solver::sets::Piece>> result;
  for (const auto& [from, a] : names_of(model)) {
    for (const auto& [to, b] : names_of(model)) {
      result.push_back(solver::sets::reach(cluster, a, b));
    }
    result.push_back(solver::sets::reach(cluster, a, outside));
    result.push_back(solver::sets::reach(cluster, outside, a));
  }
  return result;
}

}  // namespace

TEST_CASE(
    "agreement: YAML and JSON manifests mean what the cluster means that they were written from") {
  std::size_t answers = 0;
  for (std::uint64_t seed = 1; seed <= kClusters; ++seed) {
    const Spec spec = generate(seed, {true});
    const model::Model direct = to_model(spec);
    const model::Model yaml = read(to_yaml(spec), syntax::Format::Auto);
    const model::Model json = read(to_json(spec), syntax::Format::Json);
    INFO("seed " << seed << "\n" << to_yaml(spec));
    const auto expected = meaning(direct, spec.profile);
    REQUIRE(names_of(yaml).size() == names_of(direct).size());
    CHECK(meaning(yaml, spec.profile) == expected);
    CHECK(meaning(json, spec.profile) == expected);
    answers += expected.size();
  }
  MESSAGE(kClusters << " clusters, " << answers << " answers each way");
}

}  // namespace polreach::agreement
