// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/path/site.h"
#include "solver/queries/reference.h"

namespace polreach::solver::queries {

/// What someone means by one end of a question about the network around a cluster.
struct SiteTarget {
  std::string text;                   // as it was written
  std::vector<compiler::Site> sites;  // disjoint; never empty
  std::vector<std::string> notes;     // what the answer should say about the choice
};

/// Whether the text has the form of one of the references below: a word before the first slash, an
/// address, a CIDR, `internet`, or the name of a service tag that is known.
[[nodiscard]] bool is_site_reference(const model::Cloud& cloud, std::string_view text);

/// Understands, with names in any case as the platform has it
///   subnet/VNET/NAME        every address of a subnet
///   vnet/NAME               every subnet of a network
///   nic/NAME, vm/NAME       a network interface; those of a machine or scale set
///   node/POOL               the nodes of a node pool; node/CLUSTER/POOL
///   Storage.WestUS          the addresses of a service tag, from the file of service tags
///   10.0.0.7, 10.0.0.0/8    where they are in a subnet of the input: there; the rest outside
///   internet                net::internet_addresses(), but 168.63.129.16, which is the platform's
/// A resource group may stand before a name: nic/GROUP/NAME, subnet/GROUP/VNET/NAME. Addresses of
/// pods and Services of clusters with ranges of their own are left out, which a note says.
[[nodiscard]] tl::expected<SiteTarget, ReferenceError> resolve_site(compiler::Surroundings& around,
                                                                    std::string_view text);

/// What `name` names, as it stands behind the slash above: indices into the list of the cloud.
/// `word`: subnet, nic, or nsg for a security group. One, or, of a group that several exports of
/// effective rules hold, one for each that they tell apart.
[[nodiscard]] tl::expected<std::vector<std::size_t>, ReferenceError> resolve_named_resource(
    const model::Cloud& cloud, std::string_view word, std::string_view name);

/// The cluster that the manifests belong to: the one that `name` names, or the only one. Nothing:
/// the input holds none. Several and no name is an error.
[[nodiscard]] tl::expected<std::optional<model::ManagedClusterId>, ReferenceError> select_cluster(
    const model::Cloud& cloud, std::string_view name);

}  // namespace polreach::solver::queries
