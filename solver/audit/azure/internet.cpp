// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/azure/internet.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

#include "compiler/path/hops.h"
#include "solver/queries/passage_reasons.h"

namespace polreach::solver::audit::azure {
namespace {

using compiler::Guard;
using model::Direction;
using sets::Diagram;
using sets::Diagrams;

/// A port that nobody opens to everyone, and what listens there.
struct Named {
  net::Port port;
  std::string_view name;
  bool tcp = true;
  bool udp = false;
};
constexpr std::array kSensitivePorts = {Named{20, "FTP"},
                                        Named{21, "FTP"},
                                        Named{23, "Telnet"},
                                        Named{25, "SMTP"},
                                        Named{53, "DNS", true, true},
                                        Named{69, "TFTP", false, true},
                                        Named{110, "POP3"},
                                        Named{111, "portmapper", true, true},
                                        Named{119, "NNTP"},
                                        Named{135, "RPC"},
                                        Named{139, "NetBIOS"},
                                        Named{143, "IMAP"},
                                        Named{161, "SNMP", true, true},
                                        Named{162, "SNMP traps", false, true},
                                        Named{389, "LDAP", true, true},
                                        Named{445, "SMB"},
                                        Named{512, "rexec"},
                                        Named{514, "rsh"},
                                        Named{593, "RPC"},
                                        Named{636, "LDAPS"},
                                        Named{873, "rsync"},
                                        Named{993, "IMAPS"},
                                        Named{995, "POP3S"},
                                        Named{1433, "SQL Server"},
                                        Named{1521, "Oracle"},
                                        Named{2049, "NFS", true, true},
                                        Named{3306, "MySQL"},
                                        Named{5432, "PostgreSQL"},
                                        Named{5800, "VNC"},
                                        Named{5900, "VNC"},
                                        Named{6379, "Redis"},
                                        Named{11211, "memcached", true, true}};

constexpr std::uint32_t kManyUdpPorts = 1000;

net::Traffic sensitive_of(const OpenPorts& open, bool with_udp) {
  net::Traffic result;
  for (const Named& each : kSensitivePorts) {
    const net::PortSet one(each.port, each.port);
    if (each.tcp && open.tcp.contains(each.port)) result[net::Protocol::Tcp] |= one;
    if (with_udp && each.udp && open.udp.contains(each.port)) result[net::Protocol::Udp] |= one;
  }
  return result;
}

/// "SQL Server (TCP 1433), Redis (TCP 6379)".
std::string names_of(const net::Traffic& traffic) {
  std::string text;
  for (net::Protocol protocol : net::kProtocols) {
    for (const Named& each : kSensitivePorts) {
      if (!traffic[protocol].contains(each.port)) continue;
      text += (text.empty() ? "" : ", ") + std::string(each.name) + " (" +
              std::string(net::to_string(protocol)) + " " + std::to_string(each.port) + ")";
    }
  }
  return text;
}

/// Which checks the open ports of a place are about, with the ports of each.
std::vector<std::pair<Id, net::Traffic>> checks_of(const Ground& ground, const OpenPorts& open) {
  std::vector<std::pair<Id, net::Traffic>> result;
  const auto add = [&](Id id, net::Traffic traffic) {
    if (!traffic.empty() && ground.wants(id)) result.emplace_back(id, std::move(traffic));
  };
  const auto one = [&](net::Port port) {
    return open.tcp.contains(port) ? net::Traffic(net::Protocol::Tcp, {port, port})
                                   : net::Traffic();
  };
  if (count_of(open.tcp) >= kManyPorts && ground.wants(Id::InternetAnyPort)) {
    net::Traffic all(net::Protocol::Tcp, open.tcp);
    all[net::Protocol::Udp] = open.udp;
    // One cause is one finding: the checks of single ports have nothing to add.
    add(Id::InternetAnyPort, std::move(all));
    return result;
  }
  add(Id::InternetSsh, one(22));
  add(Id::InternetRdp, one(3389));
  const bool many_udp = count_of(open.udp) >= kManyUdpPorts;
  add(Id::InternetSensitive, sensitive_of(open, !many_udp || !ground.wants(Id::InternetUdp)));
  if (many_udp) add(Id::InternetUdp, net::Traffic(net::Protocol::Udp, open.udp));
  add(Id::InternetHttp, one(80));
  return result;
}

std::string what_of(Id id, const net::Traffic& traffic) {
  switch (id) {
    case Id::InternetSsh:
      return "SSH (TCP 22)";
    case Id::InternetRdp:
      return "Remote Desktop (TCP 3389)";
    case Id::InternetSensitive:
      return names_of(traffic);
    case Id::InternetHttp:
      return "plain HTTP (TCP 80)";
    default:
      return net::to_string(traffic);
  }
}

/// What is found at several places for one cause.
struct InboundExposure {
  Id id{};
  std::vector<Decider> first;  // of the first group on the way, as many as it takes
  std::vector<Cause> further;  // of the groups behind it
  std::vector<const Place*> places;
  net::Traffic traffic;
  net::AddressSet sources;
  bool is_routed = false;  // to the first place
  std::string way;
  source::Span way_where = source::Span::none();
  std::optional<Example> example;
};

class Inbound {
 public:
  explicit Inbound(Ground& ground) : ground_(ground) {}

