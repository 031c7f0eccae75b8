// SPDX-License-Identifier: Apache-2.0
#include "solver/sets/flow_boxes.h"

#include <algorithm>
#include <unordered_map>

namespace polreach::solver::sets {
namespace {

const FlowBox& box_of_everything() {
  static const FlowBox box{net::ProtocolSet::all(), net::all_addresses(), net::all_addresses(),
                           net::all_header_ports(), net::all_header_ports()};
  return box;
}

net::ProtocolSet protocols_of(const Values& values) {
  net::ProtocolSet result;
  for (net::IpProtocol protocol : net::kIpProtocols) {
    if (values.contains({net::Family::V4, static_cast<std::uint32_t>(protocol)})) {
      result |= net::ProtocolSet(protocol);
    }
  }
  return result;
}

void set_dimension(FlowBox& box, Variable variable, const Values& values) {
  if (variable == Variable::protocol()) {
    box.protocols = protocols_of(values);
  } else if (variable == Variable::source()) {
    box.source = values;
  } else if (variable == Variable::destination()) {
    box.destination = values;
  } else if (variable == Variable::destination_port()) {
    box.destination_ports = ports_of(values);
  } else if (variable == Variable::source_port()) {
    box.source_ports = ports_of(values);
  } else {
    throw source::InternalError("boxes of a diagram in which something is open");
  }
}

void add_dimension(FlowBox& box, Variable variable, const FlowBox& other) {
  if (variable == Variable::protocol()) {
    box.protocols |= other.protocols;
  } else if (variable == Variable::source()) {
    box.source |= other.source;
  } else if (variable == Variable::destination()) {
    box.destination |= other.destination;
  } else if (variable == Variable::destination_port()) {
    box.destination_ports |= other.destination_ports;
  } else {
    box.source_ports |= other.source_ports;
  }
}

/// Compares all dimensions but one.
class LessBut {
 public:
  explicit LessBut(Variable but) : but_(but) {}
  bool operator()(const FlowBox* a, const FlowBox* b) const {
    const auto differ = [this](Variable variable, const auto& x, const auto& y) {
      return variable != but_ && x != y;
    };
    if (differ(Variable::protocol(), a->protocols, b->protocols)) {
      return a->protocols < b->protocols;
    }
    if (differ(Variable::destination_port(), a->destination_ports, b->destination_ports)) {
      return a->destination_ports < b->destination_ports;
    }
    if (differ(Variable::source_port(), a->source_ports, b->source_ports)) {
      return a->source_ports < b->source_ports;
    }
    if (differ(Variable::source(), a->source, b->source)) return a->source < b->source;
    if (differ(Variable::destination(), a->destination, b->destination)) {
      return a->destination < b->destination;
    }
    return false;
  }

 private:
  Variable but_;
};

/// Merges the disjoint boxes that differ in that dimension alone.
std::vector<FlowBox> merged(std::vector<FlowBox> boxes, Variable variable) {
  std::vector<FlowBox*> order;
  order.reserve(boxes.size());
  for (FlowBox& box : boxes) order.push_back(&box);
  const LessBut less(variable);
  std::stable_sort(order.begin(), order.end(), less);
  std::vector<FlowBox> result;
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i + 1;
    while (end < order.size() && !less(order[i], order[end])) ++end;
    // Halves at a time: a union costs the size of both.
    std::vector<FlowBox> same;
    for (; i < end; ++i) same.push_back(std::move(*order[i]));
    while (same.size() > 1) {
      std::size_t kept = 0;
      for (std::size_t j = 0; j < same.size(); j += 2) {
        if (j + 1 < same.size()) add_dimension(same[j], variable, same[j + 1]);
        if (kept != j) same[kept] = std::move(same[j]);
        ++kept;
      }
      same.resize(kept);
    }
    result.push_back(std::move(same.front()));
  }
  return result;
}

/// The boxes below one node; `most` bounds each list, and what is beyond it is left out.
std::vector<FlowBox> below(const Diagrams& diagrams, Diagram d,
                           const std::unordered_map<std::uint32_t, std::vector<FlowBox>>& known,
                           std::size_t most, bool& complete) {
  const Variable variable = diagrams.variable_of(d);
  std::vector<Diagram> children;  // in the order in which they are first met
  std::unordered_map<std::uint32_t, std::vector<Values::Interval>> intervals;
  for (std::size_t i = 0; i < diagrams.edge_count(d); ++i) {
    const Diagrams::Edge edge = diagrams.edge(d, i);
    if (edge.child == kFalse) continue;
    auto& of_child = intervals[static_cast<std::uint32_t>(edge.child)];
    if (of_child.empty()) children.push_back(edge.child);
    edge.add_to(of_child);
  }
  std::vector<FlowBox> result;
  for (const Diagram child : children) {
    const Values values = Values::of(std::move(intervals.at(static_cast<std::uint32_t>(child))));
    if (child == kTrue) {
      result.push_back(box_of_everything());
      set_dimension(result.back(), variable, values);
      continue;
    }
    for (const FlowBox& box : known.at(static_cast<std::uint32_t>(child))) {
      if (result.size() >= most) {
        complete = false;
        break;
      }
      result.push_back(box);
      set_dimension(result.back(), variable, values);
    }
  }
  return merged(std::move(result), variable);
}

}  // namespace

