// SPDX-License-Identifier: Apache-2.0
#include "cli/profile.h"

#include <cstdlib>

namespace polreach::cli {
namespace {

struct Families {
  bool v4 = false;
  bool v6 = false;

  void add(const std::vector<net::Address>& addresses) {
    for (const net::Address& address : addresses) {
      (address.family == net::Family::V4 ? v4 : v6) = true;
    }
  }
};

}  // namespace

model::ClusterProfile profile_of(const Arguments& arguments, const model::Model& model) {
  model::ClusterProfile profile;
  const std::string blocks = arguments.value("ipblock-matches-pods");
  if (blocks == "yes") profile.ipblock_matches_pods = model::Reading::Yes;
  if (blocks == "no") profile.ipblock_matches_pods = model::Reading::No;
  const std::string host = arguments.value("host-network");
  if (host == "pod") profile.host_network_is_pod = model::Reading::Yes;
  if (host == "node") profile.host_network_is_pod = model::Reading::No;
  profile.unknown_namespace_labels = arguments.value("missing-namespaces") != "unlabelled";

  Families families;
  for (const model::Endpoint& endpoint : model.endpoints) families.add(endpoint.addresses);
  for (const model::Service& service : model.services) families.add(service.cluster_addresses);
  profile.pods_have_ipv4 = families.v4 || !families.v6;
  profile.pods_have_ipv6 = families.v6;
  return profile;
}

model::ClusterProfile list_profile_of(const Arguments& arguments, const model::Model& model) {
  model::ClusterProfile profile = profile_of(arguments, model);
  profile.own_node_passes = false;
  return profile;
}

bool wants_colour(const std::string& option, bool is_terminal) {
  if (option == "always") return true;
  if (option == "never") return false;
  const char* no_color = std::getenv("NO_COLOR");
  return is_terminal && (no_color == nullptr || *no_color == '\0');
}

}  // namespace polreach::cli
