// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/link/effective.h"

#include <map>
#include <set>
#include <utility>

#include "policies/azure/effective.h"
#include "policies/azure/link/addresses.h"
#include "policies/azure/link/groups.h"
#include "policies/azure/link/rules.h"

namespace polreach::azure {

using model::AddressTerm;
using model::GroupId;
using model::SecurityGroup;
using Type = Node::Type;

namespace {

/// What an entry is about.
struct Entry {
  const Resource* resource = nullptr;
  Reference group;
  Reference subnet;
  Reference interface;
  Reference manager;
  const Node* rules = nullptr;
};

Entry read_entry(Report& report, const Resource& resource) {
  Entry entry;
  entry.resource = &resource;
  report.about("the effective rules");
  const Node* association = open_property(&resource.body, "association");
  entry.group =
      reference_of(report, open_property(&resource.body, "networkSecurityGroup"), {type::kGroup});
  entry.subnet = reference_of(report, open_property(association, "subnet"), {type::kSubnet});
  entry.interface = reference_of(report, open_property(association, "networkInterface"),
                                 {type::kInterface, type::kScaleSetInterface});
  entry.manager = reference_of(report, open_property(association, "networkManager"), {});
  entry.rules = open_property(&resource.body, "effectiveSecurityRules");
  if (entry.rules == nullptr) entry.rules = open_property(&resource.body, "securityRules");
  return entry;
}

/// The addresses that Azure has resolved a side to: the whole side stands for them.
void expand(Work& work, const Node& body, const std::string& name,
            std::vector<AddressTerm>& terms) {
  const Node* list = open_property(&body, name);
  if (entries_of(work.report, list, name).empty()) return;
  model::AddressSpace space;
  add_prefixes(work.report, list, name, space, Bare::Taken);
  if (space.more) return;
  std::vector<net::AddressSet::Interval> intervals;
  for (const net::Prefix& prefix : space.prefixes) {
    intervals.push_back({prefix.first(), prefix.last()});
  }
  const auto addresses = net::AddressSet::of(std::move(intervals));
  for (AddressTerm& term : terms) term.expanded = addresses;
}

void add_rule(Work& work, const Node& body, bool manager, SecurityGroup& group) {
  const Node* name_node = body.find("name");
  std::string name =
      text_of(work.report, name_node, "the name of a rule").value_or("(name not known)");
  const Span where = name_node != nullptr ? name_node->where : body.where;
  const bool marked = lower(name).starts_with(lower(kDefaultRulePrefix));
  const bool is_default =
      marked || flag_of(work.report, body.find("isDefault"), "isDefault", false).value;
  if (marked) {
    name = name.substr(kDefaultRulePrefix.size());
  } else if (lower(name).starts_with(lower(kOwnRulePrefix))) {
    name = name.substr(kOwnRulePrefix.size());
  }
  const RuleOrigin origin = manager      ? RuleOrigin::Manager
                            : is_default ? RuleOrigin::Platform
                                         : RuleOrigin::Effective;
  ReadRule read = read_rule(work, body, name, where, origin);
  read.rule.is_default = is_default;
  expand(work, body, "expandedSourceAddressPrefix", read.rule.source);
  expand(work, body, "expandedDestinationAddressPrefix", read.rule.destination);
  place_rule(read, group);
}

SecurityGroup read_group(Work& work, const Entry& entry, std::string name, std::string rg) {
  SecurityGroup group;
  group.name = std::move(name);
  group.resource_group = std::move(rg);
  group.where = entry.group.where.exists() ? entry.group.where : entry.resource->where;
  const bool manager = !entry.group.id;
  work.report.about((manager ? "network manager " : "network security group ") + group.name);
  if (entry.rules != nullptr && entry.rules->is(Type::Unknown)) {
    place_rule(open_rule(work.report, "(not known)", entry.rules->where,
                         {model::Unknown::Scope::World, "A-expression",
                          work.report.subject() + ": " + entry.rules->text + " is not known",
                          entry.rules->settle, entry.rules->where}),
               group);
  }
  for (const Node* rule : entries_of(work.report, entry.rules, "effectiveSecurityRules")) {
    add_rule(work, *rule, manager, group);
  }
  if (!manager) {
    check_group(work, group);
    add_default_rules(group);
  }
  sort_rules(work.report.sources(), group);
  return group;
}

/// Adds the groups of all entries, equal ones once.
class Groups {
 public:
  explicit Groups(Work& work) : work_(work) {}

  GroupId add(const Entry& entry, const ResourceId& id) {
    const std::string key = lower(id.to_string()) + "\n" + canonical(entry.rules);
    const auto found = known_.find(key);
    if (found != known_.end()) return found->second;
    SecurityGroup group = read_group(work_, entry, id.name(), id.group);
    const auto position = static_cast<GroupId>(work_.cloud.groups.size());
    work_.cloud.groups.push_back(std::move(group));
    known_.emplace(key, position);
    return position;
  }

