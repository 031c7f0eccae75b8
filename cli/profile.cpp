// SPDX-License-Identifier: Apache-2.0
#include "cli/profile.h"

#include <cstdlib>

#include "compiler/resolve/engine.h"

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
  compiler::settle(profile, model.engine);
  const std::string blocks = arguments.value("ipblock-matches-pods");
  if (blocks == "yes") profile.ipblock_matches_pods = model::Reading::Yes;
  if (blocks == "no") profile.ipblock_matches_pods = model::Reading::No;
  if (blocks == "both") profile.ipblock_matches_pods = model::Reading::Both;
  const std::string host = arguments.value("host-network");
  if (host == "pod") profile.host_network_is_pod = model::Reading::Yes;
  if (host == "node") profile.host_network_is_pod = model::Reading::No;
  if (host == "both") profile.host_network_is_pod = model::Reading::Both;
  profile.unknown_namespace_labels = arguments.value("missing-namespaces") != "unlabelled";

  Families families;
  for (const model::Endpoint& endpoint : model.endpoints) families.add(endpoint.addresses);
  for (const model::Service& service : model.services) families.add(service.cluster_addresses);
  profile.pods_have_ipv4 = families.v4 || !families.v6;
  profile.pods_have_ipv6 = families.v6;
  return profile;
}

model::Engine engine_of(const Arguments& arguments) {
  const std::string engine = arguments.value("engine");
  if (engine == "none") return model::Engine::None;
  if (engine == "azure") return model::Engine::AzureNpm;
  if (engine == "calico") return model::Engine::Calico;
  if (engine == "cilium") return model::Engine::Cilium;
  return model::Engine::Unstated;
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
