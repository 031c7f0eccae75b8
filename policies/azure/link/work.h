// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "policies/azure/link/fields.h"
#include "policies/azure/link/inventory.h"
#include "policies/azure/link/report.h"
#include "policies/model/cloud.h"

namespace polreach::azure {

/// Resources by id: what a reference leads to.
class Directory {
 public:
  void add(const ResourceId& id, std::size_t position);
  /// The exact one, else the only one that it may be. Of several none is taken: see `several`.
  [[nodiscard]] std::optional<std::size_t> find(const ResourceId& id) const;
  [[nodiscard]] bool several(const ResourceId& id) const;

 private:
  struct Entry {
    ResourceId id;
    std::size_t position;
  };
  [[nodiscard]] std::vector<const Entry*> matches(const ResourceId& id) const;
  std::map<std::string, std::vector<Entry>, std::less<>> entries_;
  std::map<std::string, std::size_t, std::less<>> exact_;
};

/// What the steps of link() share: the cloud as far as it is built, and the way from ids to it.
/// Every resource of the inventory has its place in the cloud before the first step; what is
/// referred to and is not in the input gets one when it is first asked for.
class Work {
 public:
  Work(const Resources& resources, model::ServiceTags tags, Report& report);

  Report& report;
  Inventory inventory;
  model::Cloud cloud;

  [[nodiscard]] model::GroupId group(const ResourceId& id, const Span& where);
  /// Without adding one.
  [[nodiscard]] std::optional<model::GroupId> find_group(const ResourceId& id) const;
  [[nodiscard]] model::ApplicationGroupId application_group(const ResourceId& id,
                                                            const Span& where);
  [[nodiscard]] model::SubnetId subnet(const ResourceId& id, const Span& where);
  [[nodiscard]] model::RouteTableId route_table(const ResourceId& id, const Span& where);
  [[nodiscard]] model::InterfaceId interface(const ResourceId& id, const Span& where);
  /// Where the input holds it.
  [[nodiscard]] std::optional<model::NetworkId> network(const ResourceId& id) const;
  /// The item that the id means: public IP address, firewall policy, IP group.
  [[nodiscard]] const Item* item(const ResourceId& id) const;

  /// The place in the cloud of an item of the inventory.
  [[nodiscard]] std::size_t position(const Item& item) const { return positions_.at(&item); }

  /// Attaches; a second, different attachment is the error `attachment-conflict`. `open`: whether
  /// it is attached is not known.
  void attach(model::Subnet& subnet, model::GroupId group, const Span& where,
              std::optional<model::UnknownId> open);
  void attach(model::Interface& interface, model::GroupId group, const Span& where,
              std::optional<model::UnknownId> open);

  /// The condition under which a group exists, where it is not known whether it holds.
  [[nodiscard]] std::optional<model::UnknownId> existence(model::GroupId group) const;

  /// That the addresses of something are not in the input.
  [[nodiscard]] model::UnknownId absent_addresses(const ResourceId& id, const Span& where);

  // Filled by the step of the interfaces.
  struct Membership {
    bool any_interface = false;           // the input holds interfaces at all
    std::optional<std::string> anywhere;  // what was not evaluated: members of any group
  };
  Membership membership;
  /// The configurations of interfaces by id of the interface and lower-case name.
  std::map<std::pair<std::size_t, std::string>, std::size_t> configurations;

 private:
  void add_items();
  void add_item(std::size_t index);
  model::NetworkId missing_network(const ResourceId& id, const Span& where);
  std::optional<std::size_t> find(const ResourceId& id, const Span& where);
  template <typename Attached>
  void attach_to(Attached& to, const std::string& shown, model::GroupId group, const Span& where,
                 std::optional<model::UnknownId> open);

  Directory directory_;
  std::map<const Item*, std::size_t> positions_;
  std::map<model::GroupId, model::UnknownId> existence_;
  std::set<model::UnknownId> conflicts_;  // of ends with two groups
};

/// "add it: az network nsg show -g G -n X".
[[nodiscard]] std::string how_to_add(const ResourceId& id);

}  // namespace polreach::azure
