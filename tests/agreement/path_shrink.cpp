// SPDX-License-Identifier: Apache-2.0
// One step simpler, and in words: the cases of path_generator.h.
#include <algorithm>
#include <utility>

#include "tests/agreement/path_generator.h"

namespace polreach::agreement {
namespace {

using compiler::AddressMatch;
using compiler::Filter;
using compiler::FilterRule;
using compiler::HeaderAddress;
using compiler::Hop;
using compiler::Path;

class Simpler {
 public:
  explicit Simpler(const PathCase& paths) : paths_(paths) {}

  std::vector<PathCase> all() {
    for (std::size_t w = 0; paths_.ways.size() > 1 && w < paths_.ways.size(); ++w) {
      add([&](PathCase& p) { p.ways.erase(p.ways.begin() + static_cast<std::ptrdiff_t>(w)); });
    }
    for (std::size_t w = 0; w < paths_.ways.size(); ++w) simplify_way(w);
    if (paths_.policies && !asks_policies()) add([](PathCase& p) { p.policies.reset(); });
    settle_ends();
    return std::move(result_);
  }

 private:
  template <typename Change>
  void add(const Change& change) {
    PathCase copy = paths_;
    change(copy);
    result_.push_back(std::move(copy));
  }

  /// Without each item of a list that `find` finds in a copy.
  template <typename Find>
  void drop_each(const Find& find) {
    PathCase probe = paths_;
    const std::size_t size = find(probe).size();
    for (std::size_t i = 0; i < size; ++i) {
      add([&](PathCase& p) {
        auto& list = find(p);
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
      });
    }
  }

  [[nodiscard]] bool asks_policies() const {
    const auto is_policies = [](const Hop& hop) { return hop.kind == Hop::Kind::Policies; };
    return std::any_of(paths_.ways.begin(), paths_.ways.end(), [&](const Path& way) {
      return std::any_of(way.hops.begin(), way.hops.end(), is_policies);
    });
  }

  void simplify_way(std::size_t w) {
    drop_each([w](PathCase & p) -> auto& { return p.ways[w].hops; });
    const Path& way = paths_.ways[w];
    for (std::size_t h = 0; h < way.hops.size(); ++h) simplify_hop(w, h);
    for (std::size_t f = 0; f < way.filters.size(); ++f) simplify_filter(w, f);
  }

  void simplify_hop(std::size_t w, std::size_t h) {
    const Hop& hop = paths_.ways[w].hops[h];
    const auto change = [&](bool is_there, auto&& how) {
      if (is_there) add([&](PathCase& p) { how(p.ways[w].hops[h]); });
    };
    change(hop.admin.has_value(), [](Hop& x) { x.admin.reset(); });
    change(hop.header.destination_port.has_value(),
           [](Hop& x) { x.header.destination_port.reset(); });
    change(hop.header.source_port_is_chosen,
           [](Hop& x) { x.header.source_port_is_chosen = false; });
    change(hop.header.source.kind == HeaderAddress::Kind::Chosen,
           [](Hop& x) { x.header.source = {}; });
    change(hop.header.destination.kind == HeaderAddress::Kind::Chosen,
           [](Hop& x) { x.header.destination = {}; });
  }

  void simplify_filter(std::size_t w, std::size_t f) {
    drop_each([ w, f ](PathCase & p) -> auto& { return p.ways[w].filters[f].rules; });
    const Filter& filter = paths_.ways[w].filters[f];
    if (filter.missing) add([&](PathCase& p) { p.ways[w].filters[f].missing.reset(); });
    for (std::size_t r = 0; r < filter.rules.size(); ++r) simplify_rule(w, f, r);
  }

  void simplify_rule(std::size_t w, std::size_t f, std::size_t r) {
    const FilterRule& rule = paths_.ways[w].filters[f].rules[r];
    const auto change = [&](bool is_there, auto&& how) {
      if (is_there) add([&](PathCase& p) { how(p.ways[w].filters[f].rules[r]); });
    };
    change(rule.access_open.has_value(), [](FilterRule& x) { x.access_open.reset(); });
    change(!rule.only_if.empty(), [](FilterRule& x) { x.only_if.clear(); });
    change(rule.protocols != net::ProtocolSet::all(),
           [](FilterRule& x) { x.protocols = net::ProtocolSet::all(); });
    change(rule.source_ports != net::all_header_ports(),
           [](FilterRule& x) { x.source_ports = net::all_header_ports(); });
    change(rule.destination_ports != net::all_header_ports(),
           [](FilterRule& x) { x.destination_ports = net::all_header_ports(); });
    for (AddressMatch FilterRule::*side : {&FilterRule::source, &FilterRule::destination}) {
      const AddressMatch& match = rule.*side;
      change(!match.open.empty(), [side](FilterRule& x) { (x.*side).open.pop_back(); });
      change(match.certain != net::all_addresses(), [side](FilterRule& x) {
        (x.*side) = {net::all_addresses(), {}};
      });
      change(match.certain.intervals().size() > 1 && match.certain != net::all_addresses(),
             [side](FilterRule& x) {
               const auto first = (x.*side).certain.intervals().front();
               (x.*side).certain = net::AddressSet(first.first, first.last);
             });
    }
  }

