// SPDX-License-Identifier: Apache-2.0
#include "cli/report/effective_report.h"
#include "cli/report/json.h"

namespace polreach::cli {

namespace queries = solver::queries;

using queries::EffectiveList;
using queries::EffectiveRule;
using queries::EffectiveSide;
using solver::sets::FlowBox;

namespace {

class EffectiveJsonWriter : private JsonWriter {
 public:
  EffectiveJsonWriter(std::ostream& out, const EffectiveReport& report)
      : JsonWriter(out), report_(report) {}

  void all() {
    const queries::Effective& effective = report_.effective;
    begin("polreach.effective/v1");
    json_.Key("of");
    json_.StartObject();
    text("kind", report_.kind);
    text("name", printable(report_.name));
    json_.EndObject();
    const model::ServiceTags& tags = report_.input.cloud.service_tags;
    if (!tags.change_number.empty()) text("serviceTags", printable(tags.change_number));
    list("lists", effective.lists, [&](const EffectiveList& each) { rules(each); });
    list("notes", effective.notes, [&](const std::string& each) { string(printable(each)); });
    number("findings", effective.findings);
    number("proofs", effective.proofs);
    number("unproven", effective.unproven);
    list("dependsOn", open_assumptions(report_),
         [&](const auto& each) { assumption(report_.input, each); });
    list("assumptions", standing_assumptions(report_),
         [&](const auto& each) { assumption(report_.input, each); });
    input(report_.input);
    end();
  }

 private:
  void rules(const EffectiveList& each) {
    json_.StartObject();
    text("direction", word(each.direction));
    list("places", each.places, [&](const std::string& place) { string(printable(place)); });
    if (each.network) {
      text("network", printable(report_.input.cloud[*each.network].name));
    }
    if (each.group != nullptr) {
      json_.Key("group");
      json_.StartObject();
      text("name", printable(each.group->name));
      if (!each.group->resource_group.empty()) {
        text("resourceGroup", printable(each.group->resource_group));
      }
      place(report_.input, "at", each.group->where);
      json_.EndObject();
    }
    flag("networkManager", each.is_admin);
    if (each.missing) ids("notKnown", {*each.missing});
    if (each.open && !each.missing) ids("perhaps", {*each.open});
    list("rules", each.rules, [&](const EffectiveRule& one) { rule(each, one); });
    json_.EndObject();
  }

  void rule(const EffectiveList& of, const EffectiveRule& each) {
    const model::SecurityRule& written = *each.rule;
    json_.StartObject();
    if (!written.priority_open) {
      json_.Key("priority");
      json_.Int(written.priority);
    }
    text("name", printable(written.name));
    flag("default", written.is_default);
    text("access", access_text(written));
    protocols(written.protocols);
    side("source", written.source, written.source_ports, each.source);
    side("destination", written.destination, written.destination_ports, each.destination);
    json_.Key("decides");
    json_.StartObject();
    flag("allItMatches", each.is_whole);
    boxes("certain", each.decides);
    boxes("perhaps", each.perhaps);
    ids("dependsOn", each.depends_on);
    flag("complete", each.decides.complete && each.perhaps.complete);
    json_.EndObject();
    if (each.finding != EffectiveRule::Finding::None) finding(of, each);
    place(report_.input, "at", written.where);
    json_.EndObject();
  }

  void finding(const EffectiveList& of, const EffectiveRule& each) {
    const bool never = each.finding == EffectiveRule::Finding::NeverDecides;
    json_.Key("finding");
    json_.StartObject();
    text("kind", never ? "never-decides" : "redundant");
    flag("proven", each.is_proven);
    if (never) {
      list("coveredBy", each.covered_by, [&](std::size_t i) {
        const model::SecurityRule& by = *of.rules[i].rule;
        json_.StartObject();
        if (!by.priority_open) {
          json_.Key("priority");
          json_.Int(by.priority);
        }
        text("name", printable(by.name));
        place(report_.input, "at", by.where);
        json_.EndObject();
      });
    }
    json_.EndObject();
  }

  void side(const char* key, const std::vector<model::AddressTerm>& terms,
            const net::PortSet& all_ports, const EffectiveSide& expanded) {
    json_.Key(key);
    json_.StartObject();
    list("written", terms, [&](const model::AddressTerm& term) { string(printable(term.text)); });
    ports("ports", all_ports);
    if (report_.expand) {
      addresses("cidrs", expanded.certain);
      if (!expanded.perhaps.empty()) {
        addresses("perhapsCidrs", expanded.perhaps);
        ids("dependsOn", expanded.depends_on);
      }
    }
    json_.EndObject();
  }

  void boxes(const char* key, const solver::sets::FlowBoxes& all) {
    list(key, all.boxes, [&](const FlowBox& box) {
      json_.StartObject();
      text("text", box_text(box, false));
      protocols(box.protocols);
      addresses("source", box.source);
      ports("sourcePorts", box.source_ports);
      addresses("destination", box.destination);
      ports("destinationPorts", box.destination_ports);
      json_.EndObject();
    });
  }

  void protocols(net::ProtocolSet all) {
    std::vector<std::string_view> names;
    for (const net::IpProtocol each : net::kIpProtocols) {
      if (!all.contains(each)) continue;
      names.push_back(each == net::IpProtocol::Other ? "other" : net::to_string(each));
    }
    list("protocols", names, [&](std::string_view name) { string(name); });
  }

  void ports(const char* key, const net::PortSet& all) {
    list(key, all.intervals(), [&](const auto& range) {
      std::string each = std::to_string(range.first);
      if (range.last != range.first) each += "-" + std::to_string(range.last);
      string(each);
    });
  }

  void ids(const char* key, const std::vector<model::UnknownId>& unknowns) {
    list(key, ids_of(report_, unknowns), [&](const std::string& id) { string(id); });
  }

  const EffectiveReport& report_;
};

}  // namespace

void write_effective_json(std::ostream& out, const EffectiveReport& report) {
  EffectiveJsonWriter(out, report).all();
}

}  // namespace polreach::cli
