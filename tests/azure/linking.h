// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policies/azure/link/link.h"
#include "policies/source/source_map.h"

namespace polreach::azure::test {

/// A cloud that was linked from texts, with all that was said about it.
struct Linked {
  source::SourceMap sources;
  source::Diagnostics diagnostics;
  model::Cloud cloud;
  std::vector<std::string> codes;

  [[nodiscard]] const model::SecurityGroup& group(std::string_view name) const;
  /// The inbound or outbound rule of that name in that group.
  [[nodiscard]] const model::SecurityRule& rule(std::string_view group,
                                                std::string_view name) const;
  [[nodiscard]] const model::Subnet& subnet(std::string_view name) const;
  [[nodiscard]] const model::Interface& interface(std::string_view name) const;
};

/// Builds the resources of a test. A text is the body of one resource, in JSON; "?x" as a text in
/// it stands for what could not be evaluated, and is called x.
class Linking {
 public:
  /// "nsg web", "subnet vnet/aks" and so on: see linking.cpp. In resource group "rg" unless the
  /// words start with another: "other: nsg web".
  Linking& add(std::string_view what, const std::string& body = "{}");
  Linking& patch(std::string_view what, const std::string& body);
  /// The last resource exists only if that holds.
  Linking& only_if(const std::string& condition);
  /// Turns round the order of all resources.
  Linking& reverse();
  Linking& tags(model::ServiceTags tags);
  Linking& keep_going();
  Linked link();

 private:
  std::shared_ptr<Linked> result_ = std::make_shared<Linked>();
  Resources resources_;
  model::ServiceTags tags_;
  LinkOptions options_;
};

/// The id that Linking::add gives: "/subscriptions/s/resourceGroups/rg/providers/...".
ResourceId id_of(std::string_view what);
/// {"id": "..."}
std::string to(std::string_view what);
/// A rule as ARM has it: `fields` replaces or adds to a rule that allows TCP 443 from anywhere.
std::string rule(const std::string& name, const std::string& fields = "");

/// "any", "10.0.0.0/8", "tag Internet", "group web", "open", joined by "; ".
std::string show(const model::Cloud& cloud, const std::vector<model::AddressTerm>& terms);

}  // namespace polreach::azure::test
