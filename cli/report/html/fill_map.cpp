// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/report/diagnostics.h"
#include "cli/report/findings_common.h"
#include "cli/report/html/fill.h"
#include "cli/report/html_report.h"
#include "cli/report/network_report.h"
#include "cli/report/reasons.h"
#include "cli/report/style.h"

namespace polreach::cli::html {

namespace queries = solver::queries;

using queries::MapConnection;
using queries::MapFlow;
using queries::MapPeer;
using queries::NetworkLink;
using queries::NetworkMap;
using queries::NetworkRule;

namespace {

class MapFilling {
 public:
  MapFilling(Page& page, const MapReport& report)
      : page_(page), report_(report), names_(names_of(report.input.model, report.map.peers)) {
    node_of_.resize(report.map.peers.size());
    page_.explained = report.map.connections.size() <= kMostExplained;
  }

  void pods() {
    std::vector<std::uint32_t> flows;
    for (const MapFlow& each : report_.map.flows) flows.push_back(flow(each));
    for (const MapConnection& each : report_.map.connections) {
      const std::uint32_t source = node(each.source);
      const std::uint32_t destination = node(each.destination);
      page_.links.push_back({source, destination, flows[each.flow], why(each)});
    }
  }

 private:
  std::uint32_t flow(const MapFlow& given) {
    PageFlow flow;
    flow.text = text_of(given);
    flow.depends = !given.conditional.empty();
    if (flow.depends) flow.conditions = conditions_of(given);
    flow.ports = ports_of(given.allowed | given.conditional);
    tidy(flow.ports);
    return page_.flows.add(flow);
  }

  std::uint32_t node(std::uint32_t peer) {
    if (node_of_[peer]) return *node_of_[peer];
    const MapPeer& given = report_.map.peers[peer];
    const model::Model& model = report_.input.model;
    PageNode node;
    node.name = printable(names_[peer]);
    node.label = node.name;
    if (given.is_outside() || given.is_controller) {
      node.group = given.is_controller ? "entrances" : "outside the cluster";
      node.group_kind = GroupKind::Outside;
      node.kind = given.is_controller ? "Ingress controller" : "Addresses";
    } else {
      node.group = printable(model.text(model[given.ns].name));
      // The group says the namespace.
      node.label = printable(names_[peer].substr(model.text(model[given.ns].name).size() + 1));
      node.kind = printable(model.text(given.kind));
      if (!page_.explained) {
        node.egress = acting_on(given, model::Direction::Egress);
        node.ingress = acting_on(given, model::Direction::Ingress);
      }
    }
    node_of_[peer] = static_cast<std::uint32_t>(page_.nodes.size());
    page_.nodes.push_back(std::move(node));
    return *node_of_[peer];
  }

  std::uint32_t why(const MapConnection& connection) {
    if (!page_.explained) return 0;
    const queries::MapReasons found = queries::explain(report_.cluster, report_.map, connection);
    std::vector<std::uint32_t> why;
    for (const auto* direction : {&found.egress, &found.ingress}) {
      for (const ReasonLine& line : reason_lines(report_.input, *direction, kMostRules)) {
        page_.because(why, report_.input.sources, direction_word(direction->direction), line.text,
                      line.where);
      }
    }
    return page_.whys.add(why);
  }

  /// The policies that select the pods in a direction, or may.
  std::uint32_t acting_on(const MapPeer& peer, model::Direction direction) {
    std::vector<std::uint32_t> why;
    for (const model::EndpointId endpoint : peer.endpoints) {
      for (const model::PolicyId id : report_.cluster.candidates(endpoint, direction)) {
        page_.because(why, report_.input.sources, direction_word(direction),
                      "acted on by " + policy_name(report_.input.model, id),
                      report_.input.model[id].where);
      }
    }
    if (why.empty()) {
      page_.because(why, report_.input.sources, direction_word(direction), "no policy selects it",
                    source::Span::none());
    }
    return page_.whys.add(why);
  }

  Page& page_;
  const MapReport& report_;
  std::vector<std::string> names_;
  std::vector<std::optional<std::uint32_t>> node_of_;
};

class NetworkFilling {
 public:
  NetworkFilling(Page& page, const MapReport& report)
      : page_(page), report_(report), map_(*report.network) {}

  void all() {
    for (const NetworkLink& link : map_.links) {
      if (!is_listed(link)) continue;
      const std::uint32_t source = node(map_.sources[link.source]);
      const std::uint32_t destination = node(map_.destinations[link.destination]);
      page_.links.push_back({source, destination, flow(link), why(link)});
    }
    for (const queries::NetworkOpen& each : map_.depends) {
      page_.add(page_.depends, report_.input.sources, each.named());
    }
    for (const compiler::Standing& each : map_.assumes) {
      page_.assumes.push_back({each.id, printable(each.text), "", {}});
    }
    for (const std::string& note : map_.notes) page_.notes.push_back(printable(note));
  }

 private:
  std::uint32_t node(const queries::NetworkPlace& place) {
    const auto [at, is_new] =
        nodes_.try_emplace(place.name, static_cast<std::uint32_t>(page_.nodes.size()));
    if (!is_new) return at->second;
    PageNode node = network_node(place.name);
    const model::Cloud& cloud = report_.input.cloud;
    const compiler::Site& site = place.site;
    node.kind = kind_of(site);
    if (site.kind == compiler::Site::Kind::Outside) {
      node.group = "outside the network";
      node.group_kind = GroupKind::Outside;
    } else if (site.subnet) {
      // What is in a subnet stands behind it.
      const auto& subnet = cloud[*site.subnet];
      node.group = printable("network " + cloud[subnet.network].name);
      if (site.kind != compiler::Site::Kind::Subnet) {
        node.label = printable(subnet.name) + " · " + node.label;
      }
    } else if (site.network) {
      node.group = printable("network " + cloud[*site.network].name);
    }
    page_.nodes.push_back(std::move(node));
    return at->second;
  }