  void settle_ends() {
    const Path& first = paths_.ways.front();
    const auto for_all = [&](bool Path::*asked) {
      add([&](PathCase& p) {
        for (Path& way : p.ways) way.*asked = true;
      });
    };
    if (!first.source_is_asked) for_all(&Path::source_is_asked);
    if (!first.destination_is_asked) for_all(&Path::destination_is_asked);
  }

  const PathCase& paths_;
  std::vector<PathCase> result_;
};

std::string name(model::UnknownId id) {
  return "u" + std::to_string(static_cast<std::uint32_t>(id));
}

std::string text(const AddressMatch& match) {
  std::string result = "{" + net::to_string(match.certain) + "}";
  for (const AddressMatch::Open& open : match.open) {
    result += " or " + name(open.unknown) + " of {" + net::to_string(open.addresses) + "}";
  }
  return result;
}

std::string text(const HeaderAddress& address) {
  if (address.kind == HeaderAddress::Kind::OfPacket) return "packet";
  return "chosen " + std::to_string(address.variable) + " of {" + net::to_string(address.among) +
         "}";
}

std::string text(model::Access access) {
  return access == model::Access::Allow  ? "allow"
         : access == model::Access::Deny ? "deny"
                                         : "always-allow";
}

std::string ports(const net::PortSet& set) {
  return set == net::all_header_ports() ? "*" : net::to_string(set);
}

std::string text(const FilterRule& rule) {
  std::string result = rule.access_open ? "access " + name(*rule.access_open) : text(rule.access);
  result += " " + net::to_string(rule.protocols) + " " + text(rule.source) + " : " +
            ports(rule.source_ports) + " -> " + text(rule.destination) + " : " +
            ports(rule.destination_ports);
  for (const model::UnknownId id : rule.only_if) result += " if " + name(id);
  return result;
}

std::string text(const Hop& hop) {
  if (hop.kind == Hop::Kind::Gate) return "gate " + (hop.gate ? name(*hop.gate) : "closed");
  std::string result = "filter " + std::to_string(hop.filter);
  if (hop.kind == Hop::Kind::Policies) {
    const auto pod = [](model::EndpointId id) {
      return "pod " + std::to_string(static_cast<std::uint32_t>(id));
    };
    const auto* other = std::get_if<model::EndpointId>(&*hop.other);
    result = std::string("policies ") +
             (hop.direction == model::Direction::Egress ? "out of " : "into ") + pod(*hop.self) +
             " of " + (other != nullptr ? pod(*other) : "addresses");
  }
  if (hop.admin) result += " after " + std::to_string(*hop.admin);
  result += " sees " + text(hop.header.source) + " -> " + text(hop.header.destination);
  if (hop.header.destination_port)
    result += " port " + std::to_string(*hop.header.destination_port);
  if (hop.header.source_port_is_chosen) result += " from a chosen port";
  return result;
}

}  // namespace

std::vector<PathCase> simpler(const PathCase& paths) { return Simpler(paths).all(); }

std::string describe(const PathCase& paths) {
  std::string result;
  if (paths.policies) {
    const Spec& spec = paths.policies->spec();
    result += describe_profile(spec.profile) + "\n";
    for (std::size_t i = 0; i < spec.endpoints.size(); ++i) {
      result += "pod " + std::to_string(i) + " is " + spec.namespaces[spec.endpoints[i].ns].name +
                "/" + spec.endpoints[i].name + "\n";
    }
    result += to_yaml(spec);
  }
  for (std::size_t i = 0; i < paths.cloud->unknowns.size(); ++i) {
    const bool of_world = paths.cloud->unknowns[i].scope == model::Unknown::Scope::World;
    result += "u" + std::to_string(i) + (of_world ? " of the world\n" : " of an address\n");
  }
  for (const Path& way : paths.ways) {
    result += "way " + way.label + ": " + (way.source_is_asked ? "each of " : "one of ") +
              net::to_string(way.source) + " -> " +
              (way.destination_is_asked ? "each of " : "one of ") +
              net::to_string(way.destination) + "\n";
    for (const Hop& hop : way.hops) result += "  " + text(hop) + "\n";
    for (std::size_t f = 0; f < way.filters.size(); ++f) {
      const Filter& filter = way.filters[f];
      result += "  filter " + std::to_string(f) + ", otherwise " + text(filter.otherwise) +
                (filter.missing ? ", missing " + name(*filter.missing) : "") + "\n";
      for (const FilterRule& rule : filter.rules) result += "    " + text(rule) + "\n";
    }
  }
  return result;
}

}  // namespace polreach::agreement
