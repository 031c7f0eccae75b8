// SPDX-License-Identifier: Apache-2.0
#include "solver/sets/diagram.h"

#include <algorithm>

namespace polreach::solver::sets {
namespace {

using net::Address;

constexpr std::size_t kMostRemembered = std::size_t{1} << 22U;

Address number(std::uint32_t value) { return {net::Family::V4, value}; }

std::uint64_t mixed(std::uint64_t x) {
  x ^= x >> 31U;
  x *= 0x9E3779B97F4A7C15ULL;
  x ^= x >> 29U;
  x *= 0xBF58476D1CE4E5B9ULL;
  return x ^ (x >> 32U);
}

}  // namespace

Variable Variable::chosen(std::uint32_t variable) {
  if (variable == 0) throw source::InternalError("a chosen address without a number");
  if (variable > kMostChosen) throw OverBudget("too many chosen addresses");
  return Variable(2 + variable);
}

Variable Variable::fact(std::uint32_t index) {
  if (index >= kMostFacts) throw OverBudget("too many facts that the input leaves open");
  return Variable(kFacts + index);
}

Values values_of(const net::PortSet& ports) {
  std::vector<Values::Interval> intervals;
  intervals.reserve(ports.intervals().size());
  for (const auto& [first, last] : ports.intervals()) {
    intervals.push_back({number(first), number(last)});
  }
  return Values::of(std::move(intervals));
}

net::PortSet ports_of(const Values& values) {
  std::vector<net::PortSet::Interval> intervals;
  intervals.reserve(values.intervals().size());
  for (const auto& [first, last] : values.intervals()) {
    intervals.push_back({static_cast<net::Port>(first.bits), static_cast<net::Port>(last.bits)});
  }
  return net::PortSet::of(std::move(intervals));
}

const Values& domain_of(Variable variable) {
  static const Values addresses = net::all_addresses();
  static const Values ports(number(0), number(65535));
  static const Values protocols(number(0), number(net::kIpProtocols.size() - 1));
  static const Values truth(number(0), number(1));
  if (variable.is_address()) return addresses;
  if (variable.is_port()) return ports;
  return variable.is_fact() ? truth : protocols;
}

Diagrams::Diagrams(DiagramBudget budget) : budget_(budget) {
  nodes_.push_back({0xFFFFFFFFU, 0, 0, 0});
  nodes_.push_back({0xFFFFFFFFU, 0, 0, 0});
  unique_.assign(1024, 0);
  memory_.assign(4096, {});
}

void Diagrams::spend(std::uint64_t steps) {
  steps_ += steps;
  if (steps_ > budget_.steps) {
    throw OverBudget("the filters on this path need more time than the budget of the set engine");
  }
}

// ---- nodes

void Diagrams::add_edge(std::size_t mark, const Address& first, Diagram child) {
  if (gathered_children_.size() > mark && gathered_children_.back() == child) return;
  gathered_starts_.push_back(first);
  gathered_children_.push_back(child);
}

Diagram Diagrams::make(Variable variable, std::size_t mark) {
  const std::size_t count = gathered_children_.size() - mark;
  const auto drop = [&] {
    gathered_starts_.resize(mark);
    gathered_children_.resize(mark);
  };
  if (count == 1) {
    const Diagram only = gathered_children_[mark];
    drop();
    return only;
  }
  std::uint64_t h = variable.level();
  for (std::size_t i = mark; i < mark + count; ++i) {
    const net::Uint128 bits = gathered_starts_[i].bits;
    h = h * 0x100000001B3ULL + static_cast<std::uint64_t>(bits) +
        static_cast<std::uint64_t>(bits >> 64U) * 31 +
        static_cast<std::uint64_t>(gathered_starts_[i].family);
    h = mixed(h + static_cast<std::uint64_t>(gathered_children_[i]) * 0x9E3779B97F4A7C15ULL);
  }
  const auto hash = static_cast<std::uint32_t>(h);
  std::size_t slot = hash & (unique_.size() - 1);
  for (; unique_[slot] != 0; slot = (slot + 1) & (unique_.size() - 1)) {
    const Node& known = nodes_[unique_[slot]];
    if (known.hash != hash || known.level != variable.level() || known.count != count) continue;
    if (std::equal(children_.begin() + known.first, children_.begin() + known.first + known.count,
                   gathered_children_.begin() + static_cast<std::ptrdiff_t>(mark)) &&
        std::equal(starts_.begin() + known.first, starts_.begin() + known.first + known.count,
                   gathered_starts_.begin() + static_cast<std::ptrdiff_t>(mark))) {
      drop();
      return Diagram{unique_[slot]};
    }
  }
  if (starts_.size() + count > budget_.edges) {
    throw OverBudget("the filters on this path need more memory than the budget of the set engine");
  }
  const auto result = static_cast<std::uint32_t>(nodes_.size());
  nodes_.push_back({variable.level(), static_cast<std::uint32_t>(starts_.size()),
                    static_cast<std::uint32_t>(count), hash});
  starts_.insert(starts_.end(), gathered_starts_.begin() + static_cast<std::ptrdiff_t>(mark),
                 gathered_starts_.end());
  children_.insert(children_.end(), gathered_children_.begin() + static_cast<std::ptrdiff_t>(mark),
                   gathered_children_.end());
  drop();
  unique_[slot] = result;
  if (nodes_.size() * 2 > unique_.size()) grow_unique();
  return Diagram{result};
}

void Diagrams::grow_unique() {
  unique_.assign(unique_.size() * 2, 0);
  for (std::uint32_t i = 2; i < nodes_.size(); ++i) {
    std::size_t slot = nodes_[i].hash & (unique_.size() - 1);
    while (unique_[slot] != 0) slot = (slot + 1) & (unique_.size() - 1);
    unique_[slot] = i;
  }
}

Diagrams::Edge Diagrams::edge(Diagram d, std::size_t i) const {
  const Node& n = node(d);
  const std::size_t at = n.first + i;
  const bool is_last = i + 1 == n.count;
  return {starts_[at],
          is_last ? domain_of(Variable(n.level)).intervals().back().last
                  : net::AddressTraits::previous(starts_[at + 1]),
          children_[at]};
}

void Diagrams::Edge::add_to(std::vector<Values::Interval>& intervals) const {
  if (first.family == last.family) {
    intervals.push_back({first, last});
  } else {
    intervals.push_back({first, net::highest(net::Family::V4)});
    intervals.push_back({net::lowest(net::Family::V6), last});
  }
}

// ---- literals

Diagram Diagrams::make_set(Variable variable, const Values& set) {
  const std::size_t mark = gathered_children_.size();
  const Address lowest = domain_of(variable).intervals().front().first;
  const Address highest = domain_of(variable).intervals().back().last;
  const auto& intervals = set.intervals();
  spend(intervals.size() + 1);
  if (intervals.empty() || lowest < intervals.front().first) add_edge(mark, lowest, kFalse);
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    add_edge(mark, intervals[i].first, kTrue);
    if (!(intervals[i].last < highest)) break;
    // The last IPv4 and the first IPv6 address are neighbours here, and not in an AddressSet.
    const Address after = net::AddressTraits::next(intervals[i].last);
    if (i + 1 == intervals.size() || after < intervals[i + 1].first) add_edge(mark, after, kFalse);
  }
  return make(variable, mark);
}