  std::uint32_t flow(const NetworkLink& link) {
    PageFlow flow;
    flow.text = printable(flows_of(map_, link));
    if (link.routed.answer == compiler::Routed::Answer::Unknown) flow.text += " (if routed)";
    flow.depends =
        !link.conditional.boxes.empty() || link.routed.answer == compiler::Routed::Answer::Unknown;
    flow.conditions = conditions_of(map_, link);
    add_ports(flow.ports, link.allowed);
    add_ports(flow.ports, link.conditional);
    tidy(flow.ports);
    return page_.flows.add(flow);
  }

  std::uint32_t why(const NetworkLink& link) {
    std::vector<std::uint32_t> why;
    const source::SourceMap& sources = report_.input.sources;
    for (const std::uint32_t i : link.rules) {
      const NetworkRule& rule = map_.rules[i];
      because_of(page_, why, sources,
                 rule.direction == model::Direction::Egress ? "outbound" : "inbound", rule);
    }
    page_.because(
        why, sources, "routing",
        (link.routed.answer == compiler::Routed::Answer::Yes ? "routed: " : "routed or not: ") +
            link.routed.reason,
        link.routed.where);
    return page_.whys.add(why);
  }

  Page& page_;
  const MapReport& report_;
  const NetworkMap& map_;
  std::map<std::string, std::uint32_t> nodes_;
};

}  // namespace

void because_of(Page& page, std::vector<std::uint32_t>& why, const source::SourceMap& sources,
                std::string_view heading, const NetworkRule& rule) {
  const char* verb = rule.access_is_open                         ? "depends on "
                     : rule.access == model::Access::Deny        ? "denied by "
                     : rule.access == model::Access::AlwaysAllow ? "always allowed by "
                                                                 : "allowed by ";
  std::string text = verb + name_of(rule);
  if (rule.is_default) text += " (default rule)";
  if (!rule.place.empty()) {
    text += rule.direction == model::Direction::Egress ? ", out of " : ", into ";
    text += rule.place;
  }
  page.because(why, sources, heading, text, rule.where);
}

void add_warnings(Page& page, const source::SourceMap& sources,
                  const source::Diagnostics& diagnostics, std::string_view heading) {
  for (const source::Diagnostic& each : diagnostics.sorted(sources)) {
    std::string text = std::string(heading) + printable(each.message);
    const bool says_subject =
        each.subject.empty() || each.message.find(each.subject) != std::string::npos;
    if (!says_subject) text = std::string(heading) + printable(each.subject + ": " + each.message);
    PageNote note{fmt::format("{}[{}]", severity_word(each.severity), each.code),
                  std::move(text),
                  printable(each.help),
                  {}};
    for (const source::Span& where : {each.where, each.other}) {
      if (where.exists()) note.places.push_back(page.places.add(sources, where));
    }
    page.warnings.push_back(std::move(note));
  }
  if (diagnostics.dropped() > 0) {
    page.notes.push_back(
        fmt::format("{}{} more warnings are not shown", heading, diagnostics.dropped()));
  }
}

PageNode network_node(const std::string& name) {
  PageNode node;
  node.name = printable(name);
  node.label = node.name;
  node.group = "network";
  node.group_kind = GroupKind::Network;
  const std::string_view subnet = "subnet ";
  const std::size_t slash = name.find('/');
  if (name == "the internet") {
    node.group = "outside the network";
    node.group_kind = GroupKind::Outside;
    node.kind = "Addresses";
  } else if (name.starts_with(subnet) && slash != std::string::npos) {
    node.group = printable("network " + name.substr(subnet.size(), slash - subnet.size()));
    node.label = printable(name.substr(slash + 1));
    node.kind = "Subnet";
  }
  return node;
}

Page page_of(const MapReport& report) {
  Page page;
  page.command = "map";
  page.asked = report.asked;
  if (report.has_pods) {
    MapFilling(page, report).pods();
    page.summary.push_back(counted(report.map.connections.size(), "connection"));
    for (const auto& each : open_assumptions(report)) {
      page.add(page.depends, report.input.sources, each);
    }
    for (const auto& each : standing_assumptions(report.cluster)) {
      page.add(page.assumes, report.input.sources, each);
    }
    if (!report.map.gaps.empty()) {
      page.notes.emplace_back(
          "what policies that polreach does not understand may open is not listed");
    }
    if (report.map.proofs > 0) {
      page.summary.push_back(fmt::format("{} proven", report.map.proofs));
    }
    if (report.map.unproven > 0) {
      page.summary.push_back(fmt::format("{} too large for Z3", report.map.unproven));
    }
  }
  if (report.network != nullptr) {
    if (report.has_pods) {
      page.notes.emplace_back(
          "the list of pods does not go through the security groups of the network; polreach can "
          "does");
    }
    const std::size_t before = page.links.size();
    NetworkFilling(page, report).all();
    page.summary.push_back(counted(page.links.size() - before, "connection") +
                           " between places of the network");
    page.summary.push_back(counted(report.network->closed, "pair") + " closed");
    const std::size_t unrouted = report.network->links.size() + before - page.links.size();
    if (unrouted > 0) {
      page.summary.push_back(fmt::format("{} permitted and not routed", unrouted));
    }
  }
  page.summary.push_back(describe(report.input.ledger));
  add_warnings(page, report.input.sources, report.input.diagnostics, "");
  return page;
}

}  // namespace polreach::cli::html

namespace polreach::cli {

void write_map_html(std::ostream& out, const MapReport& report) {
  html::write_page(out, html::page_of(report));
}

}  // namespace polreach::cli
