// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/service_tags.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policies/azure/resource.h"

namespace polreach::azure {
namespace {

using syntax::Value;

class ServiceTagsReader {
 public:
  ServiceTagsReader(source::Diagnostics& diagnostics, model::ServiceTags& tags)
      : diagnostics_(diagnostics), tags_(tags) {}

  bool read(const Value& root) {
    read_change_number(root);
    const auto values = root.find("values");
    if (!values || !values->is(syntax::Type::Sequence)) {
      bad(root, "service tags without the list values");
      return false;
    }
    for (const Value tag : *values) read_tag(tag);
    for (auto& [name, found] : intervals_) {
      tags_.tags[name].addresses = net::AddressSet::of(std::move(found));
    }
    return ok_;
  }

 private:
  using Intervals = std::vector<net::AddressSet::Interval>;

  void bad(const Value& at, std::string message) {
    ok_ = false;
    diagnostics_.add({source::Severity::Error,
                      "bad-service-tags",
                      std::move(message),
                      at.span(),
                      "",
                      "give the file as Microsoft publishes it, or the answer of az network "
                      "list-service-tags",
                      {},
                      {}});
  }

  /// An answer that depends on tags has to say of which state they are.
  void read_change_number(const Value& root) {
    const auto number = root.find("changeNumber");
    if (number && (number->is(syntax::Type::Integer) || number->is(syntax::Type::String)) &&
        !number->text().empty()) {
      tags_.change_number = number->text();
      return;
    }
    bad(number.value_or(root), "service tags without a changeNumber");
  }

  void read_tag(const Value& tag) {
    const auto name = tag.is(syntax::Type::Mapping) ? tag.find("name") : std::nullopt;
    if (!name || !name->is(syntax::Type::String) || name->text().empty()) {
      return bad(tag, "a service tag without a name");
    }
    const auto properties = tag.find("properties");
    const auto prefixes = properties && properties->is(syntax::Type::Mapping)
                              ? properties->find("addressPrefixes")
                              : std::nullopt;
    if (!prefixes || !prefixes->is(syntax::Type::Sequence)) {
      return bad(tag,
                 "the service tag " + std::string(name->text()) + " has no list addressPrefixes");
    }
    const std::string key = lower(name->text());
    auto& entry = tags_.tags[key];
    if (entry.name.empty()) entry.name = name->text();
    Intervals& intervals = intervals_[key];
    for (const Value prefix : *prefixes) read_prefix(entry.name, prefix, intervals);
  }

  void read_prefix(const std::string& tag, const Value& value, Intervals& intervals) {
    if (value.is(syntax::Type::String)) {
      if (const auto prefix = net::Prefix::parse(value.text())) {
        intervals.push_back({prefix->first(), prefix->last()});
        return;
      }
      if (const auto address = net::Address::parse(value.text())) {
        intervals.push_back({*address, *address});
        return;
      }
    }
    bad(value, "an entry of the service tag " + tag + " is no CIDR: " +
                   (value.text().empty() ? std::string(describe(value.type()))
                                         : std::string(value.text().substr(0, 64))));
  }

  source::Diagnostics& diagnostics_;
  model::ServiceTags& tags_;
  std::map<std::string, Intervals> intervals_;  // by the keys of ServiceTags::tags
  bool ok_ = true;
};

}  // namespace

bool read_service_tags(const Value& root, source::Diagnostics& diagnostics,
                       model::ServiceTags& tags) {
  return ServiceTagsReader(diagnostics, tags).read(root);
}

}  // namespace polreach::azure
