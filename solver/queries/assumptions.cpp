// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/assumptions.h"

#include <algorithm>
#include <set>

#include "compiler/resolve/engine.h"

namespace polreach::solver::queries {
namespace {

using compiler::Assumption;
using compiler::Cluster;
using model::EndpointId;
using model::Gap;
using model::Model;

/// The endpoints that an outcome stands for, both sides.
std::set<EndpointId> endpoints_of(const Outcome& outcome) {
  std::set<EndpointId> result;
  for (const auto* side : {&outcome.sources, &outcome.destinations}) {
    for (const Variant& variant : *side) {
      result.insert(variant.endpoints.begin(), variant.endpoints.end());
    }
  }
  return result;
}

std::string undeclared_namespaces(const Cluster& cluster, const Answer& answer) {
  const Model& model = cluster.model();
  std::set<model::NamespaceId> found;
  for (const Outcome& outcome : answer.outcomes) {
    for (EndpointId id : endpoints_of(outcome)) {
      const model::NamespaceId ns = model.namespace_of(id);
      if (!model[ns].declared) found.insert(ns);
    }
  }
  std::string text;
  for (model::NamespaceId ns : found) {
    if (!text.empty()) text += ", ";
    text += model.text(model[ns].name);
  }
  return text;
}

NamedAssumption description_of(const std::string& namespaces, Assumption assumption) {
  switch (assumption) {
    case Assumption::IpBlockPods:
      return {"A-ipblock-pods",
              "whether an ipBlock matches the addresses of pods: plugins differ",
              "--ipblock-matches-pods=yes or no",
              {}};
    case Assumption::PodAddress:
      return {"A-pod-address",
              "the address that a pod will have",
              "an export that holds the pods: kubectl get pods -o json",
              {}};
    case Assumption::HostNetwork:
      return {"A-host-network",
              "whether policies treat a pod with hostNetwork as a pod or as its node",
              "--host-network=pod or node",
              {}};
    case Assumption::NodePlacement:
      return {"A-node-placement",
              "whether the two pods run on one node",
              "an export that holds the pods: kubectl get pods -o json",
              {}};
    case Assumption::NamespaceLabels:
      return {"A-namespace-labels",
              "the labels of namespaces that the input does not hold: " + namespaces,
              "their Namespace objects, or --missing-namespaces=unlabelled",
              {}};
    case Assumption::PodLabels:
      return {"A-pod-labels",
              "labels that a controller will give to the pods",
              "an export that holds the pods: kubectl get pods -o json",
              {}};
    case Assumption::Controller:
      return {"A-controller",
              "which pods serve the entrances (Ingress, Gateway, Route), and with which labels",
              "the controller's pods in the input",
              {}};
    case Assumption::Nodes:
      return {"A-nodes",
              "which addresses are those of nodes that policies name by their labels",
              "the Node objects: kubectl get nodes -o json",
              {}};
    case Assumption::DomainNames:
      return {"A-domain-names",
              "the addresses of domain names that policies name: they are not decidable from "
              "addresses",
              "networks peers with addresses instead of domainNames",
              {}};
  }
  return {};
}

void add_gaps(const Cluster& cluster, const std::set<std::size_t>& used,
              std::vector<NamedAssumption>& result) {
  NamedAssumption unsupported{kUnsupportedPolicy, "", "", {}};
  NamedAssumption unreadable{kUnreadable, "", "", {}};
  for (std::size_t i : used) {
    const Gap& gap = cluster.model().gaps[i];
    if (gap.effect == Gap::Effect::RequestsOnly) continue;
    NamedAssumption& named = gap.why == Gap::Why::UnsupportedKind ? unsupported : unreadable;
    named.text += (named.text.empty() ? "" : ", ") + gap.what;
    named.where.push_back(gap.where);
  }
  if (!unsupported.where.empty()) {
    unsupported.text =
        "what policies do that polreach does not understand yet: " + unsupported.text;
    unsupported.settle = "leaving them out of the input, if they do not act on these pods";
    result.push_back(std::move(unsupported));
  }
  if (!unreadable.where.empty()) {
    unreadable.text = "what documents say that could not be read: " + unreadable.text;
    unreadable.settle = "mending them: see the warnings";
    result.push_back(std::move(unreadable));
  }
}

std::string count_of(std::size_t policies) {
  return std::to_string(policies) + (policies == 1 ? " policy" : " policies");
}

/// A reading of the engine's own is not what somebody asked for.
std::string settled_by(const Cluster& cluster, model::Reading model::ClusterProfile::*reading) {
  const model::ClusterProfile& profile = cluster.profile();
  model::ClusterProfile own;
  compiler::settle(own, profile.engine);
  const bool is_own = own.*reading != model::Reading::Both && own.*reading == profile.*reading;
  return is_own ? "(as " + std::string(compiler::to_string(profile.engine)) + " does)"
                : "(as asked)";
}

/// What is assumed where nothing of it can be open.
class Standing {
 public:
  Standing(const Cluster& cluster, const Answer& answer) : cluster_(cluster), answer_(answer) {}

