// SPDX-License-Identifier: Apache-2.0
#include "policies/kubernetes/read_tiers.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <set>
#include <string>

#include "policies/kubernetes/names.h"
#include "policies/kubernetes/read_prefix.h"
#include "policies/kubernetes/read_tier_ports.h"
#include "policies/source/nearest.h"

namespace polreach::kubernetes {
namespace {

using model::Action;
using model::Direction;
using syntax::Type;
using syntax::Value;

/// What the three kinds differ in.
struct Kind {
  bool cluster = false;   // ClusterNetworkPolicy
  bool baseline = false;  // BaselineAdminNetworkPolicy
  std::size_t most_rules = 100;
  std::size_t most_peers = 100;
};

constexpr std::size_t kMostNetworks = 25;
constexpr std::size_t kLongestRuleName = 100;
constexpr std::int32_t kHighestPriority = 1000;

std::size_t size_of(const Value& list) {
  return static_cast<std::size_t>(std::distance(list.begin(), list.end()));
}

std::optional<Value> only_member(Fields& fields, const Value& value, const std::string& what,
                                 const std::string& choices) {
  return fields.only_member(value, "bad-peer", what + " names nothing",
                            what + " names more than one thing", choices);
}

/// {namespaceSelector, podSelector}, both asked for by the schema.
std::optional<model::PodPeer> read_pods(Fields& fields, const Context& context, const Kind& kind,
                                        const Value& value) {
  if (!fields.expect(value, Type::Mapping, "pods")) return std::nullopt;
  fields.only(value, {"namespaceSelector", "podSelector"});
  model::PodPeer peer;
  peer.namespaces.emplace();
  for (const auto& [name, selector] :
       {std::pair{"namespaceSelector", &*peer.namespaces}, std::pair{"podSelector", &peer.pods}}) {
    if (const auto written = fields.get(value, name, Type::Mapping)) {
      *selector = read_selector(fields, context, *written);
    } else if (Fields::get(value, name)) {
      continue;  // of a wrong type, which was said
    } else if (kind.cluster && selector == &peer.pods) {
      fields.error("missing-field", value.span(), "podSelector is missing",
                   "add podSelector: {} for all pods");
    } else if (!kind.cluster) {
      // What is meant is clear: an empty one selects everything.
      fields.warning("missing-selector", value.span(),
                     std::string(name) + " is missing: it is taken for an empty one",
                     "add " + std::string(name) + ": {}, which the API asks for");
    }
  }
  return peer;
}

/// `namespaces` or `pods`, of a subject or a peer.
std::optional<model::PodPeer> read_pods_or_namespaces(Fields& fields, const Context& context,
                                                      const Kind& kind, const Value& member) {
  if (member.key() == "pods") return read_pods(fields, context, kind, member);
  if (!fields.expect(member, Type::Mapping, "namespaces")) return std::nullopt;
  return model::PodPeer{read_selector(fields, context, member), {}};
}

/// Reads one rule; a class, since peers decide what becomes of their rule.
class RuleReader {
 public:
  RuleReader(Fields& fields, const Context& context, const Kind& kind, Direction direction)
      : fields_(fields), context_(context), kind_(kind), direction_(direction) {}

  /// Nothing where the rule is wrong, or matches nothing.
  std::optional<model::Rule> read(const Value& value, std::uint32_t number) {
    if (!fields_.expect(value, Type::Mapping, "a rule")) return std::nullopt;
    const std::string_view peers_field = direction_ == Direction::Ingress ? "from" : "to";
    fields_.only(value, {"name", "action", peers_field, kind_.cluster ? "protocols" : "ports"});
    rule_.number = number;
    rule_.where = value.span();
    read_name(value);
    const auto action = fields_.require(value, "action", Type::String);
    if (!action || !read_action(*action)) return std::nullopt;
    const auto peers = fields_.require(value, peers_field, Type::Sequence);
    if (!peers || !check_count(*peers, peers_field, kind_.most_peers)) return std::nullopt;
    for (const Value each : *peers) read_peer(each);
    const auto ports = fields_.get(value, kind_.cluster ? "protocols" : "ports", Type::Sequence);
    if (ports) read_ports(*ports);
    if (!unknown_peer_) return std::move(rule_);
    return fail_closed(*unknown_peer_);
  }

