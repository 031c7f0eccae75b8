// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/equivalences.h"

#include <unordered_map>
#include <utility>

#include "policies/source/result.h"
#include "solver/queries/equivalence.h"

namespace polreach::solver::queries {
namespace {

using model::Model;

/// Lists of any length are preceded by it, so that equal forms come from equal values.
class Writer {
 public:
  QuestionForm out;

  void model(const Model& model) {
    number(model.namespaces.size());
    for (const model::Namespace& each : model.namespaces) {
      symbol(each.name);
      number(each.declared ? 1 : 0);
      labels(model.label_sets[each.labels]);
    }
    number(model.nodes.size());
    for (const model::Node& each : model.nodes) {
      symbol(each.name);
      labels(model.label_sets[each.labels]);
      number(each.addresses.size());
      for (const net::Address& one : each.addresses) address(one);
    }
    number(model.policies.size());
    for (const model::Policy& each : model.policies) policy(each);
  }

  void policy(const model::Policy& value) {
    number(static_cast<std::size_t>(value.tier));
    number(static_cast<std::size_t>(value.ns));
    number(static_cast<std::uint32_t>(value.priority));
    selector(value.subject);
    selector(value.namespaces);
    for (const auto* rules : {&value.ingress, &value.egress}) {
      number(rules->has_value() ? 1 : 0);
      if (!*rules) continue;
      number((*rules)->size());
      for (const model::Rule& each : **rules) rule(each);
    }
  }

 private:
  void number(std::size_t value) { out.push_back(static_cast<std::uint32_t>(value)); }
  void symbol(model::Symbol value) {
    const auto next = static_cast<std::uint32_t>(names_.size());
    out.push_back(names_.emplace(value, next).first->second);
  }
  void address(const net::Address& value) {
    number(static_cast<std::size_t>(value.family));
    for (unsigned shift = 0; shift < 128; shift += 32) {
      out.push_back(static_cast<std::uint32_t>(value.bits >> shift));
    }
  }
  void prefix(const net::Prefix& value) {
    address(value.address);
    number(static_cast<std::size_t>(value.length));
  }
  void labels(const model::LabelSet& set) {
    number(set.open ? 1 : 0);
    number(set.known.size());
    for (const model::Label& each : set.known) {
      symbol(each.key);
      symbol(each.value);
    }
    number(set.unknown.size());
    for (const model::Symbol each : set.unknown) symbol(each);
  }
  void selector(const model::Selector& value) {
    number(value.all_of.size());
    for (const model::Requirement& each : value.all_of) {
      symbol(each.key);
      number(static_cast<std::size_t>(each.op));
      number(each.values.size());
      for (const model::Symbol word : each.values) symbol(word);
    }
  }
  void rule(const model::Rule& value) {
    number(static_cast<std::size_t>(value.action));
    number(value.peers.size());
    for (const model::Peer& each : value.peers) peer(each);
    number(value.ports.size());
    for (const model::PortMatch& each : value.ports) port(each);
  }
  void peer(const model::Peer& value) {
    number(value.what.index());
    if (const auto* pods = std::get_if<model::PodPeer>(&value.what)) {
      number(pods->namespaces ? 1 : 0);
      if (pods->namespaces) selector(*pods->namespaces);
      selector(pods->pods);
    } else if (const auto* block = std::get_if<model::BlockPeer>(&value.what)) {
      prefix(block->cidr);
      number(block->except.size());
      for (const net::Prefix& each : block->except) prefix(each);
      number(block->matches_pods ? 1 : 0);
    } else if (const auto* nodes = std::get_if<model::NodePeer>(&value.what)) {
      selector(nodes->nodes);
    } else if (const auto* domains = std::get_if<model::DomainPeer>(&value.what)) {
      number(domains->names.size());
      for (const model::Symbol each : domains->names) symbol(each);
    }
  }
  void port(const model::PortMatch& value) {
    number(static_cast<std::size_t>(value.protocol));
    number(value.ports.index());
    if (const auto* range = std::get_if<model::PortRange>(&value.ports)) {
      number(range->first);
      number(range->last);
    } else if (const auto* name = std::get_if<model::PortName>(&value.ports)) {
      symbol(name->name);
    }
  }

  std::unordered_map<model::Symbol, std::uint32_t> names_;
};

}  // namespace

QuestionForm form_of(const Model& before, const Model& after) {
  if (before.symbols != after.symbols) {
    throw source::InternalError("models with different symbols are not one question");
  }
  Writer writer;
  writer.model(before);
  writer.model(after);
  return std::move(writer.out);
}

QuestionForm form_of(const model::Policy& policy) {
  Writer writer;
  writer.policy(policy);
  return std::move(writer.out);
}

Equivalences::Outcome Equivalences::compare(const Model& before, const Model& after) {
  QuestionForm form = form_of(before, after);
  const auto known = known_.find(form);
  if (known != known_.end()) return known->second;
  if (proofs_ == most_proofs_) return Outcome::NotProven;
  ++proofs_;
  const compiler::Cluster one(before, profile_);
  const compiler::Cluster other(after, profile_);
  const source::Result<Equivalence> answer = equivalent(one, other, workbench_);
  const Outcome outcome = !answer                  ? Outcome::NotProven
                          : answer->counterexample ? Outcome::Different
                                                   : Outcome::Same;
  known_.emplace(std::move(form), outcome);
  return outcome;
}

}  // namespace polreach::solver::queries
