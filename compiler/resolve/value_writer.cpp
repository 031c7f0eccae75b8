// SPDX-License-Identifier: Apache-2.0
#include "compiler/resolve/value_writer.h"

namespace polreach::compiler {

void ValueWriter::symbol(model::Symbol value) {
  if (symbols_ == Symbols::AsTheyAre) {
    out.push_back(static_cast<std::uint32_t>(value));
    return;
  }
  const auto next = static_cast<std::uint32_t>(names_.size());
  out.push_back(names_.emplace(value, next).first->second);
}

void ValueWriter::symbol(const std::optional<model::Symbol>& value) {
  number(value ? 1 : 0);
  if (value) symbol(*value);
}

void ValueWriter::address(const net::Address& value) {
  number(static_cast<std::size_t>(value.family));
  for (unsigned shift = 0; shift < 128; shift += 32) {
    out.push_back(static_cast<std::uint32_t>(value.bits >> shift));
  }
}

void ValueWriter::addresses(const std::vector<net::Address>& values) {
  number(values.size());
  for (const net::Address& each : values) address(each);
}

void ValueWriter::prefix(const net::Prefix& value) {
  address(value.address);
  number(static_cast<std::size_t>(value.length));
}

void ValueWriter::labels(const model::LabelSet& set) {
  number(set.open ? 1 : 0);
  number(set.known.size());
  for (const model::Label& each : set.known) {
    symbol(each.key);
    symbol(each.value);
  }
  number(set.unknown.size());
  for (const model::Symbol each : set.unknown) symbol(each);
}

void ValueWriter::selector(const model::Selector& value) {
  number(value.all_of.size());
  for (const model::Requirement& each : value.all_of) {
    symbol(each.key);
    number(static_cast<std::size_t>(each.op));
    number(each.values.size());
    for (const model::Symbol word : each.values) symbol(word);
  }
}

void ValueWriter::rule(const model::Rule& value, const std::optional<model::Symbol>& ns) {
  number(static_cast<std::size_t>(value.action));
  number(value.peers.size());
  for (const model::Peer& each : value.peers) peer(each, ns);
  number(value.ports.size());
  for (const model::PortMatch& each : value.ports) port(each);
}

void ValueWriter::peer(const model::Peer& value, const std::optional<model::Symbol>& ns) {
  number(value.what.index());
  if (const auto* pods = std::get_if<model::PodPeer>(&value.what)) {
    number(pods->namespaces ? 1 : 0);
    if (pods->namespaces) {
      selector(*pods->namespaces);
    } else if (ns) {
      symbol(*ns);
    }
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

void ValueWriter::port(const model::PortMatch& value) {
  number(static_cast<std::size_t>(value.protocol));
  number(value.ports.index());
  if (const auto* range = std::get_if<model::PortRange>(&value.ports)) {
    number(range->first);
    number(range->last);
  } else if (const auto* name = std::get_if<model::PortName>(&value.ports)) {
    symbol(name->name);
  }
}

}  // namespace polreach::compiler
