// SPDX-License-Identifier: Apache-2.0
// Diagrams against tables: the domain of each variable is cut into a few cells, sets are unions of
// cells, and a function is the list of its values, one for each combination of cells.
#include "solver/sets/diagram.h"

#include <doctest/doctest.h>

#include <random>

#include "solver/sets/flow_boxes.h"

namespace {

using namespace polreach;
using namespace polreach::solver::sets;
using net::Address;
using net::AddressSet;
using net::PortSet;
using net::ProtocolSet;

using Table = std::vector<bool>;

AddressSet range(const char* first, const char* last) {
  return {*Address::parse(first), *Address::parse(last)};
}

/// A variable and the cells of its domain.
struct Dimension {
  Variable variable;
  std::vector<Values> cells;
};

Values number(unsigned value) {
  return {Address{net::Family::V4, value}, Address{net::Family::V4, value}};
}

/// Cells of addresses: one crosses from IPv4 to IPv6, the extremes of both families occur.
const std::vector<Values>& address_cells() {
  static const std::vector<Values> cells = {
      range("0.0.0.0", "9.255.255.255"), range("10.0.0.0", "10.0.0.0"),
      range("10.0.0.1", "255.255.255.254"),
      range("255.255.255.255", "255.255.255.255") | range("::", "::"),
      range("::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")};
  return cells;
}

const std::vector<Dimension>& dimensions() {
  static const std::vector<Dimension> all = [] {
    const std::vector<Values>& a = address_cells();
    std::vector<Dimension> result;
    result.push_back({Variable::protocol(), {}});
    for (unsigned i = 0; i < net::kIpProtocols.size(); ++i) result[0].cells.push_back(number(i));
    result.push_back({Variable::source(), a});
    result.push_back({Variable::destination(), {a[0] | a[1] | a[4], a[2] | a[3]}});
    result.push_back({Variable::chosen(1), {a[0], a[1] | a[2], a[3] | a[4]}});
    result.push_back({Variable::destination_port(),
                      {values_of(PortSet(0, 442)), values_of(PortSet(443, 443)),
                       values_of(PortSet(444, 65535))}});
    result.push_back({Variable::source_port(),
                      {values_of(PortSet(0, 0)) | values_of(PortSet(65535, 65535)),
                       values_of(PortSet(1, 65534))}});
    result.push_back({Variable::fact(0), {number(0), number(1)}});
    result.push_back({Variable::fact(7), {number(0), number(1)}});
    return result;
  }();
  return all;
}

std::size_t size_of_table() {
  std::size_t size = 1;
  for (const Dimension& d : dimensions()) size *= d.cells.size();
  return size;
}

/// The cell of a dimension in a row of a table.
std::size_t cell_of(std::size_t row, std::size_t dimension) {
  for (std::size_t i = 0; i < dimension; ++i) row /= dimensions()[i].cells.size();
  return row % dimensions()[dimension].cells.size();
}
std::size_t with_cell(std::size_t row, std::size_t dimension, std::size_t cell) {
  std::size_t stride = 1;
  for (std::size_t i = 0; i < dimension; ++i) stride *= dimensions()[i].cells.size();
  return row - cell_of(row, dimension) * stride + cell * stride;
}

bool has_ports(std::size_t row) { return net::has_ports(net::kIpProtocols[cell_of(row, 0)]); }

struct Function {
  Diagram diagram = kFalse;
  Table table;
};

/// The function's value at the first values of the cells of a row, by following the edges.
bool value_at(const Diagrams& diagrams, Diagram d, std::size_t row) {
  while (!Diagrams::is_terminal(d)) {
    for (std::size_t i = 0; i < dimensions().size(); ++i) {
      if (dimensions()[i].variable != diagrams.variable_of(d)) continue;
      const Address value = dimensions()[i].cells[cell_of(row, i)].intervals().back().last;
      for (std::size_t e = 0; e < diagrams.edge_count(d); ++e) {
        const auto edge = diagrams.edge(d, e);
        if (edge.first <= value && value <= edge.last) {
          d = edge.child;
          break;
        }
      }
      break;
    }
  }
  return d == kTrue;
}

void check_same(const Diagrams& diagrams, const Function& f) {
  std::size_t wrong = 0;
  for (std::size_t row = 0; row < f.table.size(); ++row) {
    if (value_at(diagrams, f.diagram, row) != f.table[row]) ++wrong;
  }
  CHECK(wrong == 0);
}

class Generator {
 public:
  Generator(Diagrams& diagrams, unsigned seed) : diagrams_(diagrams), random_(seed) {}

