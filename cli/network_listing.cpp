// SPDX-License-Identifier: Apache-2.0
#include "cli/network_listing.h"

#include <algorithm>
#include <array>

#include "solver/queries/site_reference.h"

namespace polreach::cli {
namespace {

namespace queries = solver::queries;
using compiler::Surroundings;

tl::unexpected<ListingError> refuse(const queries::ReferenceError& error) {
  return tl::unexpected(ListingError{std::string(error.code), error.message, error.help});
}

/// Whether the text can mean something to a list of pods as well.
bool is_address(std::string_view text) {
  return text == "internet" || net::Address::parse(text) || net::Prefix::parse(text);
}

/// Whether a pod has the address: then the pod is meant.
bool is_pod_address(const model::Model& model, const Arguments& arguments, std::string_view text) {
  if (!net::Address::parse(text)) return false;
  const auto target = queries::resolve(model, text, arguments.value("default-namespace"));
  return target && !target->endpoints.empty();
}

}  // namespace

tl::expected<NetworkListing, ListingError> network_listing_of(const Arguments& arguments,
                                                              Surroundings& around,
                                                              const model::Model& model) {
  NetworkListing result;
  result.for_pods = arguments;
  result.pods = !model.endpoints.empty();
  if (arguments.has("namespace")) result.network = false;
  for (const auto& [option, sites] :
       {std::pair{"from", &result.options.from}, std::pair{"to", &result.options.to}}) {
    if (!arguments.has(option)) continue;
    const std::string text = arguments.value(option);
    if (text == "any") {
      if (!result.pods) result.for_pods.values.erase(option);
      continue;
    }
    const bool of_pods = is_pod_address(model, arguments, text);
    if (of_pods || !queries::is_site_reference(around.cloud(), text)) {
      result.network = false;
      continue;
    }
    auto target = queries::resolve_site(around, text);
    if (!target) return refuse(target.error());
    *sites = std::move(target->sites);
    if (!is_address(text)) result.pods = false;
    if (!result.pods) result.for_pods.values.erase(option);
  }
  // With a place of the network at one end, and pods alone at the other, there is no list.
  if (!result.pods) {
    for (const char* option : {"from", "to"}) {
      if (queries::is_site_reference(around.cloud(), arguments.value(option))) {
        result.for_pods.values.erase(option);
      }
    }
  }
  return result;
}

tl::expected<std::unique_ptr<Surroundings>, ListingError> surroundings_of(
    const Arguments& arguments, const Input& input, const compiler::Cluster& pods) {
  const bool has_pods = !input.model.endpoints.empty() || !input.model.services.empty();
  std::optional<model::ManagedClusterId> managed;
  if (has_pods || !arguments.value("cluster").empty()) {
    const auto selected = queries::select_cluster(input.cloud, arguments.value("cluster"));
    if (!selected) return refuse(selected.error());
    managed = *selected;
  }
  return std::make_unique<Surroundings>(input.cloud, has_pods ? &pods : nullptr, managed);
}

}  // namespace polreach::cli
