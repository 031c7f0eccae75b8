// SPDX-License-Identifier: Apache-2.0
#include "policies/intents/writer.h"

#include <yaml-cpp/yaml.h>

namespace polreach::intents {
namespace {

/// Text of the input must not end its comment.
std::string one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return text;
}

void comments(YAML::Emitter& out, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) out << YAML::Comment(one_line(line)) << YAML::Newline;
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

void draft(YAML::Emitter& out, const Draft& each) {
  out << YAML::BeginMap;
  comments(out, each.comment);
  out << YAML::Key << "name" << YAML::Value << each.name;
  end(out, "from", each.from);
  end(out, "to", each.to);
  if (!each.ports.empty()) {
    out << YAML::Key << "ports" << YAML::Value << YAML::Flow << each.ports;
  }
  out << YAML::Key << "expect" << YAML::Value << std::string(to_string(each.expect));
  out << YAML::EndMap;
}

}  // namespace

std::string write(const std::vector<std::string>& heading, const std::vector<Draft>& drafts,
                  const std::vector<std::string>& remarks) {
  YAML::Emitter out;
  out.SetPreCommentIndent(0);
  comments(out, heading);
  out << YAML::BeginMap << YAML::Key << "intents" << YAML::Value;
  if (drafts.empty()) out << YAML::Flow;
  out << YAML::BeginSeq;
  for (const Draft& each : drafts) draft(out, each);
  out << YAML::EndSeq << YAML::EndMap;
  std::string text = out.c_str();
  text += "\n";
  for (const std::string& line : remarks) text += "# " + one_line(line) + "\n";
  return text;
}

}  // namespace polreach::intents
