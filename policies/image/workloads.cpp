// SPDX-License-Identifier: Apache-2.0
#include "policies/image/workloads.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "policies/image/check.h"
#include "policies/image/find.h"

namespace polreach::image {
namespace {

using model::Endpoint;
using model::EndpointId;
using model::LabelSetId;
using model::NamespaceId;

class Reader {
 public:
  Reader(const Image& image, const Bounds& bounds, model::Model& model)
      : image_(image), bounds_(bounds), model_(model) {}

  /// `some`: its endpoints that are read; nothing: all.
  bool read(std::uint32_t number, std::optional<std::vector<std::uint32_t>> some) {
    namespace record = workload_record;
    const Records records = workloads_of(image_);
    const std::uint32_t ns = records.at(number, record::kNamespace);
    model::Workload each{static_cast<NamespaceId>(ns),
                         static_cast<Symbol>(records.at(number, record::kKind)),
                         static_cast<Symbol>(records.at(number, record::kName)),
                         span_at(records, number, record::kFile),
                         records.at(number, record::kReplicated) != 0,
                         {}};
    const bool fits = ns < bounds_.namespaces && is_symbol(records.at(number, record::kKind)) &&
                      is_symbol(records.at(number, record::kName)) && bounds_.holds(each.where);
    if (!fits) return false;
    const Range own = endpoints_in(image_, number);
    if (!some) {
      some.emplace(own.last - own.first);
      std::iota(some->begin(), some->end(), own.first);
    }
    std::sort(some->begin(), some->end());
    some->erase(std::unique(some->begin(), some->end()), some->end());
    const auto id = static_cast<model::WorkloadId>(model_.workloads.size());
    for (const std::uint32_t endpoint : *some) {
      each.endpoints.push_back(static_cast<EndpointId>(model_.endpoints.size()));
      if (!read_endpoint(endpoint, id)) return false;
    }
    model_.workloads.push_back(std::move(each));
    return true;
  }

 private:
  bool read_endpoint(std::uint32_t at, model::WorkloadId workload) {
    namespace record = endpoint_record;
    const Records records = endpoints_of(image_);
    // Each is of one workload: no more can be claimed than there are.
    if (model_.endpoints.size() >= records.size()) return false;
    Endpoint& each = model_.endpoints.emplace_back();
    const auto word = [&](std::size_t which) { return records.at(at, which); };
    each.workload = workload;
    each.labels = static_cast<LabelSetId>(word(record::kLabels));
    each.node = optional_symbol(word(record::kNode));
    each.pod = optional_symbol(word(record::kPod));
    each.owner_kind = static_cast<Symbol>(word(record::kOwnerKind));
    each.owner_name = static_cast<Symbol>(word(record::kOwnerName));
    each.where = span_at(records, at, record::kFile);
    const bool fits =
        word(record::kLabels) < bounds_.label_sets && is_optional_symbol(word(record::kNode)) &&
        is_optional_symbol(word(record::kPod)) && is_symbol(word(record::kOwnerKind)) &&
        is_symbol(word(record::kOwnerName)) && bounds_.holds(each.where);
    if (!fits) return false;
    auto own = addresses(word(record::kAddresses));
    auto node = addresses(word(record::kNodeAddresses));
    const Traits* traits = traits_at(word(record::kTraits));
    if (!own || !node || traits == nullptr) return false;
    copied_ += own->size() + node->size() + traits->size();
    if (copied_ > kMostShared) return false;
    each.addresses = std::move(*own);
    each.node_addresses = std::move(*node);
    each.ports = traits->ports;
    each.host_network = traits->host_network;
    each.host_ports = traits->host_ports;
    each.node_labels = traits->node_labels;
    each.open_ports = traits->open_ports;
    return true;
  }

  /// The addresses of a list; nothing where it is not sound.
  [[nodiscard]] std::optional<std::vector<net::Address>> addresses(std::uint32_t list) const {
    const auto end_of = [&](std::size_t at) { return image_.word(SectionId::AddressEnds, at * 4); };
    const Records all(image_, SectionId::Addresses, address_record::kWords);
    const std::uint32_t begin = list == 0 ? 0 : end_of(list - 1);
    const std::uint32_t end = end_of(list);
    if (begin > end || end > all.size()) return std::nullopt;
    std::vector<net::Address> result;
    for (std::uint32_t i = begin; i < end; ++i) {
      const auto address = address_at(all, i);
      if (!address) return std::nullopt;
      result.push_back(*address);
    }
    return result;
  }

  /// nullptr: there are none, or they are not sound.
  const Traits* traits_at(std::uint32_t at) {
    const auto [known, added] = traits_.try_emplace(at);
    if (!added) return &known->second;
    const bool fits =
        read_entry(trait_entries_, at, bounds_, known->second) && is_sound(known->second);
    return fits ? &known->second : nullptr;
  }

  [[nodiscard]] bool is_symbol(std::uint32_t value) const { return value < bounds_.symbols; }
  /// Of words that are 0 for none.
  [[nodiscard]] bool is_optional_symbol(std::uint32_t value) const {
    return value <= bounds_.symbols;
  }
  static std::optional<Symbol> optional_symbol(std::uint32_t value) {
    if (value == 0) return std::nullopt;
    return static_cast<Symbol>(value - 1);
  }

  const Image& image_;
  const Bounds& bounds_;
  model::Model& model_;
  std::uint64_t copied_ = 0;  // see kMostShared
  Entries trait_entries_{Pool(image_, SectionId::TraitEnds, SectionId::TraitBytes)};
  std::map<std::uint32_t, Traits> traits_;
};

}  // namespace

bool read_workloads(const Image& image, const Bounds& bounds, const Choice& choice,
                    model::Model& model) {
  Reader reader(image, bounds, model);
  std::uint32_t last_namespace = 0;
  for (const auto& [number, endpoints] : choice.workloads) {
    if (!reader.read(number, endpoints)) return false;
    const auto ns = static_cast<std::uint32_t>(model.workloads.back().ns);
    if (ns < std::exchange(last_namespace, ns)) return false;
  }
  return true;
}

}  // namespace polreach::image
