// SPDX-License-Identifier: Apache-2.0
#include "policies/kubernetes/read_outside.h"

#include <algorithm>
#include <string>

#include "policies/kubernetes/read_common.h"

namespace polreach::kubernetes {

using syntax::Type;
using syntax::Value;

namespace {

/// The entries of a list in one string, without the white space around them.
std::vector<std::string_view> entries_of(std::string_view text) {
  std::vector<std::string_view> entries;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view entry = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    while (!entry.empty() && entry.front() == ' ') entry.remove_prefix(1);
    while (!entry.empty() && entry.back() == ' ') entry.remove_suffix(1);
    if (!entry.empty()) entries.push_back(entry);
  }
  return entries;
}

class Reader {
 public:
  Reader(Fields& fields, model::OutsideAccess& access) : fields_(fields), access_(access) {}

  void read_spec(const Value& spec) {
    if (const auto policy = fields_.get(spec, "externalTrafficPolicy", Type::String)) {
      access_.external_local = policy->text() == "Local";
      if (policy->text() != "Local" && policy->text() != "Cluster" && !policy->text().empty()) {
        fields_.error("bad-service", policy->span(),
                      in_quotes(policy->text()) + " is not an externalTrafficPolicy",
                      "use Cluster or Local");
      }
    }
    if (const auto ports = fields_.get(spec, "allocateLoadBalancerNodePorts", Type::Bool)) {
      access_.node_ports = ports->text() == "true";
    }
    if (const auto ranges = fields_.get(spec, "loadBalancerSourceRanges", Type::Sequence)) {
      for (const Value each : *ranges) {
        if (fields_.expect(each, Type::String, "an item of loadBalancerSourceRanges")) {
          add_range(each.text(), each.span());
        }
      }
      access_.ranges_on_nodes = !ranges->empty();
    }
    if (const auto address = fields_.get(spec, "loadBalancerIP", Type::String)) {
      add_address(*address, access_.balancer_addresses);
    }
    if (const auto list = fields_.get(spec, "externalIPs", Type::Sequence)) {
      for (const Value each : *list) add_address(each, access_.external_addresses);
    }
  }

  void read_status(const Value& root) {
    const auto status = fields_.get(root, "status", Type::Mapping);
    const auto balancer =
        status ? fields_.get(*status, "loadBalancer", Type::Mapping) : std::optional<Value>();
    const auto list =
        balancer ? fields_.get(*balancer, "ingress", Type::Sequence) : std::optional<Value>();
    if (!list) return;
    for (const Value each : *list) {
      if (!fields_.expect(each, Type::Mapping, "an item of ingress")) continue;
      if (const auto address = Fields::get(each, "ip")) {
        add_address(*address, access_.balancer_addresses);
      }
    }
  }

  void read_annotations(const Value& root) {
    const auto metadata = Fields::get(root, "metadata");
    if (!metadata || !metadata->is(Type::Mapping)) return;
    const auto annotations = Fields::get(*metadata, "annotations");
    if (!annotations || !annotations->is(Type::Mapping)) return;
    annotations_ = annotations;
    access_.internal = is_true("load-balancer-internal");
    access_.floating = !is_true("disable-load-balancer-floating-ip");
    access_.deny_others = is_true("deny-all-except-load-balancer-source-ranges");
    if (const auto ranges = annotation("allowed-ip-ranges")) {
      if (!access_.source_ranges.empty()) {
        fields_.error("bad-service", ranges->span(),
                      "the annotation for allowed ranges and loadBalancerSourceRanges exclude each "
                      "other",
                      "keep one of the two");
      }
      for (std::string_view each : entries_of(ranges->text())) add_annotated(each, *ranges);
    }
    if (const auto tags = annotation("allowed-service-tags")) {
      for (std::string_view each : entries_of(tags->text())) access_.source_tags.emplace_back(each);
    }
    if (has_invalid_range_ && access_.source_ranges.empty() && access_.source_tags.empty()) {
      access_.source_ranges.push_back(nobody());
    }
  }

 private:
  [[nodiscard]] std::optional<Value> annotation(std::string_view name) const {
    const auto value =
        Fields::get(*annotations_, "service.beta.kubernetes.io/azure-" + std::string(name));
    return value && value->is(Type::String) ? value : std::nullopt;
  }

  [[nodiscard]] bool is_true(std::string_view name) const {
    const auto value = annotation(name);
    return value && (value->text() == "true" || value->text() == "True" || value->text() == "1");
  }

  /// Of invalid entries of the annotation cloud-provider-azure makes an event and goes on: the
  /// internet is not let in, and a rule denies what the others do not allow (accesscontrol.go,
  /// IsAllowFromInternet and DenyAllExceptSourceRanges).
  void add_annotated(std::string_view text, const Value& annotation) {
    if (const auto prefix = net::Prefix::parse(text)) {
      access_.source_ranges.push_back(*prefix);
      return;
    }
    has_invalid_range_ = true;
    access_.deny_others = true;
    fields_.warning("bad-source-range", annotation.span(),
                    in_quotes(text) + " is not a CIDR: AKS leaves it out, and denies everyone else",
                    "write an address, '/', and the length of the prefix");
  }

  /// The range of an address that nobody has: whom a list allows of which nothing is left.
  static net::Prefix nobody() { return *net::Prefix::parse("0.0.0.0/32"); }

  void add_range(std::string_view text, const source::Span& where) {
    if (const auto prefix = net::Prefix::parse(text)) {
      access_.source_ranges.push_back(*prefix);
      return;
    }
    fields_.error("bad-cidr", where, in_quotes(text) + " is not a CIDR",
                  "write an address, '/', and the length of the prefix");
  }

  void add_address(const Value& value, std::vector<net::Address>& addresses) {
    if (!fields_.expect(value, Type::String, "an address") || value.text().empty()) return;
    const auto address = net::Address::parse(value.text());
    if (!address) {
      fields_.error("bad-address", value.span(), in_quotes(value.text()) + " is not an IP address");
      return;
    }
    if (std::find(addresses.begin(), addresses.end(), *address) == addresses.end()) {
      addresses.push_back(*address);
    }
  }

  Fields& fields_;
  bool has_invalid_range_ = false;
  model::OutsideAccess& access_;
  std::optional<Value> annotations_;
};

}  // namespace

void read_outside_access(Fields& fields, const Value& root, const Value& spec,
                         model::OutsideAccess& access) {
  Reader reader(fields, access);
  reader.read_spec(spec);
  reader.read_status(root);
  reader.read_annotations(root);
}

}  // namespace polreach::kubernetes