  std::vector<NamedAssumption> run() {
    bool policies = false;
    bool blocks = false;
    bool ingress_from_outside = false;
    for (const Outcome& outcome : answer_.outcomes) {
      for (const DirectionReason* reason : {&outcome.egress, &outcome.ingress}) {
        policies = policies || reason->basis == Basis::Policies;
        blocks = blocks || has_blocks(*reason);
      }
      const auto* to = std::get_if<EndpointId>(&outcome.destination);
      const bool outside = std::holds_alternative<net::AddressSet>(outcome.source);
      ingress_from_outside =
          ingress_from_outside || (outside && outcome.ingress.basis == Basis::Policies &&
                                   to != nullptr && cluster_.model()[*to].node_addresses.empty());
      requests_only(outcome);
    }
    const model::Engine engine = cluster_.profile().engine;
    if (policies || engine != model::Engine::Unstated) result_.push_back(enforcement(cluster_));
    add("A-complete", asks_about_groups()
                          ? "the input holds all policies, and all pods that the question means"
                          : "no policy acts on these pods that is not in the input");
    if (blocks) settled_ipblocks();
    settled_host_network();
    if (!cluster_.profile().unknown_namespace_labels) {
      const std::string names = undeclared_namespaces(cluster_, answer_);
      if (!names.empty()) {
        add("A-namespace-labels",
            "namespaces that the input does not hold have no labels but their name: " + names);
      }
    }
    if (blocks) open_families();
    if (no_common_family()) {
      add("A-no-common-family",
          "the addresses of some of these ends have no family in common: the verdict is that of "
          "the policies, and no packet can travel between them");
    }
    if (to_own_node()) {
      add("A-node-egress",
          "policies hold for what a pod sends to its own node, as the API reference has it");
    }
    if (ingress_from_outside) {
      add("A-node-traffic",
          "no source address is that of the pod's own node, which is never stopped");
    }
    if (from_outside()) {
      add("A-source-address",
          "no load balancer, gateway or node rewrites the source address before the policies see "
          "it");
    }
    if (!mesh_.empty()) {
      result_.push_back(
          {"A-requests", "a service mesh may refuse requests on connections that pass", "", mesh_});
    }
    std::sort(result_.begin(), result_.end(),
              [](const auto& a, const auto& b) { return a.id < b.id; });
    return std::move(result_);
  }

 private:
  void add(std::string_view id, std::string text) {
    result_.push_back({id, std::move(text), "", {}});
  }

  [[nodiscard]] bool has_blocks(const DirectionReason& reason) const {
    const Model& model = cluster_.model();
    for (model::PolicyId id : reason.selecting) {
      for (const model::Rule& rule : *model[id].rules(reason.direction)) {
        for (const model::Peer& peer : rule.peers) {
          if (std::holds_alternative<model::BlockPeer>(peer.what)) return true;
        }
      }
    }
    return false;
  }

