// SPDX-License-Identifier: Apache-2.0
#include "policies/image/load.h"

#include <algorithm>
#include <utility>

#include "policies/image/check.h"
#include "policies/image/choice.h"
#include "policies/image/meta.h"
#include "policies/image/resources.h"
#include "policies/image/workloads.h"
#include "policies/model/policies.h"
#include "policies/source/excerpt.h"

namespace polreach::image {
namespace {

using model::Endpoint;
using model::LabelSetId;
using model::NamespaceId;

/// More than a run can have: what was not kept of so many diagnostics was only counted.
constexpr std::uint64_t kMostDropped = 10'000'000;

template <typename Id>
std::uint32_t number(Id id) {
  return static_cast<std::uint32_t>(id);
}

/// Reads an image into a model. Each step returns false where the file is damaged; what reads
/// numbers alone leaves that to Image::is_damaged().
class Loader {
 public:
  Loader(const std::shared_ptr<Image>& image, const std::optional<Wanted>& wanted)
      : image_(*image), shared_(image), wanted_(wanted) {}

  std::optional<Loaded> run() {
    const bool ok = (wanted_ || image_.check_all()) && read_settings() &&
                    choose(image_, wanted_, summary_, choice_) && read_policies() &&
                    read_services() && read_archives() && read_workloads() && read_namespaces() &&
                    read_label_sets() && intern_symbols() && read_rest() && add_problems() &&
                    add_files() && look_at_places();
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

  // What was written as archives
  // -------------------------------------------------------------------

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
    for (std::size_t i = 0; ok && i < choice_.policies_of.size(); ++i) {
      const std::uint32_t ns = choice_.policies_of[i];
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
      if (!read_entry(entries, i, bounds_, policy) || policy.tier != tier ||
          (ns && policy.ns != *ns)) {
        return false;
      }
    }
    return true;
  }

  bool read_services() {
    Entries entries(Pool(image_, SectionId::ServiceEnds, SectionId::ServiceBytes));
    for (std::size_t i = 0; i < choice_.services.size(); ++i) {
      model::Service& service = core_.services.emplace_back();
      if (!read_entry(entries, choice_.services[i], bounds_, service)) return false;
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
        !wanted_ || std::any_of(policies.begin(), policies.end(), model::names_nodes);
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

  // What is in tables
  // ------------------------------------------------------------------------------

  bool read_workloads() { return image::read_workloads(image_, bounds_, choice_, model()); }

  bool read_namespaces() {
    namespace record = namespace_record;
    const Records records = namespaces_of(image_);
    if (wanted_) {
      renumber_namespaces();
    } else {
      spaces_.set_all(records.size());
    }
    for (std::size_t i = 0; i < spaces_.size(); ++i) {
      const std::uint32_t at = spaces_[i];
      const model::Namespace each{static_cast<Symbol>(records.at(at, record::kName)),
                                  static_cast<LabelSetId>(records.at(at, record::kLabels)),
                                  records.at(at, record::kDeclared) != 0,
                                  span_at(records, at, record::kFile)};
      const bool fits = records.at(at, record::kName) < bounds_.symbols &&
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
    Visit all(
        on_symbol, on_labels, [](NamespaceId&) {}, [](Span&) {});
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
      if (!read_entry(entries, used[i], bounds_, label_sets_.emplace_back())) return false;
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
  Choice choice_;
  Numbers spaces_;
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
