// SPDX-License-Identifier: Apache-2.0
// Selectors that match no pod, port names that no pod has, and rules of directions that policyTypes
// leaves out.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "compiler/resolve/peer_index.h"
#include "compiler/resolve/view.h"
#include "solver/audit/kubernetes/parts.h"
#include "solver/queries/misses.h"

namespace polreach::solver::audit::kubernetes {
namespace {

using compiler::Tri;
using model::Direction;
using model::EndpointId;
using model::NamespaceId;
using model::Policy;
using model::PolicyId;

std::string selector_text(const model::Model& model, const model::Selector& selector) {
  std::string result;
  for (const model::Requirement& each : selector.all_of) {
    result += (result.empty() ? "" : ",") + queries::to_string(model, each);
  }
  return result.empty() ? "{}" : result;
}

class SelectorAudit {
 public:
  explicit SelectorAudit(Context& context)
      : context_(context),
        model_(context.model()),
        cluster_(context.cluster()),
        classes_(context.cluster(), {}, compiler::Classes::Nodes::Together),
        index_(context.cluster(), classes_),
        pods_in_(context.model().namespaces.size()),
        labelled_in_(context.model().namespaces.size()) {
    std::set<std::pair<NamespaceId, model::LabelSetId>> seen;
    for (std::uint32_t i = 0; i < model_.endpoints.size(); ++i) {
      const auto id = static_cast<EndpointId>(i);
      if (context_.escapes(id)) continue;
      const NamespaceId ns = model_.namespace_of(id);
      pods_in_[static_cast<std::size_t>(ns)].push_back(id);
      if (!seen.emplace(ns, model_[id].labels).second) continue;
      labelled_in_[static_cast<std::size_t>(ns)].push_back(id);
    }
  }

  void run() {
    for (std::uint32_t i = 0; i < model_.policies.size(); ++i) {
      const auto id = static_cast<PolicyId>(i);
      const model::PodPeer subject = subject_of(model_[id]);
      const auto selected = matched(subject, model_[id]);
      if (selected.empty()) subject_matches_nothing(id, subject);
      for (const Direction direction : {Direction::Ingress, Direction::Egress}) {
        const auto& rules = model_[id].rules(direction);
        for (std::size_t rule = 0; rules && rule < rules->size(); ++rule) {
          peers({id, direction, rule});
          ports({id, direction, rule}, selected);
        }
      }
    }
    for (auto& [key, finding] : findings_) context_.add(std::move(finding));
  }

 private:
  /// The subject of a policy, as if it were a peer.
  [[nodiscard]] static model::PodPeer subject_of(const Policy& policy) {
    model::PodPeer pods;
    pods.pods = policy.subject;
    if (policy.tier != model::Tier::Network) pods.namespaces = policy.namespaces;
    return pods;
  }

  /// The classes of pods that a peer matches, or may.
  [[nodiscard]] std::vector<std::uint32_t> matched(const model::PodPeer& peer,
                                                   const Policy& policy) {
    std::vector<std::uint32_t> result;
    for (const auto& match : index_.matches(peer, policy)) {
      if (is_pod(match.id, policy)) result.push_back(match.id);
    }
    return result;
  }

  [[nodiscard]] bool matches_any(const model::PodPeer& peer, const Policy& policy) {
    const auto& matches = index_.matches(peer, policy);
    return std::any_of(matches.begin(), matches.end(),
                       [&](const auto& match) { return is_pod(match.id, policy); });
  }

  /// Pods that count as their node are no pods to a selector.
  [[nodiscard]] bool is_pod(std::uint32_t id, const Policy& policy) const {
    return !model_[classes_.members(id).front()].host_network ||
           (policy.tier == model::Tier::Network &&
            cluster_.profile().host_network_is_pod != model::Reading::No);
  }

  /// The namespaces that a peer speaks of, of those that have pods in the input.
  [[nodiscard]] std::vector<NamespaceId> namespaces_of(const model::PodPeer& peer,
                                                       const Policy& policy) const {
    std::vector<NamespaceId> result;
    for (std::size_t i = 0; i < model_.namespaces.size(); ++i) {
      const auto ns = static_cast<NamespaceId>(i);
      if (pods_in_[i].empty()) continue;
      const bool meant =
          peer.namespaces
              ? compiler::matches(*peer.namespaces,
                                  compiler::namespace_labels(cluster_, ns, nullptr)) != Tri::No
              : ns == policy.ns;
      if (meant) result.push_back(ns);
    }
    return result;
  }

