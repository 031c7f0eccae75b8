// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/exposure_list.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace polreach::conformance {
namespace {

std::vector<ListedRequirement> requirements_of(const std::string& text) {
  static const std::regex kItem(
      R"(\{Key:([^,]+),Operator:([A-Za-z]+),Values:\[([^\]]*)\],\}|([^=,{}]+)=([^,{}]*))");
  std::vector<ListedRequirement> result;
  for (std::sregex_iterator at(text.begin(), text.end(), kItem), end; at != end; ++at) {
    const std::smatch& found = *at;
    if (found[4].matched) {
      result.push_back({found[4].str(), "In", {found[5].str()}});
      continue;
    }
    ListedRequirement each{found[1].str(), found[2].str(), {}};
    std::istringstream values(found[3].str());
    for (std::string value; values >> value;) each.values.push_back(value);
    result.push_back(std::move(each));
  }
  return result;
}

void read_traffic(const std::string& text, ListedExposure& line) {
  if (text == "All Connections") line.traffic = net::Traffic::all();
  if (text == "All Connections" || text == "No Connections") return;
  std::optional<net::Protocol> protocol;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    const std::size_t space = part.find(' ');
    if (space != std::string::npos) {
      protocol = net::parse_protocol(part.substr(0, space));
      part.erase(0, space + 1);
    }
    if (part.empty() || std::isdigit(static_cast<unsigned char>(part[0])) == 0) {
      line.port_names.insert(part);
      continue;
    }
    if (!protocol) throw std::runtime_error("ports without a protocol: " + text);
    const std::size_t dash = part.find('-');
    const auto first = static_cast<net::Port>(std::stoi(part));
    const auto last = dash == std::string::npos
                          ? first
                          : static_cast<net::Port>(std::stoi(part.substr(dash + 1)));
    line.traffic[*protocol] |= net::PortSet(first, last);
  }
}

void read_peer(ListedExposure& line) {
  static const std::regex kPods(R"(^(.+)/(\[all pods\]|\[pod with \{(.*)\}\])$)");
  static const std::regex kNamespaces(R"(^\[namespace with \{(.*)\}\]$)");
  if (line.peer == "entire-cluster") return;
  if (line.peer == "0.0.0.0-255.255.255.255[External]") {
    line.outside = true;
    return;
  }
  std::smatch found;
  if (!std::regex_match(line.peer, found, kPods)) {
    throw std::runtime_error("not understood: " + line.peer);
  }
  line.pods = requirements_of(found[3].str());
  const std::string space = found[1].str();
  if (space == "[all namespaces]") return;
  if (std::regex_match(space, found, kNamespaces)) {
    line.namespaces = requirements_of(found[1].str());
  } else {
    line.ns = space;
  }
}

}  // namespace

ListedExposures read_exposure(const std::filesystem::path& file) {
  static const std::regex kLine(R"(^([^\[]+)\[[A-Za-z]+\]\s+\t(=>|<=) \t(.+) : (.+?)\s*$)");
  static const std::regex kUnprotected(
      R"(^([^\[]+)\[[A-Za-z]+\] is not protected on (Egress|Ingress)\s*$)");
  ListedExposures result;
  std::ifstream stream(file);
  for (std::string text; std::getline(stream, text);) {
    std::smatch found;
    if (std::regex_match(text, found, kUnprotected)) {
      result.unprotected.emplace(found[1].str(), found[2].str() == "Egress");
    }
    if (!std::regex_match(text, found, kLine)) continue;
    ListedExposure line;
    line.workload = found[1].str();
    line.egress = found[2].str() == "=>";
    line.peer = found[3].str();
    read_peer(line);
    read_traffic(found[4].str(), line);
    result.lines.push_back(std::move(line));
  }
  return result;
}

}  // namespace polreach::conformance
