// SPDX-License-Identifier: Apache-2.0
#include "policies/kubernetes/read_tier_ports.h"

#include "policies/kubernetes/names.h"

namespace polreach::kubernetes {
namespace {

using syntax::Type;
using syntax::Value;
using Matches = std::vector<model::PortMatch>;

std::optional<Value> only_member(Fields& fields, const Value& value, const std::string& choices) {
  return fields.only_member(value, "bad-port", "the item names no port",
                            "the item names more than one thing", choices);
}

void add_name(Fields& fields, const Context& context, const Value& name, const Value& item,
              Matches& matches) {
  if (!fields.expect(name, Type::String, "a named port")) return;
  if (!is_port_name(name.text())) {
    fields.error("bad-port", name.span(), "\"" + std::string(name.text()) + "\" is not a port name",
                 "use at most 15 lower-case letters, digits and '-', with at least one letter");
    return;
  }
  const model::PortName port{context.symbols.intern(name.text())};
  for (net::Protocol protocol : net::kProtocols) matches.push_back({protocol, port, item.span()});
}

/// {start, end}; `strict`: a range of one port is refused.
std::optional<model::PortRange> read_range(Fields& fields, const Value& range, bool strict) {
  const auto start = Fields::get(range, "start");
  const auto end = Fields::get(range, "end");
  if (!start || !end) {
    const std::string missing = start ? "end" : "start";
    fields.error("missing-field", range.span(), missing + " is missing",
                 "add " + missing + ", which must be an integer");
    return std::nullopt;
  }
  const auto first = read_port(fields, *start, "start");
  const auto last = read_port(fields, *end, "end");
  if (!first || !last) return std::nullopt;
  if (*last < *first || (strict && *last == *first)) {
    fields.error("bad-port-range", end->span(),
                 "end " + std::to_string(*last) + " is not above start " + std::to_string(*first),
                 *last == *first ? "give a single port as number" : "give the lower port first");
    return std::nullopt;
  }
  return model::PortRange{*first, *last};
}

/// destinationPort: number or range.
std::optional<model::PortRange> read_destination(Fields& fields, const Value& port) {
  if (!fields.expect(port, Type::Mapping, "destinationPort")) return std::nullopt;
  fields.only(port, {"number", "range"});
  const auto member = only_member(fields, port, "number and range");
  if (!member) return std::nullopt;
  if (member->key() == "range") {
    if (!fields.expect(*member, Type::Mapping, "range")) return std::nullopt;
    fields.only(*member, {"start", "end"});
    return read_range(fields, *member, true);
  }
  const auto number = read_port(fields, *member, "number");
  if (!number) return std::nullopt;
  return model::PortRange{*number, *number};
}

/// The protocol of an item of `protocols`; nothing for fields that have been reported.
std::optional<net::Protocol> protocol_of(std::string_view field) {
  if (field == "tcp") return net::Protocol::Tcp;
  if (field == "udp") return net::Protocol::Udp;
  if (field == "sctp") return net::Protocol::Sctp;
  return std::nullopt;
}

}  // namespace

Matches read_admin_port(Fields& fields, const Context& context, const Value& value,
                        Matches before) {
  if (!fields.expect(value, Type::Mapping, "an item of ports")) return before;
  fields.only(value, {"portNumber", "portRange", "namedPort"});
  const auto member = only_member(fields, value, "portNumber, portRange and namedPort");
  if (!member) return before;
  const std::string_view key = member->key();
  if (key != "portNumber" && key != "portRange" && key != "namedPort") return before;
  if (key == "namedPort") {
    add_name(fields, context, *member, value, before);
    return before;
  }
  if (!fields.expect(*member, Type::Mapping, key)) return before;
  const auto protocol = read_protocol(fields, *member);
  std::optional<model::PortRange> range;
  if (key == "portRange") {
    fields.only(*member, {"protocol", "start", "end"});
    range = read_range(fields, *member, false);
  } else {
    fields.only(*member, {"protocol", "port"});
    const auto port = Fields::get(*member, "port");
    if (!port) {
      fields.error("missing-field", member->span(), "port is missing",
                   "add port, which must be an integer");
      return before;
    }
    if (const auto number = read_port(fields, *port, "port")) {
      range = model::PortRange{*number, *number};
    }
  }
  if (protocol && range) before.push_back({*protocol, *range, value.span()});
  return before;
}

Matches read_cluster_port(Fields& fields, const Context& context, const Value& value,
                          Matches before) {
  if (!fields.expect(value, Type::Mapping, "an item of protocols")) return before;
  fields.only(value, {"tcp", "udp", "sctp", "destinationNamedPort"});
  const auto member = only_member(fields, value, "tcp, udp, sctp and destinationNamedPort");
  if (!member) return before;
  if (member->key() == "destinationNamedPort") {
    add_name(fields, context, *member, value, before);
    return before;
  }
  const std::optional<net::Protocol> protocol = protocol_of(member->key());
  if (!protocol || !fields.expect(*member, Type::Mapping, member->key())) return before;
  fields.only(*member, {"destinationPort"});
  const auto port = Fields::get(*member, "destinationPort");
  if (!port) {
    fields.error("missing-field", member->span(), "destinationPort is missing",
                 "for all ports write destinationPort: {range: {start: 1, end: 65535}}");
    return before;
  }
  if (const auto range = read_destination(fields, *port)) {
    before.push_back({*protocol, *range, value.span()});
  }
  return before;
}

}  // namespace polreach::kubernetes
