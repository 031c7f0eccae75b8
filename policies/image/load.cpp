// SPDX-License-Identifier: Apache-2.0
#include "policies/image/load.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "policies/image/check.h"
#include "policies/image/find.h"
#include "policies/image/meta.h"
#include "policies/image/numbers.h"
#include "policies/image/resources.h"
#include "policies/source/excerpt.h"

namespace polreach::image {
namespace {

using model::Endpoint;
using model::EndpointId;
using model::LabelSetId;
using model::NamespaceId;

/// More than a run can have: what was not kept of so many diagnostics was only counted.
constexpr std::uint64_t kMostDropped = 10'000'000;

template <typename Id>
std::uint32_t number(Id id) {
  return static_cast<std::uint32_t>(id);
}

bool names_nodes(const model::Policy& policy) {
  for (const auto* rules : {&policy.ingress, &policy.egress}) {
    if (!*rules) continue;
    for (const model::Rule& rule : **rules) {
      for (const model::Peer& peer : rule.peers) {
        if (std::holds_alternative<model::NodePeer>(peer.what)) return true;
      }
    }
  }
  return false;
}

/// Reads an image into a model. Each step returns false where the file is damaged; what reads
/// numbers alone leaves that to Image::is_damaged().
class Loader {
 public:
  Loader(const std::shared_ptr<Image>& image, const std::optional<Wanted>& wanted)
      : image_(*image), shared_(image), wanted_(wanted) {}

  std::optional<Loaded> run() {
    const bool ok = (wanted_ || image_.check_all()) && read_settings() && choose() &&
                    read_policies() && read_services() && read_archives() && read_workloads() &&
                    read_namespaces() && read_label_sets() && intern_symbols() && read_rest() &&
                    add_problems() && add_files() && look_at_places();
    if (!ok || image_.is_damaged()) return std::nullopt;
    return std::move(result_);
  }

 private:
  [[nodiscard]] In archive(SectionId id) const { return {image_.all(id), bounds_}; }

  bool read_settings() {
    bounds_.symbols = symbols_of(image_).size();
    bounds_.label_sets = image_.size(SectionId::LabelEnds) / 4;
    bounds_.namespaces = namespaces_of(image_).size();
    In in = archive(SectionId::Settings);
    Settings settings;
    parts(in, settings, result_.ledger, files_);
    for (const FileEntry& file : files_) {
      if (file.size > source::Text::kLargestFile) in.refuse();
      bounds_.file_sizes.push_back(file.size);
    }
    parts(in, problems_, summary_);
    const Records lines(image_, SectionId::FileLines, file_record::kWords);
    return in.ok() && in.at_end() && lines.size() == files_.size() &&
           !(wanted_ && summary_.has_cloud);
  }

  // Which parts are read ---------------------------------------------------------------------------

  bool choose() {
    const std::size_t services = image_.size(SectionId::ServiceEnds) / 4;
    if (!wanted_) {
      for (std::uint32_t i = 0; i < workloads_of(image_).size(); ++i) chosen_[i];
      spaces_.set_all(bounds_.namespaces);
      services_.set_all(services);
      policies_of_.set_all(bounds_.namespaces);
      return true;
    }
    for (const std::uint32_t each : wanted_->workloads) {
      if (each < workloads_of(image_).size()) chosen_[each];
    }
    if (!choose_endpoints(wanted_->endpoints)) return false;
    for (const auto& [workload, endpoints] : chosen_) {
      policies_of_.add(workloads_of(image_).at(workload, workload_record::kNamespace));
    }
    policies_of_.settle();
    choose_namesakes();
    services_.add(wanted_->services);
    services_.add(summary_.services);
    services_.settle();
    const bool fits = services_.size() == 0 || services_[services_.size() - 1] < services;
    return fits && choose_endpoints(summary_.endpoints);
  }

  bool choose_endpoints(const std::vector<std::uint32_t>& endpoints) {
    for (const std::uint32_t endpoint : endpoints) {
      const auto workload = workload_of(image_, endpoint);
      if (!workload) return false;
      const auto [entry, added] = chosen_.try_emplace(*workload);
      if (added) entry->second.emplace();
      if (entry->second) entry->second->push_back(endpoint);
    }
    return true;
  }