  std::size_t below(std::size_t bound) { return random_() % bound; }

  Function literal() {
    const std::size_t dimension = below(dimensions().size());
    const Dimension& d = dimensions()[dimension];
    Values values;
    std::vector<bool> chosen;
    for (const Values& cell : d.cells) {
      chosen.push_back(below(2) == 0);
      if (chosen.back()) values |= cell;
    }
    Function result;
    if (d.variable.is_fact()) {
      result.diagram = diagrams_.fact(d.variable.index());
      chosen = {false, true};
    } else if (d.variable.is_port()) {
      result.diagram = diagrams_.ports(d.variable, ports_of(values));
    } else if (d.variable.is_address()) {
      result.diagram = diagrams_.addresses(d.variable, values);
    } else {
      ProtocolSet protocols;
      for (std::size_t i = 0; i < chosen.size(); ++i) {
        if (chosen[i]) protocols |= ProtocolSet(net::kIpProtocols[i]);
      }
      result.diagram = diagrams_.protocols(protocols);
    }
    for (std::size_t row = 0; row < size_of_table(); ++row) {
      result.table.push_back((d.variable.is_port() && !has_ports(row)) ||
                             chosen[cell_of(row, dimension)]);
    }
    return result;
  }

  Function combined(const Function& a, const Function& b) {
    const std::size_t kind = below(4);
    Function result;
    if (kind == 0) result.diagram = diagrams_.both(a.diagram, b.diagram);
    if (kind == 1) result.diagram = diagrams_.either(a.diagram, b.diagram);
    if (kind == 2) result.diagram = diagrams_.minus(a.diagram, b.diagram);
    if (kind == 3) result.diagram = diagrams_.complement(a.diagram);
    for (std::size_t row = 0; row < a.table.size(); ++row) {
      const bool x = a.table[row];
      const bool y = b.table[row];
      result.table.push_back(kind == 0 ? x && y : kind == 1 ? x || y : kind == 2 ? x && !y : !x);
    }
    return result;
  }

  /// A few dozen functions, each made of the ones before it.
  std::vector<Function> functions(std::size_t count) {
    std::vector<Function> result;
    for (std::size_t i = 0; i < 12; ++i) result.push_back(literal());
    while (result.size() < count) {
      const std::size_t recent = std::min<std::size_t>(result.size(), 16);
      const Function& a = result[result.size() - 1 - below(recent)];
      const Function& b = result[below(result.size())];
      result.push_back(combined(a, b));
    }
    return result;
  }

 private:
  Diagrams& diagrams_;
  std::mt19937 random_;
};

TEST_CASE("diagrams: operations agree with tables, and equal functions have equal handles") {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    Diagrams diagrams;
    Generator generator(diagrams, seed);
    const std::vector<Function> functions = generator.functions(60);
    for (const Function& f : functions) check_same(diagrams, f);
    for (const Function& f : functions) {
      for (const Function& g : functions) {
        REQUIRE((f.diagram == g.diagram) == (f.table == g.table));
      }
      CHECK(diagrams.choose(f.diagram, kTrue, f.diagram) == f.diagram);
    }
  }
}

TEST_CASE("diagrams: balanced conjunction and disjunction are the plain ones") {
  Diagrams diagrams;
  Generator generator(diagrams, 99);
  std::vector<Diagram> some;
  Diagram all = kTrue;
  Diagram any = kFalse;
  for (std::size_t i = 0; i < 7; ++i) {
    some.push_back(generator.literal().diagram);
    all = diagrams.both(all, some.back());
    any = diagrams.either(any, some.back());
    CHECK(diagrams.all_of(some) == all);
    CHECK(diagrams.any_of(some) == any);
  }
  CHECK(diagrams.all_of({}) == kTrue);
  CHECK(diagrams.any_of({}) == kFalse);
}

