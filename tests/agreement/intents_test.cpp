// SPDX-License-Identifier: Apache-2.0
// Random intents about random clusters, judged by the oracle packet by packet: what holds has no
// counterexample, what is violated has one in every world, and pods that are created do not break
// what holds for all that could be.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>
#include <string>

#include "solver/intents/verify.h"
#include "solver/queries/map.h"
#include "tests/agreement/generator.h"
#include "tests/agreement/generator_parts.h"
#include "tests/agreement/listing_model.h"
#include "tests/oracle/oracle.h"
#include "tests/support/environment.h"

namespace polreach::agreement {
namespace {

namespace judged = solver::intents;

using intents::End;
using intents::Expect;
using intents::Intent;
using intents::Member;
using intents::Scope;
using model::EndpointId;
using model::Model;
using oracle::Tri;

constexpr std::uint64_t kDefaultClusters = 1000;

/// POLREACH_AGREEMENT_INTENTS sets how many; how often each verdict comes is looked at with the
/// default number alone.
std::uint64_t clusters() {
  const auto given = support::number_in("POLREACH_AGREEMENT_INTENTS");
  return given.value_or(support::cases(kDefaultClusters));
}

constexpr std::size_t kCreated = 10;

/// Whether something is a member: certainly, perhaps (labels that are not known), or not.
enum class Is : std::uint8_t { Not, Perhaps, Member };

Is both(Is a, Is b) { return std::min(a, b); }
Is either(Is a, Is b) { return std::max(a, b); }
Is no(Is a) { return static_cast<Is>(2 - static_cast<int>(a)); }

/// A plain reading of selectors, of its own.
Is meets(const Model& model, const model::Selector& selector, const model::LabelSet& labels,
         bool open_is_unknown) {
  Is all = Is::Member;
  for (const model::Requirement& each : selector.all_of) {
    const model::Label* label = labels.find(each.key);
    const bool unknown =
        label == nullptr &&
        ((labels.open && open_is_unknown) ||
         std::find(labels.unknown.begin(), labels.unknown.end(), each.key) != labels.unknown.end());
    if (unknown) {
      all = both(all, Is::Perhaps);
      continue;
    }
    const bool listed =
        label != nullptr &&
        std::any_of(each.values.begin(), each.values.end(), [&](model::Symbol value) {
          return model.text(value) == model.text(label->value);
        });
    const bool met = each.op == model::Operator::In       ? listed
                     : each.op == model::Operator::NotIn  ? !listed
                     : each.op == model::Operator::Exists ? label != nullptr
                                                          : label == nullptr;
    all = both(all, met ? Is::Member : Is::Not);
  }
  return all;
}

Is is_in(const Model& model, const model::ClusterProfile& profile,
         const std::vector<Member>& members, EndpointId id) {
  const bool open = profile.unknown_namespace_labels;
  Is some = Is::Not;
  for (const Member& each : members) {
    if (each.reference == "any") return Is::Member;
    if (!each.reference.empty()) continue;
    const model::LabelSet& space = model.label_sets[model[model.namespace_of(id)].labels];
    const Is ns = each.namespaces ? meets(model, *each.namespaces, space, open) : Is::Member;
    some =
        either(some, both(ns, meets(model, each.pods, model.label_sets[model[id].labels], true)));
  }
  return some;
}

/// `everything`: the address is among those that mean "any": not of IPv6 where nobody speaks of it.
Is is_in(const std::vector<Member>& members, const net::Address& address, bool everything) {
  for (const Member& each : members) {
    if (each.reference == "any" && everything) return Is::Member;
    const auto prefix = net::Prefix::parse(each.reference);
    if (prefix && net::addresses_of(*prefix).contains(address)) return Is::Member;
  }
  return Is::Not;
}

/// Selectors of the generator, as those of intents.
model::Selector selector_of(const SelectorSpec& spec, Model& model) {
  model::Selector result;
  for (const RequirementSpec& each : spec) {
    model::Requirement requirement{model.symbols->intern(each.key), each.op, {}, {}};
    for (const std::string& value : each.values) {
      requirement.values.push_back(model.symbols->intern(value));
    }
    std::sort(requirement.values.begin(), requirement.values.end());
    result.all_of.push_back(std::move(requirement));
  }
  return result;
}

Member random_member(const Spec& spec, Model& model, Random& random) {
  static const std::vector<std::string> kBlocks = {"10.0.0.0/8", "10.0.0.0/24", "192.168.0.0/16",
                                                   "0.0.0.0/1",  "fd00::/64",   "::/0"};
  Member member;
  member.text = "a member";
  const std::size_t choice = random.below(10);
  if (choice == 0) {
    member.text = member.reference = "any";
  } else if (choice <= 2) {
    member.text = member.reference = random.pick(kBlocks);
  } else {
    if (random.chance(60)) {
      member.namespaces = selector_of(random_namespace_selector(spec, random), model);
    }
    member.pods = selector_of(random_pod_selector(random), model);
  }
  return member;
}

End random_end(const Spec& spec, Model& model, Random& random) {
  End end;
  end.text = "an end";
  end.members.push_back(random_member(spec, model, random));
  if (random.chance(30)) end.members.push_back(random_member(spec, model, random));
  if (random.chance(20)) end.except.push_back(random_member(spec, model, random));
  return end;
}

struct Packet {
  net::Protocol protocol;
  net::Port port;
};

Packet random_packet(Random& random) {
  static const std::vector<Packet> kPackets = {
      {net::Protocol::Tcp, 80},   {net::Protocol::Tcp, 443},  {net::Protocol::Udp, 53},
      {net::Protocol::Tcp, 8080}, {net::Protocol::Udp, 8080}, {net::Protocol::Sctp, 80}};
  return random.pick(kPackets);
}

Intent random_intent(const Spec& spec, Model& model, Random& random, Packet packet) {
  Intent intent;
  intent.name = "random";
  intent.expect = static_cast<Expect>(random.below(5));
  intent.from = random_end(spec, model, random);
  if (intent.expect != Expect::Isolated) intent.to = random_end(spec, model, random);
  intent.ports.push_back({packet.protocol, model::PortRange{packet.port, packet.port}, {}});
  return intent;
}

/// The verdict of the oracle.
class Referee {
 public:
  Referee(const Model& model, const model::ClusterProfile& profile, const Intent& intent,
          Packet packet, bool ipv6)
      : model_(model), profile_(profile), intent_(intent), packet_(packet), ipv6_(ipv6) {}

