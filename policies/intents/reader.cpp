// SPDX-License-Identifier: Apache-2.0
#include "policies/intents/reader.h"

#include <map>

#include "policies/intents/languages.h"

namespace polreach::intents {
namespace {

using syntax::Tape;
using syntax::Type;
using syntax::Value;

class Receiver : public syntax::Sink {
 public:
  Receiver(source::SymbolTable& symbols, const ReadOptions& options,
           source::Diagnostics& diagnostics, std::vector<Intent>& intents)
      : context_{symbols, options.default_namespace},
        diagnostics_(diagnostics),
        intents_(intents) {}

  bool wanted(std::span<const std::string_view> /*path*/, const Tape& /*so_far*/) override {
    return true;
  }

  void object(const Tape& tape, std::string_view /*list_kind*/,
              std::string_view /*list_api_version*/) override {
    const Value root = tape.root();
    if (!root.is(Type::Mapping)) {
      not_intents(root);
    } else if (root.find("intents")) {
      read_polreach(diagnostics_, context_, root, intents_);
    } else if (root.find("k8s") || root.find("host")) {
      read_netassert_v1(diagnostics_, context_, root, intents_);
    } else if (root.find("src") && root.find("dst")) {
      read_netassert_v2(diagnostics_, context_, root, intents_);
    } else if (root.find("action")) {
      read_baseline_rule(diagnostics_, context_, root, intents_);
    } else {
      not_intents(root);
    }
  }

  void unreadable(const source::Span& /*where*/) override {}

 private:
  void not_intents(const Value& root) {
    Fields fields(diagnostics_, "");
    const bool own = root.is(Type::Mapping) && root.find("expect");
    fields.error("not-intents", root.span(), "this holds no intents",
                 own ? "put the list behind a key: intents:"
                     : "start with intents: and a list; files of NetAssert and np-guard's baseline "
                       "rules are read, too");
  }

  Context context_;
  source::Diagnostics& diagnostics_;
  std::vector<Intent>& intents_;
};

/// Reports doubles of polreach's own, and numbers those of other tools.
void make_unique(source::Diagnostics& diagnostics, std::vector<Intent>& intents,
                 std::size_t first) {
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < first; ++i) seen.emplace(intents[i].name, i);
  for (std::size_t i = first; i < intents.size(); ++i) {
    Intent& intent = intents[i];
    if (intent.language == Language::Polreach) {
      const auto [known, is_new] = seen.emplace(intent.name, i);
      if (is_new) continue;
      diagnostics.add({source::Severity::Error, "duplicate-intent",
                       "two intents are called \"" + intent.name + "\"", intent.where,
                       "intent " + intent.name, "give each a name of its own",
                       intents[known->second].where, "the first is here"});
      continue;
    }
    const std::string name = intent.name;
    for (std::size_t n = 2; !seen.emplace(intent.name, i).second; ++n) {
      intent.name = name + " (" + std::to_string(n) + ")";
    }
  }
}

}  // namespace

void read(const source::SourceMap& sources, source::FileId file, source::SymbolTable& symbols,
          const ReadOptions& options, source::Diagnostics& diagnostics,
          std::vector<Intent>& intents) {
  const std::size_t first = intents.size();
  Receiver receiver(symbols, options, diagnostics, intents);
  syntax::read(sources, file, syntax::Format::Auto, options.limits, diagnostics, receiver);
  make_unique(diagnostics, intents, first);
}

}  // namespace polreach::intents
