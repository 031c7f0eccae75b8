// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <utility>

#include "policies/kubernetes/read_entrance.h"

namespace polreach::kubernetes {

using syntax::Type;
using syntax::Value;

namespace {

std::optional<Value> member(const std::optional<Value>& mapping, std::string_view name) {
  if (!mapping || !mapping->is(Type::Mapping)) return std::nullopt;
  return Fields::get(*mapping, name);
}

std::string_view text_of(const std::optional<Value>& value) {
  return value && value->is(Type::String) ? value->text() : std::string_view();
}

/// ServiceReference: "port on the service ..., Default to 443".
void add(const Context& context, const std::optional<Value>& reference, EntranceObject& callback) {
  const std::string_view name = text_of(member(reference, "name"));
  const std::string_view ns = text_of(member(reference, "namespace"));
  if (name.empty() || ns.empty()) return;
  net::Port number = 443;
  if (const auto port = member(reference, "port"); port && port->is(Type::Integer)) {
    const std::string_view text = port->text();
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc{} || number == 0) return;
  }
  callback.backends.push_back({context.symbols.intern(ns), context.symbols.intern(name),
                               model::EntrancePort(number), reference->span()});
}

}  // namespace

void read_callback(const Context& context, const Value& root, std::string_view kind,
                   Objects& objects) {
  EntranceObject callback;
  callback.kind = context.symbols.intern(kind);
  const auto name = member(Fields::get(root, "metadata"), "name");
  if (text_of(name).empty()) return;
  callback.metadata.name = context.symbols.intern(text_of(name));
  callback.metadata.where = name->span();
  add(context, member(Fields::get(root, "spec"), "service"), callback);
  const auto webhooks = Fields::get(root, "webhooks");
  if (webhooks && webhooks->is(Type::Sequence)) {
    for (const Value webhook : *webhooks) {
      add(context, member(member(webhook, "clientConfig"), "service"), callback);
    }
  }
  if (!callback.backends.empty()) objects.callbacks.push_back(std::move(callback));
}

}  // namespace polreach::kubernetes
