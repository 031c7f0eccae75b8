// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "solver/audit/audit.h"
#include "solver/queries/explain.h"

namespace polreach::solver::audit::kubernetes {

using Wanted = std::function<bool(const Check&)>;

/// A rule by its policy, direction and position in the list.
struct RuleId {
  model::PolicyId policy{};
  model::Direction direction = model::Direction::Ingress;
  std::size_t rule = 0;
  friend auto operator<=>(const RuleId&, const RuleId&) = default;
};

/// What the checks share: the scene, names, and where findings go.
class Context {
 public:
  Context(Scene& scene, const Wanted& wanted, Audit& audit);

  [[nodiscard]] Scene& scene() { return scene_; }
  [[nodiscard]] const compiler::Cluster& cluster() const { return scene_.cluster(); }
  [[nodiscard]] const model::Model& model() const { return scene_.model(); }

  [[nodiscard]] bool wants(std::string_view id) const;
  /// A finding of the check, with its usual severity.
  [[nodiscard]] static Finding finding(std::string_view id, std::string subject, std::string key);
  /// Takes it where it is wanted.
  void add(Finding finding);
  void unchecked(std::string_view id, std::string why);

  // Names.
  [[nodiscard]] std::string name(model::NamespaceId id) const;          // "Namespace shop"
  [[nodiscard]] std::string name(model::WorkloadId id) const;           // "Deployment shop/web"
  [[nodiscard]] std::string name(model::PolicyId id) const;             // "NetworkPolicy shop/db"
  [[nodiscard]] std::string name(const model::Service& service) const;  // "Service shop/db"
  [[nodiscard]] std::string short_name(model::WorkloadId id) const;     // "shop/web"
  [[nodiscard]] std::string short_name(model::EndpointId id) const;
  /// Of a pod or of addresses: "shop/web (10.0.0.4)".
  [[nodiscard]] static std::string short_name(const model::Model& model, model::WorkloadId id);
  [[nodiscard]] static std::string rule_name(const RuleId& rule);  // "ingress rule 2"

  [[nodiscard]] model::Span where(const RuleId& rule) const;
  [[nodiscard]] model::Span where(model::NamespaceId id) const;

  /// Makes a finding rest on open points, and on the policies that were not understood and can
  /// change what passes in a namespace.
  void rest_on(Finding& finding, const std::vector<compiler::OpenPoint>& points,
               const std::set<model::NamespaceId>& namespaces) const;

  /// Whether policies do not hold a pod, since it uses the network of its node, or perhaps not.
  [[nodiscard]] bool escapes(model::EndpointId id) const {
    return model()[id].host_network &&
           cluster().profile().host_network_is_pod != model::Reading::Yes;
  }
  /// Whether some NetworkPolicy isolates an endpoint, or may, depending on labels.
  [[nodiscard]] bool is_isolated(model::EndpointId id, model::Direction direction) const;

  /// The ports at which pods are known to listen: those that have a name, those that Services lead
  /// to, and those that their node opens for them. By endpoint.
  [[nodiscard]] const net::Traffic& listening(model::EndpointId id);
  /// Those of them to which Services of type NodePort and LoadBalancer, and entrances, lead.
  [[nodiscard]] const net::Traffic& published(model::EndpointId id);

 private:
  void find_ports();

  Scene& scene_;
  const Wanted& wanted_;
  Audit& audit_;
  std::vector<net::Traffic> listening_;
  std::vector<net::Traffic> published_;
};

/// "a, b and 3 more".
[[nodiscard]] std::string listed(const std::vector<std::string>& names, std::size_t most = 3);
/// Sorts, and removes doubles.
void tidy(std::vector<std::string>& names);
/// "5432/tcp", "53/udp,80-90/tcp", "all": for keys.
[[nodiscard]] std::string key_of(const net::Traffic& traffic);

}  // namespace polreach::solver::audit::kubernetes