  /// Workloads that share namespace and name are neighbours: a name says which one where there is
  /// another.
  void choose_namesakes() {
    const Records all = workloads_of(image_);
    const auto share_name = [&](std::size_t a, std::size_t b) {
      return all.at(a, workload_record::kNamespace) == all.at(b, workload_record::kNamespace) &&
             all.at(a, workload_record::kName) == all.at(b, workload_record::kName);
    };
    std::vector<std::uint32_t> more;
    for (const auto& [workload, endpoints] : chosen_) {
      for (std::uint32_t i = workload; i > 0 && share_name(i - 1, i); --i) more.push_back(i - 1);
      for (std::uint32_t i = workload + 1; i < all.size() && share_name(i - 1, i); ++i) {
        more.push_back(i);
      }
    }
    for (const std::uint32_t each : more) {
      if (!chosen_.contains(each)) chosen_[each].emplace();
    }
  }

  // What was written as archives -------------------------------------------------------------------

  bool read_policies() {
    Entries entries(Pool(image_, SectionId::PolicyEnds, SectionId::PolicyBytes));
    const Records spaces = namespaces_of(image_);
    const auto first_of = [&](std::uint32_t ns) -> std::uint64_t {
      return ns < spaces.size() ? spaces.at(ns, namespace_record::kFirstPolicy)
                                : summary_.first_baseline;
    };
    using enum model::Tier;
    // Policies of the whole cluster have a namespace that does not count, and that need not exist.
    const std::uint64_t namespaces =
        std::exchange(bounds_.namespaces, std::max<std::uint64_t>(bounds_.namespaces, 1));
    bool ok = first_of(0) == summary_.first_network &&
              read_policies(entries, 0, summary_.first_network, Admin, {});
    for (std::size_t i = 0; ok && i < policies_of_.size(); ++i) {
      const std::uint32_t ns = policies_of_[i];
      ok = ns < namespaces && read_policies(entries, first_of(ns), first_of(ns + 1), Network,
                                            static_cast<NamespaceId>(ns));
    }
    ok = ok && read_policies(entries, summary_.first_baseline, entries.size(), Baseline, {});
    bounds_.namespaces = namespaces;
    return ok;
  }

  /// Those from the first to the last, which must be of a tier, and of a namespace where they are
  /// of one.
  bool read_policies(Entries& entries, std::uint64_t first, std::uint64_t last, model::Tier tier,
                     std::optional<NamespaceId> ns) {
    if (first > last || last > entries.size()) return false;
    for (std::uint64_t i = first; i < last; ++i) {
      model::Policy& policy = core_.policies.emplace_back();
      if (!read_entry(entries, i, policy) || policy.tier != tier || (ns && policy.ns != *ns)) {
        return false;
      }
    }
    return true;
  }

  template <typename T>
  bool read_entry(Entries& entries, std::size_t number, T& value) {
    const auto bytes = entries.take(number);
    if (!bytes) return false;
    In in(*bytes, bounds_);
    parts(in, value);
    return in.ok() && in.at_end();
  }

  bool read_services() {
    Entries entries(Pool(image_, SectionId::ServiceEnds, SectionId::ServiceBytes));
    for (std::size_t i = 0; i < services_.size(); ++i) {
      model::Service& service = core_.services.emplace_back();
      if (!read_entry(entries, services_[i], service)) return false;
    }
    return true;
  }

  template <typename T>
  bool read_archive(SectionId id, T& value) {
    In in = archive(id);
    parts(in, value);
    return in.ok() && in.at_end();
  }

  bool read_archives() {
    if (!read_archive(SectionId::Gaps, core_.gaps)) return false;
    const auto& policies = core_.policies;
    const bool with_nodes =
        !wanted_ || std::any_of(policies.begin(), policies.end(), names_nodes);
    if (with_nodes && !read_archive(SectionId::Nodes, core_.nodes)) return false;
    return is_sound(core_, bounds_.namespaces) && (wanted_ || read_whole_archives());
  }