  std::uint64_t packets = 0;
  bool has_from = false;  // something is, or may be, a member of the end
  bool has_to = false;
  bool always = false;     // of pairs that are certainly meant: a packet passes in every world
  bool sometimes = false;  // in some; or of pairs that may be meant
  bool never = false;      // in none

  /// Goes through all ends of which `from` or `to` has one at least that `wanted` names.
  template <typename Wanted>
  void run(const std::vector<oracle::Party>& ends, const Wanted& wanted) {
    for (const oracle::Party& from : ends) {
      has_from = has_from || member(intent_.from, from) != Is::Not;
      has_to = has_to || member(intent_.to, from) != Is::Not;
      for (const oracle::Party& to : ends) {
        if (wanted(from, to)) look_at(from, to);
      }
    }
  }

  [[nodiscard]] judged::Verdict verdict() const {
    const bool forbids = intent_.expect != Expect::Allowed;
    if (packets == 0) return judged::Verdict::Empty;
    if (forbids ? always : never) return judged::Verdict::Violated;
    return sometimes ? judged::Verdict::Depends : judged::Verdict::Holds;
  }

 private:
  [[nodiscard]] Is member(const End& end, const oracle::Party& party) const {
    const auto in = [&](const std::vector<Member>& members) {
      const auto* id = std::get_if<EndpointId>(&party);
      return id != nullptr ? is_in(model_, profile_, members, *id)
                           : is_in(members, std::get<net::Address>(party), is_any(party));
    };
    return both(in(end.members), no(in(end.except)));
  }