  // Selectors -------------------------------------------------------------------------------------

  /// "the pods of shop/api are not tier=backend": the pods that come nearest, where one requirement
  /// at least holds.
  [[nodiscard]] std::optional<Cause> nearest(const model::Selector& selector,
                                             const std::vector<NamespaceId>& namespaces) const {
    constexpr std::size_t kMostLooked = 2000;
    std::size_t looked = 0;
    std::size_t best = 0;
    std::optional<Cause> result;
    for (const NamespaceId ns : namespaces) {
      for (const EndpointId id : labelled_in_[static_cast<std::size_t>(ns)]) {
        if (++looked > kMostLooked) return result;
        const compiler::Party party = id;
        const compiler::LabelView labels =
            compiler::pod_labels(cluster_, {&party, compiler::LabelOwner::DestinationPod}, nullptr);
        std::size_t met = 0;
        const model::Requirement* unmet = nullptr;
        for (const model::Requirement& each : selector.all_of) {
          const bool fails = compiler::matches(model::Selector{{each}, {}}, labels) == Tri::No;
          met += fails ? 0 : 1;
          if (fails && unmet == nullptr) unmet = &each;
        }
        if (met <= best || unmet == nullptr) continue;
        best = met;
        result = Cause{model_[id].where,
                       fmt::format("the pods of {} are not {}", context_.short_name(id),
                                   queries::to_string(model_, *unmet))};
      }
    }
    return result;
  }

  void subject_matches_nothing(PolicyId id, const model::PodPeer& subject) {
    const Policy& policy = model_[id];
    const auto namespaces = namespaces_of(subject, policy);
    if (namespaces.empty()) return;
    const std::string selector = selector_text(model_, policy.subject);
    Finding finding = Context::finding("selector-matches-nothing", context_.name(id), "subject");
    finding.where = policy.subject.where.exists() ? policy.subject.where : policy.where;
    const std::string place = policy.tier == model::Tier::Network
                                  ? fmt::format("namespace {}", model_.text(model_[policy.ns].name))
                                  : "the namespaces that it is about";
    finding.message = fmt::format("it acts on no pod: none of {} is {}", place, selector);
    finding.causes.push_back({finding.where, "the selector asks for " + selector});
    if (auto near = nearest(policy.subject, namespaces)) finding.causes.push_back(std::move(*near));
    findings_.emplace(std::pair(finding.subject, finding.key), std::move(finding));
  }

  /// Pods that no manifest holds, since the platform brings them: those of kube-system, unless the
  /// input is an export of what runs.
  [[nodiscard]] bool may_hold_others(NamespaceId ns) const {
    if (model_.text(model_[ns].name) != "kube-system") return false;
    const auto& pods = pods_in_[static_cast<std::size_t>(ns)];
    return std::none_of(pods.begin(), pods.end(),
                        [&](EndpointId id) { return model_[id].node.has_value(); });
  }

  void peers(const RuleId& id) {
    const Policy& policy = model_[id.policy];
    for (const model::Peer& peer : policy.rules(id.direction)->at(id.rule).peers) {
      const auto* pods = std::get_if<model::PodPeer>(&peer.what);
      if (pods == nullptr || matches_any(*pods, policy)) continue;
      const auto namespaces = namespaces_of(*pods, policy);
      if (namespaces.empty()) {
        missing_label(id, peer, *pods);
        continue;
      }
      if (std::any_of(namespaces.begin(), namespaces.end(),
                      [&](NamespaceId ns) { return may_hold_others(ns); })) {
        continue;
      }
      Finding finding = peer_finding(id, peer, *pods);
      finding.message = fmt::format("{} {}no pod: none of {} is {}", Context::rule_name(id),
                                    matches_by_other_peers(id) ? "names " : "matches ",
                                    shown(namespaces), selector_text(model_, pods->pods));
      if (auto near = nearest(pods->pods, namespaces)) finding.causes.push_back(std::move(*near));
      findings_.emplace(std::pair(finding.subject, finding.key), std::move(finding));
    }
  }