TEST_CASE("diagrams: exists and forall agree with going through the cells") {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    Diagrams diagrams;
    Generator generator(diagrams, seed);
    const std::vector<Function> functions = generator.functions(40);
    for (std::size_t i = 20; i < functions.size(); ++i) {
      const Function& f = functions[i];
      const std::size_t dimension = generator.below(dimensions().size());
      const Dimension& d = dimensions()[dimension];
      std::vector<std::size_t> cells;
      Values among;
      for (std::size_t c = 0; c < d.cells.size(); ++c) {
        if (generator.below(2) == 0 && !(c + 1 == d.cells.size() && cells.empty())) continue;
        cells.push_back(c);
        among |= d.cells[c];
      }
      Function some{diagrams.exists(f.diagram, d.variable, among), {}};
      Function every{diagrams.forall(f.diagram, d.variable, among), {}};
      for (std::size_t row = 0; row < f.table.size(); ++row) {
        bool any = false;
        bool all = true;
        for (std::size_t c : cells) {
          const bool value = f.table[with_cell(row, dimension, c)];
          any = any || value;
          all = all && value;
        }
        some.table.push_back(any);
        every.table.push_back(all);
      }
      check_same(diagrams, some);
      check_same(diagrams, every);
      const Address one = d.cells[0].intervals().front().first;
      Function fixed{diagrams.restrict(f.diagram, d.variable, one), {}};
      for (std::size_t row = 0; row < f.table.size(); ++row) {
        fixed.table.push_back(f.table[with_cell(row, dimension, 0)]);
      }
      check_same(diagrams, fixed);
    }
  }
}

TEST_CASE("diagrams: facts, support and values agree with tables") {
  for (unsigned seed = 20; seed <= 28; ++seed) {
    Diagrams diagrams;
    Generator generator(diagrams, seed);
    for (const Function& f : generator.functions(40)) {
      Function some{diagrams.exists_facts(f.diagram), {}};
      Function every{diagrams.forall_facts(f.diagram), {}};
      for (std::size_t row = 0; row < f.table.size(); ++row) {
        bool any = false;
        bool all = true;
        for (std::size_t c = 0; c < 4; ++c) {
          const bool value = f.table[with_cell(with_cell(row, 6, c % 2), 7, c / 2)];
          any = any || value;
          all = all && value;
        }
        some.table.push_back(any);
        every.table.push_back(all);
      }
      check_same(diagrams, some);
      check_same(diagrams, every);

      std::vector<Variable> support;
      for (std::size_t i = 0; i < dimensions().size(); ++i) {
        const Dimension& d = dimensions()[i];
        bool matters = false;
        Values values;
        for (std::size_t row = 0; row < f.table.size(); ++row) {
          matters = matters || f.table[row] != f.table[with_cell(row, i, 0)];
          if (f.table[row]) values |= d.cells[cell_of(row, i)];
        }
        if (matters) support.push_back(d.variable);
        REQUIRE(diagrams.values(f.diagram, d.variable) == values);
      }
      REQUIRE(diagrams.support(f.diagram) == support);
    }
  }
}

bool holds(const FlowBox& box, std::size_t row) {
  const auto at = [&](std::size_t i) {
    return dimensions()[i].cells[cell_of(row, i)].intervals().back().last;
  };
  return box.protocols.contains(net::kIpProtocols[cell_of(row, 0)]) && box.source.contains(at(1)) &&
         box.destination.contains(at(2)) &&
         (!has_ports(row) || (box.destination_ports.contains(static_cast<net::Port>(at(4).bits)) &&
                              box.source_ports.contains(static_cast<net::Port>(at(5).bits))));
}

/// In how many dimensions two boxes differ.
int differences(const FlowBox& a, const FlowBox& b) {
  return (a.protocols != b.protocols ? 1 : 0) + (a.source != b.source ? 1 : 0) +
         (a.destination != b.destination ? 1 : 0) + (a.source_ports != b.source_ports ? 1 : 0) +
         (a.destination_ports != b.destination_ports ? 1 : 0);
}