  [[nodiscard]] bool is_any(const oracle::Party& party) const {
    const auto* address = std::get_if<net::Address>(&party);
    return address == nullptr || address->family == net::Family::V4 || ipv6_;
  }

  /// One of all others.
  [[nodiscard]] Is other(const End& end, const oracle::Party& party) const {
    return is_any(party) ? no(member(end, party)) : Is::Not;
  }

  [[nodiscard]] Is meant(const oracle::Party& from, const oracle::Party& to) const {
    switch (intent_.expect) {
      case Expect::Allowed:
      case Expect::Denied:
        return both(member(intent_.from, from), member(intent_.to, to));
      case Expect::OnlyFrom:
        return both(other(intent_.from, from), member(intent_.to, to));
      case Expect::OnlyTo:
        return both(member(intent_.from, from), other(intent_.to, to));
      case Expect::Isolated:
        return either(both(member(intent_.from, from), other(intent_.from, to)),
                      both(other(intent_.from, from), member(intent_.from, to)));
    }
    return Is::Not;
  }

  /// Known addresses of one end are all of another family than those of the other: no packet.
  [[nodiscard]] bool share_no_family(const oracle::Party& from, const oracle::Party& to) const {
    const auto families = [&](const oracle::Party& party) -> std::set<net::Family> {
      const auto* id = std::get_if<EndpointId>(&party);
      if (id == nullptr) return {std::get<net::Address>(party).family};
      std::set<net::Family> known;
      for (const net::Address& each : model_[*id].addresses) known.insert(each.family);
      if (known.empty()) known = {net::Family::V4, net::Family::V6};
      return known;
    };
    const std::set<net::Family> ours = families(from);
    const std::set<net::Family> theirs = families(to);
    return std::none_of(ours.begin(), ours.end(),
                        [&](net::Family each) { return theirs.contains(each); });
  }

  void look_at(const oracle::Party& from, const oracle::Party& to) {
    const auto* a = std::get_if<EndpointId>(&from);
    const auto* b = std::get_if<EndpointId>(&to);
    if (a == nullptr && b == nullptr) return;
    if (a != nullptr && b != nullptr && *a == *b && !model_[model_[*a].workload].replicated) return;
    if (share_no_family(from, to)) return;
    const Is is_meant = meant(from, to);
    if (is_meant == Is::Not) return;
    ++packets;
    const Tri tri = oracle::decide(model_, profile_, from, to, packet_.protocol, packet_.port);
    const bool wrong = intent_.expect == Expect::Allowed ? tri != Tri::Always : tri != Tri::Never;
    if (is_meant == Is::Perhaps) {
      sometimes = sometimes || wrong;
      return;
    }
    always = always || tri == Tri::Always;
    never = never || tri == Tri::Never;
    sometimes = sometimes || tri == Tri::Sometimes;
  }

