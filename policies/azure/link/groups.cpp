// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/link/groups.h"

#include "policies/azure/link/rules.h"

namespace polreach::azure {

using model::SecurityGroup;
using model::Unknown;

namespace {

void add_rule(Work& work, const Item& item, SecurityGroup& group) {
  const Part& part = item.parts.front();
  ReadRule read = read_rule(work, *part.body, item.shown(), item.where, RuleOrigin::User);
  if (item.contradicted) {
    read =
        open_rule(work.report, item.shown(), item.where,
                  {Unknown::Scope::World, "A-unreadable",
                   describe(item.id) + " is defined twice, differently", "correct it", item.where});
  }
  for (model::UnknownId condition : conditions(work.report, item)) {
    read.rule.only_if.push_back(condition);
  }
  place_rule(read, group);
}

}  // namespace

void fill_groups(Work& work) {
  for (std::size_t index : work.inventory.of_type(type::kGroup)) {
    const Item& item = work.inventory[index];
    SecurityGroup group = work.cloud.groups[work.position(item)];
    const std::string subject = describe(item.id);
    work.report.about(subject);
    for (const Item* rule : work.inventory.children(item, type::kRule)) {
      add_rule(work, *rule, group);
    }
    if (const Node* list = Inventory::open_list(item, type::kRule)) {
      place_rule(open_rule(work.report, "(not known)", list->where,
                           {Unknown::Scope::World, "A-expression",
                            "the rules of " + subject + ": " + list->text + " is not known",
                            list->settle, list->where}),
                 group);
    }
    if (item.contradicted) {
      group.missing =
          work.report.unreadable(subject + " is defined twice, differently", item.where);
    }
    if (item.missing) {
      group.missing = work.report.absent("the other rules of " + subject + " are not in the input",
                                         how_to_add(item.id), item.where);
    }
    check_group(work, group);
    const Field defaults = field(work.report, item, "defaultSecurityRules");
    read_default_rules(work, defaults.node, group);
    add_default_rules(group);
    sort_rules(work.report.sources(), group);
    // Rules may have added groups of applications and, by errors, nothing to the list of groups.
    work.cloud.groups[work.position(item)] = std::move(group);
  }
}

void attach_groups(Work& work) {
  for (std::size_t index : work.inventory.of_type(type::kGroup)) {
    const Item& item = work.inventory[index];
    const auto id = static_cast<model::GroupId>(work.position(item));
    for (const Part& part : item.parts) {
      work.report.about(describe(item.id));
      // An expression here says what others say, too: templates do not write these properties.
      for (const Node* entry :
           entries_of(work.report, open_property(part.body, "subnets"), "subnets")) {
        const Reference subnet = reference_of(work.report, entry, {type::kSubnet});
        if (!subnet.id) continue;
        const auto to = static_cast<std::size_t>(work.subnet(*subnet.id, subnet.where));
        work.attach(work.cloud.subnets[to], id, subnet.where, std::nullopt);
        work.report.about(describe(item.id));
      }
      for (const Node* entry : entries_of(
               work.report, open_property(part.body, "networkInterfaces"), "networkInterfaces")) {
        const Reference nic =
            reference_of(work.report, entry, {type::kInterface, type::kScaleSetInterface});
        if (!nic.id) continue;
        const auto to = static_cast<std::size_t>(work.interface(*nic.id, nic.where));
        work.attach(work.cloud.interfaces[to], id, nic.where, std::nullopt);
        work.report.about(describe(item.id));
      }
    }
  }
}

}  // namespace polreach::azure
