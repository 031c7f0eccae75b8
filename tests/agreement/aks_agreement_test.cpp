// SPDX-License-Identifier: Apache-2.0
// Whole paths around random AKS clusters: what the set engine, Z3 and the replay say of the ways
// that the program builds, against the oracle's own journey of the packet.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <stdexcept>

#include "compiler/path/host_port_paths.h"
#include "compiler/path/pod_paths.h"
#include "compiler/path/service_paths.h"
#include "solver/queries/site_reference.h"
#include "solver/z3/path_prover.h"
#include "tests/agreement/aks_generator.h"
#include "tests/agreement/path_engines.h"
#include "tests/support/environment.h"

namespace polreach::agreement {
namespace {

using oracle::AksQuestion;
using oracle::Tri;
using Way = AksQuestion::Way;

constexpr std::uint64_t kDefaultCases = 1500;
constexpr int kQuestions = 12;
constexpr int kProofs = 2;  // of the questions

const char* text(Tri tri) {
  return tri == Tri::Never ? "never" : tri == Tri::Always ? "always" : "sometimes";
}

/// What the program makes of a question.
class Program {
 public:
  explicit Program(const AksCase& aks)
      : aks_(aks),
        cluster_(aks.model, aks.profile),
        around_(aks.cloud, &cluster_, model::ManagedClusterId{0}) {}

  void ask(const AksQuestion& q) {
    const std::vector<compiler::Connection> all = connections(q);
    packet_ = packet_of(q);
    const auto is_of = [&](const compiler::Connection& each) {
      return std::any_of(each.ways.begin(), each.ways.end(), [&](const compiler::Path& way) {
        return !way.destination_is_asked || way.destination.contains(packet_.destination);
      });
    };
    const auto found = std::find_if(all.begin(), all.end(), is_of);
    if (found == all.end()) throw std::runtime_error("no connection has the packet");
    ways_ = found->ways;
  }

  [[nodiscard]] Tri by_sets() {
    solver::sets::PathSpace space(around_.unknowns().all());
    const auto flows = solver::sets::flows(space, &cluster_, ways_).value();
    return verdict(space.diagrams(), flows.must, flows.may, packet_);
  }

  /// Throws where the replay says something else of a witness.
  [[nodiscard]] Tri by_z3() {
    const model::UnknownTable unknowns(around_.unknowns().all());
    solver::z3::PathProver prover(&cluster_, unknowns);
    const solver::sets::FlowBox box = {net::ProtocolSet(packet_.protocol),
                                       {packet_.source, packet_.source},
                                       {packet_.destination, packet_.destination},
                                       {packet_.source_port, packet_.source_port},
                                       {packet_.destination_port, packet_.destination_port}};
    const auto proof = prover.prove(ways_, box);
    if (!proof) throw std::runtime_error(proof.error().message);
    for (const bool passes : {true, false}) {
      const auto& witness = passes ? proof->allowed : proof->denied;
      if (!witness) continue;
      const bool replayed =
          solver::check::passes(&cluster_, unknowns, ways_.at(witness->way), *witness);
      if (replayed != passes) throw std::runtime_error("the replay does not confirm Z3");
      ++replayed_;
    }
    if (!proof->allowed) return Tri::Never;
    return proof->denied ? Tri::Sometimes : Tri::Always;
  }

  [[nodiscard]] std::size_t replayed() const { return replayed_; }

 private:
  compiler::Site site_of(const oracle::CloudEnd& end) {
    const std::string text =
        end.interface ? "nic/" + aks_.cloud[*end.interface].name : end.address.to_string();
    const auto target = solver::queries::resolve_site(around_, text);
    if (!target) throw std::runtime_error("no site is called " + text);
    for (const compiler::Site& site : target->sites) {
      if (site.addresses.contains(end.address)) return site;
    }
    throw std::runtime_error("no site of " + text + " has its address");
  }

  std::vector<compiler::Connection> connections(const AksQuestion& q) {
    const auto& from = q.source.pod;
    const auto& to = q.destination.pod;
    const model::HostPort port = {net::Protocol::Tcp, q.on_node, q.port};
    if (q.way == Way::HostPort) {
      if (from) return {compiler::pod_to_host_port(around_, *from, *to, port)};
      return {compiler::site_to_host_port(around_, site_of(q.source.site), *to, port,
                                          compiler::HostPortView::OfPod)};
    }
    if (q.way == Way::NodePort) {
      service_.name = q.local ? "shop/local" : "shop/api";
      service_.type = model::ServiceType::NodePort;
      service_.external_local = q.local;
      service_.ports = {{net::Protocol::Tcp, 443, q.on_node, q.port, {}}};
      return {compiler::service_connection(around_, site_of(q.source.site), service_,
                                           service_.ports[0], compiler::Entry::NodePort, *to)};
    }
    if (from && to) return {compiler::pod_to_pod(around_, *from, *to)};
    if (from) return compiler::pod_to_site(around_, *from, site_of(q.destination.site));
    return {compiler::site_to_pod(around_, site_of(q.source.site), *to)};
  }

  [[nodiscard]] net::Flow packet_of(const AksQuestion& q) const {
    const auto at = [&](const oracle::AksEnd& end) {
      return end.pod ? aks_.model[*end.pod].addresses.front() : end.site.address;
    };
    net::Flow flow = {q.protocol, at(q.source), at(q.destination), q.source_port, q.port};
    if (q.way == Way::NodePort) {
      flow.destination_port = q.on_node;
      // Any node: the address of this end is not asked about.
      const auto& known = aks_.model[*q.destination.pod].node_addresses;
      flow.destination =
          known.empty() ? aks_.cloud.subnets[0].space.prefixes[0].first() : known.front();
    }
    return flow;
  }

