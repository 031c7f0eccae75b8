// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/link/link.h"

#include <utility>

#include "policies/azure/link/clusters.h"
#include "policies/azure/link/effective.h"
#include "policies/azure/link/firewalls.h"
#include "policies/azure/link/groups.h"
#include "policies/azure/link/interfaces.h"
#include "policies/azure/link/networks.h"
#include "policies/azure/link/order.h"

namespace polreach::azure {

model::Cloud link(const Resources& resources, model::ServiceTags tags, const LinkOptions& options,
                  const source::SourceMap& sources, source::Diagnostics& diagnostics) {
  Report report(sources, diagnostics, options.keep_going);
  Work work(resources, std::move(tags), report);
  fill_groups(work);
  fill_networks(work);
  fill_routes(work);
  fill_interfaces(work);
  add_scale_sets(work);
  add_private_endpoints(work);
  attach_groups(work);
  add_effective_groups(work);
  add_clusters(work);
  add_firewalls(work);
  fill_application_groups(work);
  check_application_groups(work);
  work.cloud.unknowns = report.take_unknowns();
  put_in_order(sources, work.cloud);
  return std::move(work.cloud);
}

}  // namespace polreach::azure
