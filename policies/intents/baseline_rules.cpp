// SPDX-License-Identifier: Apache-2.0
// Baseline rules of np-guard (github.com/np-guard/baseline-rules): name, description, action,
// from, to (an expression over the labels of pods, or a CIDR), from_ns, to_ns (over those of
// namespaces), protocol, port_min, port_max. A rule that denies must not be contradicted by any
// connection; one that allows must not be cut.
#include <algorithm>

#include "policies/intents/languages.h"
#include "policies/intents/ports.h"
#include "policies/kubernetes/names.h"

namespace polreach::intents {
namespace {

using syntax::Type;
using syntax::Value;

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

/// Splits at a mark, outside of brackets.
std::vector<std::string> split(std::string_view text, char mark) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (char c : text) {
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c == mark && depth == 0) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  for (std::string& part : parts) part = trimmed(part);
  return parts;
}

class BaselineRuleReader {
 public:
  BaselineRuleReader(source::Diagnostics& diagnostics, const Context& context, const Value& item)
      : fields_(diagnostics, "baseline rule"), context_(context), item_(item) {}

  std::optional<Intent> run() {
    const auto name = fields_.require(item_, "name", Type::String);
    const auto action = fields_.require(item_, "action", Type::String);
    if (!name || !action) return std::nullopt;
    intent_.language = Language::BaselineRules;
    intent_.name = name->text();
    intent_.where = name->span();
    fields_.set_subject("baseline rule " + intent_.name);
    fields_.only(item_, {"name", "description", "action", "from", "to", "from_ns", "to_ns",
                         "protocol", "port_min", "port_max"});
    if (const auto text = fields_.get(item_, "description", Type::String)) {
      intent_.description = text->text();
    }
    if (action->text() != "allow" && action->text() != "deny") {
      fields_.error("bad-intent", action->span(),
                    "\"" + std::string(action->text()) + "\" is no action", "use allow or deny");
    }
    intent_.expect = action->text() == "allow" ? Expect::Allowed : Expect::Denied;
    intent_.from = read_end("from", "from_ns");
    intent_.to = read_end("to", "to_ns");
    read_packets();
    if (!fields_.ok()) return std::nullopt;
    return std::move(intent_);
  }

 private:
  /// Without a word on an end everything is meant.
  End read_end(std::string_view pods, std::string_view namespaces) {
    const auto labels = fields_.get(item_, pods, Type::String);
    const auto spaces = fields_.get(item_, namespaces, Type::String);
    if (!labels && !spaces) return end_of("any", intent_.where);
    if (labels && !spaces &&
        (net::Prefix::parse(labels->text()) || net::Address::parse(labels->text()))) {
      return end_of(labels->text(), labels->span());
    }
    Member member;
    member.where = labels ? labels->span() : spaces->span();
    if (labels) member.pods = read_expression(*labels);
    if (spaces) member.namespaces = read_expression(*spaces);
    member.text = text_of(member, context_.symbols);
    End end;
    end.text = member.text;
    end.where = member.where;
    end.members.push_back(std::move(member));
    return end;
  }

  /// "app=web", "app in (a, b)", "env != prod", "tier", "!tier", joined by commas, all of which
  /// hold.
  model::Selector read_expression(const Value& value) {
    model::Selector selector;
    selector.where = value.span();
    if (trimmed(value.text()) == "*") return selector;
    for (const std::string& part : split(value.text(), ',')) {
      auto requirement = requirement_of(part);
      if (requirement) {
        requirement->where = value.span();
        selector.all_of.push_back(std::move(*requirement));
      } else {
        intent_.inexpressible = "\"" + part + "\" is no selector that is understood";
      }
    }
    return selector;
  }

  std::optional<model::Requirement> requirement_of(const std::string& text) {
    using model::Operator;
    const auto make =
        [&](std::string_view key, Operator op,
            const std::vector<std::string>& values) -> std::optional<model::Requirement> {
      const std::string name = trimmed(key);
      if (!kubernetes::is_label_key(name)) return std::nullopt;
      model::Requirement result{context_.symbols.intern(name), op, {}, {}};
      for (const std::string& each : values) {
        if (!kubernetes::is_label_value(each)) return std::nullopt;
        result.values.push_back(context_.symbols.intern(each));
      }
      std::sort(result.values.begin(), result.values.end());
      return result;
    };
    for (const auto& [word, op] : {std::pair{std::string_view(" notin"), Operator::NotIn},
                                   std::pair{std::string_view(" not in"), Operator::NotIn},
                                   std::pair{std::string_view(" in"), Operator::In}}) {
      const std::size_t open = text.find('(');
      if (open == std::string::npos || !text.ends_with(')')) break;
      const std::string head = trimmed(std::string_view(text).substr(0, open));
      if (!head.ends_with(word)) continue;
      const std::string inner = text.substr(open + 1, text.size() - open - 2);
      return make(std::string_view(head).substr(0, head.size() - word.size()), op,
                  split(inner, ','));
    }
    for (const auto& [word, op] : {std::pair{std::string_view("!="), Operator::NotIn},
                                   std::pair{std::string_view("=="), Operator::In},
                                   std::pair{std::string_view("="), Operator::In}}) {
      const std::size_t at = text.find(word);
      if (at == std::string::npos) continue;
      return make(std::string_view(text).substr(0, at), op,
                  {trimmed(text.substr(at + word.size()))});
    }
    if (text.starts_with("!")) return make(text.substr(1), Operator::DoesNotExist, {});
    return make(text, Operator::Exists, {});
  }

  void read_packets() {
    const auto protocol = fields_.get(item_, "protocol", Type::String);
    const auto first = fields_.get(item_, "port_min");
    const auto last = fields_.get(item_, "port_max");
    const std::string name = protocol ? std::string(protocol->text()) : "any";
    if (!first && !last && !protocol) return;
    std::optional<net::Port> from = net::kLowestPort;
    std::optional<net::Port> to = net::kHighestPort;
    if (first) from = kubernetes::read_port(fields_, *first, "port_min");
    if (last) to = kubernetes::read_port(fields_, *last, "port_max");
    if (!from || !to) return;
    const std::string range = std::to_string(*from) + "-" + std::to_string(*to);
    const auto ports = parse_ports(name + "/" + range, item_.span(), context_.symbols);
    if (!ports) {
      fields_.error("bad-port", first ? first->span() : item_.span(),
                    name + " " + range + " are no ports",
                    "give TCP, UDP or SCTP, and port_min before port_max");
      return;
    }
    intent_.ports = *ports;
    intent_.ports_text = text_of(intent_.ports, context_.symbols);
  }

  Fields fields_;
  const Context& context_;
  const Value& item_;
  Intent intent_;
};

}  // namespace

void read_baseline_rule(source::Diagnostics& diagnostics, const Context& context, const Value& item,
                        std::vector<Intent>& intents) {
  if (auto intent = BaselineRuleReader(diagnostics, context, item).run()) {
    intents.push_back(std::move(*intent));
  }
}

}  // namespace polreach::intents