Diagram Diagrams::fact(std::uint32_t index) {
  return make_set(Variable::fact(index), Values(number(1), number(1)));
}

Diagram Diagrams::protocols(net::ProtocolSet protocols) {
  const std::size_t mark = gathered_children_.size();
  for (net::IpProtocol protocol : net::kIpProtocols) {
    add_edge(mark, number(static_cast<std::uint32_t>(protocol)),
             protocols.contains(protocol) ? kTrue : kFalse);
  }
  return make(Variable::protocol(), mark);
}

Diagram Diagrams::addresses(Variable variable, const net::AddressSet& set) {
  return make_set(variable, set);
}

Diagram Diagrams::ports(Variable variable, const net::PortSet& set) {
  const Diagram inner = make_set(variable, values_of(set));
  const std::size_t mark = gathered_children_.size();
  for (net::IpProtocol protocol : net::kIpProtocols) {
    add_edge(mark, number(static_cast<std::uint32_t>(protocol)),
             net::has_ports(protocol) ? inner : kTrue);
  }
  return make(Variable::protocol(), mark);
}

// ---- operations

const Diagrams::Remembered* Diagrams::recall(std::uint64_t key) const {
  std::size_t slot = mixed(key) & (memory_.size() - 1);
  for (; memory_[slot].key != 0; slot = (slot + 1) & (memory_.size() - 1)) {
    if (memory_[slot].key == key) return &memory_[slot];
  }
  return nullptr;
}

