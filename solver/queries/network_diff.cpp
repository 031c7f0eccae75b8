// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/network_diff.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "compiler/path/hops.h"
#include "solver/sets/transfer.h"

namespace polreach::solver::queries {
namespace {

using compiler::Routed;
using compiler::Site;
using net::AddressSet;
using sets::Diagram;
using sets::Diagrams;
using sets::Variable;

/// A place of a comparison: sites that differ only in what guards them.
struct Place {
  std::vector<Site> sites;
  AddressSet addresses;
};
using Places = std::map<std::string, Place>;

/// In the order of the input, which is that of names.
Places places_of(std::vector<NetworkPlace> listed) {
  std::map<std::string, std::set<model::SubnetId>> subnets;
  for (const NetworkPlace& each : listed) {
    const Site& site = each.site;
    if (site.kind != Site::Kind::Subnet || !site.is_asked) continue;
    subnets[each.name].insert(*site.subnet);
  }
  const auto name_of = [&](const NetworkPlace& each) {
    const Site& site = each.site;
    if (!site.is_asked) return each.name + " (some address)";
    if (site.kind != Site::Kind::Interface || !site.subnet) return each.name;
    for (const auto& [name, ids] : subnets) {
      if (ids.contains(*site.subnet)) return name;
    }
    return each.name;
  };
  Places places;
  for (NetworkPlace& each : listed) {
    Place& place = places[name_of(each)];
    place.addresses |= each.site.addresses;
    place.sites.push_back(std::move(each.site));
  }
  return places;
}

/// The network is as one side sees it.
class NetworkView {
 public:
  explicit NetworkView(const NetworkSide& side)
      : flows_(side.around),
        sources_(listed(side, side.from)),
        destinations_(listed(side, side.to)) {}

  [[nodiscard]] const Places& sources() const { return sources_; }
  [[nodiscard]] const Places& destinations() const { return destinations_; }
  NetworkFlows& flows() { return flows_; }
  Diagrams& diagrams() { return flows_.space().diagrams(); }

  struct Part {
    const Site* source;
    const Site* destination;
    NetworkFlows::Between between;
  };
  struct State {
    std::vector<Part> parts;
    Diagram must = sets::kFalse;
    Diagram may = sets::kFalse;
    std::string unrouted;  // why some of it is
  };
  State between(const std::string& source, const std::string& destination) {
    State state;
    const auto from = sources_.find(source);
    const auto to = destinations_.find(destination);
    if (from == sources_.end() || to == destinations_.end()) return state;
    for (const Site& a : from->second.sites) {
      for (const Site& b : to->second.sites) {
        const bool first = state.parts.empty();
        Part part{&a, &b, first ? flows_.between(a, b) : flows_.also_between(a, b)};
        if (part.between.routed.answer == Routed::Answer::No) {
          state.unrouted = part.between.routed.reason;
        } else {
          state.must = diagrams().either(state.must, part.between.flows.must);
          state.may = diagrams().either(state.may, part.between.flows.may);
        }
        state.parts.push_back(std::move(part));
      }
    }
    return state;
  }

  /// The rules that decide packets, wherever they act.
  std::vector<NetworkRule> deciding(const State& state, Diagram packets) {
    std::vector<NetworkRule> rules;
    for (const Part& part : state.parts) {
      const Diagram here = diagrams().both(packets, part.between.flows.packets);
      if (here == sets::kFalse) continue;
      for (NetworkRule& rule :
           flows_.deciding(*part.source, *part.destination, part.between, here)) {
        rule.place.clear();
        if (std::find(rules.begin(), rules.end(), rule) == rules.end()) {
          rules.push_back(std::move(rule));
        }
      }
    }
    return rules;
  }

 private:
  static Places listed(const NetworkSide& side, const std::optional<std::vector<Site>>& sites) {
    const model::Cloud& cloud = side.around.cloud();
    return places_of(sites ? as_places(cloud, *sites) : network_places(side.around));
  }

