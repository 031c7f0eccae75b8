// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/resolve/classes.h"
#include "solver/intents/created.h"
#include "solver/intents/evidence.h"
#include "solver/queries/example_pods.h"
#include "solver/z3/prover.h"

namespace polreach::solver::intents {
namespace {

using check::Witness;
using compiler::Party;
using model::EndpointId;
using model::NamespaceId;

/// Pairs that one intent may ask Z3 about, and breaches that are worth finding.
constexpr std::size_t kMostPairs = 20'000;
constexpr std::size_t kMostBreaches = 20;

/// Whether labels, each by its key, meet a selector.
template <typename Lookup>
bool meets(const model::Selector& selector, const model::Model& model, const Lookup& lookup) {
  for (const model::Requirement& each : selector.all_of) {
    const std::optional<std::string> value = lookup(each.key);
    const bool listed = value && std::any_of(each.values.begin(), each.values.end(),
                                             [&](auto v) { return model.text(v) == *value; });
    bool met = false;
    switch (each.op) {
      case model::Operator::In:
        met = listed;
        break;
      case model::Operator::NotIn:
        met = !listed;
        break;
      case model::Operator::Exists:
        met = value.has_value();
        break;
      case model::Operator::DoesNotExist:
        met = !value.has_value();
        break;
    }
    if (!met) return false;
  }
  return true;
}

class PossibleSearch {
 public:
  PossibleSearch(const Setting& setting, const Question& question)
      : setting_(setting),
        question_(question),
        asked_(queries::traffic_of(setting.model(), question.asked, net::AddressSet())),
        creatable_(setting.cluster, {&question.from.possible, &question.to.possible}),
        prover_(creatable_.cluster()) {}

  Asking run() {
    const std::vector<Party> sources = parties(question_.from, creatable_.sources());
    const std::vector<Party> destinations = parties(question_.to, creatable_.destinations());
    const std::size_t pairs = sources.size() * destinations.size();
    if (pairs > kMostPairs) {
      return tl::unexpected(NoEvidence{
          false, fmt::format("pods that could be created make {} pairs to look at, more than {}",
                             pairs, kMostPairs)});
    }
    for (const Party& source : sources) {
      for (const Party& destination : destinations) {
        if (!is_creatable(source) && !is_creatable(destination)) continue;
        if (certain_ >= kMostBreaches) break;
        if (const auto done = look_at(source, destination); !done) {
          return tl::unexpected(NoEvidence{false, done.error().message});
        }
      }
    }
    if (evidence_.pairs == 0) {
      return tl::unexpected(NoEvidence{true, "no pod that could be created is meant"});
    }
    add_gaps();
    return beside_the_network();
  }

 private:
  [[nodiscard]] bool is_creatable(const Party& party) const {
    const auto* id = std::get_if<EndpointId>(&party);
    return id != nullptr && creatable_.is_creatable(*id);
  }

  /// Pods that exist, one of each class; then those that could; then addresses.
  [[nodiscard]] std::vector<Party> parties(const EndSet& set,
                                           const std::vector<EndpointId>& creatable) const {
    std::vector<Party> result;
    const compiler::Classes classes(setting_.cluster, {});
    std::set<std::uint32_t> seen;
    for (EndpointId id : set.sure) {
      if (seen.insert(classes.of(id)).second) result.emplace_back(id);
    }
    if (!set.possible.empty()) {
      for (EndpointId id : creatable) result.emplace_back(id);
    }
    net::AddressSet addresses = set.addresses;
    for (const compiler::Site& site : set.sites) addresses |= site.addresses;
    if (!addresses.empty()) result.emplace_back(std::move(addresses));
    return result;
  }

  [[nodiscard]] z3::Prover::Limits limits_of(const Party& source, const Party& destination) const {
    z3::Prover::Limits limits;
    std::vector<NamespaceId> created;
    const auto add = [&](const Party& party, const compiler::PodSet& possible,
                         compiler::PodSet& set) {
      if (!is_creatable(party)) return;
      set = possible;
      const NamespaceId ns = creatable_.cluster().model().namespace_of(std::get<EndpointId>(party));
      if (creatable_.is_new(ns)) created.push_back(ns);
    };
    add(source, question_.from.possible, limits.source);
    add(destination, question_.to.possible, limits.destination);
    for (NamespaceId ns : created) limits.spaces.push_back({ns, creatable_.new_name()});
    if (created.size() == 2 && created[0] != created[1]) {
      for (model::Symbol name : creatable_.names()) {
        model::Selector named;
        named.all_of.push_back({creatable_.name_key(), model::Operator::In, {name}, {}});
        limits.not_both.push_back({{created[0], named}, {created[1], named}});
      }
    }
    return limits;
  }