 private:
  void read_name(const Value& value) {
    const auto name = fields_.get(value, "name", Type::String);
    if (!name) return;
    // Characters, as the schema counts them, and not bytes.
    const auto characters = std::count_if(name->text().begin(), name->text().end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    });
    if (static_cast<std::size_t>(characters) > kLongestRuleName) {
      fields_.error("bad-name", name->span(), "the name of a rule has more than 100 characters",
                    "shorten it, or put what it says into a comment");
    }
    rule_.name = context_.symbols.intern(name->text());
  }

  bool read_action(const Value& value) {
    const std::string_view allow = kind_.cluster ? "Accept" : "Allow";
    if (value.text() == allow) {
      rule_.action = Action::Allow;
    } else if (value.text() == "Deny") {
      rule_.action = Action::Deny;
    } else if (value.text() == "Pass" && !kind_.baseline) {
      rule_.action = Action::Pass;
    } else {
      fields_.error("bad-action", value.span(), in_quotes(value.text()) + " is not an action here",
                    "use " + std::string(allow) + (kind_.baseline ? " or Deny" : ", Deny or Pass"));
      return false;
    }
    return true;
  }

  bool check_count(const Value& list, std::string_view what, std::size_t most) {
    const std::size_t count = size_of(list);
    if (count >= 1 && count <= most) return true;
    std::string help = "give 1 to " + std::to_string(most);
    if (count == 0 && (what == "protocols" || what == "ports")) {
      help += ", or leave " + std::string(what) + " out to match all of them";
    } else if (count == 0 && (what == "from" || what == "to")) {
      help += "; \"namespaces: {}\" names all pods";
    }
    fields_.error("bad-count", list.span(),
                  std::string(what) + " has " + std::to_string(count) + " items", help);
    return false;
  }

  void read_peer(const Value& value) {
    if (!fields_.expect(value, Type::Mapping, "a peer")) return;
    const bool egress = direction_ == Direction::Egress;
    const std::string choices = !egress ? "namespaces and pods"
                                : kind_.baseline
                                    ? "namespaces, pods, nodes and networks"
                                    : "namespaces, pods, nodes, networks and domainNames";
    const auto member = only_member(fields_, value, "the peer", choices);
    if (!member) return;
    const std::string_view what = member->key();
    if (what == "namespaces" || what == "pods") {
      if (auto peer = read_pods_or_namespaces(fields_, context_, kind_, *member)) {
        rule_.peers.push_back({std::move(*peer), value.span()});
      }
    } else if (egress && what == "nodes") {
      if (!fields_.expect(*member, Type::Mapping, "nodes")) return;
      rule_.peers.push_back(
          {model::NodePeer{read_selector(fields_, context_, *member)}, value.span()});
      outside_ = *member;
    } else if (egress && what == "networks") {
      read_networks(*member, value);
    } else if (egress && what == "domainNames" && !kind_.baseline) {
      read_domains(*member, value);
    } else {
      read_unknown(*member, egress);
    }
  }

  void read_unknown(const Value& member, bool egress) {
    std::vector<std::string> known{"namespaces", "pods"};
    if (egress) known.insert(known.end(), {"nodes", "networks"});
    if (egress && !kind_.baseline) known.emplace_back("domainNames");
    const std::string_view name = member.key();
    if (name == "nodes" || name == "networks" || name == "domainNames") {
      fields_.error("unknown-field", member.key_span(),
                    in_quotes(name) + " is not possible in a rule like this",
                    egress ? "the BaselineAdminNetworkPolicy has namespaces, pods, nodes and "
                             "networks; name the addresses by networks"
                           : "rules for ingress have namespaces and pods only");
      return;
    }
    if (name == "podSelector" || name == "namespaceSelector" || name == "ipBlock") {
      fields_.error("unknown-field", member.key_span(),
                    in_quotes(name) + " is for the rules of a NetworkPolicy",
                    name != "ipBlock" ? "write pods: {namespaceSelector: {...}, podSelector: {...}}"
                    : egress          ? "write networks: [...]"
                                      : "rules for ingress have namespaces and pods only");
      return;
    }
    if (name == "ports" || name == "protocols") {
      fields_.error("unknown-field", member.key_span(),
                    in_quotes(name) + " is a field of the rule, not of a peer",
                    "write it beside from (or to), without the \"- \"");
      return;
    }
    const auto near = source::nearest(name, known);
    if (near.empty()) {
      unknown_peer_ = member;
      return;
    }
    fields_.error("unknown-field", member.key_span(),
                  "there is no field " + in_quotes(name) + source::did_you_mean(near));
  }

