// SPDX-License-Identifier: Apache-2.0
#include "solver/sets/path_space.h"

namespace polreach::solver::sets {

using compiler::Filter;
using compiler::FilterRule;
using compiler::Header;
using compiler::HeaderAddress;
using model::Access;

std::uint32_t PathSpace::index_of(const FactKey& key) {
  const auto [at, is_new] = indices_.emplace(key, static_cast<std::uint32_t>(keys_.size()));
  if (is_new) keys_.push_back(key);
  return at->second;
}

Diagram PathSpace::fact(model::UnknownId unknown, std::optional<Variable> address) {
  if (unknowns_[unknown].scope == model::Unknown::Scope::World) address.reset();
  return diagrams_.fact(index_of({unknown, address, 0}));
}

std::uint32_t PathSpace::fresh_fact() {
  return index_of({std::nullopt, std::nullopt, static_cast<std::uint32_t>(keys_.size())});
}

Variable PathSpace::variable(const HeaderAddress& address, bool is_source) {
  if (address.kind == HeaderAddress::Kind::Chosen) return Variable::chosen(address.variable);
  return is_source ? Variable::source() : Variable::destination();
}

Diagram PathSpace::side(const compiler::AddressMatch& side, Variable variable) {
  std::vector<Diagram> parts = {diagrams_.addresses(variable, side.certain)};
  for (const auto& [unknown, addresses] : side.open) {
    parts.push_back(
        diagrams_.both(diagrams_.addresses(variable, addresses), fact(unknown, variable)));
  }
  return diagrams_.any_of(std::move(parts));
}

Diagram PathSpace::match(const FilterRule& rule, const Header& header) {
  Diagram result = kTrue;
  for (const model::UnknownId unknown : rule.only_if) {
    result = diagrams_.both(result, fact(unknown));
  }
  const Variable source_port =
      header.source_port_is_chosen ? Variable::chosen_source_port() : Variable::source_port();
  result = diagrams_.both(result, diagrams_.ports(source_port, rule.source_ports));
  if (!header.destination_port) {
    result = diagrams_.both(result,
                            diagrams_.ports(Variable::destination_port(), rule.destination_ports));
  } else if (!rule.destination_ports.contains(*header.destination_port)) {
    result = diagrams_.both(result, diagrams_.ports(Variable::destination_port(), {}));
  }
  const Variable destination = variable(header.destination, false);
  const Variable source = variable(header.source, true);
  result = diagrams_.both(result, side(rule.destination, destination));
  result = diagrams_.both(result, side(rule.source, source));
  return diagrams_.both(result, diagrams_.protocols(rule.protocols));
}

DecisionList PathSpace::decisions(const Filter& filter, const Header& header) {
  std::vector<DecisionRule> rules;
  rules.reserve(filter.rules.size());
  for (const FilterRule& rule : filter.rules) {
    DecisionRule next;
    next.match = match(rule, header);
    if (rule.access_open) {
      next.allow = diagrams_.both(next.match, fact(*rule.access_open));
    } else if (rule.access == Access::Allow) {
      next.allow = next.match;
    } else if (rule.access == Access::AlwaysAllow) {
      next.always = next.match;
    }
    rules.push_back(next);
  }
  return {diagrams_, std::move(rules), filter.otherwise != Access::Deny};
}

Outcome PathSpace::outcome(const Filter& filter, const Header& header) {
  if (filter.missing) return {fact(*filter.missing), kFalse};
  return decisions(filter, header).outcome(kTrue);
}

}  // namespace polreach::solver::sets
