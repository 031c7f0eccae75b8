// SPDX-License-Identifier: Apache-2.0
#include "cli/report/network_diff_report.h"

namespace polreach::cli {

namespace queries = solver::queries;

using queries::NetworkChange;
using queries::NetworkGroupChange;
using queries::NetworkRule;
using queries::NetworkRuleChange;
using queries::Passes;

namespace {

std::string_view passes_word(Passes passes) {
  switch (passes) {
    case Passes::Never:
      return "denied";
    case Passes::Depends:
      return "depends";
    case Passes::Always:
      return "allowed";
  }
  return "?";
}

}  // namespace

void NetworkDiffJson::network(const DiffReport& report) {
  json_.Key("network");
  json_.StartObject();
  list("changes", report.network->changes,
       [&](const NetworkChange& each) { change(report, each); });
  list("places", report.network->places, [&](const queries::NetworkPlaceChange& each) {
    json_.StartObject();
    text("change", word(each.what));
    text("name", each.name);
    json_.EndObject();
  });
  list("groups", report.network->groups,
       [&](const NetworkGroupChange& each) { group(report, each); });
  json_.EndObject();
}

void NetworkDiffJson::change(const DiffReport& report, const NetworkChange& change) {
  const NetworkEnds any(net::all_addresses(), net::all_addresses());
  json_.StartObject();
  text("change", word(change.what));
  list("pairs", change.pairs, [&](const NetworkChange::Pair& pair) {
    json_.StartObject();
    text("source", pair.source);
    text("destination", pair.destination);
    json_.EndObject();
  });
  list("parts", change.parts, [&](const NetworkChange::Part& part) {
    json_.StartObject();
    text("old", passes_word(part.before));
    text("new", passes_word(part.after));
    boxes("packets", part.packets, any);
    if (!part.packets.complete) flag("complete", false);
    json_.EndObject();
  });
  if (report.explain) {
    list("was", change.was, [&](const NetworkRule& each) { rule(report.old_input, each); });
    list("now", change.now, [&](const NetworkRule& each) { rule(report.new_input, each); });
    if (!change.was_unrouted.empty()) text("wasUnrouted", change.was_unrouted);
    if (!change.now_unrouted.empty()) text("nowUnrouted", change.now_unrouted);
  }
  json_.EndObject();
}

void NetworkDiffJson::group(const DiffReport& report, const NetworkGroupChange& group) {
  json_.StartObject();
  text("change", word(group.what));
  text("name", group.name);
  list("rules", group.rules, [&](const NetworkRuleChange& rule) {
    json_.StartObject();
    text("change", word(rule.what));
    text("direction", rule.direction == model::Direction::Egress ? "egress" : "ingress");
    text("name", rule.name);
    if (!rule.before.empty()) text("old", rule.before);
    if (!rule.after.empty()) text("new", rule.after);
    place(report.old_input, "oldAt", rule.before_where);
    place(report.new_input, "newAt", rule.after_where);
    json_.EndObject();
  });
  if (group.what == queries::Changed::Changed) {
    text("effect", group.effect == NetworkGroupChange::Effect::Same      ? "same"
                   : group.effect == NetworkGroupChange::Effect::Differs ? "differs"
                                                                         : "notCompared");
    if (group.effect == NetworkGroupChange::Effect::Same) flag("proven", group.is_proven);
  }
  json_.EndObject();
}

}  // namespace polreach::cli