  /// Pods that do not exist can have addresses of any family: all addresses count.
  source::Result<void> look_at(const Party& source, const Party& destination) {
    ++evidence_.pairs;
    const z3::Prover::Limits limits = limits_of(source, destination);
    const auto found = prover_.find_among(source, destination, asked_, question_.forbids, limits);
    if (!found) return tl::unexpected(found.error());
    ++evidence_.proofs;
    if (!*found) return {};
    Witness witness = **found;
    if (!is_wrong(witness)) {
      throw source::InternalError("the single-packet evaluator refutes what Z3 found of an intent");
    }
    simplify(witness, limits);
    show(witness);
    return {};
  }

  [[nodiscard]] net::AddressSet left_out() const {
    return question_.from.left_out | question_.to.left_out;
  }

  [[nodiscard]] bool is_left_out(const check::Packet& packet) const {
    return (!packet.source && left_out().contains(packet.source_address)) ||
           (!packet.destination && left_out().contains(packet.destination_address));
  }

  [[nodiscard]] Party narrowed(const Party& party) const {
    const auto* addresses = std::get_if<net::AddressSet>(&party);
    return addresses == nullptr ? party : Party(*addresses - left_out());
  }

  [[nodiscard]] bool is_wrong(const Witness& witness) const {
    return check::passes(creatable_.cluster(), witness.packet, witness.world) == question_.forbids;
  }

  [[nodiscard]] std::optional<std::string> label(const Witness& witness, check::LabelOwner owner,
                                                 NamespaceId ns, model::LabelSetId known,
                                                 model::Symbol key) const {
    const model::Model& model = creatable_.cluster().model();
    if (const model::Label* own = model.label_sets[known].find(key)) {
      return std::string(model.text(own->value));
    }
    const NamespaceId of = owner == check::LabelOwner::Namespace ? ns : NamespaceId{};
    const auto at = witness.world.labels.find({owner, of, key});
    return at == witness.world.labels.end() ? std::nullopt : at->second;
  }

  [[nodiscard]] bool is_of(const Witness& witness, bool source, const compiler::PodSet& set) const {
    const auto& id = source ? witness.packet.source : witness.packet.destination;
    if (!id || !creatable_.is_creatable(*id)) return true;
    const model::Model& model = creatable_.cluster().model();
    const NamespaceId ns = model.namespace_of(*id);
    const auto owner = source ? check::LabelOwner::SourcePod : check::LabelOwner::DestinationPod;
    const auto some = [&](const std::vector<compiler::PodCondition>& conditions) {
      return std::any_of(conditions.begin(), conditions.end(), [&](const auto& each) {
        return meets(each.namespaces, model,
                     [&](model::Symbol key) {
                       return label(witness, check::LabelOwner::Namespace, ns, model[ns].labels,
                                    key);
                     }) &&
               meets(each.pods, model, [&](model::Symbol key) {
                 return label(witness, owner, ns, model[*id].labels, key);
               });
      });
    };
    return (some(set.in) && !some(set.except)) != set.complement;
  }

  /// Leaves out whatever the breach does not need.
  void simplify(Witness& witness, const z3::Prover::Limits& limits) const {
    const auto attempt = [&](const auto& change) {
      Witness simpler = witness;
      change(simpler);
      if (is_wrong(simpler) && is_of(simpler, true, limits.source) &&
          is_of(simpler, false, limits.destination)) {
        witness = std::move(simpler);
      }
    };
    const auto labels = witness.world.labels;
    for (const auto& [known, value] : labels) {
      if (!value || known.key == creatable_.name_key()) continue;
      attempt([&, key = known](Witness& w) { w.world.labels.erase(key); });
    }
    const auto ports = witness.world.named_ports;
    for (std::uint32_t port : ports) {
      attempt([&](Witness& w) { w.world.named_ports.erase(port); });
    }
  }

