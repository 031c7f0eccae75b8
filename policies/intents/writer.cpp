// SPDX-License-Identifier: Apache-2.0
#include "policies/intents/writer.h"

#include <yaml-cpp/yaml.h>

#include <sstream>

namespace polreach::intents {
namespace {

/// Text of the input must not end its comment.
std::string one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return text;
}

void member(YAML::Emitter& out, const DraftMember& each) {
  if (each.except.empty()) {
    out << each.reference;
    return;
  }
  out << YAML::BeginMap << YAML::Key << "cidr" << YAML::Value << each.reference;
  out << YAML::Key << "except" << YAML::Value << YAML::BeginSeq;
  for (const std::string& one : each.except) out << one;
  out << YAML::EndSeq << YAML::EndMap;
}

void end(YAML::Emitter& out, const char* key, const std::vector<DraftMember>& members) {
  if (members.empty()) return;
  out << YAML::Key << key << YAML::Value;
  if (members.size() == 1) {
    member(out, members.front());
    return;
  }
  out << YAML::BeginSeq;
  for (const DraftMember& each : members) member(out, each);
  out << YAML::EndSeq;
}

/// The item of one intent, without its place in the list.
std::string item(const Draft& each) {
  YAML::Emitter out;
  out << YAML::BeginMap << YAML::Key << "name" << YAML::Value << each.name;
  end(out, "from", each.from);
  end(out, "to", each.to);
  if (!each.ports.empty()) {
    out << YAML::Key << "ports" << YAML::Value << YAML::Flow << each.ports;
  }
  out << YAML::Key << "expect" << YAML::Value << std::string(to_string(each.expect));
  out << YAML::EndMap;
  return out.c_str();
}

}  // namespace

std::string write(const std::vector<std::string>& heading, const std::vector<Draft>& drafts,
                  const std::vector<std::string>& remarks) {
  std::string text;
  for (const std::string& line : heading) text += "# " + one_line(line) + "\n";
  text += drafts.empty() ? "intents: []\n" : "intents:\n";
  for (const Draft& each : drafts) {
    if (&each != &drafts.front()) text += "\n";
    for (const std::string& line : each.comment) text += "  # " + one_line(line) + "\n";
    std::istringstream lines(item(each));
    std::string_view before = "  - ";
    for (std::string line; std::getline(lines, line); before = "    ") {
      text += std::string(before) + line + "\n";
    }
  }
  if (!remarks.empty()) text += "\n";
  for (const std::string& line : remarks) text += "# " + one_line(line) + "\n";
  return text;
}

}  // namespace polreach::intents
