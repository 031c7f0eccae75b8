// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "cli/report/effective_report.h"
#include "cli/report/rules_json.h"
#include "cli/report/suggest_network_report.h"
#include "cli/report/suggest_report.h"
#include "cli/streams.h"

namespace polreach::cli {

namespace suggest = solver::suggest;

using suggest::GroupChange;
using suggest::GroupRule;

namespace {

constexpr std::size_t kMostShown = 20;

std::string_view direction_of(const GroupRule& rule) {
  return rule.direction == model::Direction::Ingress ? "Inbound" : "Outbound";
}

std::string_view access_of(const GroupRule& rule) { return rule.allows ? "Allow" : "Deny"; }

std::string headline_of(const SuggestNetworkReport& report) {
  const std::string count = report.rules.size() == 1
                                ? "one security rule"
                                : fmt::format("{} security rules", report.rules.size());
  const std::string proof = report.unproven == 0 ? "proven" : "by the set engine, where Z3 gave up";
  switch (verdict_of(report)) {
    case SuggestVerdict::Proven:
      return fmt::format("{}, {}: nothing else changes", count, proof);
    case SuggestVerdict::WithChanges:
    case SuggestVerdict::Partial:
      if (!report.stands.empty()) {
        return fmt::format("{}, {}, but the finding stands: {}", count, proof, report.stands);
      }
      return fmt::format("{}, {}: more changes than was asked for, see below", count, proof);
    case SuggestVerdict::None:
      return "no suggestion: " + report.none;
    case SuggestVerdict::NotProven:
      return fmt::format("{}, not proven: too many packets differ to list them all", count);
  }
  return "";
}

std::string_view passage_word(solver::queries::Passes passes) {
  switch (passes) {
    case solver::queries::Passes::Never:
      return "stopped";
    case solver::queries::Passes::Depends:
      return "depends";
    case solver::queries::Passes::Always:
      return "allowed";
  }
  return "?";
}

std::string packets_of(const GroupChange& change) {
  std::string text = net::to_string(change.packets.protocols);
  if (change.packets.destination_ports != net::all_header_ports()) {
    text += " " + net::to_string(change.packets.destination_ports);
  }
  return text;
}

std::string change_text(const GroupChange& change) {
  return fmt::format("{} -> {}  {}  ({}, now {})", change.between.source,
                     change.between.destination, packets_of(change), passage_word(change.before),
                     passage_word(change.after));
}

std::string shell_quoted(const std::string& word) {
  const bool plain =
      !word.empty() && word.find_first_not_of(
                           "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/:-") ==
                           std::string::npos;
  if (plain) return word;
  std::string result = "'";
  for (const char c : word) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

std::string shell_words(const std::vector<std::string>& words) {
  std::string result;
  for (const std::string& each : words) result += (result.empty() ? "" : " ") + shell_quoted(each);
  return result;
}

using ArmWriter = rapidjson::PrettyWriter<rapidjson::StringBuffer>;

void member(ArmWriter& json, const char* key, const std::string& value) {
  json.Key(key);
  json.String(value);
}

/// One value has a member of its own name, several have another.
void members(ArmWriter& json, const std::string& one, const std::string& many,
             const std::vector<std::string>& values) {
  if (values.size() == 1) return member(json, one.c_str(), values.front());
  json.Key(many);
  json.StartArray();
  for (const std::string& value : values) json.String(value);
  json.EndArray();
}

class SuggestNetworkJsonWriter : private RulesJson {
 public:
  SuggestNetworkJsonWriter(std::ostream& out, const SuggestNetworkReport& report)
      : RulesJson(out), report_(report) {}

  void all() {
    begin("polreach.suggest/v1");
    text("asked", printable(report_.asked));
    text("kind", "close");
    text("verdict", word(verdict_of(report_)));
    text("summary", printable(headline_of(report_)));
    list("objects", report_.rules, [&](const GroupRule& each) { group_rule(report_.input, each); });
    if (!report_.rules.empty()) text("arm", report_.arm);
    list("does", report_.effect.done, [&](const GroupChange& each) { group_change(each); });
    list("misses", std::vector<int>{}, [](int) {});
    list("cuts", report_.effect.others, [&](const GroupChange& each) { group_change(each); });
    list("opens", std::vector<int>{}, [](int) {});
    list("notes", notes_of(report_), [&](const std::string& each) { string(each); });
    list("notUnderstood", std::vector<int>{}, [](int) {});
    number("proofs", report_.proofs);
    number("unproven", report_.unproven);
    input(report_.input);
    end();
  }

 private:
  const SuggestNetworkReport& report_;
};

}  // namespace

SuggestVerdict verdict_of(const SuggestNetworkReport& report) {
  if (report.rules.empty()) return SuggestVerdict::None;
  if (!report.compared || !report.effect.complete) return SuggestVerdict::NotProven;
  const bool is_all = report.effect.others.empty() && report.stands.empty();
  return is_all ? SuggestVerdict::Proven : SuggestVerdict::WithChanges;
}

std::vector<std::string> notes_of(const SuggestNetworkReport& report) {
  std::vector<std::string> notes = report.notes;
  if (!report.rules.empty() && !report.input.model.endpoints.empty()) {
    notes.emplace_back(
        "connections of pods are not compared: polreach can says what becomes of each");
  }
  return notes;
}

void RulesJson::group_rule(const Input& input, const GroupRule& each) {
  const model::SecurityGroup& group = input.cloud[each.group];
  json_.StartObject();
  text("kind", "SecurityRule");
  text("group", printable(group.name));
  if (!group.resource_group.empty()) text("resourceGroup", printable(group.resource_group));
  text("name", each.name);
  json_.Key("priority");
  json_.Int(each.priority);
  text("direction", direction_of(each));
  text("access", access_of(each));
  text("before", printable(each.before));
  text("az", az_of(input.cloud, each));
  json_.EndObject();
}

void RulesJson::group_change(const GroupChange& each) {
  json_.StartObject();
  text("from", printable(each.between.source));
  text("to", printable(each.between.destination));
  text("packets", packets_of(each));
  text("before", passage_word(each.before));
  text("after", passage_word(each.after));
  json_.EndObject();
}

std::vector<GroupChange> done_by(const SuggestNetworkReport& report, suggest::Wish wish) {
  std::vector<GroupChange> result;
  for (const GroupChange& each : report.effect.done) {
    const bool closes = each.after == solver::queries::Passes::Never;
    if (closes == (wish == suggest::Wish::Close)) result.push_back(each);
  }
  return result;
}

int exit_status(const SuggestNetworkReport& report) {
  switch (verdict_of(report)) {
    case SuggestVerdict::Proven:
      return kYes;
    case SuggestVerdict::WithChanges:
    case SuggestVerdict::Partial:
      return report.forced && report.stands.empty() ? kYes : kNo;
    case SuggestVerdict::None:
      return kNo;
    case SuggestVerdict::NotProven:
      return kNoVerdict;
  }
  return kNoVerdict;
}

std::string arm_of(const model::Cloud& cloud, const std::vector<GroupRule>& rules) {
  rapidjson::StringBuffer buffer;
  ArmWriter json(buffer);
  json.SetIndent(' ', 2);
  json.StartObject();
  member(json, "$schema",
         "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#");
  member(json, "contentVersion", "1.0.0.0");
  json.Key("resources");
  json.StartArray();
  for (const GroupRule& rule : rules) {
    json.StartObject();
    member(json, "type", "Microsoft.Network/networkSecurityGroups/securityRules");
    member(json, "apiVersion", "2023-09-01");
    member(json, "name", cloud[rule.group].name + "/" + rule.name);
    json.Key("properties");
    json.StartObject();
    json.Key("priority");
    json.Int(rule.priority);
    member(json, "direction", std::string(direction_of(rule)));
    member(json, "access", std::string(access_of(rule)));
    member(json, "protocol", rule.protocol);
    members(json, "sourceAddressPrefix", "sourceAddressPrefixes", rule.source);
    member(json, "sourcePortRange", "*");
    members(json, "destinationAddressPrefix", "destinationAddressPrefixes", rule.destination);
    members(json, "destinationPortRange", "destinationPortRanges", rule.destination_ports);
    json.EndObject();
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return buffer.GetString() + std::string("\n");
}

std::string az_of(const model::Cloud& cloud, const GroupRule& rule) {
  const model::SecurityGroup& group = cloud[rule.group];
  const std::string resources =
      group.resource_group.empty() ? "RESOURCE_GROUP" : shell_quoted(group.resource_group);
  return fmt::format(
      "az network nsg rule create --resource-group {} --nsg-name {} --name {} --priority {} "
      "--direction {} --access {} --protocol {} --source-address-prefixes {} "
      "--source-port-ranges '*' --destination-address-prefixes {} --destination-port-ranges {}",
      resources, shell_quoted(group.name), rule.name, rule.priority, direction_of(rule),
      access_of(rule), shell_quoted(rule.protocol), shell_words(rule.source),
      shell_words(rule.destination), shell_words(rule.destination_ports));
}

void write_group_changes(std::ostream& out, const Style& style, std::string_view title,
                         const std::vector<GroupChange>& changes) {
  if (changes.empty()) return;
  if (!title.empty()) out << "\n" << style.bold(title) << "\n";
  for (std::size_t i = 0; i < changes.size() && i < kMostShown; ++i) {
    out << "  " << printable(change_text(changes[i])) << "\n";
  }
  if (changes.size() > kMostShown) {
    out << fmt::format("  and {} more; --format json has them\n", changes.size() - kMostShown);
  }
}

void write_rules(std::ostream& out, const Style& style, const SuggestNetworkReport& report,
                 bool brief) {
  for (const GroupRule& rule : report.rules) {
    const model::SecurityGroup& group = report.input.cloud[rule.group];
    out << "\n"
        << style.bold(printable(
               fmt::format("security group {}: {} {}", group.name, rule.priority, rule.name)))
        << " (new)  " << style.dim(printable(report.input.sources.place(group.where))) << "\n"
        << printable("  asked before rule " + rule.before +
                     (rule.allows ? ", which stops it" : ", which lets it pass"))
        << "\n";
    if (!brief) out << "\n  " << printable(az_of(report.input.cloud, rule)) << "\n";
  }
  if (brief || report.rules.empty()) return;
  out << "\nas an ARM template\n\n";
  std::size_t at = 0;
  while (at < report.arm.size()) {
    const std::size_t end = report.arm.find('\n', at);
    out << "  " << printable(report.arm.substr(at, end - at)) << "\n";
    at = end + 1;
  }
}

void write_suggest_network_text(std::ostream& out, const Style& style,
                                const SuggestNetworkReport& report, bool brief) {
  const SuggestVerdict verdict = verdict_of(report);
  out << style.bold(printable(report.asked)) << "\n\n";
  const std::string head = printable(headline_of(report));
  out << (verdict == SuggestVerdict::Proven ? style.green(head)
          : verdict == SuggestVerdict::None ? style.red(head)
                                            : style.yellow(head))
      << "\n";
  for (const std::string& note : notes_of(report)) out << "  note: " << printable(note) << "\n";
  write_group_changes(out, style, "closes", report.effect.done);
  write_group_changes(out, style, "also changes", report.effect.others);
  write_rules(out, style, report, brief);
}

void write_suggest_network_json(std::ostream& out, const SuggestNetworkReport& report) {
  SuggestNetworkJsonWriter(out, report).all();
}

}  // namespace polreach::cli