  const Model& model_;
  const model::ClusterProfile& profile_;
  const Intent& intent_;
  Packet packet_;
  bool ipv6_;  // somebody speaks of it
};

/// Clusters without pods of nodes: lists leave out a pod's own node, and the oracle does not.
Spec without_nodes(Spec spec) {
  for (EndpointSpec& each : spec.endpoints) {
    each.host_network = false;
    each.node_addresses.clear();
  }
  return spec;
}

std::vector<oracle::Party> ends_of(const Model& model, bool addresses) {
  std::vector<oracle::Party> ends;
  for (std::uint32_t i = 0; i < model.endpoints.size(); ++i) {
    ends.emplace_back(static_cast<EndpointId>(i));
  }
  if (!addresses) return ends;
  std::set<net::Address> own;
  for (const model::Endpoint& each : model.endpoints) {
    own.insert(each.addresses.begin(), each.addresses.end());
  }
  // Where a member of an intent begins and ends, and where something in the model does.
  std::vector<net::Address> edges = edges_of(model);
  for (const char* text : {"9.255.255.255", "10.0.0.0", "10.0.0.255", "10.0.1.0", "10.255.255.255",
                           "11.0.0.0", "127.255.255.255", "128.0.0.0", "192.167.255.255",
                           "192.168.0.0", "192.168.255.255", "192.169.0.0", "0.0.0.0",
                           "255.255.255.255", "::", "fcff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                           "fd00::", "fd00::ffff:ffff:ffff:ffff", "fd00:0:0:1::"}) {
    edges.push_back(net::Address::parse(text).value());
  }
  for (const net::Address& each : edges) {
    if (!own.contains(each)) ends.emplace_back(each);
  }
  return ends;
}

struct Counts {
  std::array<std::uint64_t, 5> verdicts{};
  std::uint64_t packets = 0;
  std::uint64_t of_ipv6 = 0;  // clusters that speak of it
};

}  // namespace

TEST_CASE("intents: the verdict is that of the oracle, packet by packet") {
  Counts counts;
  for (std::uint64_t seed = 0; seed < clusters(); ++seed) {
    CAPTURE(seed);
    const Spec spec = without_nodes(generate(seed, {.readable = false, .tiered = 20}));
    Model model = to_model(spec);
    model::ClusterProfile profile = spec.profile;
    profile.own_node_passes = false;
    Random random(seed * 7 + 1);
    const Packet packet = random_packet(random);
    std::vector<Intent> all;
    for (int i = 0; i < 3; ++i) all.push_back(random_intent(spec, model, random, packet));
    const compiler::Cluster cluster(model, profile);
    const bool ipv6 = solver::queries::speaks_of_ipv6(cluster);
    counts.of_ipv6 += ipv6 ? 1 : 0;
    const auto verification = judged::verify({cluster}, all);
    for (std::size_t i = 0; i < all.size(); ++i) {
      CAPTURE(i);
      CAPTURE(to_string(all[i].expect));
      Referee referee(model, profile, all[i], packet, ipv6);
      referee.run(ends_of(model, true), [](const auto&, const auto&) { return true; });
      counts.packets += referee.packets;
      const judged::Judgement& said = verification.judgements[i];
      ++counts.verdicts[static_cast<std::size_t>(said.verdict)];
      const judged::Verdict expected = referee.verdict();
      const bool nothing = said.verdict == judged::Verdict::Empty ||
                           (said.verdict == judged::Verdict::Holds && said.pairs == 0);
      const bool one_end = all[i].expect == Expect::Isolated;
      const bool unmatched = !referee.has_from || (!one_end && !referee.has_to);
      if (expected == judged::Verdict::Empty) {
        CHECK_MESSAGE(nothing, "said " << to_string(said.verdict));
      } else if (unmatched && expected == judged::Verdict::Holds) {
        CHECK_MESSAGE(said.verdict == judged::Verdict::Empty, "said " << to_string(said.verdict));
      } else {
        CHECK_MESSAGE(said.verdict == expected, "said " << to_string(said.verdict)
                                                        << ", the oracle " << to_string(expected)
                                                        << "; " << said.why);
      }
      CHECK((said.verdict == judged::Verdict::Violated) ==
            std::any_of(said.findings.begin(), said.findings.end(),
                        [](const auto& finding) { return finding.certain; }));
    }
  }
  MESSAGE(counts.packets << " packets; " << counts.verdicts[0] << " hold, " << counts.verdicts[1]
                         << " violated, " << counts.verdicts[2] << " depend, " << counts.verdicts[3]
                         << " empty");
  CHECK(counts.verdicts[4] == 0);
  if (clusters() < kDefaultClusters) return;
  for (std::size_t verdict = 0; verdict < 4; ++verdict) CHECK(counts.verdicts[verdict] > 20);
  CHECK(counts.of_ipv6 > kDefaultClusters / 4);
}

namespace {

/// A pod that someone creates, in a namespace that is declared or new.
EndpointId create(Model& model, const Spec& spec, Random& random) {
  std::vector<model::NamespaceId> declared;
  for (std::size_t i = 0; i < spec.namespaces.size(); ++i) {
    if (spec.namespaces[i].declared && spec.namespaces[i].unknown.empty()) {
      declared.push_back(static_cast<model::NamespaceId>(i));
    }
  }
  const auto some_labels = [&](const std::vector<KeySpec>& keys, std::vector<model::Label> labels) {
    for (const KeySpec& key : keys) {
      std::vector<std::string> values = key.values;
      values.emplace_back("created");
      if (random.chance(60)) {
        labels.push_back(
            {model.symbols->intern(key.key), model.symbols->intern(random.pick(values))});
      }
    }
    return model.label_sets.intern(model::LabelSet::of(std::move(labels)));
  };
  model::Workload workload;
  if (!declared.empty() && random.chance(60)) {
    workload.ns = random.pick(declared);
  } else {
    model::Namespace space;
    space.name = model.symbols->intern(numbered("created", model.namespaces.size()));
    space.declared = true;
    space.labels =
        some_labels(namespace_keys(), {{model.symbols->intern(kNamespaceName), space.name}});
    workload.ns = static_cast<model::NamespaceId>(model.namespaces.size());
    model.namespaces.push_back(space);
  }
  workload.kind = workload.name = model.symbols->intern("created");
  workload.replicated = false;
  model::Endpoint endpoint;
  endpoint.workload = static_cast<model::WorkloadId>(model.workloads.size());
  endpoint.labels = some_labels(pod_keys(), {});
  endpoint.owner_kind = endpoint.owner_name = workload.name;
  const auto id = static_cast<EndpointId>(model.endpoints.size());
  workload.endpoints.push_back(id);
  model.workloads.push_back(workload);
  model.endpoints.push_back(endpoint);
  return id;
}

}  // namespace

TEST_CASE("intents: what holds for all pods that could be created holds for those that are") {
  Counts counts;
  std::uint64_t shown = 0;
  for (std::uint64_t seed = 0; seed < clusters() * 3 / 10; ++seed) {
    CAPTURE(seed);
    const Spec spec = without_nodes(generate(seed, {.readable = false, .tiered = 20}));
    Model model = to_model(spec);
    model::ClusterProfile profile = spec.profile;
    profile.own_node_passes = false;
    Random random(seed * 11 + 5);
    const Packet packet = random_packet(random);
    std::vector<Intent> all;
    for (int i = 0; i < 2; ++i) {
      all.push_back(random_intent(spec, model, random, packet));
      all.back().scope = Scope::Possible;
    }
    const compiler::Cluster cluster(model, profile);
    const auto verification = judged::verify({cluster}, all);
    Model with_pods = model;
    for (std::size_t i = 0; i < kCreated; ++i) create(with_pods, spec, random);
    const auto is_new = [&](const oracle::Party& party) {
      const auto* id = std::get_if<EndpointId>(&party);
      return id != nullptr && static_cast<std::size_t>(*id) >= model.endpoints.size();
    };
    for (std::size_t i = 0; i < all.size(); ++i) {
      CAPTURE(i);
      CAPTURE(to_string(all[i].expect));
      const judged::Judgement& said = verification.judgements[i];
      ++counts.verdicts[static_cast<std::size_t>(said.verdict)];
      for (const auto& finding : said.findings) {
        shown += finding.example && !finding.example->pod.empty() ? 1 : 0;
      }
      if (said.verdict == judged::Verdict::Violated) continue;
      Referee referee(with_pods, profile, all[i], packet, false);
      referee.run(ends_of(with_pods, false),
                  [&](const auto& from, const auto& to) { return is_new(from) || is_new(to); });
      counts.packets += referee.packets;
      const judged::Verdict found = referee.verdict();
      CHECK_MESSAGE(found != judged::Verdict::Violated,
                    "said " << to_string(said.verdict) << "; " << said.why);
      if (said.verdict == judged::Verdict::Holds) CHECK(found != judged::Verdict::Depends);
    }
  }
  MESSAGE(counts.packets << " packets; " << counts.verdicts[0] << " hold, " << counts.verdicts[1]
                         << " violated, " << counts.verdicts[2] << " depend, " << counts.verdicts[3]
                         << " empty; " << shown << " pods shown");
  if (clusters() < kDefaultClusters) return;
  CHECK(counts.verdicts[0] > 20);
  CHECK(counts.verdicts[1] > 100);
  CHECK(shown > 100);
}

}  // namespace polreach::agreement