  void run() {
    for (const Place& place : ground_.places()) look_at(place);
    for (auto& [key, group] : groups_) report(group);
    for (auto& [key, finding] : uncertain_) ground_.add(std::move(finding));
  }

 private:
  using Key = std::tuple<Id, const model::SecurityGroup*, std::vector<const model::SecurityRule*>>;

  void look_at(const Place& place) {
    const auto pair = ground_.flows().between(ground_.internet(), place.site);
    if (pair.routed.answer == compiler::Routed::Answer::No || pair.flows.ways.empty()) return;
    Diagrams& diagrams = ground_.flows().space().diagrams();
    const OpenPorts certain = broad_ports(diagrams, pair.flows.must, Direction::Ingress);
    if (!certain.is_complete) {
      ground_.unchecked(Id::InternetAnyPort,
                        "what the internet may reach at " + place.name + " is too manifold");
    }
    for (const auto& [id, traffic] : checks_of(ground_, certain)) {
      add(id, traffic, place, pair);
    }
    const Diagram open = diagrams.minus(pair.flows.may, pair.flows.must);
    if (open == sets::kFalse) return;
    OpenPorts perhaps = broad_ports(diagrams, open, Direction::Ingress);
    perhaps.tcp = perhaps.tcp - certain.tcp;
    perhaps.udp = perhaps.udp - certain.udp;
    const Diagram without_tags = must_without_tags(pair);
    for (const auto& [id, traffic] : checks_of(ground_, perhaps)) {
      add_uncertain(id, traffic, place, pair, without_tags);
    }
  }

  /// What passes for certain if service tags of which the input does not hold the addresses had
  /// none. No tag of a service is a large part of the internet.
  Diagram must_without_tags(const queries::NetworkFlows::Between& pair) {
    sets::PathSpace& space = ground_.flows().space();
    Diagrams& diagrams = space.diagrams();
    Diagram passes = pair.flows.ways.front().passes;
    for (const sets::Variable variable : diagrams.support(passes)) {
      if (!variable.is_fact()) continue;
      const auto& unknown = space.key(variable.index()).unknown;
      if (!unknown || ground_.around().unknowns()[*unknown].id != "A-service-tag") continue;
      passes = diagrams.restrict(passes, variable, net::lowest(net::Family::V4));
    }
    return diagrams.both(pair.flows.packets, sets::in_every_case(space, pair.ways.front(), passes));
  }

  Diagram packets(const net::Traffic& traffic) {
    Diagrams& diagrams = ground_.flows().space().diagrams();
    std::vector<Diagram> parts;
    for (net::Protocol protocol : net::kProtocols) {
      if (traffic[protocol].empty()) continue;
      parts.push_back(
          diagrams.both(diagrams.protocols(net::ProtocolSet(net::ip_protocol(protocol))),
                        diagrams.ports(sets::Variable::destination_port(), traffic[protocol])));
    }
    return diagrams.any_of(std::move(parts));
  }

