// SPDX-License-Identifier: Apache-2.0
// A map says of every two endpoints what the set engine, and the oracle, say of these two.
#include "solver/queries/map.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "solver/sets/reach.h"
#include "tests/agreement/generator.h"
#include "tests/agreement/listing_model.h"
#include "tests/oracle/oracle.h"
#include "tests/support/environment.h"

namespace polreach::agreement {
namespace {

namespace queries = solver::queries;

using model::EndpointId;
using net::Traffic;
using queries::Grouping;
using queries::MapFlow;
using solver::sets::Piece;

const std::uint64_t kClusters = support::cases(1500);
constexpr std::uint64_t kProvenOneIn = 25;
constexpr std::uint64_t kRefereedOneIn = 10;

struct Counts {
  std::uint64_t pairs = 0;
  std::uint64_t open = 0;       // of them, those that something may pass between
  std::uint64_t depends = 0;    // those where something depends
  std::uint64_t variants = 0;   // lines about some pods of a workload
  std::uint64_t addresses = 0;  // of an endpoint and one address
  std::uint64_t refereed = 0;   // packets that the oracle decided
  std::uint64_t proofs = 0;
};

/// One cluster and one way to list it.
class Listing {
 public:
  Listing(const Spec& spec, std::uint64_t seed, Counts& counts)
      : spec_(spec), counts_(counts), model_(to_model(spec)), profile_(spec.profile) {
    if (seed % 2 == 1) join_workloads(model_);
    profile_.own_node_passes = false;
    options_.itself = true;
    options_.prove = seed % kProvenOneIn == 0;
    if (seed % 3 == 1) options_.grouping = Grouping::Pods;
    if (seed % 3 == 2) options_.grouping = Grouping::Owners;
    options_.ipv6 = seed % 7 == 6;
    if (seed % 5 == 4) {
      options_.asked.entries.push_back({net::Protocol::Tcp, net::PortSet(80, 443)});
    }
    cluster_.emplace(model_, profile_);
    map_ = queries::map(*cluster_, options_);
  }

  void check(bool with_oracle) {
    counts_.proofs += map_.proofs;
    if (options_.prove) CHECK(map_.proofs + map_.unproven <= map_.connections.size());
    expand();
    between_pods(with_oracle);
    with_outside(true);
    with_outside(false);
  }

 private:
  struct Line {
    const net::AddressSet* addresses;
    const MapFlow* flow;
  };

  /// Every line, by the endpoints that it is about.
  void expand() {
    for (const queries::MapConnection& each : map_.connections) {
      const queries::MapPeer& from = map_.peers[each.source];
      const queries::MapPeer& to = map_.peers[each.destination];
      const MapFlow& flow = map_.flows[each.flow];
      REQUIRE_FALSE((from.is_outside() && to.is_outside()));
      CHECK_FALSE((flow.allowed | flow.conditional).empty());
      CHECK((flow.allowed & flow.conditional).empty());
      CHECK(flow.conditional.empty() == flow.points.empty());
      if (!from.whole || !to.whole) ++counts_.variants;
      for (const EndpointId a : from.endpoints) {
        if (to.is_outside()) outside_[{a, true}].push_back({&to.addresses, &flow});
        for (const EndpointId b : to.endpoints) {
          const bool added = between_.emplace(std::pair(a, b), &flow).second;
          CHECK_MESSAGE(added, about(a, b) << " stands in two lines");
        }
      }
      if (!from.is_outside()) continue;
      for (const EndpointId b : to.endpoints)
        outside_[{b, false}].push_back({&from.addresses, &flow});
    }
  }

  void between_pods(bool with_oracle) {
    for (std::uint32_t i = 0; i < model_.endpoints.size(); ++i) {
      for (std::uint32_t j = 0; j < model_.endpoints.size(); ++j) {
        const auto from = static_cast<EndpointId>(i);
        const auto to = static_cast<EndpointId>(j);
        if (is_one_pod(from, to)) continue;
        const auto found = between_.find({from, to});
        const MapFlow* said = found == between_.end() ? nullptr : found->second;
        const Piece truth = solver::sets::reach(*cluster_, from, to).at(0);
        ++counts_.pairs;
        if (said != nullptr) ++counts_.open;
        if (said != nullptr && !said->conditional.empty()) ++counts_.depends;
        compare(said, truth, to, about(from, to));
        if (with_oracle) referee(said, from, to);
      }
    }
  }

  /// A list of pods takes a pod as one, even where others of its workload are like it.
  [[nodiscard]] bool is_one_pod(EndpointId from, EndpointId to) const {
    const bool pods = options_.grouping == Grouping::Pods;
    return from == to && ((pods && model_[from].pod) || cluster_->is_one_pod(from, to));
  }