void Diagrams::remember(std::uint64_t key, Diagram result) {
  if (remembered_ >= kMostRemembered) {
    memory_.assign(4096, {});
    remembered_ = 0;
  } else if (remembered_ * 2 > memory_.size()) {
    std::vector<Remembered> old(memory_.size() * 2);
    old.swap(memory_);
    for (const Remembered& r : old) {
      if (r.key == 0) continue;
      std::size_t slot = mixed(r.key) & (memory_.size() - 1);
      while (memory_[slot].key != 0) slot = (slot + 1) & (memory_.size() - 1);
      memory_[slot] = r;
    }
  }
  std::size_t slot = mixed(key) & (memory_.size() - 1);
  while (memory_[slot].key != 0 && memory_[slot].key != key) {
    slot = (slot + 1) & (memory_.size() - 1);
  }
  if (memory_[slot].key == 0) ++remembered_;
  memory_[slot] = {key, result};
}

bool Diagrams::settled(Operation operation, Diagram a, Diagram b, Diagram& result) {
  switch (operation) {
    case Operation::And:
      if (a == kFalse || b == kFalse) return result = kFalse, true;
      if (a == kTrue || a == b) return result = b, true;
      if (b == kTrue) return result = a, true;
      return false;
    case Operation::Or:
      if (a == kTrue || b == kTrue) return result = kTrue, true;
      if (a == kFalse || a == b) return result = b, true;
      if (b == kFalse) return result = a, true;
      return false;
    case Operation::Minus:
      if (a == kFalse || b == kTrue || a == b) return result = kFalse, true;
      if (b == kFalse) return result = a, true;
      return false;
  }
  return false;
}

/// The last of the edges [from, end) that starts at or before `at`; the first of them does.
std::uint32_t Diagrams::skip(std::uint32_t from, std::uint32_t end, const Address& at) {
  std::uint32_t step = 1;
  std::uint32_t low = from;
  while (low + step < end && !(at < starts_[low + step])) {
    low += step;
    step *= 2;
  }
  const std::uint32_t high = std::min(low + step, end);
  const auto after = std::upper_bound(starts_.begin() + low, starts_.begin() + high, at);
  return static_cast<std::uint32_t>(after - starts_.begin()) - 1;
}

void Diagrams::open_frame(std::uint64_t key, Diagram a, Diagram b) {
  Frame frame;
  frame.key = key;
  frame.a = a;
  frame.b = b;
  frame.level = std::min(level_of(a), level_of(b));
  if (level_of(a) == frame.level) {
    frame.left = node(a).first;
    frame.left_end = frame.left + node(a).count;
    frame.at = starts_[frame.left];
  }
  if (level_of(b) == frame.level) {
    frame.right = node(b).first;
    frame.right_end = frame.right + node(b).count;
    frame.at = starts_[frame.right];
  }
  frame.mark = gathered_children_.size();
  frames_.push_back(frame);
}

