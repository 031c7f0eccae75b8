// SPDX-License-Identifier: Apache-2.0
#include "tests/support/relate_answer.h"

#include <doctest/doctest.h>
#include <simdjson.h>

#include "policies/net/traffic.h"

namespace polreach::support {
namespace {

using Element = simdjson::dom::element;

std::string text_of(const Element& object, const char* name) {
  std::string_view text;
  if (object[name].get(text) != simdjson::SUCCESS) return "";
  return std::string(text);
}

std::uint64_t number_of(const Element& object, const char* name) {
  std::uint64_t number = 0;
  REQUIRE(object[name].get(number) == simdjson::SUCCESS);
  return number;
}

bool flag_of(const Element& object, const char* name) {
  bool flag = false;
  REQUIRE(object[name].get(flag) == simdjson::SUCCESS);
  return flag;
}

/// The items of a list; none where it is not there.
std::vector<Element> items_of(const Element& object, const char* name) {
  simdjson::dom::array list;
  if (object[name].get(list) != simdjson::SUCCESS) return {};
  return {list.begin(), list.end()};
}

std::string peer_of(const Element& peer) {
  std::string text;
  for (const Element& each : items_of(peer, "cidrs")) {
    text += (text.empty() ? "" : ",") + std::string(std::string_view(each.get_string()));
  }
  if (!text.empty()) return text;
  return text_of(peer, "namespace") + "/" + text_of(peer, "name");
}

std::string traffic_of(const Element& example) {
  net::Traffic traffic;
  for (const Element& flow : items_of(example, "traffic")) {
    const auto protocol = net::parse_protocol(text_of(flow, "protocol"));
    REQUIRE(protocol.has_value());
    for (const Element& each : items_of(flow, "ports")) {
      const std::string ports(std::string_view(each.get_string()));
      const std::size_t dash = ports.find('-');
      const auto first = static_cast<net::Port>(std::stoi(ports));
      const bool one = dash == std::string::npos;
      const auto last = one ? first : static_cast<net::Port>(std::stoi(ports.substr(dash + 1)));
      traffic[*protocol] |= net::PortSet(first, last);
    }
  }
  return net::to_string(traffic);
}

std::string heading_of(const std::string& claim) {
  if (claim == "a-within-b") return "only-a";
  if (claim == "b-within-a") return "only-b";
  if (claim == "a-permits-b") return "stated-denied";
  if (claim == "a-forbids-b") return "stated-allowed";
  return claim == "b-does-not-interfere" ? "opened-by-b" : "opened-by-a";
}

void read_claim(const Element& claim, RelateAnswer& answer) {
  const std::string name = text_of(claim, "claim");
  const std::string holds = text_of(claim, "holds");
  answer.claims[name] = holds;
  answer.facts.insert(name + " " + holds);
  answer.facts.insert(std::to_string(number_of(claim, "broken")) + " broken of " + name);
  for (const Element& each : items_of(claim, "counterexamples")) {
    const bool certain = flag_of(each, "certain");
    answer.facts.insert((certain ? "" : "perhaps ") + heading_of(name) + " " +
                        peer_of(each["source"]) + " -> " + peer_of(each["destination"]) + " " +
                        traffic_of(each));
    answer.all_replayed = answer.all_replayed && certain == flag_of(each, "replayed");
  }
}

std::size_t read_parts(const Element& report, const char* list, RelateAnswer& answer) {
  const std::vector<Element> parts = items_of(report, list);
  for (const Element& each : parts) {
    std::string fact = flag_of(each, "certain") ? "" : "perhaps ";
    fact += std::string(list) + " " + text_of(each, "namespace") + "/" + text_of(each, "name");
    const std::string direction = text_of(each, "direction");
    if (!direction.empty()) fact += " " + direction + " " + std::to_string(number_of(each, "rule"));
    answer.facts.insert(fact);
  }
  answer.facts.insert(std::to_string(parts.size()) + " " + list);
  return parts.size();
}

}  // namespace

RelateAnswer read_relate_answer(std::string_view json) {
  simdjson::dom::parser parser;
  Element report;
  REQUIRE(parser.parse(simdjson::padded_string(json)).get(report) == simdjson::SUCCESS);
  REQUIRE(text_of(report, "schema") == "polreach.relate/v1");
  RelateAnswer answer;
  answer.verdict = text_of(report, "verdict");
  if (!answer.verdict.empty()) answer.facts.insert(answer.verdict);
  Element error;
  if (report["error"].get(error) == simdjson::SUCCESS) {
    answer.error = text_of(error, "code");
    answer.facts.insert("error " + answer.error);
  }
  std::string letter = "a";
  for (const Element& each : items_of(report, "sets")) {
    if (flag_of(each, "borrowsWorkloads")) answer.facts.insert(letter + " borrows");
    letter = "b";
  }
  for (const Element& each : items_of(report, "claims")) read_claim(each, answer);
  for (const Element& each : items_of(report, "changes")) {
    answer.facts.insert(text_of(each, "change") + " " + text_of(each, "ends"));
    ++answer.changes;
  }
  answer.facts.insert(std::to_string(answer.changes) + " changes");
  answer.vacuous = text_of(report, "vacuous");
  answer.facts.insert("vacuous " + answer.vacuous);
  answer.empty = read_parts(report, "empty", answer);
  answer.redundant = read_parts(report, "redundant", answer);
  for (const Element& each : items_of(report, "dependsOn")) {
    answer.facts.insert("depends " + text_of(each, "id"));
  }
  return answer;
}

}  // namespace polreach::support
