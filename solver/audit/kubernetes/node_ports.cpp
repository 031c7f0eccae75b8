// SPDX-License-Identifier: Apache-2.0
// Services of type NodePort: who reaches the nodes is for the network around them to say, and
// whether policies let them in to the pods is said here.
#include <fmt/format.h>

#include "solver/audit/kubernetes/parts.h"
#include "solver/queries/entrances.h"
#include "solver/sets/reach.h"

namespace polreach::solver::audit::kubernetes {
namespace {

using queries::Backend;

constexpr std::string_view kNodePortCheck = "node-port";

/// Whether these are whoever there is, and not some addresses that somebody named.
bool is_anyone(const net::AddressSet& addresses) {
  net::Uint128 count = 0;
  for (const auto& [first, last] : addresses.intervals()) {
    if (first.family == net::Family::V4) count += last.bits - first.bits + 1;
  }
  constexpr net::Uint128 kQuarter = net::Uint128{1} << 30U;
  return count >= kQuarter;
}

class NodePortAudit {
 public:
  explicit NodePortAudit(Context& context) : context_(context), model_(context.model()) {}

  void run() {
    for (const model::Service& service : model_.services) {
      if (service.type == model::ServiceType::NodePort) look(service);
    }
    for (auto& [ns, group] : groups_) {
      Finding& finding = group.finding;
      tidy(group.ports);
      finding.message = fmt::format("every node opens {}, and policies let in everyone who comes",
                                    listed(group.ports));
      finding.also = std::move(group.services);
      context_.rest_on(finding, group.points, {ns});
      context_.add(std::move(finding));
    }
  }

 private:
  struct Group {
    Finding finding;
    std::vector<std::string> ports;
    std::vector<std::string> services;
    std::vector<compiler::OpenPoint> points;
  };

  void look(const model::Service& service) {
    for (const model::ServicePort& port : service.ports) {
      for (const Backend& each : queries::backends(model_, service, port)) {
        if (each.maybe || context_.escapes(each.endpoint)) continue;
        const compiler::Party outside = net::all_addresses();
        net::AddressSet must;
        net::AddressSet may;
        for (const sets::Piece& piece : sets::reach(context_.cluster(), outside, each.endpoint)) {
          if (piece.must.contains(each.protocol, each.port)) must |= piece.addresses;
          if (piece.may.contains(each.protocol, each.port)) may |= piece.addresses;
        }
        if (!is_anyone(may)) continue;
        add(service, port, each, is_anyone(must));
        break;  // one pod says it of the port
      }
    }
  }

  void add(const model::Service& service, const model::ServicePort& port, const Backend& to,
           bool certain) {
    const auto [at, added] = groups_.try_emplace(service.ns);
    Group& group = at->second;
    if (added) {
      group.finding = Context::finding(kNodePortCheck, context_.name(service.ns), "");
      group.finding.where = service.where;
    }
    if (!certain) {
      const compiler::Party outside = net::all_addresses();
      const net::Traffic traffic(to.protocol, net::PortSet(to.port, to.port));
      group.points = sets::assumptions(context_.cluster(), outside, to.endpoint, traffic);
      group.finding.certain = false;
    }
    const std::string protocol(net::to_string(to.protocol));
    group.ports.push_back(port.node_port ? fmt::format("{} {} for {}", protocol, *port.node_port,
                                                       context_.short_name(to.endpoint))
                                         : fmt::format("a port for {} {} of {}", protocol, to.port,
                                                       context_.short_name(to.endpoint)));
    group.services.push_back(context_.name(service));
    constexpr std::size_t kMostCauses = 5;
    if (group.finding.causes.size() < kMostCauses) {
      group.finding.causes.push_back(
          {service.where, fmt::format("{} is of type NodePort", context_.name(service))});
    }
  }

  Context& context_;
  const model::Model& model_;
  std::map<model::NamespaceId, Group> groups_;
};

}  // namespace

void audit_node_ports(Context& context) {
  if (context.wants(kNodePortCheck)) NodePortAudit(context).run();
}

}  // namespace polreach::solver::audit::kubernetes
