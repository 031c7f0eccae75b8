// SPDX-License-Identifier: Apache-2.0
#include "policies/image/writer.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "policies/image/layout.h"
#include "policies/image/lines.h"
#include "policies/image/meta.h"
#include "policies/image/resources.h"
#include "policies/image/tables.h"

namespace polreach::image {
namespace {

using model::Endpoint;
using model::Model;

std::uint32_t number(Symbol symbol) { return static_cast<std::uint32_t>(symbol); }
std::uint32_t number(const std::optional<Symbol>& symbol) {
  return symbol ? number(*symbol) + 1 : 0;
}
std::uint32_t number(source::FileId file) { return static_cast<std::uint32_t>(file); }

class Writer {
 public:
  explicit Writer(const Contents& contents)
      : contents_(contents), model_(contents.model), lines_(contents.sources) {}

  source::Result<std::string> run() {
    // Whoever adds a member has to come here: it would be lost.
    [[maybe_unused]] const auto& [symbols, label_sets, namespaces, workloads, endpoints, nodes,
                                  services, entrances, policies, gaps, engine, unenforced] = model_;
    write_symbols();
    write_label_sets();
    write_policies();
    write_services();
    write_namespaces();
    write_workloads();
    write_endpoints();
    write_archives();
    write_cloud();
    write_texts();
    write_settings();
    write_lines();
    if (is_full_)
      return source::failure(
          "there is too much to compile: more than 4 GiB of text, or pods "
          "with more than 67,108,864 addresses and ports");
    return assembled();
  }

 private:
  std::string& section(SectionId id) { return sections_[static_cast<std::size_t>(id)]; }

  void keep(PoolWriter& pool, SectionId ends, SectionId bytes) {
    is_full_ = is_full_ || pool.is_full();
    section(ends) = pool.take_ends();
    section(bytes) = pool.take_bytes();
  }

  /// Notes what the places in it are, too.
  template <typename T>
  void put(Out& out, T& value) {
    transfer(out, value);
    Visit visit([](Symbol&) {}, [](model::LabelSetId&) {}, [](model::NamespaceId&) {},
                [&](Span& where) { lines_.add(where); });
    transfer(visit, value);
  }

  void write_symbols() {
    PoolWriter pool;
    for (std::size_t i = 0; i < model_.symbols->size(); ++i) {
      pool.add(model_.text(static_cast<Symbol>(i)));
    }
    keep(pool, SectionId::SymbolEnds, SectionId::SymbolBytes);
  }

  void write_label_sets() {
    PoolWriter pool;
    for (std::size_t i = 0; i < model_.label_sets.size(); ++i) {
      model::LabelSet set = model_.label_sets[static_cast<model::LabelSetId>(i)];
      Out out;
      put(out, set);
      pool.add(out.bytes());
    }
    keep(pool, SectionId::LabelEnds, SectionId::LabelBytes);
  }

  template <typename T>
  void write_pool(const std::vector<T>& entries, SectionId ends, SectionId bytes) {
    PoolWriter pool;
    for (T each : entries) {
      Out out;
      put(out, each);
      pool.add(out.bytes());
    }
    keep(pool, ends, bytes);
  }

  void write_policies() {
    if (!model_.unenforced.empty() || model_.engine != model::Engine::Unstated) {
      throw source::InternalError("a compiled model has an engine already");
    }
    write_pool(model_.policies, SectionId::PolicyEnds, SectionId::PolicyBytes);
    const auto& all = model_.policies;
    const auto is_behind = [](const model::Policy& a, const model::Policy& b) {
      return a.tier < b.tier || (a.tier == b.tier && a.tier == model::Tier::Network && a.ns < b.ns);
    };
    if (!std::is_sorted(all.begin(), all.end(), is_behind)) {
      throw source::InternalError("policies are not in the order of their tiers and namespaces");
    }
    const auto first = [&](model::Tier tier) {
      return static_cast<std::size_t>(std::count_if(
          all.begin(), all.end(), [&](const auto& each) { return each.tier < tier; }));
    };
    summary_.first_network = first(model::Tier::Network);
    summary_.first_baseline = first(model::Tier::Baseline);
  }

  void write_services() {
    write_pool(model_.services, SectionId::ServiceEnds, SectionId::ServiceBytes);
    std::vector<Found> found;
    std::array<bool, 2> seen{};
    for (std::uint32_t i = 0; i < model_.services.size(); ++i) {
      for (const net::Address& each : model_.services[i].cluster_addresses) {
        found.emplace_back(each, i);
        const auto family = static_cast<std::size_t>(each.family);
        if (!std::exchange(seen[family], true)) summary_.services.push_back(i);
      }
    }
    write_found(std::move(found), SectionId::ServiceAddresses);
  }