  [[nodiscard]] bool matches_by_other_peers(const RuleId& id) const {
    return model_[id.policy].rules(id.direction)->at(id.rule).peers.size() > 1;
  }

  [[nodiscard]] std::string shown(const std::vector<NamespaceId>& namespaces) const {
    std::vector<std::string> names;
    for (const NamespaceId ns : namespaces) {
      names.push_back(fmt::format("namespace {}", model_.text(model_[ns].name)));
    }
    return listed(names);
  }

  [[nodiscard]] Finding peer_finding(const RuleId& id, const model::Peer& peer,
                                     const model::PodPeer& pods) const {
    const std::string_view direction = id.direction == Direction::Ingress ? "ingress" : "egress";
    std::string key = fmt::format("{} pods {}", direction, selector_text(model_, pods.pods));
    if (pods.namespaces) {
      key += fmt::format(" namespaces {}", selector_text(model_, *pods.namespaces));
    }
    Finding finding =
        Context::finding("selector-matches-nothing", context_.name(id.policy), std::move(key));
    finding.where = peer.where;
    std::string asked = "the selector asks for pods " + selector_text(model_, pods.pods);
    if (pods.namespaces) asked += " in namespaces " + selector_text(model_, *pods.namespaces);
    finding.causes.push_back({peer.where, std::move(asked)});
    return finding;
  }

  /// No namespace has the labels. That says little, since the input need not hold them all; but one
  /// that is called what the label should say was most likely meant.
  void missing_label(const RuleId& id, const model::Peer& peer, const model::PodPeer& pods) {
    if (!pods.namespaces) return;
    for (const model::Requirement& each : pods.namespaces->all_of) {
      if (each.op != model::Operator::In || each.values.size() != 1) continue;
      for (std::size_t i = 0; i < model_.namespaces.size(); ++i) {
        const model::Namespace& space = model_.namespaces[i];
        if (space.name != each.values.front() || !space.declared) continue;
        const model::LabelSet& labels = model_.label_sets[space.labels];
        if (labels.find(each.key) != nullptr || labels.is_unknown(each.key)) continue;
        Finding finding = peer_finding(id, peer, pods);
        finding.message = fmt::format(
            "{} names namespaces with {}, which no namespace has; the one that is called {} does "
            "not carry the label",
            Context::rule_name(id), queries::to_string(model_, each), model_.text(space.name));
        finding.remedy = fmt::format(
            "ask for kubernetes.io/metadata.name: {}, which the API server sets, or label the "
            "namespace",
            model_.text(space.name));
        finding.causes.push_back({space.where, "the namespace"});
        findings_.emplace(std::pair(finding.subject, finding.key), std::move(finding));
        return;
      }
    }
  }

  // Ports -----------------------------------------------------------------------------------------

  /// The classes of pods whose ports a rule names.
  [[nodiscard]] std::vector<std::uint32_t> destinations(
      const RuleId& id, const std::vector<std::uint32_t>& selected) {
    if (id.direction == Direction::Ingress) return selected;
    const Policy& policy = model_[id.policy];
    const model::Rule& rule = policy.rules(id.direction)->at(id.rule);
    std::vector<std::uint32_t> result;
    if (rule.peers.empty()) {
      for (std::uint32_t i = 0; i < classes_.size(); ++i) result.push_back(i);
    }
    for (const model::Peer& peer : rule.peers) {
      const auto* pods = std::get_if<model::PodPeer>(&peer.what);
      // What addresses and nodes stand for is not known: it may have any port name.
      if (pods == nullptr) return {};
      const auto more = matched(*pods, policy);
      result.insert(result.end(), more.begin(), more.end());
    }
    return result;
  }

  /// A port that is written once is asked about once: without a protocol it is one of each.
  void ports(const RuleId& id, const std::vector<std::uint32_t>& selected) {
    const model::Rule& rule = model_[id.policy].rules(id.direction)->at(id.rule);
    std::vector<const model::PortMatch*> written;
    for (const model::PortMatch& match : rule.ports) {
      const auto* named = std::get_if<model::PortName>(&match.ports);
      if (named == nullptr) continue;
      if (!written.empty() && is_same(*written.back(), match)) {
        written.push_back(&match);
        continue;
      }
      named_port(id, written, selected);
      written = {&match};
    }
    named_port(id, written, selected);
  }