  void add(Id id, const net::Traffic& traffic, const Place& place,
           const queries::NetworkFlows::Between& pair) {
    Diagrams& diagrams = ground_.flows().space().diagrams();
    const Diagram region = diagrams.both(pair.flows.must, packets(traffic));
    const auto& guards = place.site.stands.front().guards;
    std::vector<Decider> first;
    std::vector<Cause> further;
    for (std::size_t i = guards.size(); i-- > 0;) {
      std::vector<Decider> here = main_of(ground_.deciders(guards[i], Direction::Ingress, region));
      if (first.empty()) {
        first = std::move(here);
        continue;
      }
      for (const Decider& each : here) further.push_back(cause_of(each));
    }
    if (first.empty()) return;  // no group: that is a finding of its own
    Key key{id, first.front().group, {}};
    for (const Decider& each : first) std::get<2>(key).push_back(each.rule);
    InboundExposure& group = groups_[key];
    const bool is_routed = pair.routed.answer == compiler::Routed::Answer::Yes;
    const bool is_better = group.places.empty() || (is_routed && !group.is_routed);
    group.id = id;
    group.traffic |= traffic;
    for (const Decider& each : first) group.sources |= each.others;
    for (Cause& each : further) {
      const bool known = std::any_of(group.further.begin(), group.further.end(),
                                     [&](const Cause& other) { return other.text == each.text; });
      if (!known) group.further.push_back(std::move(each));
    }
    if (group.first.empty()) group.first = std::move(first);
    if (is_better) {
      group.places.insert(group.places.begin(), &place);
      group.is_routed = is_routed;
      group.way = pair.routed.reason;
      group.way_where = pair.routed.where;
      group.example = ground_.example(ground_.internet(), place.site, region);
    } else {
      group.places.push_back(&place);
    }
  }

  /// Those that let in a large part of the internet by themselves. Where none does: those with most
  /// addresses, as many as it takes.
  static std::vector<Decider> main_of(std::vector<Decider> all) {
    std::vector<Decider> result;
    for (const Decider& each : all) {
      if (is_broad(each.others)) result.push_back(each);
    }
    if (!result.empty()) return result;
    const auto share = [](const Decider& each) {
      net::Uint128 count = 0;
      for (const auto& part : each.others.intervals()) {
        if (part.first.family == net::Family::V4) count += part.last.bits - part.first.bits + 1;
      }
      return count;
    };
    std::stable_sort(all.begin(), all.end(),
                     [&](const Decider& a, const Decider& b) { return share(a) > share(b); });
    net::AddressSet rest;
    for (const Decider& each : all) rest |= each.others;
    for (const Decider& each : all) {
      if (!is_broad(rest)) break;
      rest = rest - each.others;
      result.push_back(each);
    }
    std::sort(result.begin(), result.end(), [](const Decider& a, const Decider& b) {
      return std::tie(a.rule->priority, a.rule->name) < std::tie(b.rule->priority, b.rule->name);
    });
    return result;
  }

  static Cause cause_of(const Decider& each) {
    return {place_of(*each.group, *each.rule), name_of(*each.group, *each.rule) + " lets it pass"};
  }

  static std::string key_of(const std::vector<Decider>& deciders) {
    std::string key;
    for (const Decider& each : deciders) key += (key.empty() ? "" : ", ") + each.rule->name;
    return key;
  }

  void report(InboundExposure& group) {
    const Decider& first = group.first.front();
    Finding finding = Ground::finding(group.id, subject_of(*first.group), key_of(group.first),
                                      place_of(*first.group, *first.rule));
    const bool whole =
        group.sources.contains(ground_.internet().addresses & net::all_addresses(net::Family::V4));
    const std::string who = whole ? "the internet" : "a large part of the internet";
    const std::string what = what_of(group.id, group.traffic);
    finding.message = group.is_routed ? who + " reaches " + what + " of "
                                      : "security groups let " + who + " in to " + what + " of ";
    finding.message += group.places.front()->name;
    for (const Decider& each : group.first) finding.causes.push_back(cause_of(each));
    for (Cause& each : group.further) finding.causes.push_back(std::move(each));
    if (!group.is_routed) {
      // Whether a packet arrives is not known: administration can wait behind what is certain.
      if (finding.severity == Severity::Critical) finding.severity = Severity::High;
      finding.causes.push_back({group.way_where, "not known: " + group.way});
    }
    for (std::size_t i = 1; i < group.places.size(); ++i) {
      finding.also.push_back(group.places[i]->name);
    }
    finding.example = group.example;
    if (const auto id = id_of(ground_.cloud(), first.group)) {
      Opening opening;
      opening.group = id;
      opening.traffic = group.traffic;
      opening.addresses = group.sources & net::internet_addresses();
      for (const Place* each : group.places) opening.own |= each->site.addresses;
      finding.opening = std::move(opening);
    }
    ground_.add(std::move(finding));
  }