TEST_CASE("boxes: disjoint, together exactly the set, and merged where one dimension differs") {
  for (unsigned seed = 40; seed <= 50; ++seed) {
    Diagrams diagrams;
    Generator generator(diagrams, seed);
    for (const Function& f : generator.functions(40)) {
      const Diagram packets = diagrams.exists(diagrams.exists_facts(f.diagram), Variable::chosen(1),
                                              net::all_addresses());
      const FlowBoxes found = boxes_of(diagrams, packets, 100'000);
      CHECK(found.complete);
      std::size_t wrong = 0;
      for (std::size_t row = 0; row < f.table.size(); ++row) {
        std::size_t times = 0;
        for (const FlowBox& box : found.boxes) times += holds(box, row) ? 1 : 0;
        wrong += times == (value_at(diagrams, packets, row) ? 1U : 0U) ? 0 : 1;
      }
      CHECK(wrong == 0);
      std::size_t unmerged = 0;
      for (const FlowBox& a : found.boxes) {
        for (const FlowBox& b : found.boxes) unmerged += differences(a, b) == 1 ? 1 : 0;
      }
      CHECK(unmerged == 0);
      if (packets != kFalse) {
        const FlowPoint point = pick(diagrams, f.diagram);
        Diagram d = f.diagram;
        d = diagrams.restrict(d, Variable::protocol(),
                              {net::Family::V4, static_cast<unsigned>(point.flow.protocol)});
        d = diagrams.restrict(d, Variable::source(), point.flow.source);
        d = diagrams.restrict(d, Variable::destination(), point.flow.destination);
        for (const auto& [k, address] : point.chosen) {
          d = diagrams.restrict(d, Variable::chosen(k), address);
        }
        d = diagrams.restrict(d, Variable::destination_port(),
                              {net::Family::V4, point.flow.destination_port});
        d = diagrams.restrict(d, Variable::source_port(),
                              {net::Family::V4, point.flow.source_port});
        for (const auto& [index, truth] : point.facts) {
          d = diagrams.restrict(d, Variable::fact(index), {net::Family::V4, truth ? 1U : 0U});
        }
        CHECK(d == kTrue);
      }
    }
  }
}

TEST_CASE("boxes: few of them, and no more than asked for") {
  Diagrams diagrams;
  const Diagram a = diagrams.addresses(Variable::source(), range("10.0.0.0", "10.0.0.255"));
  const Diagram b = diagrams.addresses(Variable::source(), range("10.2.0.0", "10.2.0.255"));
  const Diagram web = diagrams.both(diagrams.protocols(ProtocolSet(net::IpProtocol::Tcp)),
                                    diagrams.ports(Variable::destination_port(), {80, 80}));
  const FlowBoxes one = boxes_of(diagrams, diagrams.both(diagrams.either(a, b), web), 10);
  REQUIRE(one.boxes.size() == 1);
  CHECK(one.boxes[0].protocols == ProtocolSet(net::IpProtocol::Tcp));
  CHECK(one.boxes[0].source == (range("10.0.0.0", "10.0.0.255") | range("10.2.0.0", "10.2.0.255")));
  CHECK(one.boxes[0].destination == net::all_addresses());
  CHECK(one.boxes[0].source_ports == net::all_header_ports());
  CHECK(one.boxes[0].destination_ports == PortSet(80, 80));

  const FlowBoxes rest = boxes_of(diagrams, diagrams.complement(diagrams.both(a, web)), 10);
  CHECK(rest.boxes.size() == 3);  // other sources; other protocols; TCP to other ports
  const FlowBoxes cut = boxes_of(diagrams, diagrams.complement(diagrams.both(a, web)), 2);
  CHECK(cut.boxes.size() == 2);
  CHECK_FALSE(cut.complete);
  CHECK(boxes_of(diagrams, kTrue, 10).boxes.size() == 1);
  CHECK(boxes_of(diagrams, kFalse, 10).boxes.empty());
}

TEST_CASE("boxes: those that differ in their destination alone are one") {
  // To each of two addresses port 80 from port 1000, and another port: what they share is below
  // different nodes, as are the rest of their ports.
  Diagrams diagrams;
  const auto to = [&](const char* address) {
    return diagrams.addresses(Variable::destination(), range(address, address));
  };
  const auto port = [&](net::Port number) {
    return diagrams.ports(Variable::destination_port(), {number, number});
  };
  const Diagram shared =
      diagrams.both(port(80), diagrams.ports(Variable::source_port(), {1000, 1000}));
  const Diagram one = diagrams.both(to("10.0.0.1"), diagrams.either(shared, port(443)));
  const Diagram two = diagrams.both(to("10.0.0.2"), diagrams.either(shared, port(22)));
  const Diagram tcp = diagrams.protocols(ProtocolSet(net::IpProtocol::Tcp));
  const FlowBoxes found = boxes_of(diagrams, diagrams.both(tcp, diagrams.either(one, two)), 10);
  REQUIRE(found.boxes.size() == 3);
  for (const FlowBox& box : found.boxes) {
    if (box.destination_ports != PortSet(80, 80)) continue;
    CHECK(box.destination == range("10.0.0.1", "10.0.0.2"));
    CHECK(box.source_ports == PortSet(1000, 1000));
  }
}

TEST_CASE("boxes: in the order of their protocols first, and of their ports last") {
  // A reader finds TCP before UDP, and the lower of two addresses first, whatever the ports.
  Diagrams diagrams;
  const auto part = [&](net::IpProtocol protocol, const char* destination, net::Port port) {
    return diagrams.all_of(
        {diagrams.protocols(ProtocolSet(protocol)),
         diagrams.addresses(Variable::destination(), range(destination, destination)),
         diagrams.ports(Variable::destination_port(), {port, port})});
  };
  const FlowBoxes found = boxes_of(diagrams,
                                   diagrams.any_of({part(net::IpProtocol::Udp, "10.0.0.1", 53),
                                                    part(net::IpProtocol::Tcp, "10.0.0.1", 8080),
                                                    part(net::IpProtocol::Tcp, "10.0.0.2", 443)}),
                                   10);
  REQUIRE(found.boxes.size() == 3);
  CHECK(found.boxes[0].destination_ports == PortSet(8080, 8080));
  CHECK(found.boxes[1].destination_ports == PortSet(443, 443));
  CHECK(found.boxes[2].destination_ports == PortSet(53, 53));
}

TEST_CASE("pick: familiar values where they can be") {
  Diagrams diagrams;
  const Diagram from = diagrams.addresses(Variable::source(), range("10.0.0.4", "10.0.0.9"));
  CHECK(net::to_string(pick(diagrams, from).flow) == "TCP 10.0.0.4:50000 -> 0.0.0.0:443");
  const Diagram low = diagrams.both(from, diagrams.ports(Variable::destination_port(), {0, 99}));
  CHECK(pick(diagrams, low).flow.destination_port == 1);
  const Diagram icmp = diagrams.both(from, diagrams.protocols(ProtocolSet(net::IpProtocol::Icmp)));
  CHECK(pick(diagrams, icmp).flow.protocol == net::IpProtocol::Icmp);
  CHECK(pick(diagrams, icmp).flow.destination_port == 0);
}

TEST_CASE("diagrams: the budget ends an operation, and the diagrams live on") {
  Diagrams diagrams(DiagramBudget{200, 1'000'000});
  const auto grow = [&] {
    Diagram all = kTrue;
    for (std::uint32_t i = 0; i < 40; ++i) {
      const Diagram a = diagrams.fact(i);
      const Diagram b = diagrams.fact(80 - i);
      all = diagrams.minus(diagrams.either(all, a), b);
    }
    return all;
  };
  const auto result = within_budget(grow);
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().message.find("memory") != std::string::npos);
  CHECK(diagrams.both(diagrams.fact(0), kTrue) == diagrams.fact(0));

  Diagrams hurried(DiagramBudget{1'000'000, 10});
  CHECK_FALSE(within_budget([&] {
                return hurried.addresses(Variable::source(), net::internet_addresses());
              }).has_value());
  CHECK_THROWS_AS(static_cast<void>(Variable::fact(Variable::kMostFacts)), OverBudget);
}

}  // namespace
