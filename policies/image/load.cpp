// SPDX-License-Identifier: Apache-2.0
#include "policies/image/load.h"

#include <algorithm>
#include <utility>

#include "policies/image/check.h"
#include "policies/image/meta.h"
#include "policies/image/resources.h"

namespace polreach::image {
namespace {

using model::Endpoint;
using model::EndpointId;
using model::LabelSetId;
using model::NamespaceId;

/// More than a run can have: what was not kept of so many diagnostics was only counted.
constexpr std::uint64_t kMostDropped = 10'000'000;

std::size_t index(Symbol symbol) { return static_cast<std::size_t>(symbol); }

/// Reads an image into a model. Each step returns false where the file is damaged.
class Loader {
 public:
  Loader(const std::shared_ptr<Image>& image, const std::optional<Wanted>& wanted)
      : image_(*image), shared_(image), wanted_(wanted) {}

  std::optional<Loaded> run() {
    const bool ok = require() && read_settings() && read_core() && read_cloud() &&
                    read_namespaces() && choose() && read_workloads() && read_label_sets() &&
                    intern_symbols() && read_estate() && add_problems() && add_files();
    if (!ok) return std::nullopt;
    return std::move(result_);
  }

 private:
  bool require() {
    using enum SectionId;
    return image_.require({Settings, Core, Cloud, Namespaces, Workloads, Endpoints, SymbolEnds,
                           SymbolBytes, LabelEnds, LabelBytes, TraitEnds, TraitBytes, AddressEnds,
                           Addresses, FileLines, Lines, LineTextEnds, LineTextBytes, Widths}) &&
           (wanted_ || image_.require({TextEnds, TextBytes, Estate}));
  }

  [[nodiscard]] In archive(SectionId id) const { return {image_.section(id), bounds_}; }

  bool read_settings() {
    bounds_.symbols = image_.symbols().size();
    bounds_.label_sets = labels().size();
    bounds_.namespaces = image_.namespaces().size();
    In in = archive(SectionId::Settings);
    Settings settings;
    parts(in, settings, result_.ledger, files_);
    for (const FileEntry& file : files_) {
      if (file.size > source::Text::kLargestFile) in.refuse();
      bounds_.file_sizes.push_back(file.size);
    }
    parts(in, problems_, result_.ignored, representatives_);
    const Records lines(image_.section(SectionId::FileLines), file_record::kWords);
    return in.ok() && in.at_end() && lines.size() == files_.size();
  }

  bool read_core() {
    // Policies of the whole cluster have a namespace that does not count, and that need not exist.
    const std::uint64_t namespaces =
        std::exchange(bounds_.namespaces, std::max<std::uint64_t>(bounds_.namespaces, 1));
    In in = archive(SectionId::Core);
    parts(in, core_);
    bounds_.namespaces = namespaces;
    return in.ok() && in.at_end() && is_sound(core_, namespaces);
  }

  bool read_cloud() {
    In in = archive(SectionId::Cloud);
    read(in, result_.resources);
    parts(in, result_.service_tags);
    return in.ok() && in.at_end();
  }