  NetworkFlows flows_;
  Places sources_;
  Places destinations_;
};

/// What people know a rule by.
auto identity(const NetworkRule& rule) {
  return std::tuple(rule.direction, rule.group, rule.name, rule.priority, rule.access,
                    rule.access_is_open, rule.is_missing, rule.is_admin);
}

/// Leaves what only one of the two lists has; both of them where that would be nothing.
void keep_differences(std::vector<NetworkRule>& was, std::vector<NetworkRule>& now) {
  const auto without = [](const std::vector<NetworkRule>& from,
                          const std::vector<NetworkRule>& others) {
    std::vector<NetworkRule> rest;
    for (const NetworkRule& rule : from) {
      const bool common = std::any_of(others.begin(), others.end(), [&](const NetworkRule& other) {
        return identity(other) == identity(rule);
      });
      if (!common) rest.push_back(rule);
    }
    return rest;
  };
  std::vector<NetworkRule> only_was = without(was, now);
  std::vector<NetworkRule> only_now = without(now, was);
  if (only_was.empty() && only_now.empty()) return;
  was = std::move(only_was);
  now = std::move(only_now);
}

class NetworkComparison {
 public:
  NetworkComparison(const NetworkSide& before, const NetworkSide& after, const PassageAsked& asked)
      : old_(before), new_(after), asked_(asked) {
    for (const NetworkSide* side : {&before, &after}) {
      for (const model::Interface& each : side->around.cloud().interfaces) {
        for (const model::InterfaceAddress& one : each.addresses) {
          if (one.address) single_.insert(*one.address);
        }
      }
    }
  }

  source::Result<NetworkDiff> run() {
    const auto sources = names(old_.sources(), new_.sources());
    const auto destinations = names(old_.destinations(), new_.destinations());
    if (sources.size() * destinations.size() > kMostNetworkPairs) {
      return source::failure("the networks have more than " + std::to_string(kMostNetworkPairs) +
                             " pairs of places; ask for some of them: --from, --to");
    }
    const auto done = sets::within_budget([&] {
      for (const std::string& source : sources) {
        for (const std::string& destination : destinations) compare(source, destination);
      }
      return true;
    });
    if (!done) return tl::unexpected(done.error());
    add_places();
    return std::move(result_);
  }

 private:
  static std::set<std::string> names(const Places& a, const Places& b) {
    std::set<std::string> all;
    for (const Places* places : {&a, &b}) {
      for (const auto& [name, place] : *places) all.insert(name);
    }
    return all;
  }

  static bool is_outside(const Places& a, const Places& b, const std::string& name) {
    const auto found = a.find(name);
    const Places& places = found != a.end() ? a : b;
    return places.at(name).sites.front().kind == Site::Kind::Outside;
  }

  static AddressSet addresses(const Places& a, const Places& b, const std::string& name) {
    AddressSet all;
    for (const Places* places : {&a, &b}) {
      const auto found = places->find(name);
      if (found != places->end()) all |= found->second.addresses;
    }
    return all;
  }

  void compare(const std::string& source, const std::string& destination) {
    if (is_outside(old_.sources(), new_.sources(), source) &&
        is_outside(old_.destinations(), new_.destinations(), destination)) {
      return;
    }
    const NetworkView::State before = old_.between(source, destination);
    const NetworkView::State after = new_.between(source, destination);
    Diagrams& diagrams = new_.diagrams();
    const Diagram must = sets::transfer(old_.diagrams(), before.must, diagrams);
    const Diagram may = sets::transfer(old_.diagrams(), before.may, diagrams);
    if (must == after.must && may == after.may) return;
    Diagram asked = packets_of(diagrams, asked_);
    if (source == destination) asked = without_itself(diagrams, asked, source);
    const Diagram open = diagrams.minus(may, must);
    const Diagram open_now = diagrams.minus(after.may, after.must);
    const std::array<std::tuple<Passes, Passes, Diagram>, 6> all = {{
        {Passes::Never, Passes::Always, diagrams.minus(after.must, may)},
        {Passes::Never, Passes::Depends, diagrams.minus(open_now, may)},
        {Passes::Depends, Passes::Always, diagrams.both(after.must, open)},
        {Passes::Always, Passes::Depends, diagrams.both(open_now, must)},
        {Passes::Always, Passes::Never, diagrams.minus(must, after.may)},
        {Passes::Depends, Passes::Never, diagrams.minus(open, after.may)},
    }};
    NetworkChange change;
    Diagram changed = sets::kFalse;
    for (const auto& [was, is, packets] : all) {
      const Diagram part = diagrams.both(packets, asked);
      if (part == sets::kFalse) continue;
      changed = diagrams.either(changed, part);
      change.parts.push_back({was, is, sets::boxes_of(diagrams, part, sets::kMostShownBoxes)});
    }
    if (change.parts.empty()) return;
    widen(change, addresses(old_.sources(), new_.sources(), source),
          addresses(old_.destinations(), new_.destinations(), destination));
    change.what = kind_of(change);
    change.was = old_.deciding(before, sets::transfer(diagrams, changed, old_.diagrams()));
    change.now = new_.deciding(after, changed);
    keep_differences(change.was, change.now);
    if (before.unrouted != after.unrouted) {
      change.was_unrouted = before.unrouted;
      change.now_unrouted = after.unrouted;
    }
    change.pairs.push_back({source, destination});
    add(std::move(change));
  }

