// SPDX-License-Identifier: Apache-2.0
// polreach's own language of intents; docs/verify.md.
#include <algorithm>
#include <array>

#include "policies/intents/languages.h"
#include "policies/intents/ports.h"
#include "policies/source/nearest.h"

namespace polreach::intents {
namespace {

using syntax::Type;
using syntax::Value;

class IntentReader {
 public:
  IntentReader(source::Diagnostics& diagnostics, const Context& context, const Value& value,
               std::size_t number)
      : fields_(diagnostics, "intent " + std::to_string(number)),
        context_(context),
        value_(value) {}

  std::optional<Intent> run() {
    if (!fields_.expect(value_, Type::Mapping, "an intent")) return std::nullopt;
    const auto name = fields_.require(value_, "name", Type::String);
    if (name) {
      intent_.name = name->text();
      intent_.where = name->span();
      fields_.set_subject("intent " + intent_.name);
      if (intent_.name.empty()) fields_.error("bad-intent", name->span(), "the name is empty");
    }
    fields_.only(value_, {"name", "description", "severity", "from", "to", "ports", "expect",
                          "some", "scope", "may-be-empty"});
    if (const auto text = fields_.get(value_, "description", Type::String)) {
      intent_.description = text->text();
    }
    if (const auto end = Fields::get(value_, "from")) intent_.from = read_end(*end);
    if (const auto end = Fields::get(value_, "to")) intent_.to = read_end(*end);
    read_ports();
    read_words();
    read_flag("some", intent_.some);
    read_flag("may-be-empty", intent_.may_be_empty);
    if (fields_.ok()) check();
    if (!fields_.ok()) return std::nullopt;
    return std::move(intent_);
  }

 private:
  void read_flag(std::string_view name, bool& flag) {
    if (const auto value = fields_.get(value_, name, Type::Bool)) flag = value->text() == "true";
  }

  /// One of some words; the index of the first that has it.
  template <std::size_t N>
  std::optional<std::size_t> read_word(std::string_view name,
                                       const std::array<std::string_view, N>& words) {
    const auto value = fields_.get(value_, name, Type::String);
    if (!value) return std::nullopt;
    const auto found = std::find(words.begin(), words.end(), value->text());
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    const std::vector<std::string> candidates(words.begin(), words.end());
    std::string all;
    for (const std::string& each : candidates) all += (all.empty() ? "" : ", ") + each;
    fields_.error("bad-intent", value->span(),
                  "\"" + std::string(value->text()) + "\" is no " + std::string(name) +
                      source::did_you_mean(source::nearest(value->text(), candidates, 1)),
                  "use one of " + all);
    return std::nullopt;
  }

  void read_words() {
    constexpr std::array<std::string_view, 5> kExpect = {"allowed", "denied", "only-from",
                                                         "only-to", "isolated"};
    constexpr std::array<std::string_view, 2> kScope = {"existing", "possible"};
    constexpr std::array<std::string_view, 5> kSeverity = {"critical", "high", "medium", "low",
                                                           "info"};
    (void)fields_.require(value_, "expect", Type::String);
    if (const auto at = read_word("expect", kExpect)) intent_.expect = static_cast<Expect>(*at);
    if (const auto at = read_word("scope", kScope)) intent_.scope = static_cast<Scope>(*at);
    if (const auto at = read_word("severity", kSeverity)) intent_.severity = kSeverity[*at];
  }

  void read_ports() {
    const auto ports = Fields::get(value_, "ports");
    if (!ports) return;
    if (ports->is(Type::Sequence)) {
      if (ports->empty()) {
        fields_.error("bad-intent", ports->span(), "ports is an empty list",
                      "leave ports out to mean every packet");
      }
      for (const Value each : *ports) read_port(each);
    } else {
      read_port(*ports);
    }
    intent_.ports_text = text_of(intent_.ports, context_.symbols);
  }