  /// Creates the pods, and asks about them as about any others.
  void show(const Witness& witness) {
    model::Model model = setting_.model();
    Creation creation(model);
    std::string yaml;
    std::set<std::string> taken;
    const std::string stem = queries::example_name(model);
    const auto end_of = [&](bool source) -> EndSet {
      const auto& id = source ? witness.packet.source : witness.packet.destination;
      const net::Address& address =
          source ? witness.packet.source_address : witness.packet.destination_address;
      EndSet set;
      if (!id) {
        set.addresses = net::AddressSet(address, address);
      } else if (!creatable_.is_creatable(*id)) {
        set.sure = {*id};
      } else {
        queries::ExamplePod pod = creatable_.example(witness, source);
        pod.name = taken.empty() ? stem : stem + "-peer";
        taken.insert(pod.name);
        set.sure = {creation.add(pod)};
        if (!yaml.empty()) yaml += "---\n";
        yaml += yaml_of(pod);
      }
      return set;
    };
    Question question = question_;
    question.from = end_of(true);
    question.to = end_of(false);
    const check::Packet& packet = witness.packet;
    question.asked.entries = {{packet.protocol, net::PortSet(packet.port, packet.port)}};
    const compiler::Cluster cluster(model, setting_.cluster.profile());
    const Setting setting{cluster, nullptr, setting_.default_namespace};
    const auto answer = ask_policies(setting, question);
    if (!answer || answer->breaches.empty()) {
      throw source::InternalError("a pod that violates an intent does not when it is created");
    }
    evidence_.proofs += answer->proofs;
    evidence_.unproven += answer->unproven;
    for (Breach breach : answer->breaches) {
      if (breach.example) breach.example->pod = yaml;
      rename(witness, breach);
      certain_ += breach.certain ? 1 : 0;
      evidence_.breaches.push_back(std::move(breach));
    }
  }

  /// Pods that do not exist are called by where they could be.
  void rename(const Witness& witness, Breach& breach) const {
    breach.open = {};  // it is about a pod that the input does not hold
    for (const bool source : {true, false}) {
      const auto& id = source ? witness.packet.source : witness.packet.destination;
      if (!id || !creatable_.is_creatable(*id)) continue;
      const queries::ExamplePod pod = creatable_.example(witness, source);
      std::string text = "a pod";
      std::string labels;
      for (const auto& [key, value] : pod.labels) {
        labels += (labels.empty() ? "" : ",") + key + "=" + value;
      }
      if (!labels.empty()) text += " with " + labels;
      text += pod.namespace_labels ? " in a new namespace" : " in namespace " + pod.ns;
      (source ? breach.sources : breach.destinations) = {EndName{text, text, {}}};
      if (breach.example) (source ? breach.example->source : breach.example->destination) = text;
    }
  }

  /// Policies that were not understood could open what is closed, and close what is open.
  void add_gaps() {
    std::set<std::size_t> gaps;
    for (std::size_t i = 0; i < setting_.model().gaps.size(); ++i) {
      const model::Gap::Effect effect = setting_.model().gaps[i].effect;
      const bool matters = effect == model::Gap::Effect::AllowOrDeny ||
                           (!question_.forbids && effect == model::Gap::Effect::DenyOnly);
      if (matters) gaps.insert(i);
    }
    if (gaps.empty()) return;
    Breach breach;
    breach.certain = false;
    breach.traffic = net::to_string(asked_);
    breach.sources = {EndName{question_.from.text, question_.from.text, {}}};
    breach.destinations = {EndName{question_.to.text, question_.to.text, {}}};
    breach.rests_on = queries::describe(setting_.cluster, {}, gaps);
    evidence_.breaches.push_back(std::move(breach));
  }

  /// Where there is a network, its groups act on these pods, too, and nobody knows which: they can
  /// close what the policies leave open, and open nothing.
  Asking beside_the_network() {
    const bool wrong = !evidence_.breaches.empty();
    if (setting_.around == nullptr || wrong != question_.forbids) return std::move(evidence_);
    std::string why = "the policies alone let pods that could be created pass";
    if (wrong) {
      const Breach& breach = evidence_.breaches.front();
      why = "the policies alone let " + breach.sources.front().brief + " reach " +
            breach.destinations.front().brief + " on " + breach.traffic;
    }
    return tl::unexpected(NoEvidence{
        false, why + ", and nobody knows which security groups would act on a pod that does not "
                     "exist: ask about the manifests alone, or about what exists"});
  }

  const Setting& setting_;
  const Question& question_;
  net::Traffic asked_;
  Creatable creatable_;
  z3::Prover prover_;
  Evidence evidence_;
  std::size_t certain_ = 0;
};

}  // namespace

Asking ask_possible(const Setting& setting, const Question& question) {
  return PossibleSearch(setting, question).run();
}

}  // namespace polreach::solver::intents