  const AksCase& aks_;
  compiler::Cluster cluster_;
  compiler::Surroundings around_;
  compiler::ServiceFacts service_;
  std::vector<compiler::Path> ways_;
  net::Flow packet_;
  std::size_t replayed_ = 0;
};

/// Where the program may know less than there is to know: of Cilium what policies with ranges of
/// nodes say of nodes (A-cilium-node), and that the node which takes a packet is the one that sends
/// it on.
bool may_be_loose(const AksCase& aks, const AksQuestion& q) {
  return aks.profile.engine == model::Engine::Cilium || q.way == Way::NodePort;
}

struct Counts {
  std::array<std::size_t, 3> verdicts{};
  std::size_t loose = 0;
  std::size_t loose_sets = 0;
  std::size_t proofs = 0;
  std::size_t replayed = 0;
};

/// Empty: all agree.
std::string compare(const AksCase& aks, const AksQuestion& q, bool prove, Counts& counts) {
  const Tri truth = oracle::decide(aks.scene(), q);
  ++counts.verdicts.at(static_cast<std::size_t>(truth));
  Program program(aks);
  program.ask(q);
  const Tri sets = program.by_sets();
  const bool knows_less = sets == Tri::Sometimes && truth != Tri::Sometimes;
  std::string wrong;
  const auto object = [&](const char* who, Tri said) {
    wrong += std::string(who) + " says " + text(said) + ", the oracle " + text(truth) + "\n";
  };
  if (sets != truth && !knows_less) object("the set engine", sets);
  // Bounds of sets may be wide: then Z3 says whether the path is.
  if (prove || knows_less) {
    ++counts.proofs;
    const Tri z3 = program.by_z3();
    counts.replayed += program.replayed();
    if (z3 == truth) {
      counts.loose_sets += knows_less ? 1 : 0;
    } else if (z3 == Tri::Sometimes && may_be_loose(aks, q)) {
      ++counts.loose;
    } else {
      object("Z3", z3);
    }
  }
  return wrong.empty() ? wrong : wrong + describe(aks, q);
}

}  // namespace

TEST_CASE("AKS agreement: whole paths around random clusters") {
  const std::uint64_t first = support::number_in("POLREACH_AGREEMENT_SEED").value_or(0);
  const bool one = std::getenv("POLREACH_AGREEMENT_SEED") != nullptr;
  const std::uint64_t count =
      one ? 1
          : support::number_in("POLREACH_AGREEMENT_AKS").value_or(support::cases(kDefaultCases));
  Counts counts;
  int wrong = 0;
  for (std::uint64_t seed = first; seed < first + count && wrong < 5; ++seed) {
    const AksCase aks = generate_aks(seed);
    Random random(~seed);
    for (int i = 0; i < kQuestions; ++i) {
      const AksQuestion q = some_question(aks, random);
      const std::string report = compare(aks, q, i < kProofs, counts);
      if (report.empty()) continue;
      FAIL_CHECK("seed " << seed << ", question " << i << ": " << report);
      ++wrong;
      break;
    }
  }
  const auto [never, sometimes, always] = counts.verdicts;
  MESSAGE(count << " clusters: " << always << " always, " << sometimes << " sometimes, " << never
                << " never; " << counts.proofs << " proofs, " << counts.replayed
                << " replayed; less known of " << counts.loose << ", sets alone of "
                << counts.loose_sets);
  if (one) return;
  CHECK(always > count);
  CHECK(sometimes > count / 2);
  CHECK(never > count);
  CHECK(counts.loose * 20 < counts.proofs);
}

TEST_CASE("AKS agreement: a program that took the cluster for another would be found out") {
  struct Fault {
    const char* name;
    std::function<void(AksCase&)> change;
  };
  const auto in_mode = [](model::NetworkMode mode) {
    return [mode](AksCase& aks) { aks.cloud.clusters[0].mode = mode; };
  };
  const auto under = [](model::Engine engine) {
    return [engine](AksCase& aks) { aks.profile.engine = engine; };
  };
  const std::vector<Fault> faults = {
      {"an overlay", in_mode(model::NetworkMode::Overlay)},
      {"pods in the nodes' subnet", in_mode(model::NetworkMode::NodeSubnet)},
      {"no engine", under(model::Engine::None)},
      {"Azure NPM", under(model::Engine::AzureNpm)},
      {"Calico", under(model::Engine::Calico)},
      {"nodes without a group of their own",
       [](AksCase& aks) { aks.cloud.clusters[0].node_group.reset(); }},
      {"host ports that are the pods' own",
       [](AksCase& aks) {
         for (model::Endpoint& pod : aks.model.endpoints) {
           for (model::HostPort& port : pod.host_ports) port.on_node = port.in_container;
         }
       }},
      {"policies that say nothing of egress",
       [](AksCase& aks) {
         for (model::Policy& policy : aks.model.policies) policy.egress.reset();
       }},
  };
  for (const Fault& fault : faults) {
    bool found = false;
    for (std::uint64_t seed = 0; seed < 400 && !found; ++seed) {
      const AksCase aks = generate_aks(seed);
      AksCase wrong = generate_aks(seed);
      fault.change(wrong);
      Random random(~seed);
      for (int i = 0; i < kQuestions && !found; ++i) {
        const AksQuestion q = some_question(aks, random);
        AksQuestion as_taken = q;
        if (q.way == Way::HostPort)
          as_taken.on_node = wrong.model.endpoints[0].host_ports[0].on_node;
        Program program(wrong);
        program.ask(as_taken);
        const Tri said = program.by_sets();
        found = said != Tri::Sometimes && said != oracle::decide(aks.scene(), q);
      }
    }
    CHECK_MESSAGE(found, std::string(fault.name));
  }
}

}  // namespace polreach::agreement