  void read_port(const Value& value) {
    const bool scalar = value.is(Type::Integer) || value.is(Type::String);
    if (!scalar && !fields_.expect(value, Type::String, "a port")) return;
    const auto ports = parse_ports(value.text(), value.span(), context_.symbols);
    if (ports) {
      intent_.ports.insert(intent_.ports.end(), ports->begin(), ports->end());
      return;
    }
    fields_.error("bad-port", value.span(), "\"" + std::string(value.text()) + "\" is not a port",
                  "write 5432, 8000-8080, http, tcp/5432, 53/udp, or udp for all of its ports");
  }

  End read_end(const Value& value) {
    End end;
    end.where = value.is(Type::String) ? value.span() : value.key_span();
    if (value.is(Type::Sequence)) {
      read_members(value, end.members);
    } else if (value.is(Type::Mapping)) {
      read_mapping(value, end);
    } else {
      add_member(value, end.members);
    }
    end.text = joined(end.members);
    if (!end.except.empty()) end.text += " except " + joined(end.except);
    return end;
  }

  /// A member with exceptions, or any-of with exceptions.
  void read_mapping(const Value& value, End& end) {
    const auto any_of = Fields::get(value, "any-of");
    if (any_of) {
      fields_.only(value, {"any-of", "except"});
      read_list(*any_of, end.members);
    } else if (auto member = read_pods(value, true)) {
      end.members.push_back(std::move(*member));
    }
    if (const auto except = Fields::get(value, "except")) read_list(*except, end.except);
  }

  void read_list(const Value& value, std::vector<Member>& members) {
    if (value.is(Type::Sequence)) {
      read_members(value, members);
    } else {
      add_member(value, members);
    }
  }

  void read_members(const Value& list, std::vector<Member>& members) {
    if (list.empty()) {
      fields_.error("bad-intent", list.span(), "an end is an empty list",
                    "name what is meant, or any");
    }
    for (const Value each : list) add_member(each, members);
  }

  void add_member(const Value& value, std::vector<Member>& members) {
    if (value.is(Type::Mapping)) {
      auto member = read_pods(value, false);
      if (member) members.push_back(std::move(*member));
    } else if (fields_.expect(value, Type::String, "an end")) {
      members.push_back(member_of(value.text(), value.span()));
    }
  }

  /// `outermost`: exceptions are those of the whole end, and read by the caller.
  std::optional<Member> read_pods(const Value& value, bool outermost) {
    if (const auto cidr = fields_.get(value, "cidr", Type::String)) {
      fields_.only(value, {"cidr", "except"});
      return read_cidr(value, *cidr, outermost);
    }
    if (outermost) {
      fields_.only(value, {"namespace", "namespaces", "pods", "except"});
    } else {
      fields_.only(value, {"namespace", "namespaces", "pods", "cidr"});
    }
    Member member;
    member.where = value.span();
    const auto name = Fields::get(value, "namespace");
    const auto namespaces = fields_.get(value, "namespaces", Type::Mapping);
    const auto pods = fields_.get(value, "pods", Type::Mapping);
    if (!name && !namespaces && !pods) {
      fields_.error("bad-intent", value.span(), "an end names neither namespaces nor pods",
                    "give namespace, namespaces or pods; or write any");
      return std::nullopt;
    }
    if (name && namespaces) {
      fields_.error("bad-intent", name->key_span(), "namespace and namespaces are both given",
                    "give the names, or the labels");
    }
    if (name) member.namespaces = named(*name);
    if (namespaces) member.namespaces = selector(*namespaces);
    if (pods) member.pods = selector(*pods);
    member.text = text_of(member, context_.symbols);
    return member;
  }