  /// What rests on something that is not known: a finding where an expression of the input decides,
  /// which its author knows; otherwise nothing is said of it, and that is said.
  void add_uncertain(Id id, const net::Traffic& traffic, const Place& place,
                     const queries::NetworkFlows::Between& pair, Diagram without_tags) {
    Diagrams& diagrams = ground_.flows().space().diagrams();
    Diagram asked = diagrams.both(pair.flows.may, packets(traffic));
    auto points = sets::rests_on(ground_.flows().space(), nullptr, pair.ways, pair.flows, asked);
    if (!points) throw sets::OverBudget(points.error().message);
    if (points->source || points->destination) {
      ground_.unchecked(id, "the addresses of " + place.name + " are not known");
      return;
    }
    auto rests = queries::named(ground_.around(), pair.ways, *points);
    if (rests.empty()) return;
    const auto rests_on_id = [&](std::string_view name) {
      return std::any_of(rests.begin(), rests.end(),
                         [&](const auto& each) { return each.id == name; });
    };
    if (rests_on_id("A-VNET-TAG-UDR")) return;  // a check of its own
    const bool on_tags = rests_on_id("A-service-tag");
    if (on_tags) {
      asked = diagrams.both(asked, without_tags);
      if (broad_ports(diagrams, asked, Direction::Ingress).empty()) return;
    }
    const bool is_written = std::all_of(rests.begin(), rests.end(), [](const auto& each) {
      return each.id == "A-expression" || each.id == "A-service-tag";
    });
    const auto& guards = place.site.stands.front().guards;
    const std::vector<Decider> open =
        guards.empty() || !is_written ? std::vector<Decider>() : open_rules(guards.back(), asked);
    if (open.empty()) {
      ground_.unchecked(id, "at " + place.name + ": " + rests.front().text);
      return;
    }
    const model::SecurityGroup& group = *open.front().group;
    Finding& finding = uncertain_[{id, &group, key_of(open)}];
    if (finding.check != nullptr) {
      finding.also.push_back(place.name);
      return;
    }
    finding =
        Ground::finding(id, subject_of(group), key_of(open), place_of(group, *open.front().rule));
    finding.message =
        "security groups may let the internet in to " + what_of(id, traffic) + " of " + place.name;
    for (const Decider& each : open) {
      finding.causes.push_back({place_of(group, *each.rule),
                                name_of(group, *each.rule) + " rests on what is not known"});
    }
    finding.certain = false;
    for (const auto& each : rests) {
      const bool tag = each.id == "A-service-tag";
      finding.rests_on.push_back(
          {tag ? "A-service-tag" : "A-expression", each.text, each.settle, each.where});
    }
    finding.severity = std::max(finding.severity, on_tags ? Severity::High : Severity::Medium);
  }

  /// Rules of the first group that let pass some of the packets in one way and not in another.
  std::vector<Decider> open_rules(const Guard& guard, Diagram asked) {
    std::vector<Decider> result;
    if (guard.group == nullptr || guard.group->missing) return result;
    const compiler::Filter& filter =
        ground_.around().filters().of(*guard.group, Direction::Ingress, guard.network);
    const auto decides =
        ground_.flows().space().decisions(filter, compiler::packet_header()).decides(asked);
    for (std::size_t i = 0; i < filter.rules.size(); ++i) {
      const model::SecurityRule& rule = *filter.rules[i].rule;
      const bool allows = rule.access == model::Access::Allow || rule.access_open;
      if (decides[i] == sets::kFalse || rule.is_default || !allows) continue;
      net::AddressSet sources = filter.rules[i].source.certain;
      for (const auto& open : filter.rules[i].source.open) {
        const bool tag = ground_.around().unknowns()[open.unknown].id == "A-service-tag";
        if (!tag) sources |= open.addresses;
      }
      if (!is_broad(sources)) continue;
      const bool known =
          !result.empty() && std::any_of(result.begin(), result.end(),
                                         [&](const Decider& each) { return each.rule == &rule; });
      if (!known) result.push_back({guard.group, &rule, decides[i], {}});
    }
    return result;
  }

  Ground& ground_;
  std::map<Key, InboundExposure> groups_;
  std::map<std::tuple<Id, const model::SecurityGroup*, std::string>, Finding> uncertain_;
};

}  // namespace

void check_internet(Ground& ground) { Inbound(ground).run(); }

}  // namespace polreach::solver::audit::azure