  [[nodiscard]] static bool is_same(const model::PortMatch& a, const model::PortMatch& b) {
    return a.where == b.where &&
           std::get<model::PortName>(a.ports).name == std::get<model::PortName>(b.ports).name;
  }

  /// `written`: the matches that one entry of the list stands for.
  void named_port(const RuleId& id, const std::vector<const model::PortMatch*>& written,
                  const std::vector<std::uint32_t>& selected) {
    if (written.empty()) return;
    const auto pods = destinations(id, selected);
    if (pods.empty()) return;
    const model::Symbol name = std::get<model::PortName>(written.front()->ports).name;
    const model::NamedPort* other = nullptr;
    EndpointId whose{};
    for (const std::uint32_t each : pods) {
      const EndpointId pod = classes_.members(each).front();
      for (const model::NamedPort& port : model_[pod].ports) {
        if (port.name != name) continue;
        for (const model::PortMatch* match : written) {
          if (port.protocol == match->protocol) return;
        }
        other = &port;
        whose = pod;
      }
    }
    unknown_port(id, written, model_.text(name), other, whose, pods);
  }

  void unknown_port(const RuleId& id, const std::vector<const model::PortMatch*>& written,
                    std::string_view name, const model::NamedPort* other, EndpointId whose,
                    const std::vector<std::uint32_t>& pods) {
    const model::PortMatch& match = *written.front();
    const bool one = written.size() == 1;
    const std::string_view protocol = one ? net::to_string(match.protocol) : "";
    const std::string_view direction = id.direction == Direction::Ingress ? "ingress" : "egress";
    Finding finding =
        Context::finding("named-port-unknown", context_.name(id.policy),
                         fmt::format("{} {}{}{}", direction, name, one ? "/" : "", protocol));
    finding.where = match.where;
    finding.message = fmt::format(
        "{} allows {}{}port {}, and none of the pods that it leads to "
        "calls a port so",
        Context::rule_name(id), protocol, one ? " " : "", name);
    finding.causes.push_back({match.where, "the port"});
    if (other != nullptr) {
      finding.message = fmt::format("{} allows {}{}port {}, which is a {} port of {}",
                                    Context::rule_name(id), protocol, one ? " " : "", name,
                                    net::to_string(other->protocol), context_.short_name(whose));
      finding.causes.push_back({model_[whose].where, "the pod"});
    } else {
      const EndpointId first = classes_.members(pods.front()).front();
      std::vector<std::string> names;
      for (const model::NamedPort& port : model_[first].ports) {
        names.emplace_back(model_.text(port.name));
      }
      finding.causes.push_back(
          {model_[first].where,
           names.empty() ? fmt::format("{} names no port", context_.short_name(first))
                         : fmt::format("{} has {}", context_.short_name(first), listed(names))});
    }
    findings_.emplace(std::pair(finding.subject, finding.key), std::move(finding));
  }

  Context& context_;
  const model::Model& model_;
  const compiler::Cluster& cluster_;
  compiler::Classes classes_;
  compiler::PeerIndex index_;
  std::vector<std::vector<EndpointId>> pods_in_;                     // by namespace
  std::vector<std::vector<EndpointId>> labelled_in_;                 // one for each set of labels
  std::map<std::pair<std::string, std::string>, Finding> findings_;  // by subject and key
};

/// The reader has seen them; the model does not hold what does nothing.
void left_out(Context& context) {
  const source::Diagnostics* problems = context.scene().problems();
  if (problems == nullptr) return;
  for (const source::Diagnostic& each : problems->all()) {
    if (each.code != "rules-ignored") continue;
    const bool ingress = each.message.starts_with("ingress");
    Finding finding =
        Context::finding("rules-left-out", each.subject, ingress ? "ingress" : "egress");
    finding.where = each.where;
    finding.message = each.message;
    finding.remedy = each.help;
    finding.causes.push_back({each.where, "the rules"});
    context.add(std::move(finding));
  }
}

}  // namespace

void audit_selectors(Context& context) {
  left_out(context);
  if (context.model().endpoints.empty() || context.model().policies.empty()) return;
  if (!context.wants("selector-matches-nothing") && !context.wants("named-port-unknown")) return;
  SelectorAudit(context).run();
}

}  // namespace polreach::solver::audit::kubernetes