  using Found = std::pair<net::Address, std::uint32_t>;
  static void add_address(RecordWriter& records, const net::Address& address) {
    const auto bits = [&](unsigned shift) {
      return static_cast<std::uint32_t>(address.bits >> shift);
    };
    records.add(
        {static_cast<std::uint32_t>(address.family), bits(0), bits(32), bits(64), bits(96)});
  }
  void write_found(std::vector<Found> found, SectionId id) {
    std::sort(found.begin(), found.end());
    RecordWriter records;
    for (const auto& [address, number] : found) {
      add_address(records, address);
      records.add({number});
    }
    section(id) = records.take();
  }

  void write_namespaces() {
    RecordWriter records;
    std::size_t workload = 0;
    std::size_t policy = summary_.first_network;
    std::size_t service = 0;
    const auto is_in = [](const auto& all, std::size_t at, std::size_t ns) {
      return at < all.size() && static_cast<std::size_t>(all[at].ns) == ns;
    };
    for (std::size_t i = 0; i < model_.namespaces.size(); ++i) {
      const model::Namespace& each = model_.namespaces[i];
      [[maybe_unused]] const auto& [name, labels, declared, where] = each;
      lines_.add(each.where);
      records.add({number(each.name), static_cast<std::uint32_t>(each.labels),
                   each.declared ? 1U : 0U, number(each.where.file), each.where.begin,
                   each.where.end, static_cast<std::uint32_t>(workload),
                   static_cast<std::uint32_t>(policy), static_cast<std::uint32_t>(service)});
      while (is_in(model_.workloads, workload, i)) ++workload;
      while (policy < summary_.first_baseline && is_in(model_.policies, policy, i)) ++policy;
      while (is_in(model_.services, service, i)) ++service;
    }
    if (workload != model_.workloads.size() || policy != summary_.first_baseline ||
        service != model_.services.size()) {
      throw source::InternalError(
          "workloads, policies or Services are not in the order of their namespaces");
    }
    section(SectionId::Namespaces) = records.take();
  }

  void write_workloads() {
    RecordWriter records;
    std::size_t endpoint = 0;
    for (std::size_t i = 0; i < model_.workloads.size(); ++i) {
      const model::Workload& each = model_.workloads[i];
      [[maybe_unused]] const auto& [ns, kind, name, where, replicated, endpoints] = each;
      lines_.add(each.where);
      records.add({static_cast<std::uint32_t>(each.ns), number(each.kind), number(each.name),
                   each.replicated ? 1U : 0U, number(each.where.file), each.where.begin,
                   each.where.end, static_cast<std::uint32_t>(endpoint)});
      for (const model::EndpointId id : each.endpoints) {
        const bool in_order = static_cast<std::size_t>(id) == endpoint++ &&
                              static_cast<std::size_t>(model_[id].workload) == i;
        if (!in_order) {
          throw source::InternalError("endpoints are not in the order of their workloads");
        }
      }
    }
    if (endpoint != model_.endpoints.size()) throw source::InternalError("a pod has no workload");
    section(SectionId::Workloads) = records.take();
  }

  void write_endpoints() {
    RecordWriter records;
    PoolWriter traits;
    std::map<std::vector<net::Address>, std::uint32_t> lists;
    RecordWriter addresses;
    std::string list_ends;
    std::uint32_t address_count = 0;
    const auto list_of = [&](const std::vector<net::Address>& list) {
      const auto [found, added] = lists.try_emplace(list, static_cast<std::uint32_t>(lists.size()));
      if (added) {
        for (const net::Address& each : list) add_address(addresses, each);
        address_count += static_cast<std::uint32_t>(list.size());
        append_word(list_ends, address_count);
      }
      return found->second;
    };
    std::vector<Found> found;
    for (std::uint32_t i = 0; i < model_.endpoints.size(); ++i) {
      const Endpoint& each = model_.endpoints[i];
      [[maybe_unused]] const auto& [workload, labels, ports, pod_addresses, host_network,
                                    host_ports, node_labels, node_name, node_addresses, open_ports,
                                    pod, owner_kind, owner_name, where] = each;
      lines_.add(each.where);
      for (const net::Address& address : each.addresses) found.emplace_back(address, i);
      Traits common{each.ports, each.host_network, each.host_ports, each.node_labels,
                    each.open_ports};
      shared_ += common.size() + each.addresses.size() + each.node_addresses.size();
      Out out;
      put(out, common);
      const std::uint32_t own = list_of(each.addresses);
      const std::uint32_t node = list_of(each.node_addresses);
      records.add({static_cast<std::uint32_t>(each.labels), traits.intern(out.bytes()), own, node,
                   number(each.node), number(each.pod), number(each.owner_kind),
                   number(each.owner_name), number(each.where.file), each.where.begin,
                   each.where.end});
    }
    is_full_ = is_full_ || shared_ > kMostShared;
    section(SectionId::Endpoints) = records.take();
    keep(traits, SectionId::TraitEnds, SectionId::TraitBytes);
    section(SectionId::AddressEnds) = std::move(list_ends);
    section(SectionId::Addresses) = addresses.take();
    write_found(std::move(found), SectionId::PodAddresses);
  }

