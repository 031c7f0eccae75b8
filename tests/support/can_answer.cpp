// SPDX-License-Identifier: Apache-2.0
#include "tests/support/can_answer.h"

#include <doctest/doctest.h>
#include <simdjson.h>

namespace polreach::support {
namespace {

std::string text_of(const simdjson::dom::element& object, std::string_view name) {
  std::string_view text;
  if (object[name].get(text) != simdjson::SUCCESS) return "";
  return std::string(text);
}

void add_ports(const simdjson::dom::element& flow, net::Traffic& traffic) {
  const auto protocol = net::parse_protocol(text_of(flow, "protocol"));
  REQUIRE(protocol.has_value());
  for (const simdjson::dom::element ports : flow["ports"].get_array()) {
    const std::string text(std::string_view(ports.get_string()));
    const std::size_t dash = text.find('-');
    const auto first = static_cast<net::Port>(std::stoi(text));
    const auto last = dash == std::string::npos
                          ? first
                          : static_cast<net::Port>(std::stoi(text.substr(dash + 1)));
    traffic[*protocol] |= net::PortSet(first, last);
  }
}

ReportedProblem problem_of(const simdjson::dom::element& diagnostic) {
  ReportedProblem problem{text_of(diagnostic, "severity"), text_of(diagnostic, "code")};
  simdjson::dom::element at;
  if (diagnostic["at"].get(at) == simdjson::SUCCESS) {
    problem.file = text_of(at, "file");
    problem.place = std::to_string(std::uint64_t(at["line"].get_uint64())) + ":" +
                    std::to_string(std::uint64_t(at["column"].get_uint64()));
  }
  return problem;
}

}  // namespace

CanAnswer read_can_answer(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  INFO(std::string(json));
  REQUIRE(parser.parse(json.data(), json.size()).get(root) == simdjson::SUCCESS);
  REQUIRE(text_of(root, "schema") == "polreach.can/v1");
  CanAnswer answer;
  answer.verdict = text_of(root, "verdict");
  simdjson::dom::element error;
  if (root["error"].get(error) == simdjson::SUCCESS) answer.error = text_of(error, "code");
  simdjson::dom::array list;
  if (root["outcomes"].get(list) == simdjson::SUCCESS) {
    for (const simdjson::dom::element outcome : list) {
      for (const simdjson::dom::element part : outcome["parts"].get_array()) {
        for (const simdjson::dom::element flow : part["allowed"].get_array()) {
          add_ports(flow, answer.allowed);
        }
      }
    }
  }
  if (root["dependsOn"].get(list) == simdjson::SUCCESS) {
    for (const simdjson::dom::element each : list) answer.depends_on.push_back(text_of(each, "id"));
  }
  if (root["diagnostics"].get(list) == simdjson::SUCCESS) {
    for (const simdjson::dom::element each : list) answer.problems.push_back(problem_of(each));
  }
  return answer;
}

}  // namespace polreach::support
