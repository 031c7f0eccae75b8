// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "policies/net/address_set.h"
#include "policies/net/flow.h"
#include "policies/source/result.h"

/// Decision diagrams over headers of packets and over what is open: functions from (protocol,
/// addresses, ports, facts) to true or false, with one handle for each function.
///
/// A node asks for one variable. Its values are cut into intervals, one edge each, and edges that
/// are neighbours lead to different nodes; a node with one edge does not exist. Variables come in
/// one fixed order, so equal functions have equal handles (Strehl and Thiele, "Interval diagram
/// techniques").
namespace polreach::solver::sets {

/// A variable, ordered as the diagrams ask.
///
/// The protocol comes first: without ports the levels of ports do not occur. Addresses come before
/// ports since filters name many prefixes and few ports: what is near the root exists once, and
/// what is below it once for each combination that differs. Facts come last: few of them matter to
/// any one packet, while at the root n facts would give up to 2^n sets of packets.
class Variable {
 public:
  static constexpr std::uint32_t kMostChosen = 0xFFF0;
  static constexpr std::uint32_t kMostFacts = 1U << 20U;

  static constexpr Variable protocol() { return Variable(0); }
  static constexpr Variable source() { return Variable(1); }
  static constexpr Variable destination() { return Variable(2); }
  /// An address that nobody knows, from 1 (compiler::HeaderAddress).
  static Variable chosen(std::uint32_t variable);
  static constexpr Variable destination_port() { return Variable(kPorts); }
  static constexpr Variable source_port() { return Variable(kPorts + 1); }
  static constexpr Variable chosen_source_port() { return Variable(kPorts + 2); }
  static Variable fact(std::uint32_t index);

  [[nodiscard]] constexpr bool is_address() const { return level_ >= 1 && level_ < kPorts; }
  [[nodiscard]] constexpr bool is_port() const { return level_ >= kPorts && level_ < kFacts; }
  [[nodiscard]] constexpr bool is_fact() const { return level_ >= kFacts; }
  /// Of a fact, and of a chosen address.
  [[nodiscard]] constexpr std::uint32_t index() const {
    return is_fact() ? level_ - kFacts : level_ - 2;
  }
  [[nodiscard]] constexpr std::uint32_t level() const { return level_; }
  friend constexpr auto operator<=>(Variable, Variable) = default;

 private:
  friend class Diagrams;
  static constexpr std::uint32_t kPorts = 0x10000;
  static constexpr std::uint32_t kFacts = 0x20000;
  constexpr explicit Variable(std::uint32_t level) : level_(level) {}
  std::uint32_t level_;
};

/// A function. Handles of one Diagrams are equal exactly where the functions are.
enum class Diagram : std::uint32_t {};
inline constexpr Diagram kFalse{0};
inline constexpr Diagram kTrue{1};

/// The values of any variable: addresses; ports, protocols and truth values written as the IPv4
/// address of that number.
using Values = net::AddressSet;
[[nodiscard]] Values values_of(const net::PortSet& ports);
[[nodiscard]] net::PortSet ports_of(const Values& values);
/// All values that a variable can have.
[[nodiscard]] const Values& domain_of(Variable variable);

/// What the diagrams of one question may cost. Both bounds are far above what filters of documented
/// size need, and below what hurts.
struct DiagramBudget {
  std::size_t edges = 8'000'000;        // about 36 bytes each
  std::uint64_t steps = 3'000'000'000;  // edges looked at
};
class OverBudget : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// All diagrams of one question. Nothing is freed before the end. Every operation can throw
/// OverBudget; `within_budget` turns that into a Failure, after which the diagrams can be used on,
/// but will hardly get far.
class Diagrams {
 public:
  explicit Diagrams(DiagramBudget budget = {});

  /// Literals. Of a protocol without ports, `ports` is true: filters ignore them there.
  [[nodiscard]] Diagram fact(std::uint32_t index);
  [[nodiscard]] Diagram protocols(net::ProtocolSet protocols);
  [[nodiscard]] Diagram addresses(Variable variable, const net::AddressSet& set);
  [[nodiscard]] Diagram ports(Variable variable, const net::PortSet& set);

  [[nodiscard]] Diagram both(Diagram a, Diagram b) { return apply(Operation::And, a, b); }
  [[nodiscard]] Diagram either(Diagram a, Diagram b) { return apply(Operation::Or, a, b); }
  [[nodiscard]] Diagram minus(Diagram a, Diagram b) { return apply(Operation::Minus, a, b); }
  [[nodiscard]] Diagram complement(Diagram a) { return minus(kTrue, a); }
  [[nodiscard]] Diagram choose(Diagram condition, Diagram then, Diagram otherwise) {
    return either(both(condition, then), minus(otherwise, condition));
  }
  /// Of any number; balanced, so that the width of the result is not paid for once an operand.
  [[nodiscard]] Diagram all_of(std::vector<Diagram> operands);
  [[nodiscard]] Diagram any_of(std::vector<Diagram> operands);

