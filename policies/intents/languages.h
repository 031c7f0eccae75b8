// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policies/intents/intent.h"
#include "policies/kubernetes/read_common.h"
#include "policies/syntax/tape.h"

/// The languages of intents; each function reads one document or item. What they add needs no
/// unique name yet.
namespace polreach::intents {

using kubernetes::Context;
using kubernetes::Fields;

void read_polreach(source::Diagnostics& diagnostics, const Context& context,
                   const syntax::Value& root, std::vector<Intent>& intents);
void read_netassert_v1(source::Diagnostics& diagnostics, const Context& context,
                       const syntax::Value& root, std::vector<Intent>& intents);
void read_netassert_v2(source::Diagnostics& diagnostics, const Context& context,
                       const syntax::Value& item, std::vector<Intent>& intents);
void read_baseline_rule(source::Diagnostics& diagnostics, const Context& context,
                        const syntax::Value& item, std::vector<Intent>& intents);

/// A member that is a reference.
[[nodiscard]] Member member_of(std::string_view reference, const source::Span& where);
/// An end of one such member.
[[nodiscard]] End end_of(std::string_view reference, const source::Span& where);
/// "app=web,tier in (a,b)".
[[nodiscard]] std::string text_of(const model::Selector& selector,
                                  const source::SymbolTable& symbols);
/// What pods by labels are called: "pods app=web in namespaces team=a".
[[nodiscard]] std::string text_of(const Member& member, const source::SymbolTable& symbols);
/// The namespaces of these names.
[[nodiscard]] model::Selector named_namespaces(const std::vector<std::string>& names,
                                               source::SymbolTable& symbols);

}  // namespace polreach::intents
