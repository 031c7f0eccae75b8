// SPDX-License-Identifier: Apache-2.0
#include "policies/kubernetes/read_policy.h"

#include <iterator>

#include "policies/kubernetes/names.h"
#include "policies/kubernetes/read_prefix.h"

namespace polreach::kubernetes {

using model::Direction;
using syntax::Type;
using syntax::Value;

namespace {

std::optional<model::BlockPeer> read_block(Fields& fields, const Value& block) {
  fields.only(block, {"cidr", "except"});
  const auto cidr = fields.require(block, "cidr", Type::String);
  if (!cidr) return std::nullopt;
  const auto prefix = read_prefix(fields, *cidr, "cidr");
  if (!prefix) return std::nullopt;
  model::BlockPeer peer{*prefix, {}};
  if (const auto excepts = fields.get(block, "except", Type::Sequence)) {
    for (const Value each : *excepts) {
      const auto except = read_prefix(fields, each, "an item of except");
      if (!except) continue;
      if (!prefix->contains(*except) || prefix->length == except->length) {
        fields.error("bad-except", each.span(),
                     except->to_string() + " is not strictly inside " + prefix->to_string(),
                     "except can only take a part out of cidr");
        continue;
      }
      peer.except.push_back(*except);
    }
  }
  return peer;
}

std::optional<model::Peer> read_peer(Fields& fields, const Context& context, const Value& value) {
  if (value.is(Type::Null) || (value.is(Type::Mapping) && value.empty())) {
    fields.error("bad-peer", value.span(), "an empty peer is not allowed",
                 "name a podSelector, a namespaceSelector or an ipBlock; to match everything "
                 "leave out from (or to) altogether");
    return std::nullopt;
  }
  if (!fields.expect(value, Type::Mapping, "a peer")) return std::nullopt;
  fields.only(value, {"podSelector", "namespaceSelector", "ipBlock"});
  const auto pods = fields.get(value, "podSelector", Type::Mapping);
  const auto namespaces = fields.get(value, "namespaceSelector", Type::Mapping);
  const auto block = fields.get(value, "ipBlock", Type::Mapping);
  if (block) {
    if (pods || namespaces) {
      fields.error("bad-peer", value.span(),
                   "ipBlock cannot stand beside podSelector or namespaceSelector in one peer",
                   "make two peers of it, each with its own \"- \"");
      return std::nullopt;
    }
    const auto peer = read_block(fields, *block);
    if (!peer) return std::nullopt;
    return model::Peer{*peer, value.span()};
  }
  if (!pods && !namespaces) {
    if (fields.ok()) {
      fields.error("bad-peer", value.span(), "the peer names nothing",
                   "name a podSelector, a namespaceSelector or an ipBlock");
    }
    return std::nullopt;
  }
  model::PodPeer peer;
  if (namespaces) peer.namespaces = read_selector(fields, context, *namespaces);
  if (pods) peer.pods = read_selector(fields, context, *pods);
  return model::Peer{std::move(peer), value.span()};
}

/// port with endPort, both numbers.
std::optional<model::PortRange> read_range(Fields& fields, const Value& port,
                                           const std::optional<Value>& end_port) {
  const auto first = read_port(fields, port, "port");
  if (!first) return std::nullopt;
  if (!end_port) return model::PortRange{*first, *first};
  const auto last = read_port(fields, *end_port, "endPort");
  if (!last) return std::nullopt;
  if (*last < *first) {
    fields.error("bad-port-range", end_port->span(),
                 "endPort " + std::to_string(*last) + " is below port " + std::to_string(*first));
    return std::nullopt;
  }
  return model::PortRange{*first, *last};
}

std::optional<model::PortMatch> read_port_match(Fields& fields, const Context& context,
                                                const Value& value) {
  if (!fields.expect(value, Type::Mapping, "an item of ports")) return std::nullopt;
  fields.only(value, {"protocol", "port", "endPort"});
  const auto protocol = read_protocol(fields, value);
  const auto port = Fields::get(value, "port");
  const auto end_port = Fields::get(value, "endPort");
  if (!protocol) return std::nullopt;
  model::PortMatch match{*protocol, model::AllPorts{}, value.span()};
  if (!port) {
    if (!end_port) return match;
    fields.error("bad-port-range", end_port->span(), "endPort needs a port", "add port");
    return std::nullopt;
  }
  if (!port->is(Type::String)) {
    const auto range = read_range(fields, *port, end_port);
    if (!range) return std::nullopt;
    match.ports = *range;
    return match;
  }
  if (!is_port_name(port->text())) {
    const bool number = !port->text().empty() &&
                        port->text().find_first_not_of("0123456789") == std::string_view::npos;
    fields.error("bad-port", port->span(), in_quotes(port->text()) + " is not a port name",
                 number ? "write the number without quotes"
                        : "use at most 15 lower-case letters, digits and '-', with at least one "
                          "letter");
    return std::nullopt;
  }
  if (end_port) {
    fields.error("bad-port-range", end_port->span(), "endPort cannot go with a named port",
                 "give port as a number");
    return std::nullopt;
  }
  match.ports = model::PortName{context.symbols.intern(port->text())};
  return match;
}

model::Rule read_rule(Fields& fields, const Context& context, const Value& value,
                      Direction direction, std::uint32_t number) {
  model::Rule rule;
  rule.number = number;
  rule.where = value.span();
  // The API server takes a null item for an empty rule, which matches everything: too much for
  // something that was most likely left unfinished.
  if (!fields.expect(value, Type::Mapping, "a rule")) return rule;
  const std::string_view peers_field = direction == Direction::Ingress ? "from" : "to";
  fields.only(value, {peers_field, "ports"});
  if (const auto peers = fields.get(value, peers_field, Type::Sequence)) {
    for (const Value each : *peers) {
      if (auto peer = read_peer(fields, context, each)) rule.peers.push_back(std::move(*peer));
    }
  }
  if (const auto ports = fields.get(value, "ports", Type::Sequence)) {
    for (const Value each : *ports) {
      if (auto match = read_port_match(fields, context, each)) rule.ports.push_back(*match);
    }
  }
  return rule;
}

/// The rules of a direction; nothing where the field is absent or null.
std::optional<std::vector<model::Rule>> read_rules(Fields& fields, const Context& context,
                                                   const Value& spec, Direction direction) {
  const std::string_view name = direction == Direction::Ingress ? "ingress" : "egress";
  const auto list = fields.get(spec, name, Type::Sequence);
  if (!list) return std::nullopt;
  std::vector<model::Rule> rules;
  for (const Value each : *list) {
    const auto number = static_cast<std::uint32_t>(rules.size() + 1);
    rules.push_back(read_rule(fields, context, each, direction, number));
  }
  return rules;
}

struct Covered {
  bool ingress = false;
  bool egress = false;
};

/// policyTypes as written; nothing where it is absent or empty.
std::optional<Covered> read_policy_types(Fields& fields, const Value& spec) {
  const auto types = fields.get(spec, "policyTypes", Type::Sequence);
  if (!types || types->empty()) return std::nullopt;
  Covered covered;
  if (std::distance(types->begin(), types->end()) > 2) {
    fields.error("bad-policy-type", types->span(), "policyTypes has more than two items",
                 "use Ingress and Egress, each once");
  }
  for (const Value type : *types) {
    if (!fields.expect(type, Type::String, "an item of policyTypes")) continue;
    if (type.text() == "Ingress") {
      covered.ingress = true;
    } else if (type.text() == "Egress") {
      covered.egress = true;
    } else {
      fields.error("bad-policy-type", type.span(), in_quotes(type.text()) + " is not a policy type",
                   "use Ingress and Egress");
    }
  }
  return covered;
}

/// Keeps the rules of a covered direction; warns of rules that do nothing.
void settle(Fields& fields, const Value& spec, Direction direction, bool covered,
            std::optional<std::vector<model::Rule>>& rules) {
  if (covered) {
    if (!rules) rules.emplace();
    return;
  }
  const bool ignored = rules && !rules->empty();
  rules.reset();
  if (!ignored) return;
  const bool ingress = direction == Direction::Ingress;
  const auto list = Fields::get(spec, ingress ? "ingress" : "egress");
  fields.warning("rules-ignored", list->key_span(),
                 std::string(ingress ? "ingress" : "egress") +
                     " rules do nothing: policyTypes leaves the direction out",
                 std::string("add ") + (ingress ? "Ingress" : "Egress") + " to policyTypes");
}

void read_spec(Fields& fields, const Context& context, const Value& spec, PolicyObject& policy) {
  fields.only(spec, {"podSelector", "ingress", "egress", "policyTypes"});
  if (const auto subject = fields.get(spec, "podSelector", Type::Mapping)) {
    policy.subject = read_selector(fields, context, *subject);
  }
  policy.ingress = read_rules(fields, context, spec, Direction::Ingress);
  policy.egress = read_rules(fields, context, spec, Direction::Egress);
  // Kubernetes API, NetworkPolicySpec.policyTypes: "If this field is not specified, it will default
  // based on the existence of ingress or egress rules; policies that contain an egress section are
  // assumed to affect egress, and all policies [...] are assumed to affect ingress." The API
  // server's defaulting looks for egress *rules*: an empty list does not count.
  const bool egress_rules = policy.egress && !policy.egress->empty();
  const auto covered = read_policy_types(fields, spec).value_or(Covered{true, egress_rules});
  settle(fields, spec, Direction::Ingress, covered.ingress, policy.ingress);
  settle(fields, spec, Direction::Egress, covered.egress, policy.egress);
}

}  // namespace

void read_network_policy(Fields& fields, const Context& context, const Value& root,
                         Objects& objects) {
  PolicyObject policy;
  policy.kind = context.symbols.intern("NetworkPolicy");
  fields.only(root, {"apiVersion", "kind", "metadata", "spec", "status"});
  const auto metadata = read_metadata(fields, context, root, false);
  if (const auto spec = fields.get(root, "spec", Type::Mapping)) {
    read_spec(fields, context, *spec, policy);
  } else if (fields.ok()) {
    // The API server takes it for `spec: {}`: every pod is selected, and no ingress allowed.
    policy.ingress.emplace();
    fields.warning("empty-policy", root.span(),
                   "without a spec it isolates every pod of the namespace for ingress",
                   "write the spec out, or remove the policy");
  }
  if (!metadata || !fields.ok()) return;
  policy.metadata = *metadata;
  objects.policies.push_back(std::move(policy));
}

}  // namespace polreach::kubernetes