  template <typename T>
  void write_archive(T value, SectionId id) {
    Out out;
    put(out, value);
    section(id) = out.take();
  }

  /// What is read as a whole.
  void write_archives() {
    write_archive(model_.gaps, SectionId::Gaps);
    write_archive(model_.nodes, SectionId::Nodes);
    write_archive(model_.entrances, SectionId::Entrances);
    [[maybe_unused]] const auto& [accounts, callbacks, balancers, gateways, firewall_policies,
                                  flow_logs, clusters] = contents_.estate;
    Out out;
    Callers callers{accounts, callbacks};
    std::vector<kubernetes::IgnoreNote> ignored = contents_.ignored;
    put(out, callers);
    put(out, ignored);
    section(SectionId::Rest) = out.take();
  }

  void write_cloud() {
    Out out;
    image::write(contents_.resources, out);
    for_each_place(contents_.resources, [&](const Span& where) { lines_.add(where); });
    model::ServiceTags tags = contents_.service_tags;
    put(out, tags);
    section(SectionId::Cloud) = out.take();
    summary_.has_cloud = !contents_.resources.empty() || !tags.tags.empty();
  }

  void write_texts() {
    PoolWriter pool;
    std::size_t left = kMostText;
    for (std::size_t i = 0; i < contents_.sources.size(); ++i) {
      const auto id = static_cast<source::FileId>(i);
      const std::string_view bytes = contents_.sources.bytes(id);
      FileEntry entry{std::string(contents_.sources.name(id)), bytes.size(), 0};
      if (bytes.size() <= std::min(kLargestText, left)) {
        left -= bytes.size();
        entry.text = std::uint64_t{pool.add(bytes)} + 1;
      }
      files_.push_back(std::move(entry));
    }
    keep(pool, SectionId::TextEnds, SectionId::TextBytes);
  }

  /// Diagnostics count what they do not keep. Errors there are none.
  Problems problems() {
    const source::Diagnostics& given = contents_.diagnostics;
    if (given.errors() > 0) throw source::InternalError("an input with errors is compiled");
    Problems result;
    std::size_t warnings = 0;
    for (const source::Diagnostic& each : given.all()) {
      [[maybe_unused]] const auto& [severity, code, message, where, subject, help, other,
                                    other_message] = each;
      if (each.severity == source::Severity::Warning) ++warnings;
      result.kept.push_back({each.severity, std::string(each.code), each.message, each.where,
                             each.subject, each.help, each.other, each.other_message});
    }
    result.dropped_warnings = given.warnings() - warnings;
    result.dropped_notes = given.dropped() - result.dropped_warnings;
    return result;
  }

  /// The first endpoint of each sort that policies and profiles ask about anywhere in a cluster.
  [[nodiscard]] std::vector<std::uint32_t> representatives() const {
    std::array<bool, 8> seen{};
    std::vector<std::uint32_t> result;
    for (std::size_t i = 0; i < model_.endpoints.size(); ++i) {
      std::size_t sort = model_.endpoints[i].host_network ? 4 : 0;
      for (const net::Address& address : model_.endpoints[i].addresses) {
        sort |= address.family == net::Family::V4 ? 1U : 2U;
      }
      if (!std::exchange(seen[sort], true)) result.push_back(static_cast<std::uint32_t>(i));
    }
    return result;
  }

  void write_settings() {
    Out out;
    Settings settings = contents_.settings;
    kubernetes::Ledger ledger = contents_.ledger;
    Problems found = problems();
    summary_.endpoints = representatives();
    // Files first: they bound the places behind them.
    parts(out, settings, ledger, files_);
    put(out, found);
    put(out, summary_);
    section(SectionId::Settings) = out.take();
  }

  void write_lines() {
    lines_.write();
    section(SectionId::FileLines) = lines_.files.take();
    section(SectionId::Lines) = lines_.lines.take();
    section(SectionId::Widths) = lines_.widths.take();
    keep(lines_.texts, SectionId::LineTextEnds, SectionId::LineTextBytes);
  }

  std::string assembled() {
    std::string all;
    std::string sizes;
    for (std::string& each : sections_) {
      append_long_word(sizes, each.size());
      all += each;
      each = {};
    }
    std::string pages;
    for (std::size_t at = 0; at < all.size(); at += kPage) {
      append_long_word(pages, hash_of(std::string_view(all).substr(at, kPage)));
    }
    std::string result(kMagic);
    append_long_word(result, layout_mark());
    append_long_word(result, kHeaderSize + pages.size() + all.size());
    result += sizes;
    append_long_word(result, hash_of(pages));
    append_long_word(result, hash_of(result));
    return result + pages + all;
  }

  const Contents& contents_;
  const Model& model_;
  LineWriter lines_;
  std::array<std::string, kSections> sections_;
  std::vector<FileEntry> files_;
  Summary summary_;
  std::uint64_t shared_ = 0;
  bool is_full_ = false;
};

}  // namespace

source::Result<std::string> write(const Contents& contents) { return Writer(contents).run(); }

}  // namespace polreach::image