  std::optional<Member> read_cidr(const Value& value, const Value& cidr, bool outermost) {
    if (!net::Prefix::parse(cidr.text())) {
      bad_cidr(cidr);
      return std::nullopt;
    }
    Member member = member_of(cidr.text(), cidr.span());
    const auto except = Fields::get(value, "except");
    if (outermost || !except) return member;
    const auto add = [&](const Value& each) {
      if (!fields_.expect(each, Type::String, "an exception of a CIDR")) return;
      if (!net::Prefix::parse(each.text())) return bad_cidr(each);
      member.except.emplace_back(each.text());
      member.text += (member.except.size() == 1 ? " except " : ", ") + std::string(each.text());
    };
    if (except->is(Type::Sequence)) {
      for (const Value each : *except) add(each);
    } else {
      add(*except);
    }
    return member;
  }

  void bad_cidr(const Value& value) {
    fields_.error("bad-cidr", value.span(), "\"" + std::string(value.text()) + "\" is not a CIDR",
                  "write it as 10.0.0.0/8 or 2001:db8::/32");
  }

  model::Selector named(const Value& value) {
    std::vector<std::string> names;
    if (value.is(Type::Sequence)) {
      for (const Value each : value) {
        if (fields_.expect(each, Type::String, "a namespace")) names.emplace_back(each.text());
      }
    } else if (fields_.expect(value, Type::String, "namespace")) {
      names.emplace_back(value.text());
    }
    if (names.empty()) {
      fields_.error("bad-intent", value.span(), "no namespace is named", "give a name");
    }
    return named_namespaces(names, context_.symbols);
  }

  /// A LabelSelector, or labels alone.
  model::Selector selector(const Value& value) {
    if (value.find("matchLabels") || value.find("matchExpressions")) {
      return kubernetes::read_selector(fields_, context_, value);
    }
    model::Selector result;
    result.where = value.span();
    for (const model::Label& label : kubernetes::read_labels(fields_, context_, value)) {
      result.all_of.push_back({label.key, model::Operator::In, {label.value}, value.span()});
    }
    return result;
  }

  static std::string joined(const std::vector<Member>& members) {
    std::string text;
    for (const Member& each : members) text += (text.empty() ? "" : ", ") + each.text;
    return text;
  }

  /// What only shows when all fields are known.
  void check() {
    const bool has_from = intent_.from.given();
    const bool has_to = intent_.to.given();
    if (intent_.expect == Expect::Isolated) {
      if (has_from == has_to) {
        fields_.error("bad-intent", intent_.where, "isolated is about one end",
                      "give from or to: nothing may pass between it and everything else");
      }
    } else if (!has_from || !has_to) {
      fields_.error("bad-intent", intent_.where,
                    std::string(has_from ? "to" : "from") + " is missing",
                    "say between whom; any stands for everything");
    }
    if (intent_.some && intent_.expect != Expect::Allowed) {
      fields_.error("bad-intent", intent_.where, "some goes with expect: allowed alone",
                    "remove some");
    }
    if (intent_.scope == Scope::Possible && intent_.some) {
      fields_.error("bad-intent", intent_.where, "some is about what exists",
                    "remove scope: possible");
    }
    if (intent_.scope != Scope::Possible) return;
    for (const model::PortMatch& each : intent_.ports) {
      if (!std::holds_alternative<model::PortName>(each.ports)) continue;
      fields_.error("bad-intent", each.where,
                    "pods that do not exist have no number for the name of a port",
                    "give numbers with scope: possible");
    }
  }

  Fields fields_;
  const Context& context_;
  const Value& value_;
  Intent intent_;
};

}  // namespace

void read_polreach(source::Diagnostics& diagnostics, const Context& context, const Value& root,
                   std::vector<Intent>& intents) {
  Fields fields(diagnostics, "");
  fields.only(root, {"intents", "description"});
  const auto list = fields.require(root, "intents", Type::Sequence);
  if (!list) return;
  std::size_t number = 0;
  for (const Value each : *list) {
    if (auto intent = IntentReader(diagnostics, context, each, ++number).run()) {
      intents.push_back(std::move(*intent));
    }
  }
}

}  // namespace polreach::intents