  void compare(const MapFlow* said, const Piece& truth, const compiler::Party& destination,
               const std::string& what) {
    const Traffic asked = queries::traffic_of(model_, options_.asked, destination);
    const Traffic allowed = said == nullptr ? Traffic() : said->allowed;
    const Traffic conditional = said == nullptr ? Traffic() : said->conditional;
    const bool same =
        allowed == (truth.must & asked) && conditional == ((truth.may - truth.must) & asked);
    CHECK_MESSAGE(same, what << ": the map " << net::to_string(allowed) << " / "
                             << net::to_string(conditional) << ", the pair "
                             << net::to_string(truth.must) << " / " << net::to_string(truth.may));
  }

  void referee(const MapFlow* said, EndpointId from, EndpointId to) {
    // As its node it reaches the pods there, which a map leaves out, and the oracle does not.
    if (model_[from].host_network) return;
    static const std::vector<oracle::Target> kTargets = {
        {net::Protocol::Tcp, 1},   {net::Protocol::Tcp, 80},    {net::Protocol::Tcp, 443},
        {net::Protocol::Udp, 53},  {net::Protocol::Tcp, 8080},  {net::Protocol::Sctp, 8080},
        {net::Protocol::Udp, 443}, {net::Protocol::Tcp, 65535}, {net::Protocol::Sctp, 1}};
    const auto truth = oracle::decide(model_, profile_, from, to, kTargets);
    const Traffic asked = queries::traffic_of(model_, options_.asked, to);
    for (std::size_t i = 0; i < kTargets.size(); ++i) {
      const auto [protocol, port] = kTargets[i];
      if (!asked.contains(protocol, port)) continue;
      oracle::Tri listed = oracle::Tri::Never;
      if (said != nullptr && said->conditional.contains(protocol, port)) {
        listed = oracle::Tri::Sometimes;
      }
      if (said != nullptr && said->allowed.contains(protocol, port)) listed = oracle::Tri::Always;
      ++counts_.refereed;
      CHECK_MESSAGE(listed == truth[i], about(from, to)
                                            << " on " << net::to_string(protocol) << " " << port);
    }
  }

  void with_outside(bool egress) {
    const bool v6 = options_.ipv6 || queries::speaks_of_ipv6(*cluster_);
    const std::vector<net::Address> edges = edges_of(model_);
    for (std::uint32_t i = 0; i < model_.endpoints.size(); ++i) {
      const auto id = static_cast<EndpointId>(i);
      for (const net::Address& address : edges) {
        if (!v6 && address.family == net::Family::V6) continue;
        const net::AddressSet one(address, address);
        const MapFlow* said = nullptr;
        for (const Line& line : outside_[{id, egress}]) {
          if (!line.addresses->contains(address)) continue;
          CHECK_MESSAGE(said == nullptr, address.to_string() << " stands in two lines");
          said = line.flow;
        }
        const compiler::Party destination = egress ? compiler::Party(one) : compiler::Party(id);
        const auto truth = egress ? solver::sets::reach(*cluster_, id, one)
                                  : solver::sets::reach(*cluster_, one, id);
        REQUIRE(truth.size() == 1);
        ++counts_.addresses;
        compare(said, truth.front(), destination,
                name(id) + (egress ? " -> " : " <- ") + address.to_string());
      }
    }
  }

  [[nodiscard]] std::string name(EndpointId id) const {
    return spec_.endpoints[static_cast<std::size_t>(id)].name;
  }
  [[nodiscard]] std::string about(EndpointId from, EndpointId to) const {
    return name(from) + " -> " + name(to);
  }

  const Spec& spec_;
  Counts& counts_;
  model::Model model_;
  model::ClusterProfile profile_;
  queries::MapOptions options_;
  std::optional<compiler::Cluster> cluster_;
  queries::Map map_;
  std::map<std::pair<EndpointId, EndpointId>, const MapFlow*> between_;
  std::map<std::pair<EndpointId, bool>, std::vector<Line>> outside_;  // true: egress
};

}  // namespace

TEST_CASE("map: every line, and every line that is missing, is what each two endpoints have") {
  Counts counts;
  for (std::uint64_t seed = 0; seed < kClusters; ++seed) {
    const Spec spec = generate(seed);
    CAPTURE(seed);
    Listing(spec, seed, counts).check(seed % kRefereedOneIn == 0);
  }
  MESSAGE(counts.pairs << " pairs, " << counts.open << " open, " << counts.depends << " depend; "
                       << counts.variants << " lines about variants; " << counts.addresses
                       << " addresses; " << counts.refereed << " packets decided by the oracle; "
                       << counts.proofs << " proofs");
  CHECK(counts.pairs > 10 * kClusters);
  CHECK(counts.open > kClusters);
  CHECK(counts.depends > kClusters / 10);
  CHECK(counts.variants > kClusters / 10);
  CHECK(counts.addresses > 50 * kClusters);
  CHECK(counts.refereed > kClusters);
  CHECK(counts.proofs > 100);
}

}  // namespace polreach::agreement