  void settled_ipblocks() {
    bool between_pods = false;
    for (const Outcome& outcome : answer_.outcomes) {
      between_pods = between_pods || (std::holds_alternative<EndpointId>(outcome.source) &&
                                      std::holds_alternative<EndpointId>(outcome.destination));
    }
    if (!between_pods) return;
    const model::Reading reading = cluster_.profile().ipblock_matches_pods;
    if (reading == model::Reading::No) {
      add("A-ipblock-pods",
          "ipBlocks do not match the addresses of pods " + settled_ipblocks_by(cluster_));
    }
    if (reading == model::Reading::Yes) {
      add("A-ipblock-pods",
          "ipBlocks match the addresses of pods " + settled_ipblocks_by(cluster_));
    }
  }

  /// Where an ipBlock decides on pods whose address is not known, their family is taken from the
  /// rest of the input.
  void open_families() {
    if (cluster_.profile().ipblock_matches_pods == model::Reading::No) return;
    for (const Outcome& outcome : answer_.outcomes) {
      const auto* from = std::get_if<EndpointId>(&outcome.source);
      const auto* to = std::get_if<EndpointId>(&outcome.destination);
      if (from == nullptr || to == nullptr) continue;
      const Model& model = cluster_.model();
      if (!model[*from].addresses.empty() && !model[*to].addresses.empty()) continue;
      const bool v4 = cluster_.profile().pods_have_ipv4;
      const bool v6 = cluster_.profile().pods_have_ipv6;
      const std::string families = v4 && v6 ? "IPv4 or IPv6" : v4 ? "IPv4" : "IPv6";
      add("A-pod-family", "pods whose address is not in the input use " + families);
      return;
    }
  }

  [[nodiscard]] bool no_common_family() const {
    return std::any_of(answer_.outcomes.begin(), answer_.outcomes.end(), [&](const Outcome& o) {
      const auto* a = std::get_if<EndpointId>(&o.source);
      const auto* b = std::get_if<EndpointId>(&o.destination);
      if (a != nullptr && b != nullptr) return cluster_.share_no_family(*a, *b);
      const EndpointId pod = a != nullptr ? *a : *b;
      const auto& outside = std::get<net::AddressSet>(a != nullptr ? o.destination : o.source);
      const auto& own = cluster_.model()[pod].addresses;
      return !own.empty() && std::none_of(own.begin(), own.end(), [&](const net::Address& each) {
        return !(outside & net::all_addresses(each.family)).empty();
      });
    });
  }

  [[nodiscard]] bool from_outside() const {
    return std::any_of(answer_.outcomes.begin(), answer_.outcomes.end(), [](const Outcome& o) {
      return std::holds_alternative<net::AddressSet>(o.source) &&
             o.ingress.basis == Basis::Policies;
    });
  }

  /// Whether more than one workload stands at one end: then which pods exist matters.
  [[nodiscard]] bool asks_about_groups() const {
    std::set<std::optional<model::WorkloadId>> sources;
    std::set<std::optional<model::WorkloadId>> destinations;
    for (const Outcome& outcome : answer_.outcomes) {
      for (const Variant& variant : outcome.sources) sources.insert(variant.workload);
      for (const Variant& variant : outcome.destinations) destinations.insert(variant.workload);
    }
    return sources.size() > 1 || destinations.size() > 1;
  }

  /// Whether a pod that is isolated for egress is asked about with its own node's address.
  [[nodiscard]] bool to_own_node() const {
    return std::any_of(answer_.outcomes.begin(), answer_.outcomes.end(),
                       [&](const Outcome& outcome) { return to_own_node(outcome); });
  }

  [[nodiscard]] bool to_own_node(const Outcome& outcome) const {
    if (outcome.egress.basis != Basis::Policies) return false;
    const model::Endpoint& from = cluster_.model()[std::get<EndpointId>(outcome.source)];
    if (const auto* id = std::get_if<EndpointId>(&outcome.destination)) {
      const model::Endpoint& to = cluster_.model()[*id];
      const bool apart = from.node && to.node && *from.node != *to.node;
      return to.host_network && !apart &&
             cluster_.profile().host_network_is_pod != model::Reading::Yes;
    }
    const auto& addresses = std::get<net::AddressSet>(outcome.destination);
    return std::any_of(from.node_addresses.begin(), from.node_addresses.end(),
                       [&](const net::Address& node) { return addresses.contains(node); });
  }