  bool read_whole_archives() {
    In in = archive(SectionId::Cloud);
    read(in, result_.resources);
    parts(in, result_.service_tags);
    return in.ok() && in.at_end() && read_archive(SectionId::Entrances, core_.entrances) &&
           is_sound(core_, bounds_.namespaces);
  }

  // What is in tables ------------------------------------------------------------------------------

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

  bool read_workloads() {
    std::uint32_t last_namespace = 0;
    for (const auto& [number, endpoints] : chosen_) {
      if (!read_workload(number, endpoints)) return false;
      const auto ns = static_cast<std::uint32_t>(model().workloads.back().ns);
      if (ns < std::exchange(last_namespace, ns)) return false;
    }
    return true;
  }

  /// `some`: its endpoints that are read; nothing: all.
  bool read_workload(std::uint32_t number, std::optional<std::vector<std::uint32_t>> some) {
    namespace record = workload_record;
    const Records records = workloads_of(image_);
    const std::uint32_t ns = records.at(number, record::kNamespace);
    model::Workload each{static_cast<NamespaceId>(ns),
                         static_cast<Symbol>(records.at(number, record::kKind)),
                         static_cast<Symbol>(records.at(number, record::kName)),
                         span(records, number, record::kFile),
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
    const auto id = static_cast<model::WorkloadId>(model().workloads.size());
    for (const std::uint32_t endpoint : *some) {
      each.endpoints.push_back(static_cast<EndpointId>(model().endpoints.size()));
      if (!read_endpoint(endpoint, id)) return false;
    }
    model().workloads.push_back(std::move(each));
    return true;
  }

  bool read_endpoint(std::uint32_t at, model::WorkloadId workload) {
    namespace record = endpoint_record;
    const Records records = endpoints_of(image_);
    // Each is of one workload: no more can be claimed than there are.
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
    const auto end_of = [&](std::size_t at) {
      return image_.word(SectionId::AddressEnds, at * 4);
    };
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
    const bool fits = read_entry(trait_entries_, at, known->second) && is_sound(known->second);
    return fits ? &known->second : nullptr;
  }

  bool read_namespaces() {
    namespace record = namespace_record;
    const Records records = namespaces_of(image_);
    if (wanted_) renumber_namespaces();
    for (std::size_t i = 0; i < spaces_.size(); ++i) {
      const std::uint32_t at = spaces_[i];
      const model::Namespace each{static_cast<Symbol>(records.at(at, record::kName)),
                                  static_cast<LabelSetId>(records.at(at, record::kLabels)),
                                  records.at(at, record::kDeclared) != 0,
                                  span(records, at, record::kFile)};
      const bool fits = is_symbol(records.at(at, record::kName)) &&
                        records.at(at, record::kLabels) < bounds_.label_sets &&
                        bounds_.holds(each.where) && each.declared == each.where.exists();
      if (!fits) return false;
      model().namespaces.push_back(each);
    }
    return true;
  }

  void renumber_namespaces() {
    for (const model::Workload& each : model().workloads) spaces_.add(number(each.ns));
    for (const model::Service& each : core_.services) spaces_.add(number(each.ns));
    for (const model::Gap& each : core_.gaps) {
      if (each.ns) spaces_.add(number(*each.ns));
    }
    spaces_.settle();
    const auto renumber = [&](NamespaceId& ns) {
      ns = static_cast<NamespaceId>(spaces_.position(number(ns)));
    };
    Visit all([](Symbol&) {}, [](LabelSetId&) {}, renumber, [](Span&) {});
    transfer(all, core_);
    for (model::Workload& each : model().workloads) renumber(each.ns);
  }

  /// Shows every reference in what was read.
  template <typename OnSymbol, typename OnLabels>
  void visit(OnSymbol on_symbol, OnLabels on_labels) {
    Visit all(on_symbol, on_labels, [](NamespaceId&) {}, [](Span&) {});
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
    Entries entries(Pool(image_, SectionId::LabelEnds, SectionId::LabelBytes));
    Numbers used;
    if (wanted_) {
      visit([](Symbol&) {}, [&](LabelSetId& id) { used.add(number(id)); });
      used.settle();
    } else {
      used.set_all(entries.size());
    }
    for (std::size_t i = 0; i < used.size(); ++i) {
      if (!read_entry(entries, used[i], label_sets_.emplace_back())) return false;
    }
    if (wanted_) {
      visit([](Symbol&) {},
            [&](LabelSetId& id) { id = static_cast<LabelSetId>(used.position(number(id))); });
    }
    return true;
  }

  /// Puts the symbols that something uses into a table, in their order, and numbers them anew where
  /// these are not all; then what depends on numbers.
  bool intern_symbols() {
    Entries entries(symbols_of(image_));
    Numbers used;
    if (wanted_) {
      visit([&](Symbol& symbol) { used.add(number(symbol)); }, [](LabelSetId&) {});
      used.settle();
    } else {
      used.set_all(entries.size());
    }
    for (std::size_t i = 0; i < used.size(); ++i) {
      const auto text = entries.take(used[i]);
      // Not a text twice.
      if (!text || number(model().symbols->intern(*text)) != i) return false;
    }
    if (wanted_) {
      visit([&](Symbol& symbol) { symbol = static_cast<Symbol>(used.position(number(symbol))); },
            [](LabelSetId&) {});
    }
    std::uint32_t next = 0;
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
  bool read_rest() {
    if (wanted_) return true;
    In in = archive(SectionId::Rest);
    Callers callers;
    parts(in, callers, result_.ignored);
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
    Entries texts(Pool(image_, SectionId::TextEnds, SectionId::TextBytes));
    for (std::size_t i = 0; i < files_.size(); ++i) {
      FileEntry& file = files_[i];
      if (wanted_ || file.text == 0) {
        result_.sources.add(std::move(file.name), excerpt_of(shared_, i));
        continue;
      }
      const auto bytes = texts.take(file.text - 1);
      if (!bytes || bytes->size() != file.size) return false;
      result_.sources.add(std::move(file.name), source::Text::own(std::string(*bytes)));
    }
    return true;
  }

  /// Lines are looked up when they are shown: too late to find out that they are damaged.
  bool look_at_places() {
    if (!wanted_) return true;
    const auto look = [&](const Span& where) {
      if (!where.exists()) return;
      const auto* excerpt = source::excerpt_of(result_.sources.text(where.file));
      if (excerpt == nullptr) return;
      (void)excerpt->line_at(where.begin);
      (void)excerpt->width_of(where);
    };
    Visit all([](Symbol&) {}, [](LabelSetId&) {}, [](NamespaceId&) {}, look);
    transfer(all, model().policies);
    transfer(all, model().services);
    transfer(all, model().gaps);
    for (const model::Namespace& each : model().namespaces) look(each.where);
    for (const source::Diagnostic& each : result_.diagnostics.all()) {
      look(each.where);
      look(each.other);
    }
    return true;
  }

  model::Model& model() { return result_.model; }

  const Image& image_;
  std::shared_ptr<const Image> shared_;
  const std::optional<Wanted>& wanted_;
  Bounds bounds_;
  Loaded result_;
  std::vector<FileEntry> files_;
  Problems problems_;
  Summary summary_;
  Core core_;
  /// The workloads that are read, with those of their endpoints that are; nothing: all.
  std::map<std::uint32_t, std::optional<std::vector<std::uint32_t>>> chosen_;
  Numbers services_;
  Numbers policies_of_;  // namespaces
  Numbers spaces_;
  std::uint64_t copied_ = 0;  // see kMostShared
  Entries trait_entries_{Pool(image_, SectionId::TraitEnds, SectionId::TraitBytes)};
  std::map<std::uint32_t, Traits> traits_;
  std::vector<model::LabelSet> label_sets_;
};

}  // namespace

std::optional<Settings> load_settings(const Image& image) {
  const Bounds bounds;
  In in(image.all(SectionId::Settings), bounds);
  Settings settings;
  parts(in, settings);
  if (!in.ok() || image.is_damaged()) return std::nullopt;
  return settings;
}

std::optional<Loaded> load(const std::shared_ptr<Image>& image,
                           const std::optional<Wanted>& wanted) {
  return Loader(image, wanted).run();
}

}  // namespace polreach::image
