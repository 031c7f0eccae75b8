// SPDX-License-Identifier: Apache-2.0
#include "cli/intents_setting.h"

#include "cli/profile.h"
#include "solver/queries/site_reference.h"

namespace polreach::cli {

IntentsSetting::IntentsSetting(const Session& session)
    : session_(session),
      cluster_(session.input().model, list_profile_of(session.arguments(), session.input().model)),
      setting_{cluster_, nullptr, session.arguments().value("default-namespace")} {}

tl::expected<void, ListingError> IntentsSetting::complete() {
  const Input& input = session_.input();
  if (input.cloud.empty()) return {};
  const auto managed =
      solver::queries::select_cluster(input.cloud, session_.arguments().value("cluster"));
  if (!managed) {
    const solver::queries::ReferenceError& error = managed.error();
    return tl::unexpected(ListingError{std::string(error.code), error.message, error.help});
  }
  const bool has_pods = !input.model.endpoints.empty();
  around_.emplace(input.cloud, has_pods ? &cluster_ : nullptr, *managed);
  setting_.around = &*around_;
  return {};
}

}  // namespace polreach::cli