 private:
  Work& work_;
  std::map<std::string, GroupId> known_;
};

/// A group that is only referred to gives way to the rules that the export holds of it.
template <typename Attached>
void replace(Work& work, Attached& to, GroupId group, const Span& where, const ResourceId& id) {
  const bool gives_way =
      to.group && work.cloud[*to.group].missing && same_name(work.cloud[*to.group].name, id.name());
  if (gives_way) to.group.reset();
  work.attach(to, group, where, std::nullopt);
}

void attach_entry(Work& work, Groups& groups, const Entry& entry, const std::set<GroupId>& whole) {
  const ResourceId& id = *entry.group.id;
  const auto present = work.find_group(id);
  if (present && whole.contains(*present)) {
    work.report.about(describe(id));
    work.report.warning("effective-ignored", entry.group.where,
                        "the effective rules of " + describe(id) +
                            " do not count: the input holds the group itself",
                        "leave one of the two out");
    // Still, they say where the group is attached.
  }
  const GroupId group = present && whole.contains(*present) ? *present : groups.add(entry, id);
  if (entry.subnet.id) {
    const auto to = static_cast<std::size_t>(work.subnet(*entry.subnet.id, entry.subnet.where));
    replace(work, work.cloud.subnets[to], group, entry.subnet.where, id);
  }
  if (entry.interface.id) {
    const auto to =
        static_cast<std::size_t>(work.interface(*entry.interface.id, entry.interface.where));
    replace(work, work.cloud.interfaces[to], group, entry.interface.where, id);
  }
}

void attach_manager(Work& work, Groups& groups, const Entry& entry,
                    const std::vector<Entry>& entries) {
  std::vector<std::pair<ResourceId, Span>> interfaces;
  if (entry.interface.id) {
    interfaces.emplace_back(*entry.interface.id, entry.interface.where);
  } else {
    for (const Entry& other : entries) {
      const bool same_file = other.resource->body.where.file == entry.resource->body.where.file;
      if (same_file && other.interface.id) {
        interfaces.emplace_back(*other.interface.id, other.interface.where);
      }
    }
  }
  work.report.about("network manager " + entry.manager.id->name());
  if (interfaces.empty()) {
    work.report.error("admin-rules-unattached", entry.manager.where,
                      "its rules act on an interface that the export does not name",
                      "give the whole export: az network nic list-effective-nsg");
  }
  for (const auto& [id, where] : interfaces) {
    const auto to = static_cast<std::size_t>(work.interface(id, where));
    const GroupId group = groups.add(entry, *entry.manager.id);
    model::Interface& interface = work.cloud.interfaces[to];
    if (interface.admin && *interface.admin != group) {
      work.report.error("attachment-conflict", where,
                        "network interface " + interface.name +
                            " has two different lists of a network manager's rules",
                        "give polreach one export of it");
      continue;
    }
    interface.admin = group;
  }
}

/// The subnet of the interface of an entry. An export is about one interface, and its entry for a
/// subnet names that of the interface; where a file holds several exports nobody knows whose.
const Reference* subnet_of(const Entry& entry, const std::vector<Entry>& entries) {
  if (entry.subnet.id) return &entry.subnet;
  const Reference* found = nullptr;
  for (const Entry& other : entries) {
    if (other.resource->body.where.file != entry.resource->body.where.file) continue;
    if (other.interface.id && !may_be_same(*other.interface.id, *entry.interface.id))
      return nullptr;
    if (other.subnet.id && found != nullptr && !may_be_same(*found->id, *other.subnet.id))
      return nullptr;
    if (other.subnet.id) found = &other.subnet;
  }
  return found;
}

/// The interface itself, with its addresses, need not be in the input.
void place_interface(Work& work, const Entry& entry, const std::vector<Entry>& entries) {
  if (!entry.interface.id) return;
  const Reference* reference = subnet_of(entry, entries);
  if (reference == nullptr) return;
  const model::SubnetId subnet = work.subnet(*reference->id, reference->where);
  const auto to =
      static_cast<std::size_t>(work.interface(*entry.interface.id, entry.interface.where));
  auto& addresses = work.cloud.interfaces[to].addresses;
  if (addresses.empty()) addresses.emplace_back();
  for (model::InterfaceAddress& address : addresses) {
    if (!address.subnet) address.subnet = subnet;
  }
}

}  // namespace

void add_effective_groups(Work& work) {
  std::vector<Entry> entries;
  for (const Resource* resource : work.inventory.effective()) {
    entries.push_back(read_entry(work.report, *resource));
  }
  std::set<GroupId> whole;
  for (std::size_t i = 0; i < work.cloud.groups.size(); ++i) {
    if (!work.cloud.groups[i].missing) whole.insert(static_cast<GroupId>(i));
  }
  Groups groups(work);
  for (const Entry& entry : entries) {
    if (entry.group.id) {
      attach_entry(work, groups, entry, whole);
    } else if (entry.manager.id) {
      attach_manager(work, groups, entry, entries);
    } else {
      work.report.error("missing-field", entry.resource->where,
                        "effective rules name neither a security group nor a network manager",
                        "give the whole export: az network nic list-effective-nsg");
    }
  }
  for (const Entry& entry : entries) place_interface(work, entry, entries);
}

}  // namespace polreach::azure
