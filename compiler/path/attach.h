// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <tuple>

#include "compiler/path/filter.h"
#include "compiler/path/tags.h"

/// Security groups in the place where they act: tags, application groups and what is open have
/// become addresses and Facts.
namespace polreach::compiler {

/// Rules that stand for what no input writes, so that every FilterRule has one to cite. They have
/// no place.
[[nodiscard]] const model::SecurityRule& platform_rule();  // A-platform-exempt
[[nodiscard]] const model::SecurityRule& no_group_rule();  // where a group may not act at all

/// Makes Filters, each once for a group, direction and network.
///
/// Headers to platform_addresses() pass unless a rule names them by one of the three platform tags
/// (A-platform-exempt): every other term is read without them, and platform_rule() lets them pass
/// behind all rules.
///
/// A rule for `*` with ports is split (A-nsg-star-port), one of unknown place occurs twice, and
/// where the routes of the network could put public addresses into VirtualNetwork the whole list
/// occurs twice: first as it is if they do, under A-VNET-TAG-UDR, then as it is if not.
///
/// The groups must outlive the filters.
class Filters {
 public:
  Filters(const model::Cloud& cloud, Unknowns& unknowns)
      : cloud_(&cloud), unknowns_(&unknowns), tags_(cloud, unknowns) {}

  [[nodiscard]] const Filter& of(const model::SecurityGroup& group, model::Direction direction,
                                 std::optional<model::NetworkId> network);
  /// Of a network manager's rules: what none of them matches is left to the groups.
  [[nodiscard]] const Filter& of_admin(const model::SecurityGroup& group,
                                       model::Direction direction,
                                       std::optional<model::NetworkId> network);
  /// The filter where it is not known whether it acts: where `not_acting` holds, it does not.
  [[nodiscard]] static Filter perhaps(const Filter& filter, model::UnknownId not_acting);
  /// Nobody knows whether there is a group at all, nor which.
  [[nodiscard]] static Filter unknown(model::UnknownId open, model::Direction direction);

  [[nodiscard]] Tags& tags() { return tags_; }

 private:
  using Key = std::tuple<const model::SecurityGroup*, model::Direction,
                         std::optional<model::NetworkId>, bool>;
  const Filter& make(const model::SecurityGroup& group, model::Direction direction,
                     std::optional<model::NetworkId> network, bool admin);
  void add_rules(Filter& filter, std::optional<model::NetworkId> network, TagReading::Routes routes,
                 std::optional<model::UnknownId> only_if);
  void add(std::vector<FilterRule>& rules, const model::SecurityRule& rule,
           std::optional<model::NetworkId> network, TagReading::Routes routes);
  AddressMatch side(const std::vector<model::AddressTerm>& terms,
                    std::optional<model::NetworkId> network, const TagReading& reading,
                    bool is_destination);
  AddressMatch term(const model::AddressTerm& term, std::optional<model::NetworkId> network,
                    const TagReading& reading);

  [[nodiscard]] net::AddressSet others_of(model::ApplicationGroupId id) const;

  const model::Cloud* cloud_;
  Unknowns* unknowns_;
  Tags tags_;
  std::map<Key, Filter> filters_;
};

}  // namespace polreach::compiler
