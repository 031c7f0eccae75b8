// SPDX-License-Identifier: Apache-2.0
// Admission webhooks and aggregated API services that policies cut off from the API server. It
// calls them from a node, or through a pod that the cloud runs (konnectivity on AKS): no labels
// of it are known, and no address.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "solver/audit/kubernetes/parts.h"
#include "solver/queries/controller.h"
#include "solver/queries/entrances.h"
#include "solver/sets/reach.h"

namespace polreach::solver::audit::kubernetes {
namespace {

using model::Direction;
using queries::Backend;

class CallbackAudit {
 public:
  explicit CallbackAudit(Context& context)
      : context_(context), model_(context.model()), cluster_(context.cluster()) {}

  void run() {
    for (const model::Entrance& each : context_.scene().estate()->callbacks) look(each);
    for (auto& [subject, finding] : findings_) context_.add(std::move(finding));
  }

 private:
  void look(const model::Entrance& callback) {
    std::vector<std::string> stopped;
    const Backend* first = nullptr;
    const auto targets = queries::resolve_entrance(model_, callback);
    for (const Backend& each : targets.backends) {
      if (each.maybe || context_.escapes(each.endpoint) || may_pass(each)) continue;
      if (first == nullptr) first = &each;
      stopped.push_back(fmt::format("{} {} of {}", net::to_string(each.protocol), each.port,
                                    context_.short_name(each.endpoint)));
    }
    if (first == nullptr) return;
    tidy(stopped);
    const std::string subject =
        fmt::format("{} {}", model_.text(callback.kind), model_.text(callback.name));
    const auto [at, added] = findings_.try_emplace(subject);
    Finding& finding = at->second;
    if (!added) return;
    finding = Context::finding("backend-cut-off", subject, "callback-blocked");
    finding.severity = Severity::Medium;
    finding.where = callback.where;
    finding.message = fmt::format(
        "the API server calls {}, whose policies let no address and no unknown pod in there",
        listed(stopped));
    finding.remedy =
        "allow the port from the addresses of the API server or of the nodes (on AKS from the "
        "konnectivity-agent pods of kube-system)";
    finding.causes.push_back({callback.where, "the Service that is called"});
    const auto& policies = cluster_.candidates(first->endpoint, Direction::Ingress);
    if (!policies.empty()) {
      finding.causes.push_back({model_[policies.front()].where, "this policy acts on it"});
    }
    context_.rest_on(finding, {}, {callback.service_ns});
  }

  /// From an address, a node, or a pod of which nothing is known.
  [[nodiscard]] bool may_pass(const Backend& to) const {
    const compiler::Party outside = net::all_addresses();
    for (const sets::Piece& piece : sets::reach(cluster_, outside, to.endpoint)) {
      if (piece.may.contains(to.protocol, to.port)) return true;
    }
    const queries::UnknownController unknown(cluster_, {to.endpoint});
    return unknown.reach(to.endpoint).may.contains(to.protocol, to.port);
  }

  Context& context_;
  const model::Model& model_;
  const compiler::Cluster& cluster_;
  std::map<std::string, Finding> findings_;
};

}  // namespace

void audit_callbacks(Context& context) {
  if (!context.wants("backend-cut-off") || context.scene().estate() == nullptr) return;
  CallbackAudit(context).run();
}

}  // namespace polreach::solver::audit::kubernetes
