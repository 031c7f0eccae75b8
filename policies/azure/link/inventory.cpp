// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/link/inventory.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

namespace polreach::azure {
namespace {

struct ChildKind {
  std::string_view parent;
  std::string_view list;     // the property that holds them
  std::string_view segment;  // of their ids
  std::string_view type;
};
constexpr std::array<ChildKind, 6> kChildren = {{
    {type::kGroup, "securityRules", "securityrules", type::kRule},
    {type::kNetwork, "subnets", "subnets", type::kSubnet},
    {type::kNetwork, "virtualNetworkPeerings", "virtualnetworkpeerings", type::kPeering},
    {type::kRouteTable, "routes", "routes", type::kRoute},
    {type::kCluster, "agentPoolProfiles", "agentpools", type::kPool},
    // Exports list references here, which are no definitions: see expand().
    {type::kFirewallPolicy, "ruleCollectionGroups", "rulecollectiongroups", type::kCollectionGroup},
}};

struct ItemType {
  std::string_view type;
  std::string_view shown;
  /// The properties that matter where the resource was written twice. Alternatives of one property
  /// stand behind each other and are compared together.
  std::vector<std::string_view> compared;
};

const std::vector<ItemType>& item_types() {
  static const std::vector<ItemType> kItemTypes = {
      {type::kGroup, "network security group", {}},
      {type::kRule,
       "security rule",
       {"protocol", "access", "direction", "priority", "sourcePortRange", "sourcePortRanges",
        "destinationPortRange", "destinationPortRanges", "sourceAddressPrefix",
        "sourceAddressPrefixes", "destinationAddressPrefix", "destinationAddressPrefixes",
        "sourceApplicationSecurityGroups", "destinationApplicationSecurityGroups"}},
      {type::kApplicationGroup, "application security group", {}},
      {type::kNetwork, "virtual network", {"addressSpace"}},
      {type::kSubnet,
       "subnet",
       {"addressPrefix", "addressPrefixes", "networkSecurityGroup", "routeTable", "natGateway",
        "privateEndpointNetworkPolicies", "delegations", "defaultOutboundAccess"}},
      {type::kPeering,
       "peering",
       {"remoteVirtualNetwork", "remoteAddressSpace", "peeringState", "allowVirtualNetworkAccess"}},
      {type::kRouteTable, "route table", {"disableBgpRoutePropagation"}},
      {type::kRoute, "route", {"addressPrefix", "nextHopType", "nextHopIpAddress"}},
      {type::kNatGateway, "NAT gateway", {}},
      {type::kInterface,
       "network interface",
       {"ipConfigurations", "networkSecurityGroup", "enableIPForwarding"}},
      {type::kScaleSetInterface,
       "network interface",
       {"ipConfigurations", "networkSecurityGroup", "enableIPForwarding"}},
      {type::kPublicAddress, "public IP address", {"ipAddress", "ipConfiguration"}},
      {type::kPrivateEndpoint, "private endpoint", {"subnet", "ipConfigurations"}},
      {type::kMachine, "virtual machine", {"networkProfile"}},
      {type::kScaleSet, "scale set", {"virtualMachineProfile"}},
      {type::kFirewall,
       "firewall",
       {"networkRuleCollections", "applicationRuleCollections", "natRuleCollections",
        "ipConfigurations", "firewallPolicy"}},
      {type::kFirewallPolicy, "firewall policy", {"basePolicy"}},
      {type::kCollectionGroup, "rule collection group", {"priority", "ruleCollections"}},
      {type::kAddressGroup, "IP group", {"ipAddresses"}},
      {type::kCluster,
       "managed cluster",
       {"networkProfile", "apiServerAccessProfile", "nodeResourceGroup"}},
      {type::kPool,
       "agent pool",
       {"osType", "vnetSubnetID", "podSubnetID", "enableNodePublicIP", "networkProfile"}},
  };
  return kItemTypes;
}

const ItemType* item_type(std::string_view type) {
  for (const ItemType& kind : item_types()) {
    if (kind.type == type) return &kind;
  }
  return nullptr;
}

const ChildKind* child_kind(std::string_view type) {
  for (const ChildKind& kind : kChildren) {
    if (kind.type == type) return &kind;
  }
  return nullptr;
}

int known_parts(const ResourceId& id) {
  return (id.subscription.empty() ? 0 : 1) + (id.group.empty() ? 0 : 1);
}

const Node* list_of(const Node& body, std::string_view name) {
  if (body.is(Node::Type::Unknown)) return &body;
  if (const Node* found = property(body, name)) return found;
  const Node* properties = body.find("properties");
  return properties != nullptr && properties->is(Node::Type::Unknown) ? properties : nullptr;
}

std::string content(const Item& item, const Part& part) {
  std::string text;
  const ItemType* kind = item_type(item.id.type);
  for (std::string_view name : kind->compared) {
    text += std::string(name) + ":" + canonical(list_of(*part.body, name));
  }
  return text;
}

}  // namespace

std::string name_key(const ResourceId& id) {
  std::string key = id.type;
  for (const std::string& name : id.names) key += "|" + lower(name);
  return key;
}

std::string exact_key(const ResourceId& id) {
  return lower(id.subscription) + "|" + lower(id.group) + "|" + name_key(id);
}

std::string_view describe_type(std::string_view type) {
  const ItemType* kind = item_type(type);
  return kind == nullptr ? type : kind->shown;
}

std::string describe(const ResourceId& id) {
  return std::string(describe_type(id.type)) + " " +
         (id.name().empty() ? "(name not known)" : id.name());
}

Inventory::Inventory(const Resources& resources, Report& report) : report_(report) {
  std::vector<const Resource*> parents;
  std::vector<const Resource*> children;
  for (const Resource& resource : resources) {
    if (resource.id.type == type::kEffective) {
      effective_.push_back(&resource);
    } else if (!resource.id.names.empty() && item_type(resource.id.type) != nullptr) {
      (child_kind(resource.id.type) != nullptr ? children : parents).push_back(&resource);
    }
  }
  const auto before = [&](const Resource* a, const Resource* b) {
    if (report_.sources().before(a->where, b->where)) return true;
    if (report_.sources().before(b->where, a->where)) return false;
    return a->id.to_string() < b->id.to_string();
  };
  std::stable_sort(effective_.begin(), effective_.end(), before);
  for (auto* list : {&parents, &children}) {
    std::stable_sort(list->begin(), list->end(), before);
    // Ids of which more is known come first: the others find what they may be.
    std::stable_sort(list->begin(), list->end(), [](const Resource* a, const Resource* b) {
      return known_parts(a->id) > known_parts(b->id);
    });
  }
  std::vector<std::pair<const Resource*, std::size_t>> placed;
  for (const Resource* resource : parents) {
    std::optional<std::size_t> item = item_of(resource->id, resource->where);
    if (!item) item = add_item(resource->id, resource->where);
    items_[*item].parts.push_back({&resource->body, resource, resource->where, false});
    placed.emplace_back(resource, *item);
  }
  for (const auto& [resource, item] : placed) expand(*resource, item);
  for (const Resource* resource : children) {
    const ResourceId parent = resource->id.parent();
    std::optional<std::size_t> item = item_of(parent, resource->where);
    if (!item) item = add_item(parent, resource->where);
    child_item(*item, resource->id.type, {&resource->body, resource, resource->where, false},
               resource->id.name());
  }
  for (Item& item : items_) check_twice(item);
  sort();
}

/// The item that the id means, if it is there already.
std::optional<std::size_t> Inventory::item_of(const ResourceId& id, const Span& where) {
  if (id.name().empty()) return std::nullopt;
  const std::string key = name_key(id);
  if (const auto exact = by_id_.find(exact_key(id)); exact != by_id_.end()) return exact->second;
  const auto found = by_name_.find(key);
  if (found == by_name_.end()) return std::nullopt;
  std::vector<std::size_t> candidates;
  for (std::size_t index : found->second) {
    const ResourceId& other = items_[index].id;
    if (!may_be_same(other, id)) continue;
    candidates.push_back(index);
  }
  if (candidates.empty()) return std::nullopt;
  Item& item = items_[candidates.front()];
  if (candidates.size() > 1) {
    report_.about(describe(id));
    report_.error("ambiguous-azure-id", {where, items_[candidates[1]].where, "one of them is here"},
                  describe(id) + " can be one of several in the input",
                  "give the resource group of each of them");
    for (std::size_t candidate : candidates) items_[candidate].contradicted = true;
  } else {
    if (item.id.subscription.empty()) item.id.subscription = id.subscription;
    if (item.id.group.empty()) item.id.group = id.group;
    by_id_.emplace(exact_key(id), candidates.front());
  }
  return candidates.front();
}

std::size_t Inventory::add_item(ResourceId id, const Span& where) {
  const std::size_t index = items_.size();
  by_name_[name_key(id)].push_back(index);
  if (!id.name().empty()) by_id_.emplace(exact_key(id), index);
  Item item;
  item.id = std::move(id);
  item.where = where;
  items_.push_back(std::move(item));
  return index;
}

std::size_t Inventory::child_item(std::size_t parent, std::string_view type, const Part& part,
                                  const std::string& name) {
  const std::string key = std::to_string(parent) + "|" + std::string(type) + "|" + lower(name);
  const auto found = name.empty() ? by_child_.end() : by_child_.find(key);
  std::size_t index = items_.size();
  if (found != by_child_.end()) {
    index = found->second;
  } else {
    Item item;
    item.id = items_[parent].id.child(child_kind(type)->segment, name);
    item.parent = parent;
    items_.push_back(std::move(item));
    items_[parent].children.push_back(index);
    if (!name.empty()) by_child_.emplace(key, index);
  }
  items_[index].parts.push_back(part);
  return index;
}

/// The children in the body of a resource.
void Inventory::expand(const Resource& resource, std::size_t item) {
  for (const ChildKind& kind : kChildren) {
    if (kind.parent != resource.id.type) continue;
    const Node* list = list_of(resource.body, kind.list);
    if (list == nullptr) continue;
    report_.about(describe(resource.id));
    if (list->is(Node::Type::Unknown)) {
      items_[item].open_lists.emplace_back(kind.type, list);
      continue;
    }
    if (!list->is(Node::Type::Array)) {
      report_.error("wrong-type", list->where, std::string(kind.list) + " is no list",
                    "write a list: [...]");
      items_[item].open_lists.emplace_back(kind.type, list);
      continue;
    }
    for (const Node& child : list->items) {
      const Node* name = child.find("name");
      Part part{&child, &resource, name != nullptr ? name->where : child.where, true};
      std::string text;
      if (name != nullptr && name->is(Node::Type::String)) text = name->text;
      const Node* id = child.find("id");
      if (text.empty() && name == nullptr && id != nullptr && id->is(Node::Type::String)) {
        // Only a reference to what is a resource of its own.
        if (child.members.size() == 1) continue;
        if (const auto parsed = ResourceId::parse(id->text)) text = parsed->name();
      }
      if (child.is(Node::Type::Null)) continue;
      if (!child.is(Node::Type::Object) && !child.is(Node::Type::Unknown)) {
        report_.error("wrong-type", child.where,
                      "an entry of " + std::string(kind.list) + " is no object",
                      "write an object: {...}");
        items_[item].open_lists.emplace_back(kind.type, &child);
        continue;
      }
      if (text.empty() && child.is(Node::Type::Object) &&
          (name == nullptr || !name->is(Node::Type::Unknown))) {
        report_.error("missing-field", child.where,
                      "a " + std::string(describe_type(kind.type)) + " has no name",
                      "give it a name");
      }
      child_item(item, kind.type, part, text);
    }
  }
}

void Inventory::check_twice(Item& item) {
  std::stable_partition(item.parts.begin(), item.parts.end(),
                        [](const Part& part) { return !part.is_patch(); });
  item.missing = item.parts.empty() || item.parts.front().is_patch();
  if (!item.parts.empty()) item.where = item.parts.front().where;
  if (item.missing) return;
  const Part& first = item.parts.front();
  const std::string said = item.parts.size() > 1 ? content(item, first) : std::string();
  for (std::size_t i = 1; i < item.parts.size(); ++i) {
    const Part& other = item.parts[i];
    if (other.is_patch()) continue;  // what it says a second time is for field() to see
    report_.about(describe(item.id));
    const Places places{other.where, first.where, "first defined here"};
    const bool one_list = first.in_parent && other.in_parent && first.resource == other.resource;
    if (one_list) {
      report_.error("duplicate-object", places, describe(item.id) + " is written twice in one list",
                    "remove one of the two");
    } else if (said != content(item, other)) {
      report_.error("duplicate-object", places,
                    describe(item.id) + " is defined twice, differently",
                    "give polreach only one of the two");
    } else {
      continue;
    }
    item.contradicted = true;
  }
  check_lists(item);
}

/// Definitions of one resource must have the same children: each of them says which there are.
void Inventory::check_lists(Item& item) {
  const bool several = item.parts.size() > 1 && !item.parts[1].is_patch();
  if (!several || item.contradicted) return;
  // By the definition: types and names of its children.
  std::map<const Resource*, std::set<std::string>> names;
  for (std::size_t index : item.children) {
    const Item& child = items_[index];
    const std::string name =
        child.name().empty() ? canonical(child.parts.front().body) : lower(child.name());
    for (const Part& written : child.parts) {
      if (written.in_parent) names[written.resource].insert(child.id.type + " " + name);
    }
  }
  for (const Part& part : item.parts) {
    for (const ChildKind& kind : kChildren) {
      if (part.is_patch() || kind.parent != item.id.type) continue;
      const Node* list = list_of(*part.body, kind.list);
      if (list != nullptr && list->is(Node::Type::Unknown)) {
        names[part.resource].insert(std::string(kind.type) + " " + canonical(list));
      }
    }
  }
  const Part& first = item.parts.front();
  for (const Part& other : item.parts) {
    if (other.is_patch() || names[first.resource] == names[other.resource]) continue;
    report_.about(describe(item.id));
    report_.error("duplicate-object", {other.where, first.where, "first defined here"},
                  describe(item.id) + " is defined twice, with different parts",
                  "give polreach only one of the two");
    item.contradicted = true;
    return;
  }
}

void Inventory::sort() {
  for (std::size_t i = 0; i < items_.size(); ++i) by_type_[items_[i].id.type].push_back(i);
  const auto before = [&](std::size_t a, std::size_t b) {
    const ResourceId& x = items_[a].id;
    const ResourceId& y = items_[b].id;
    const auto key = [](const ResourceId& id) {
      std::string names;
      for (const std::string& name : id.names) names += "/" + lower(name);
      return std::tuple(lower(id.name()), lower(id.group), names, id.subscription);
    };
    if (key(x) != key(y)) return key(x) < key(y);
    return report_.sources().before(items_[a].where, items_[b].where);
  };
  for (auto& [type, list] : by_type_) std::stable_sort(list.begin(), list.end(), before);
  for (Item& item : items_) std::stable_sort(item.children.begin(), item.children.end(), before);
}

const std::vector<std::size_t>& Inventory::of_type(std::string_view type) const {
  static const std::vector<std::size_t> kNone;
  const auto found = by_type_.find(type);
  return found == by_type_.end() ? kNone : found->second;
}

std::vector<const Item*> Inventory::children(const Item& item, std::string_view type) const {
  std::vector<const Item*> result;
  for (std::size_t index : item.children) {
    if (items_[index].id.type == type) result.push_back(&items_[index]);
  }
  return result;
}

const Node* Inventory::open_list(const Item& item, std::string_view type) {
  for (const auto& [open, node] : item.open_lists) {
    if (open == type) return node;
  }
  return nullptr;
}

}  // namespace polreach::azure
