// SPDX-License-Identifier: Apache-2.0
#include "policies/kubernetes/read_common.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "policies/kubernetes/names.h"

namespace polreach::kubernetes {

using syntax::Type;
using syntax::Value;

std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

namespace {

/// The owner that manages the object: Kubernetes marks it with controller: true.
std::optional<OwnerReference> read_controller(Fields& fields, const Context& context,
                                              const Value& metadata) {
  const auto owners = fields.get(metadata, "ownerReferences", Type::Sequence);
  if (!owners) return std::nullopt;
  for (const Value owner : *owners) {
    if (!fields.expect(owner, Type::Mapping, "an owner reference")) continue;
    const auto controller = Fields::get(owner, "controller");
    if (!controller || controller->text() != "true") continue;
    const auto kind = fields.require(owner, "kind", Type::String);
    const auto name = fields.require(owner, "name", Type::String);
    if (!kind || !name) continue;
    return OwnerReference{context.symbols.intern(kind->text()),
                          context.symbols.intern(name->text())};
  }
  return std::nullopt;
}

std::optional<Symbol> read_namespace(Fields& fields, const Context& context, const Value& metadata,
                                     bool cluster_scoped) {
  if (cluster_scoped) return context.symbols.intern("");
  const auto ns = fields.get(metadata, "namespace", Type::String);
  if (!ns || ns->text().empty()) return context.symbols.intern(context.default_namespace);
  if (!is_dns_label(ns->text())) {
    fields.error("bad-name", ns->span(), in_quotes(ns->text()) + " is not a namespace name",
                 "use at most 63 lower-case letters, digits and '-'");
    return std::nullopt;
  }
  return context.symbols.intern(ns->text());
}

/// The object's name; a pod template's own metadata has none and does not come here.
std::optional<Value> read_name(Fields& fields, const Value& metadata) {
  // generateName: the API server makes up the rest; the prefix is the best name there is.
  const bool generated = !Fields::get(metadata, "name") && Fields::get(metadata, "generateName");
  if (generated) return fields.get(metadata, "generateName", Type::String);
  const auto name = fields.require(metadata, "name", Type::String);
  if (name && !is_dns_subdomain(name->text())) {
    fields.error("bad-name", name->span(), in_quotes(name->text()) + " is not an object name",
                 "use at most 253 lower-case letters, digits, '-' and '.', with a letter or digit "
                 "at both ends");
    return std::nullopt;
  }
  return name;
}

std::optional<model::Operator> read_operator(Fields& fields, const Value& expression) {
  const auto op = fields.require(expression, "operator", Type::String);
  if (!op) return std::nullopt;
  if (op->text() == "In") return model::Operator::In;
  if (op->text() == "NotIn") return model::Operator::NotIn;
  if (op->text() == "Exists") return model::Operator::Exists;
  if (op->text() == "DoesNotExist") return model::Operator::DoesNotExist;
  fields.error("bad-selector", op->span(), in_quotes(op->text()) + " is not an operator",
               "use In, NotIn, Exists or DoesNotExist");
  return std::nullopt;
}

bool check_key(Fields& fields, std::string_view key, const source::Span& where) {
  if (is_label_key(key)) return true;
  fields.error("bad-label", where, in_quotes(key) + " is not a label key",
               "use [prefix/]name, the name at most 63 letters, digits, '-', '_' and '.'");
  return false;
}

bool check_value(Fields& fields, const Value& value) {
  if (!fields.expect(value, Type::String, "a label value")) return false;
  if (is_label_value(value.text())) return true;
  fields.error("bad-label", value.span(), in_quotes(value.text()) + " is not a label value",
               "use at most 63 letters, digits, '-', '_' and '.', with a letter or digit at both "
               "ends");
  return false;
}

void read_expression(Fields& fields, const Context& context, const Value& value,
                     model::Selector& selector) {
  if (!fields.expect(value, Type::Mapping, "an item of matchExpressions")) return;
  fields.only(value, {"key", "operator", "values"});
  const auto key = fields.require(value, "key", Type::String);
  const auto op = read_operator(fields, value);
  const auto values = fields.get(value, "values", Type::Sequence);
  if (!key || !op || !check_key(fields, key->text(), key->span())) return;

  model::Requirement requirement{context.symbols.intern(key->text()), *op, {}, value.span()};
  if (values) {
    for (const Value each : *values) {
      if (check_value(fields, each)) {
        requirement.values.push_back(context.symbols.intern(each.text()));
      }
    }
  }
  const bool wants_values = *op == model::Operator::In || *op == model::Operator::NotIn;
  const bool has_values = values && !values->empty();
  const bool wrong_type = !values && Fields::get(value, "values");  // reported already
  if (wants_values && !has_values && !wrong_type) {
    fields.error("bad-selector", values ? values->span() : value.span(),
                 "In and NotIn need at least one value", "add values: [...]");
  }
  if (!wants_values && has_values) {
    fields.error("bad-selector", values->span(), "Exists and DoesNotExist take no values",
                 "remove the values, or use In or NotIn");
  }
  std::sort(requirement.values.begin(), requirement.values.end());
  requirement.values.erase(std::unique(requirement.values.begin(), requirement.values.end()),
                           requirement.values.end());
  selector.all_of.push_back(std::move(requirement));
}

}  // namespace

std::optional<Metadata> read_metadata(Fields& fields, const Context& context, const Value& root,
                                      bool cluster_scoped) {
  const auto metadata = fields.require(root, "metadata", Type::Mapping);
  if (!metadata) return std::nullopt;
  // ObjectMeta, with the fields of older versions that exports may still hold.
  fields.only(*metadata,
              {"name", "namespace", "labels", "annotations", "generateName", "ownerReferences",
               "managedFields", "uid", "resourceVersion", "generation", "creationTimestamp",
               "deletionTimestamp", "deletionGracePeriodSeconds", "finalizers", "selfLink",
               "clusterName", "initializers"});
  Metadata result;
  const auto name = read_name(fields, *metadata);
  const auto ns = read_namespace(fields, context, *metadata, cluster_scoped);
  if (const auto labels = fields.get(*metadata, "labels", Type::Mapping)) {
    result.labels = read_labels(fields, context, *labels);
  }
  result.controller = read_controller(fields, context, *metadata);
  if (!name || !ns) return std::nullopt;
  result.name = context.symbols.intern(name->text());
  result.generated = name->key() == "generateName";
  result.where = name->span();
  result.ns = *ns;
  return result;
}

std::vector<model::Label> read_labels(Fields& fields, const Context& context,
                                      const Value& mapping) {
  std::vector<model::Label> labels;
  labels.reserve(static_cast<std::size_t>(std::distance(mapping.begin(), mapping.end())));
  for (const Value member : mapping) {
    if (!check_key(fields, member.key(), member.key_span()) || !check_value(fields, member)) {
      continue;
    }
    labels.push_back({context.symbols.intern(member.key()), context.symbols.intern(member.text())});
  }
  return labels;
}

model::Selector read_selector(Fields& fields, const Context& context, const Value& value) {
  model::Selector selector;
  selector.where = value.span();
  fields.only(value, {"matchLabels", "matchExpressions"});
  if (const auto labels = fields.get(value, "matchLabels", Type::Mapping)) {
    for (const Value member : *labels) {
      if (!check_key(fields, member.key(), member.key_span()) || !check_value(fields, member)) {
        continue;
      }
      selector.all_of.push_back({context.symbols.intern(member.key()),
                                 model::Operator::In,
                                 {context.symbols.intern(member.text())},
                                 member.key_span()});
    }
  }
  if (const auto expressions = fields.get(value, "matchExpressions", Type::Sequence)) {
    for (const Value each : *expressions) read_expression(fields, context, each, selector);
  }
  return selector;
}

std::optional<net::Port> read_port(Fields& fields, const Value& value, std::string_view what) {
  const std::string_view text = value.text();
  // Digits beyond 64 bits are a float to YAML, and no port to anybody.
  const bool huge =
      value.is(Type::Float) && text.find_first_not_of("+-0123456789") == std::string_view::npos;
  if (!huge && !fields.expect(value, Type::Integer, what)) return std::nullopt;
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool in_range = error == std::errc{} && end == text.data() + text.size() &&
                        number >= net::kLowestPort && number <= net::kHighestPort;
  if (!in_range) {
    fields.error("bad-port", value.span(),
                 std::string(what) + " " + std::string(text) + " is not a port",
                 "use a number from 1 to 65535");
    return std::nullopt;
  }
  return static_cast<net::Port>(number);
}

std::optional<net::Protocol> read_protocol(Fields& fields, const Value& parent) {
  const auto value = Fields::get(parent, "protocol");
  if (!value) return net::Protocol::Tcp;
  if (!fields.expect(*value, Type::String, "protocol")) return std::nullopt;
  const auto protocol = net::parse_protocol(value->text());
  if (!protocol) {
    fields.error("bad-protocol", value->span(),
                 in_quotes(value->text()) + " is not a protocol of Kubernetes",
                 "use TCP, UDP or SCTP, in capitals");
  }
  return protocol;
}

}  // namespace polreach::kubernetes