  /// What a machine sends to itself meets no group, and says nothing about a network.
  Diagram without_itself(Diagrams& diagrams, Diagram packets, const std::string& name) {
    const AddressSet here = addresses(old_.sources(), new_.sources(), name);
    for (const net::Address& each : single_) {
      if (!here.contains(each)) continue;
      const AddressSet one(each, each);
      const Diagram itself = diagrams.both(diagrams.addresses(Variable::source(), one),
                                           diagrams.addresses(Variable::destination(), one));
      packets = diagrams.minus(packets, itself);
    }
    return packets;
  }

  static void widen(NetworkChange& change, const AddressSet& source,
                    const AddressSet& destination) {
    const AddressSet from = compiler::of_common_family(source, destination);
    const AddressSet to = compiler::of_common_family(destination, source);
    for (NetworkChange::Part& part : change.parts) {
      for (sets::FlowBox& box : part.packets.boxes) {
        if (box.source.contains(from)) box.source = net::all_addresses();
        if (box.destination.contains(to)) box.destination = net::all_addresses();
      }
    }
  }

  static Changed kind_of(const NetworkChange& change) {
    bool more = false;
    bool less = false;
    for (const NetworkChange::Part& part : change.parts) {
      (part.before < part.after ? more : less) = true;
    }
    return more && less ? Changed::Changed : more ? Changed::Added : Changed::Removed;
  }

  static bool is_alike(const NetworkChange& a, const NetworkChange& b) {
    const auto same_rules = [](const auto& x, const auto& y) {
      return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                        [](const auto& p, const auto& q) { return identity(p) == identity(q); });
    };
    return a.what == b.what && same_rules(a.was, b.was) && same_rules(a.now, b.now) &&
           a.was_unrouted == b.was_unrouted && a.now_unrouted == b.now_unrouted &&
           std::equal(a.parts.begin(), a.parts.end(), b.parts.begin(), b.parts.end(),
                      [](const auto& p, const auto& q) {
                        return p.before == q.before && p.after == q.after &&
                               p.packets.boxes == q.packets.boxes;
                      });
  }

  void add(NetworkChange change) {
    for (NetworkChange& known : result_.changes) {
      if (!is_alike(known, change)) continue;
      known.pairs.push_back(std::move(change.pairs.front()));
      return;
    }
    result_.changes.push_back(std::move(change));
  }

  void add_places() {
    std::map<std::string, Changed> found;
    const auto only = [&](const Places& here, const Places& there, Changed what) {
      for (const auto& [name, place] : here) {
        if (!there.contains(name)) found.emplace(name, what);
      }
    };
    only(new_.sources(), old_.sources(), Changed::Added);
    only(new_.destinations(), old_.destinations(), Changed::Added);
    only(old_.sources(), new_.sources(), Changed::Removed);
    only(old_.destinations(), new_.destinations(), Changed::Removed);
    for (const auto& [name, what] : found) result_.places.push_back({what, name});
  }

  NetworkView old_;
  NetworkView new_;
  const PassageAsked& asked_;
  std::set<net::Address> single_;
  NetworkDiff result_;
};

}  // namespace

source::Result<NetworkDiff> network_diff(const NetworkSide& before, const NetworkSide& after,
                                         const PassageAsked& asked) {
  auto diff = NetworkComparison(before, after, asked).run();
  if (diff) diff->groups = group_changes(before.around.cloud(), after.around);
  return diff;
}

}  // namespace polreach::solver::queries