  void read_networks(const Value& list, const Value& peer) {
    outside_ = list;
    if (!fields_.expect(list, Type::Sequence, "networks")) return;
    if (!check_count(list, "networks", kMostNetworks)) return;
    std::set<std::string, std::less<>> seen;
    for (const Value each : list) {
      const auto prefix = read_prefix(fields_, each, "an item of networks");
      if (prefix) check_new(each, seen);
      const std::string_view text = each.text();
      if (prefix && text.find(':') != text.npos && text.find('.') != text.npos) {
        fields_.error("bad-cidr", each.span(),
                      in_quotes(text) + " has an IPv4 address inside an IPv6 one",
                      "write the IPv6 address without dots");
      }
      if (prefix) rule_.peers.push_back({model::BlockPeer{*prefix, {}, true}, peer.span()});
    }
  }

  void read_domains(const Value& list, const Value& peer) {
    outside_ = list;
    if (!fields_.expect(list, Type::Sequence, "domainNames")) return;
    if (!check_count(list, "domainNames", kMostNetworks)) return;
    if (rule_.action != Action::Allow) {
      fields_.error("bad-peer", list.key_span(), "domainNames are for rules that allow only",
                    "name networks, or let a rule after the one that allows deny the rest");
    }
    model::DomainPeer names;
    std::set<std::string, std::less<>> seen;
    for (const Value each : list) {
      if (!fields_.expect(each, Type::String, "a domain name")) continue;
      check_new(each, seen);
      if (!is_domain(each.text())) {
        fields_.error("bad-domain", each.span(), in_quotes(each.text()) + " is not a domain name",
                      "write it as example.com or *.example.com");
      }
      names.names.push_back(context_.symbols.intern(each.text()));
    }
    rule_.peers.push_back({std::move(names), peer.span()});
  }

  /// The pattern of the schema: labels of letters, digits, '-' and '_' joined by dots, at least
  /// two.
  static bool is_domain(std::string_view name) {
    if (name.starts_with("*.")) name.remove_prefix(2);
    if (name.ends_with(".")) name.remove_suffix(1);
    const auto is_alphanumeric = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    std::size_t labels = 0;
    for (std::size_t start = 0; start <= name.size(); ++labels) {
      const std::size_t end = std::min(name.find('.', start), name.size());
      const std::string_view label = name.substr(start, end - start);
      const bool valid =
          !label.empty() && is_alphanumeric(label.front()) && is_alphanumeric(label.back()) &&
          std::all_of(label.begin(), label.end(),
                      [&](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; });
      if (!valid) return false;
      start = end + 1;
    }
    return labels > 1;
  }

  /// The lists of addresses and names are sets to the API.
  void check_new(const Value& item, std::set<std::string, std::less<>>& seen) {
    if (seen.emplace(item.text()).second) return;
    fields_.error("bad-peer", item.span(), in_quotes(item.text()) + " is there twice",
                  "name it once");
  }

  void read_ports(const Value& list) {
    const std::size_t most = kind_.cluster ? 25 : 100;
    const std::string_view what = kind_.cluster ? "protocols" : "ports";
    if (!check_count(list, what, most)) return;
    for (const Value each : list) {
      rule_.ports = kind_.cluster ? read_cluster_port(fields_, context_, each, rule_.ports)
                                  : read_admin_port(fields_, context_, each, rule_.ports);
    }
    const bool named = std::any_of(rule_.ports.begin(), rule_.ports.end(), [](const auto& match) {
      return std::holds_alternative<model::PortName>(match.ports);
    });
    if (named && outside_) {
      fields_.error("bad-port", list.span(),
                    "a named port cannot go with nodes, networks or domainNames: these have no "
                    "names for ports",
                    "give the port as a number, or make two rules of it");
    }
  }

  std::optional<model::Rule> fail_closed(const Value& member) {
    const bool allows = rule_.action == Action::Allow;
    fields_.warning("unknown-peer", member.key_span(),
                    "there is no peer " + in_quotes(member.key()) +
                        (allows ? ": the rule allows nothing" : ": the rule denies everything"),
                    "the API has such rules fail closed; does a newer version of it have this "
                    "peer?");
    if (allows) return std::nullopt;
    rule_.action = Action::Deny;
    rule_.peers.clear();
    rule_.ports.clear();
    return std::move(rule_);
  }

