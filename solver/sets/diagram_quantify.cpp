// SPDX-License-Identifier: Apache-2.0
// Quantification, and what else goes once through the nodes of a diagram. Children have lower
// handles than their parents, so that a sorted list of the nodes is an order to work in.
#include <algorithm>
#include <unordered_map>

#include "solver/sets/diagram.h"

namespace polreach::solver::sets {

std::vector<Diagram> Diagrams::nodes_of(Diagram d) {
  std::vector<Diagram> found;
  if (is_terminal(d)) return found;
  visited_.resize(nodes_.size(), 0);
  ++visit_;
  visited_[static_cast<std::size_t>(d)] = visit_;
  found.push_back(d);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const Node& n = node(found[i]);
    spend(n.count);
    for (std::uint32_t e = n.first; e < n.first + n.count; ++e) {
      const Diagram child = children_[e];
      std::uint32_t& seen = visited_[static_cast<std::size_t>(child)];
      if (is_terminal(child) || seen == visit_) continue;
      seen = visit_;
      found.push_back(child);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

Diagram Diagrams::quantify(Diagram d, Variable variable, const Values& among, Operation operation) {
  if (among.empty()) throw source::InternalError("a variable without values");
  std::unordered_map<std::uint32_t, Diagram> results;
  const auto result_of = [&](Diagram child) {
    if (is_terminal(child) || level_of(child) > variable.level()) return child;
    return results.at(static_cast<std::uint32_t>(child));
  };
  for (const Diagram next : nodes_of(d)) {
    const Node n = node(next);
    if (n.level > variable.level()) continue;
    Diagram result = kFalse;
    if (n.level == variable.level()) {
      std::vector<Diagram> children;
      auto part = among.intervals().begin();
      for (std::uint32_t i = 0; i < n.count && part != among.intervals().end(); ++i) {
        const Edge e = edge(next, i);
        while (part != among.intervals().end() && part->last < e.first) ++part;
        if (part != among.intervals().end() && !(e.last < part->first)) {
          children.push_back(e.child);
        }
      }
      std::sort(children.begin(), children.end());
      children.erase(std::unique(children.begin(), children.end()), children.end());
      result =
          operation == Operation::Or ? any_of(std::move(children)) : all_of(std::move(children));
    } else {
      const std::size_t mark = gathered_children_.size();
      for (std::uint32_t i = 0; i < n.count; ++i) {
        add_edge(mark, starts_[n.first + i], result_of(children_[n.first + i]));
      }
      result = make(Variable(n.level), mark);
    }
    results.emplace(static_cast<std::uint32_t>(next), result);
  }
  return result_of(d);
}

Diagram Diagrams::exists(Diagram d, Variable variable, const Values& among) {
  return quantify(d, variable, among, Operation::Or);
}

Diagram Diagrams::forall(Diagram d, Variable variable, const Values& among) {
  return quantify(d, variable, among, Operation::And);
}

Diagram Diagrams::restrict(Diagram d, Variable variable, const net::Address& value) {
  return quantify(d, variable, Values(value, value), Operation::Or);
}

/// Facts come last: below the first of them nothing else is asked, and a function of facts that is
/// not a terminal is true for some and false for others.
Diagram Diagrams::quantify_facts(Diagram d, bool any) {
  std::unordered_map<std::uint32_t, Diagram> results;
  const auto result_of = [&](Diagram child) {
    if (is_terminal(child)) return child;
    if (Variable(level_of(child)).is_fact()) return any ? kTrue : kFalse;
    return results.at(static_cast<std::uint32_t>(child));
  };
  for (const Diagram next : nodes_of(d)) {
    const Node n = node(next);
    if (Variable(n.level).is_fact()) continue;
    const std::size_t mark = gathered_children_.size();
    for (std::uint32_t i = 0; i < n.count; ++i) {
      add_edge(mark, starts_[n.first + i], result_of(children_[n.first + i]));
    }
    results.emplace(static_cast<std::uint32_t>(next), make(Variable(n.level), mark));
  }
  return result_of(d);
}

Diagram Diagrams::exists_facts(Diagram d) { return quantify_facts(d, true); }
Diagram Diagrams::forall_facts(Diagram d) { return quantify_facts(d, false); }

std::vector<Variable> Diagrams::support(Diagram d) {
  std::vector<Variable> found;
  for (const Diagram next : nodes_of(d)) found.push_back(variable_of(next));
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

Values Diagrams::values(Diagram d, Variable variable) {
  if (d == kFalse) return {};
  // A path to true that does not ask for the variable takes every value.
  std::unordered_map<std::uint32_t, bool> without;  // by node above: some path goes past it
  std::vector<Values::Interval> intervals;
  const auto goes_past = [&](Diagram child) {
    if (child == kFalse) return false;
    if (child == kTrue || level_of(child) > variable.level()) return true;
    return level_of(child) < variable.level() && without.at(static_cast<std::uint32_t>(child));
  };
  for (const Diagram next : nodes_of(d)) {
    const Node n = node(next);
    if (n.level > variable.level()) continue;
    if (n.level == variable.level()) {
      for (std::uint32_t i = 0; i < n.count; ++i) {
        const Edge e = edge(next, i);
        if (e.child != kFalse) e.add_to(intervals);
      }
      continue;
    }
    bool past = false;
    for (std::uint32_t i = 0; i < n.count && !past; ++i) past = goes_past(children_[n.first + i]);
    without.emplace(static_cast<std::uint32_t>(next), past);
  }
  if (goes_past(d)) return domain_of(variable);
  return Values::of(std::move(intervals));
}

}  // namespace polreach::solver::sets