FlowBoxes boxes_of(Diagrams& diagrams, Diagram packets, std::size_t limit) {
  if (packets == kFalse) return {};
  if (packets == kTrue) return {{box_of_everything()}, true};
  bool complete = true;
  const std::size_t most = std::max<std::size_t>(4096, limit * 2);
  std::unordered_map<std::uint32_t, std::vector<FlowBox>> known;
  for (const Diagram node : diagrams.nodes_of(packets)) {
    known.emplace(static_cast<std::uint32_t>(node), below(diagrams, node, known, most, complete));
  }
  std::vector<FlowBox> boxes = std::move(known.at(static_cast<std::uint32_t>(packets)));
  // No two of them differ in one dimension alone: below one node those that differ in its variable
  // alone were merged, and two that have the same values of it come from the same children, where
  // they would have been one.
  std::sort(boxes.begin(), boxes.end());
  if (boxes.size() > limit) {
    boxes.resize(limit);
    complete = false;
  }
  return {std::move(boxes), complete};
}

FlowPoint pick(Diagrams& diagrams, Diagram d) {
  if (d == kFalse) throw source::InternalError("a point of an empty set");
  const auto prefer = [&](Diagram wish) {
    const Diagram narrowed = diagrams.both(d, wish);
    if (narrowed != kFalse) d = narrowed;
  };
  prefer(diagrams.protocols(net::ProtocolSet(net::IpProtocol::Tcp)));
  prefer(diagrams.ports(Variable::destination_port(), net::PortSet(443, 443)));
  prefer(diagrams.ports(Variable::destination_port(), net::all_ports()));
  prefer(diagrams.ports(Variable::source_port(), net::PortSet(50000, 50000)));
  FlowPoint point;
  while (d != kTrue) {
    const Variable variable = diagrams.variable_of(d);
    Diagrams::Edge edge;
    for (std::size_t i = 0; edge.child == kFalse; ++i) edge = diagrams.edge(d, i);
    const net::Address value = edge.first;
    if (variable == Variable::protocol()) {
      point.flow.protocol = static_cast<net::IpProtocol>(value.bits);
    } else if (variable == Variable::source()) {
      point.flow.source = value;
    } else if (variable == Variable::destination()) {
      point.flow.destination = value;
    } else if (variable == Variable::destination_port()) {
      point.flow.destination_port = static_cast<net::Port>(value.bits);
    } else if (variable == Variable::source_port()) {
      point.flow.source_port = static_cast<net::Port>(value.bits);
    } else if (variable == Variable::chosen_source_port()) {
      point.chosen_source_port = static_cast<net::Port>(value.bits);
    } else if (variable.is_fact()) {
      point.facts.emplace(variable.index(), value.bits == 1);
    } else {
      point.chosen.emplace(variable.index(), value);
    }
    d = edge.child;
  }
  return point;
}

}  // namespace polreach::solver::sets