  Fields& fields_;
  const Context& context_;
  const Kind& kind_;
  Direction direction_;
  model::Rule rule_;
  std::optional<Value> outside_;       // a peer that has no names for ports
  std::optional<Value> unknown_peer_;  // its member
};

std::optional<std::vector<model::Rule>> read_rules(Fields& fields, const Context& context,
                                                   const Kind& kind, const Value& spec,
                                                   Direction direction) {
  const std::string_view name = direction == Direction::Ingress ? "ingress" : "egress";
  const auto list = fields.get(spec, name, Type::Sequence);
  if (!list) return std::nullopt;
  if (size_of(*list) > kind.most_rules) {
    fields.error("bad-count", list->span(),
                 std::string(name) + " has " + std::to_string(size_of(*list)) + " rules",
                 "give at most " + std::to_string(kind.most_rules) +
                     ", and put the others into a policy of the next priority");
  }
  std::vector<model::Rule> rules;
  std::uint32_t number = 0;
  for (const Value each : *list) {
    auto rule = RuleReader(fields, context, kind, direction).read(each, ++number);
    if (rule) rules.push_back(std::move(*rule));
  }
  return rules;
}

void read_subject(Fields& fields, const Context& context, const Kind& kind, const Value& spec,
                  PolicyObject& policy) {
  const auto subject = fields.require(spec, "subject", Type::Mapping);
  if (!subject) return;
  fields.only(*subject, {"namespaces", "pods"});
  const auto member = only_member(fields, *subject, "the subject", "namespaces and pods");
  if (!member || (member->key() != "namespaces" && member->key() != "pods")) return;
  const auto pods = read_pods_or_namespaces(fields, context, kind, *member);
  if (!pods) return;
  policy.namespaces = *pods->namespaces;
  policy.subject = pods->pods;
}

void read_priority(Fields& fields, const Value& spec, PolicyObject& policy) {
  // Digits beyond 64 bits are a float to YAML.
  const auto written = Fields::get(spec, "priority");
  const bool huge = written && written->is(Type::Float) &&
                    written->text().find_first_not_of("+-0123456789") == std::string_view::npos;
  const auto priority = huge ? written : fields.require(spec, "priority", Type::Integer);
  if (!priority) return;
  const std::string_view text = priority->text();
  std::int32_t number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0 || number > kHighestPriority) {
    fields.error("bad-priority", priority->span(), "a priority is a number from 0 to 1000",
                 "the lowest number decides first");
    return;
  }
  policy.priority = number;
}

void read_tier(Fields& fields, const Value& spec, PolicyObject& policy) {
  const auto tier = fields.require(spec, "tier", Type::String);
  if (!tier) return;
  if (tier->text() == "Baseline") {
    policy.tier = model::Tier::Baseline;
  } else if (tier->text() != "Admin") {
    fields.error("bad-tier", tier->span(), in_quotes(tier->text()) + " is not a tier",
                 "use Admin or Baseline");
  }
}

}  // namespace

void read_tier_policy(Fields& fields, const Context& context, const Value& root,
                      std::string_view kind_name, Objects& objects) {
  Kind kind;
  kind.cluster = kind_name == "ClusterNetworkPolicy";
  kind.baseline = kind_name == "BaselineAdminNetworkPolicy";
  if (kind.cluster) kind.most_rules = kind.most_peers = 25;
  PolicyObject policy;
  policy.kind = context.symbols.intern(kind_name);
  policy.tier = kind.baseline ? model::Tier::Baseline : model::Tier::Admin;
  fields.only(root, {"apiVersion", "kind", "metadata", "spec", "status"});
  const auto metadata = read_metadata(fields, context, root, true);
  const auto spec = fields.require(root, "spec", Type::Mapping);
  if (spec) {
    if (kind.cluster) {
      fields.only(*spec, {"tier", "priority", "subject", "ingress", "egress"});
      read_tier(fields, *spec, policy);
    } else if (kind.baseline) {
      fields.only(*spec, {"subject", "ingress", "egress"});
    } else {
      fields.only(*spec, {"priority", "subject", "ingress", "egress"});
    }
    if (kind.baseline) {
      policy.priority = model::Policy::kLastPriority;
    } else {
      read_priority(fields, *spec, policy);
    }
    read_subject(fields, context, kind, *spec, policy);
    policy.ingress = read_rules(fields, context, kind, *spec, Direction::Ingress);
    policy.egress = read_rules(fields, context, kind, *spec, Direction::Egress);
  }
  if (metadata && kind.baseline && context.symbols.text(metadata->name) != "default") {
    fields.error("bad-name", metadata->where,
                 "the BaselineAdminNetworkPolicy must be called default: there is one in a cluster",
                 "call it default");
  }
  if (!metadata || !fields.ok()) return;
  policy.metadata = *metadata;
  objects.policies.push_back(std::move(policy));
}

}  // namespace polreach::kubernetes