  void settled_host_network() {
    bool host = false;
    for (const Outcome& outcome : answer_.outcomes) {
      for (EndpointId id : endpoints_of(outcome)) {
        host = host || cluster_.model()[id].host_network;
      }
    }
    const model::Reading reading = cluster_.profile().host_network_is_pod;
    if (!host || reading == model::Reading::Both) return;
    add("A-host-network",
        std::string("policies treat pods with hostNetwork ") +
            (reading == model::Reading::Yes ? "like other pods " : "as their nodes ") +
            settled_host_network_by(cluster_));
  }

  void requests_only(const Outcome& outcome) {
    for (std::size_t i : outcome.gaps) {
      const Gap& gap = cluster_.model().gaps[i];
      if (gap.effect != Gap::Effect::RequestsOnly || !named_.insert(i).second) continue;
      mesh_.push_back(gap.where);
    }
  }

  const Cluster& cluster_;
  const Answer& answer_;
  std::vector<NamedAssumption> result_;
  std::set<std::size_t> named_;
  std::vector<source::Span> mesh_;
};

}  // namespace

NamedAssumption enforcement(const Cluster& cluster) {
  const model::Engine engine = cluster.profile().engine;
  const Model& model = cluster.model();
  if (engine == model::Engine::Unstated) {
    const bool tiers = std::any_of(
        model.policies.begin(), model.policies.end(),
        [](const model::Policy& policy) { return policy.tier != model::Tier::Network; });
    return {"A-enforced",
            std::string("the cluster's network plugin enforces NetworkPolicy") +
                (tiers ? " and the policies of the admin and baseline tiers" : ""),
            "",
            {}};
  }
  const std::string name(compiler::to_string(engine));
  NamedAssumption result{"A-engine", "", "", {}};
  const std::size_t left_out = model.unenforced.size();
  for (const model::Unenforced& each : model.unenforced) result.where.push_back(each.where);
  if (engine == model::Engine::None) {
    result.text = "nothing enforces policies in this cluster (engine none)";
    if (left_out > 0) result.text += ": " + count_of(left_out) + " of the input change nothing";
    return result;
  }
  result.text = name + " enforces NetworkPolicy, and does what its documentation says";
  if (left_out > 0) result.text += "; it does not act on " + count_of(left_out) + " of the input";
  return result;
}

std::string settled_ipblocks_by(const Cluster& cluster) {
  return settled_by(cluster, &model::ClusterProfile::ipblock_matches_pods);
}

std::string settled_host_network_by(const Cluster& cluster) {
  return settled_by(cluster, &model::ClusterProfile::host_network_is_pod);
}

std::string_view id_of(Assumption assumption) { return description_of({}, assumption).id; }

std::vector<NamedAssumption> describe(const Cluster& cluster,
                                      const std::set<compiler::OpenPoint>& points,
                                      const std::set<std::size_t>& gaps) {
  std::string namespaces;
  std::set<Assumption> kinds;
  const Model& model = cluster.model();
  for (const compiler::OpenPoint& point : points) {
    kinds.insert(point.assumption);
    if (point.assumption != Assumption::NamespaceLabels) continue;
    namespaces += (namespaces.empty() ? "" : ", ") + std::string(model.text(model[point.ns].name));
  }
  std::vector<NamedAssumption> result;
  for (Assumption kind : kinds) result.push_back(description_of(namespaces, kind));
  add_gaps(cluster, gaps, result);
  std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return result;
}

std::vector<NamedAssumption> open_assumptions(const Cluster& cluster, const Answer& answer) {
  std::set<compiler::OpenPoint> points;
  std::set<std::size_t> gaps;
  for (const Outcome& outcome : answer.outcomes) {
    points.insert(outcome.rests_on.begin(), outcome.rests_on.end());
    if (outcome.without_gaps) gaps.insert(outcome.gaps.begin(), outcome.gaps.end());
  }
  return describe(cluster, points, gaps);
}

std::vector<NamedAssumption> standing_assumptions(const Cluster& cluster, const Answer& answer) {
  return Standing(cluster, answer).run();
}

}  // namespace polreach::solver::queries