  [[nodiscard]] bool within(Diagram a, Diagram b) { return minus(a, b) == kFalse; }
  [[nodiscard]] bool disjoint(Diagram a, Diagram b) { return both(a, b) == kFalse; }

  /// Over the values of a variable in `among`, which must not be empty. Protocols that have no
  /// ports do not depend on them.
  [[nodiscard]] Diagram exists(Diagram d, Variable variable, const Values& among);
  [[nodiscard]] Diagram forall(Diagram d, Variable variable, const Values& among);
  /// Over every fact.
  [[nodiscard]] Diagram exists_facts(Diagram d);
  [[nodiscard]] Diagram forall_facts(Diagram d);
  /// The function where the variable has that value.
  [[nodiscard]] Diagram restrict(Diagram d, Variable variable, const net::Address& value);

  /// The variables that the function depends on, in order.
  [[nodiscard]] std::vector<Variable> support(Diagram d);
  /// The values of the variable for which the function is not false.
  [[nodiscard]] Values values(Diagram d, Variable variable);

  /// The edges of a node: each starts where the one before it ends.
  struct Edge {
    net::Address first;
    net::Address last;
    Diagram child = kFalse;
    /// Its values; an interval of each family.
    void add_to(std::vector<Values::Interval>& intervals) const;
  };
  [[nodiscard]] static bool is_terminal(Diagram d) { return d <= kTrue; }
  [[nodiscard]] Variable variable_of(Diagram d) const { return Variable(node(d).level); }
  [[nodiscard]] std::size_t edge_count(Diagram d) const { return node(d).count; }
  [[nodiscard]] Edge edge(Diagram d, std::size_t i) const;
  /// The nodes that can be reached, children before parents; `d` itself is the last. No terminals.
  [[nodiscard]] std::vector<Diagram> nodes_of(Diagram d);

  /// What was used up.
  [[nodiscard]] std::size_t edges_used() const { return starts_.size(); }
  [[nodiscard]] std::uint64_t steps_used() const { return steps_; }

 private:
  enum class Operation : std::uint8_t { And, Or, Minus };
  struct Node {
    std::uint32_t level = 0;
    std::uint32_t first = 0;  // into starts_ and children_
    std::uint32_t count = 0;
    std::uint32_t hash = 0;
  };
  /// A pair of nodes that is being put together.
  struct Frame {
    std::uint64_t key = 0;
    Diagram a = kFalse;
    Diagram b = kFalse;
    std::uint32_t level = 0;
    std::uint32_t left = 0, left_end = 0;    // edges of a; none where a is below the level
    std::uint32_t right = 0, right_end = 0;  // the same of b
    net::Address at;                         // where the next edge starts
    bool done = false;
    std::size_t mark = 0;  // of the edges so far
  };
  struct Remembered {
    std::uint64_t key = 0;  // 0: free
    Diagram result = kFalse;
  };

  [[nodiscard]] const Node& node(Diagram d) const { return nodes_[static_cast<std::size_t>(d)]; }
  [[nodiscard]] std::uint32_t level_of(Diagram d) const { return node(d).level; }

  Diagram apply(Operation operation, Diagram a, Diagram b);
  [[nodiscard]] static bool settled(Operation operation, Diagram a, Diagram b, Diagram& result);
  void open_frame(std::uint64_t key, Diagram a, Diagram b);
  void deliver(Operation operation, Frame& frame, Diagram child);
  [[nodiscard]] std::uint32_t skip(std::uint32_t from, std::uint32_t end, const net::Address& at);

  /// Edges are gathered from a mark on, and become a node.
  void add_edge(std::size_t mark, const net::Address& first, Diagram child);
  Diagram make(Variable variable, std::size_t mark);
  Diagram make_set(Variable variable, const Values& set);
  void grow_unique();

  [[nodiscard]] const Remembered* recall(std::uint64_t key) const;
  void remember(std::uint64_t key, Diagram result);

  Diagram quantify(Diagram d, Variable variable, const Values& among, Operation operation);
  Diagram quantify_facts(Diagram d, bool any);
  void spend(std::uint64_t steps);

  DiagramBudget budget_;
  std::uint64_t steps_ = 0;
  std::vector<Node> nodes_;
  std::vector<net::Address> starts_;
  std::vector<Diagram> children_;
  std::vector<std::uint32_t> unique_;  // open addressing; 0: free
  std::vector<Remembered> memory_;     // open addressing
  std::size_t remembered_ = 0;
  std::vector<Frame> frames_;
  std::vector<net::Address> gathered_starts_;
  std::vector<Diagram> gathered_children_;
  std::vector<std::uint32_t> visited_;  // by node: the visit that saw it last
  std::uint32_t visit_ = 0;
};

/// Calls, and turns OverBudget into a Failure.
template <typename Function>
[[nodiscard]] auto within_budget(Function&& function)
    -> source::Result<std::invoke_result_t<Function>> {
  try {
    return std::forward<Function>(function)();
  } catch (const OverBudget& error) {
    return source::failure(error.what());
  }
}

}  // namespace polreach::solver::sets