/// Adds the result for the current edges of both and moves on. Where one side alone settles the
/// result, the edges of the other are jumped over.
void Diagrams::deliver(Operation operation, Frame& frame, Diagram child) {
  add_edge(frame.mark, frame.at, child);
  spend(1);
  const bool has_left = frame.left_end != 0;
  const bool has_right = frame.right_end != 0;
  const bool left_more = has_left && frame.left + 1 < frame.left_end;
  const bool right_more = has_right && frame.right + 1 < frame.right_end;
  bool by_left = false;
  bool by_right = false;
  if (has_left && has_right) {
    const Diagram x = children_[frame.left];
    const Diagram y = children_[frame.right];
    by_left = x == (operation == Operation::Or ? kTrue : kFalse);
    by_right = y == (operation == Operation::And ? kFalse : kTrue);
  }
  if (by_left || by_right) {
    // Until the later of the ends of what settles it.
    const bool left_ends = by_left && !left_more;
    const bool right_ends = by_right && !right_more;
    if (left_ends || right_ends) {
      frame.done = true;
      return;
    }
    if (by_left && (!by_right || !(starts_[frame.left + 1] < starts_[frame.right + 1]))) {
      frame.at = starts_[++frame.left];
      frame.right = skip(frame.right, frame.right_end, frame.at);
    } else {
      frame.at = starts_[++frame.right];
      frame.left = skip(frame.left, frame.left_end, frame.at);
    }
    return;
  }
  if (!left_more && !right_more) {
    frame.done = true;
    return;
  }
  const bool move_left =
      left_more && (!right_more || !(starts_[frame.right + 1] < starts_[frame.left + 1]));
  const bool move_right =
      right_more && (!left_more || !(starts_[frame.left + 1] < starts_[frame.right + 1]));
  if (move_left) frame.at = starts_[++frame.left];
  if (move_right) frame.at = starts_[++frame.right];
}

Diagram Diagrams::apply(Operation operation, Diagram a, Diagram b) {
  Diagram result = kFalse;
  const auto key_of = [operation](Diagram& x, Diagram& y) {
    if (operation != Operation::Minus && y < x) std::swap(x, y);
    // The budget of edges keeps handles far below 2^30.
    return (static_cast<std::uint64_t>(x) << 32U) | (static_cast<std::uint64_t>(y) << 2U) |
           (static_cast<std::uint64_t>(operation) + 1);
  };
  const auto known = [&](Diagram& x, Diagram& y, std::uint64_t& key) {
    if (settled(operation, x, y, result)) return true;
    key = key_of(x, y);
    const Remembered* found = recall(key);
    if (found != nullptr) result = found->result;
    return found != nullptr;
  };
  std::uint64_t key = 0;
  if (known(a, b, key)) return result;
  frames_.clear();  // of an operation that was over its budget
  gathered_starts_.clear();
  gathered_children_.clear();
  open_frame(key, a, b);
  while (true) {
    Frame& frame = frames_.back();
    if (frame.done) {
      result = make(Variable(frame.level), frame.mark);
      remember(frame.key, result);
      frames_.pop_back();
      if (frames_.empty()) return result;
      deliver(operation, frames_.back(), result);
      continue;
    }
    Diagram x = frame.left_end != 0 ? children_[frame.left] : frame.a;
    Diagram y = frame.right_end != 0 ? children_[frame.right] : frame.b;
    if (known(x, y, key)) {
      deliver(operation, frame, result);
    } else {
      open_frame(key, x, y);
    }
  }
}

namespace {

/// Neighbours in pairs, until one is left.
template <typename Combine>
Diagram folded(std::vector<Diagram> operands, Diagram none, const Combine& combine) {
  if (operands.empty()) return none;
  while (operands.size() > 1) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < operands.size(); i += 2) {
      operands[kept++] =
          i + 1 < operands.size() ? combine(operands[i], operands[i + 1]) : operands[i];
    }
    operands.resize(kept);
  }
  return operands.front();
}

}  // namespace

Diagram Diagrams::all_of(std::vector<Diagram> operands) {
  return folded(std::move(operands), kTrue, [this](Diagram a, Diagram b) { return both(a, b); });
}

Diagram Diagrams::any_of(std::vector<Diagram> operands) {
  return folded(std::move(operands), kFalse, [this](Diagram a, Diagram b) { return either(a, b); });
}

}  // namespace polreach::solver::sets