  [[nodiscard]] Pool labels() const {
    return image_.pool(SectionId::LabelEnds, SectionId::LabelBytes);
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
  static Span span(const Records& records, std::size_t at, std::size_t word) {
    return {static_cast<source::FileId>(records.at(at, word)), records.at(at, word + 1),
            records.at(at, word + 2)};
  }

  bool read_namespaces() {
    namespace record = namespace_record;
    const Records records = image_.namespaces();
    for (std::size_t i = 0; i < records.size(); ++i) {
      const model::Namespace each{static_cast<Symbol>(records.at(i, record::kName)),
                                  static_cast<LabelSetId>(records.at(i, record::kLabels)),
                                  records.at(i, record::kDeclared) != 0,
                                  span(records, i, record::kFile)};
      const bool fits = is_symbol(records.at(i, record::kName)) &&
                        records.at(i, record::kLabels) < bounds_.label_sets &&
                        bounds_.holds(each.where) && each.declared == each.where.exists();
      if (!fits) return false;
      model().namespaces.push_back(each);
    }
    return true;
  }

  /// Which workloads are read.
  bool choose() {
    const Records all = image_.workloads();
    chosen_.assign(all.size(), !wanted_.has_value());
    if (!wanted_) return true;
    for (const std::uint32_t each : *wanted_) {
      if (each < all.size()) chosen_[each] = true;
    }
    for (const std::uint32_t endpoint : representatives_) {
      const auto workload = workload_of(endpoint);
      if (!workload) return false;
      chosen_[*workload] = true;
    }
    const auto shares_name = [&](std::size_t a, std::size_t b) {
      return all.at(a, workload_record::kNamespace) == all.at(b, workload_record::kNamespace) &&
             all.at(a, workload_record::kName) == all.at(b, workload_record::kName);
    };
    // Both ways: names are neighbours.
    for (std::size_t i = 1; i < all.size(); ++i) {
      if (chosen_[i - 1] && shares_name(i - 1, i)) chosen_[i] = true;
    }
    for (std::size_t i = all.size(); i > 1; --i) {
      if (chosen_[i - 1] && shares_name(i - 2, i - 1)) chosen_[i - 2] = true;
    }
    return true;
  }

  /// The last workload that starts at or before an endpoint and has any.
  [[nodiscard]] std::optional<std::size_t> workload_of(std::uint32_t endpoint) const {
    const Records all = image_.workloads();
    std::size_t low = 0;
    std::size_t high = all.size();
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      if (all.at(middle, workload_record::kFirstEndpoint) > endpoint) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    if (low == 0) return std::nullopt;
    return low - 1;
  }

  bool read_workloads() {
    namespace record = workload_record;
    const Records records = image_.workloads();
    std::uint32_t last_namespace = 0;
    for (std::uint32_t i = 0; i < records.size(); ++i) {
      if (!chosen_[i]) continue;
      const std::uint32_t ns = records.at(i, record::kNamespace);
      model::Workload each{static_cast<NamespaceId>(ns),
                           static_cast<Symbol>(records.at(i, record::kKind)),
                           static_cast<Symbol>(records.at(i, record::kName)),
                           span(records, i, record::kFile),
                           records.at(i, record::kReplicated) != 0,
                           {}};
      const auto endpoints = image_.endpoints_of(i);
      const bool fits = endpoints && ns < bounds_.namespaces && ns >= last_namespace &&
                        is_symbol(records.at(i, record::kKind)) &&
                        is_symbol(records.at(i, record::kName)) && bounds_.holds(each.where);
      if (!fits) return false;
      last_namespace = ns;
      const auto id = static_cast<model::WorkloadId>(model().workloads.size());
      for (std::uint32_t k = endpoints->first; k < endpoints->second; ++k) {
        each.endpoints.push_back(static_cast<EndpointId>(model().endpoints.size()));
        if (!read_endpoint(k, id)) return false;
      }
      model().workloads.push_back(std::move(each));
    }
    // Each endpoint is of one workload: no more can be claimed than there are.
    return model().endpoints.size() <= image_.endpoints().size();
  }

  bool read_endpoint(std::uint32_t at, model::WorkloadId workload) {
    namespace record = endpoint_record;
    const Records records = image_.endpoints();
    if (model().endpoints.size() >= records.size()) return false;
    Endpoint& each = model().endpoints.emplace_back();
    const auto word = [&](std::size_t which) { return records.at(at, which); };
    each.workload = workload;
    each.labels = static_cast<LabelSetId>(word(record::kLabels));
    each.node = optional_symbol(word(record::kNode));
    each.pod = optional_symbol(word(record::kPod));
    each.owner_kind = static_cast<Symbol>(word(record::kOwnerKind));
    each.owner_name = static_cast<Symbol>(word(record::kOwnerName));
    each.where = span(records, at, record::kFile);
    const bool fits =
        word(record::kLabels) < bounds_.label_sets && is_optional_symbol(word(record::kNode)) &&
        is_optional_symbol(word(record::kPod)) && is_symbol(word(record::kOwnerKind)) &&
        is_symbol(word(record::kOwnerName)) && bounds_.holds(each.where);
    if (!fits) return false;
    auto own = image_.addresses(word(record::kAddresses));
    auto node = image_.addresses(word(record::kNodeAddresses));
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

  /// nullptr: there are none, or they are not sound.
  const Traits* traits_at(std::uint32_t at) {
    const Pool pool = image_.pool(SectionId::TraitEnds, SectionId::TraitBytes);
    if (at >= pool.size()) return nullptr;
    traits_.resize(pool.size());
    std::optional<Traits>& known = traits_[at];
    if (known) return &*known;
    const auto bytes = pool.at(at);
    if (!bytes) return nullptr;
    In in(*bytes, bounds_);
    Traits traits;
    parts(in, traits);
    if (!in.ok() || !in.at_end() || !is_sound(traits)) return nullptr;
    known = std::move(traits);
    return &*known;
  }

  /// Shows every reference in what was read.
  template <typename OnSymbol, typename OnLabels>
  void visit(OnSymbol on_symbol, OnLabels on_labels) {
    Visit all(on_symbol, on_labels, [](Span&) {});
    transfer(all, core_);
    for (model::Namespace& each : model().namespaces) {
      on_symbol(each.name);
      on_labels(each.labels);
    }
    for (model::Workload& each : model().workloads) {
      on_symbol(each.kind);
      on_symbol(each.name);
    }
    for (Endpoint& each : model().endpoints) {
      on_labels(each.labels);
      transfer(all, each.ports);
      transfer(all, each.node_labels);
      transfer(all, each.node);
      transfer(all, each.pod);
      on_symbol(each.owner_kind);
      on_symbol(each.owner_name);
    }
    for (model::LabelSet& each : label_sets_) transfer(all, each);
  }

  /// Reads the sets that something has, and numbers them anew where these are not all.
  bool read_label_sets() {
    const Pool pool = labels();
    std::vector<bool> used(pool.size(), !wanted_.has_value());
    if (wanted_) {
      visit([](Symbol&) {}, [&](LabelSetId& id) { used[static_cast<std::size_t>(id)] = true; });
    }
    std::vector<LabelSetId> number(pool.size());
    for (std::size_t i = 0; i < pool.size(); ++i) {
      if (!used[i]) continue;
      const auto bytes = pool.at(i);
      if (!bytes) return false;
      In in(*bytes, bounds_);
      number[i] = static_cast<LabelSetId>(label_sets_.size());
      parts(in, label_sets_.emplace_back());
      if (!in.ok() || !in.at_end()) return false;
    }
    if (wanted_) {
      visit([](Symbol&) {}, [&](LabelSetId& id) { id = number[static_cast<std::size_t>(id)]; });
    }
    return true;
  }

  /// Puts the symbols that something uses into a table, in their order, and numbers them anew where
  /// these are not all; then what depends on numbers.
  bool intern_symbols() {
    const Pool pool = image_.symbols();
    std::vector<bool> used(pool.size(), !wanted_.has_value());
    if (wanted_) {
      visit([&](Symbol& symbol) { used[index(symbol)] = true; }, [](LabelSetId&) {});
    }
    std::vector<Symbol> number(pool.size());
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < pool.size(); ++i) {
      if (!used[i]) continue;
      const auto text = pool.at(i);
      if (!text) return false;
      number[i] = model().symbols->intern(*text);
      if (index(number[i]) != next++) return false;  // a text twice
    }
    if (wanted_) {
      visit([&](Symbol& symbol) { symbol = number[index(symbol)]; }, [](LabelSetId&) {});
    }
    next = 0;
    for (model::LabelSet& set : label_sets_) {
      const LabelSetId id = model().label_sets.intern(std::move(set));
      if (static_cast<std::uint32_t>(id) != next++) return false;  // a set twice
    }
    model().nodes = std::move(core_.nodes);
    model().services = std::move(core_.services);
    model().entrances = std::move(core_.entrances);
    model().policies = std::move(core_.policies);
    model().gaps = std::move(core_.gaps);
    return true;
  }

  /// Where everything is read: then no symbol and no endpoint has another number.
  bool read_estate() {
    if (wanted_) return true;
    In in = archive(SectionId::Estate);
    Callers callers;
    parts(in, callers);
    if (!in.ok() || !in.at_end() || !is_sound(callers, model().endpoints.size())) return false;
    result_.estate.accounts = std::move(callers.accounts);
    result_.estate.callbacks = std::move(callers.callbacks);
    return true;
  }

  bool add_problems() {
    const std::uint64_t dropped = problems_.dropped_warnings + problems_.dropped_notes;
    if (problems_.dropped_warnings > kMostDropped || dropped > kMostDropped) return false;
    for (Problem& each : problems_.kept) {
      if (each.severity == source::Severity::Error || !is_code(each.code)) return false;
      result_.diagnostics.add({each.severity, code_of(each.code), std::move(each.message),
                               each.where, std::move(each.subject), std::move(each.help),
                               each.other, std::move(each.other_message)});
    }
    // What is not kept is counted all the same; a run keeps as many of each severity as it can.
    const auto count = [&](source::Severity severity, std::uint64_t times) {
      for (std::uint64_t i = 0; i < times; ++i) {
        result_.diagnostics.add({severity, "", "", {}, "", "", {}, ""});
      }
    };
    count(source::Severity::Warning, problems_.dropped_warnings);
    count(source::Severity::Note, problems_.dropped_notes);
    return result_.diagnostics.dropped() == dropped;
  }

  /// A text that outlives the diagnostic: of the symbol table.
  std::string_view code_of(const std::string& code) {
    return model().text(model().symbols->intern(code));
  }

  bool add_files() {
    const Pool texts = image_.pool(SectionId::TextEnds, SectionId::TextBytes);
    for (std::size_t i = 0; i < files_.size(); ++i) {
      FileEntry& file = files_[i];
      if (wanted_ || file.text == 0) {
        result_.sources.add(std::move(file.name), excerpt_of(shared_, i));
        continue;
      }
      const auto bytes = texts.at(file.text - 1);
      if (!bytes || bytes->size() != file.size) return false;
      result_.sources.add(std::move(file.name), source::Text::own(std::string(*bytes)));
    }
    return true;
  }

  model::Model& model() { return result_.model; }

  Image& image_;
  std::shared_ptr<const Image> shared_;
  const std::optional<Wanted>& wanted_;
  Bounds bounds_;
  Loaded result_;
  std::vector<FileEntry> files_;
  Problems problems_;
  std::vector<std::uint32_t> representatives_;
  Core core_;
  std::vector<bool> chosen_;  // by workload
  std::uint64_t copied_ = 0;  // see kMostShared
  std::vector<std::optional<Traits>> traits_;
  std::vector<model::LabelSet> label_sets_;
};

}  // namespace

std::optional<Settings> load_settings(Image& image) {
  if (!image.require({SectionId::Settings, SectionId::Cloud})) return std::nullopt;
  const Bounds bounds;
  In in(image.section(SectionId::Settings), bounds);
  Settings settings;
  parts(in, settings);
  if (!in.ok()) return std::nullopt;
  return settings;
}

std::optional<Loaded> load(const std::shared_ptr<Image>& image,
                           const std::optional<Wanted>& wanted) {
  return Loader(image, wanted).run();
}

}  // namespace polreach::image
