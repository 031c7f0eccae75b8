// SPDX-License-Identifier: Apache-2.0
#include "tests/support/passage_answer.h"

#include <doctest/doctest.h>
#include <simdjson.h>

#include <algorithm>
#include <functional>

#include "tests/support/program.h"

namespace polreach::support {
namespace {

using Element = simdjson::dom::element;

std::string text_of(const Element& object, std::string_view name) {
  std::string_view text;
  if (object[name].get(text) != simdjson::SUCCESS) return "";
  return std::string(text);
}

void for_each(const Element& object, std::string_view name,
              const std::function<void(const Element&)>& take) {
  simdjson::dom::array list;
  if (object[name].get(list) != simdjson::SUCCESS) return;
  for (const Element each : list) take(each);
}

std::vector<std::string> texts_of(const Element& object, std::string_view list,
                                  std::string_view name) {
  std::vector<std::string> texts;
  for_each(object, list, [&](const Element& each) { texts.push_back(text_of(each, name)); });
  return texts;
}

PassageHop hop_of(const Element& element) {
  PassageHop hop{text_of(element, "kind"),
                 text_of(element, "place"),
                 text_of(element, "direction"),
                 text_of(element, "effect"),
                 {},
                 {}};
  for_each(element, "rules", [&](const Element& each) {
    bool certain = false;
    REQUIRE(each["certain"].get(certain) == simdjson::SUCCESS);
    hop.rules.push_back({text_of(each, "rule"), text_of(each, "effect"), certain});
  });
  Element policies;
  if (element["policies"].get(policies) != simdjson::SUCCESS) return hop;
  for_each(policies, "selectedBy", [&](const Element& each) {
    hop.selected_by.push_back(text_of(each, "namespace") + "/" + text_of(each, "name"));
  });
  return hop;
}

PassageOutcome outcome_of(const Element& element) {
  PassageOutcome outcome;
  outcome.source = text_of(element, "source");
  outcome.destination = text_of(element, "destination");
  outcome.verdict = text_of(element, "verdict");
  outcome.permitted = text_of(element, "permitted");
  outcome.routed = text_of(element["routed"].value(), "answer");
  outcome.depends_on = texts_of(element, "dependsOn", "id");
  for_each(element, "ways", [&](const Element& each) {
    PassageWay way{text_of(each, "label"), text_of(each, "effect"), {}};
    for_each(each, "hops", [&](const Element& hop) { way.hops.push_back(hop_of(hop)); });
    outcome.ways.push_back(std::move(way));
  });
  return outcome;
}

template <typename Take>
bool any_hop(const PassageAnswer& answer, Take take) {
  for (const PassageOutcome& outcome : answer.outcomes) {
    for (const PassageWay& way : outcome.ways) {
      if (std::any_of(way.hops.begin(), way.hops.end(), take)) return true;
    }
  }
  return false;
}

bool is_at(const PassageHop& hop, const std::string& place) {
  return place == "interface" ? hop.place.find("interface") != std::string::npos
                              : hop.place == place;
}

/// "nsg 100 AllowSsh", "AllowVnetInBound (default rule)": the name is one of the words.
bool is_called(const PassageRule& rule, const std::string& name) {
  const std::vector<std::string> words = words_of(rule.name);
  return std::find(words.begin(), words.end(), name) != words.end();
}

bool agrees(const std::string& effect, const std::string& verdict) {
  if (verdict == "denied") return effect == "stopped";
  return verdict != "allowed" || effect == "passes";
}

bool decides(const PassageHop& hop, const std::string& verdict, const std::string& name) {
  if (!agrees(hop.effect, verdict)) return false;
  return std::any_of(hop.rules.begin(), hop.rules.end(), [&](const PassageRule& rule) {
    if (!is_called(rule, name)) return false;
    return verdict == "depends" || verdict == "partly" ||
           (rule.effect == "denies") == (verdict == "denied");
  });
}

}  // namespace

PassageAnswer read_passage_answer(std::string_view json) {
  simdjson::dom::parser parser;
  Element root;
  INFO(std::string(json));
  REQUIRE(parser.parse(json.data(), json.size()).get(root) == simdjson::SUCCESS);
  REQUIRE(text_of(root, "schema") == "polreach.passage/v1");
  PassageAnswer answer;
  answer.verdict = text_of(root, "verdict");
  answer.service_tags = text_of(root, "serviceTags");
  answer.assumes = texts_of(root, "assumptions", "id");
  answer.problems = texts_of(root, "diagnostics", "code");
  for_each(root, "notes", [&](const Element& each) {
    answer.notes.emplace_back(std::string_view(each.get_string()));
  });
  for_each(root, "outcomes", [&](const Element& each) {
    answer.outcomes.push_back(outcome_of(each));
    const auto& ids = answer.outcomes.back().depends_on;
    answer.depends_on.insert(answer.depends_on.end(), ids.begin(), ids.end());
  });
  return answer;
}

bool is_decided_by(const PassageAnswer& answer, const std::string& verdict,
                   const std::string& hop) {
  if (hop == "gate") {
    return any_hop(answer, [&](const PassageHop& each) {
      return each.kind == "gate" && agrees(each.effect, verdict);
    });
  }
  const std::size_t comma = hop.rfind(", ");
  REQUIRE_MESSAGE(comma != std::string::npos, hop);
  const std::string place = hop.substr(0, comma);
  const std::string what = hop.substr(comma + 2);
  constexpr std::string_view kPolicy = "policy ";
  if (what.starts_with(kPolicy)) {
    const std::string name = what.substr(kPolicy.size());
    return any_hop(answer, [&](const PassageHop& each) {
      const auto& all = each.selected_by;
      return each.place == place && agrees(each.effect, verdict) &&
             std::find(all.begin(), all.end(), name) != all.end();
    });
  }
  const std::size_t space = place.rfind(' ');
  return any_hop(answer, [&](const PassageHop& each) {
    return each.kind == "group" && is_at(each, place.substr(0, space)) &&
           each.direction == place.substr(space + 1) && decides(each, verdict, what);
  });
}

std::string shown(const PassageAnswer& answer) {
  std::string text = answer.verdict + "\n";
  for (const PassageOutcome& outcome : answer.outcomes) {
    text += outcome.source + " -> " + outcome.destination + ": " + outcome.permitted +
            ", routed: " + outcome.routed + "\n";
    for (const std::string& id : outcome.depends_on) text += "  depends on " + id + "\n";
    for (const PassageWay& way : outcome.ways) {
      text += "  " + way.label + " " + way.effect + "\n";
      for (const PassageHop& hop : way.hops) {
        text += "    " + hop.place + " " + hop.direction + " " + hop.effect;
        for (const PassageRule& rule : hop.rules) text += "; " + rule.effect + " " + rule.name;
        for (const std::string& policy : hop.selected_by) text += "; policy " + policy;
        text += "\n";
      }
    }
  }
  return text;
}

}  // namespace polreach::support
