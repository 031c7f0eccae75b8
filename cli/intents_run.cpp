// SPDX-License-Identifier: Apache-2.0
#include "cli/intents_run.h"

#include "cli/profile.h"
#include "policies/intents/reader.h"
#include "solver/queries/site_reference.h"

namespace polreach::cli {

source::Result<std::vector<intents::Intent>> read_intents(const std::vector<std::string>& paths,
                                                          const std::string& default_namespace,
                                                          Input& input) {
  intents::ReadOptions how;
  how.default_namespace = default_namespace;
  std::vector<intents::Intent> all;
  for (const std::string& path : paths) {
    auto text = source::Text::map(path);
    if (!text) return tl::unexpected(text.error());
    const source::FileId file = input.sources.add(path, std::move(*text));
    const std::size_t before = all.size() + input.diagnostics.errors();
    intents::read(input.sources, file, *input.model.symbols, how, input.diagnostics, all);
    if (all.size() + input.diagnostics.errors() > before) continue;
    input.diagnostics.add({source::Severity::Error,
                           "not-intents",
                           "this file holds no intents",
                           source::Span{file, 0, 0},
                           "",
                           "start with intents: and a list",
                           {},
                           {}});
  }
  return all;
}

IntentsSetting::IntentsSetting(const Arguments& arguments, const Input& input)
    : IntentsSetting(arguments, input, input.model, arguments.value("default-namespace")) {}

IntentsSetting::IntentsSetting(const Arguments& arguments, const Input& input,
                               const model::Model& model, std::string default_namespace)
    : arguments_(arguments),
      input_(input),
      cluster_(model, list_profile_of(arguments, model)),
      setting_{cluster_, nullptr, std::move(default_namespace)} {}

tl::expected<void, ListingError> IntentsSetting::complete() {
  if (input_.cloud.empty()) return {};
  const auto managed = solver::queries::select_cluster(input_.cloud, arguments_.value("cluster"));
  if (!managed) {
    const solver::queries::ReferenceError& error = managed.error();
    return tl::unexpected(ListingError{std::string(error.code), error.message, error.help});
  }
  const bool has_pods = !input_.model.endpoints.empty();
  around_.emplace(input_.cloud, has_pods ? &cluster_ : nullptr, *managed);
  setting_.around = &*around_;
  return {};
}

}  // namespace polreach::cli
