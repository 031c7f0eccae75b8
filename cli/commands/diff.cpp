// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/diff.h"

#include <algorithm>
#include <filesystem>

#include "cli/listing.h"
#include "cli/network_listing.h"
#include "cli/profile.h"
#include "cli/render.h"
#include "cli/report/equivalence_report.h"
#include "cli/report/html_report.h"
#include "cli/revisions.h"
#include "cli/session.h"
#include "solver/queries/conflicts.h"

namespace polreach::cli {
namespace {

namespace fs = std::filesystem;
namespace queries = solver::queries;

/// The schema of what is written as JSON.
const char* schema_of(const Arguments& arguments) {
  return arguments.has("equivalent") ? "polreach.equivalence/v1" : "polreach.diff/v1";
}

/// One of the two sets: what it is read from, and what it becomes.
class Side {
 public:
  explicit Side(Session& session) : arguments_(session.arguments()), session_(session) {}

  Session& session() { return session_; }
  [[nodiscard]] const Input& input() const { return session_.input(); }
  [[nodiscard]] const compiler::Cluster& cluster() const { return *cluster_; }
  [[nodiscard]] queries::DiffSide view() const { return {*cluster_, *map_}; }

  /// Once the session has input. False where there is no verdict; it has been said.
  bool prepare() {
    const model::Model& model = session_.input().model;
    const model::ClusterProfile profile = list_profile_of(arguments_, model);
    cluster_.emplace(model, profile);
    return session_.check(queries::equal_priorities(*cluster_));
  }

  /// Understands the question. `network`: where one of the sides holds one.
  bool ask(bool network) {
    network_.for_pods = arguments_;
    if (network) {
      auto around = surroundings_of(arguments_, input(), *cluster_);
      if (!around) return refuse(around.error());
      around_ = std::move(*around);
      auto listing = network_listing_of(arguments_, *around_, input().model);
      if (!listing) return refuse(listing.error());
      network_ = std::move(*listing);
    }
    const auto listing = listing_of(network_.for_pods, input().model, network && network_.network);
    if (!listing) return refuse(listing.error());
    if (listing->is_for_networks) network_.pods = false;
    protocols_ = listing->protocols;
    asked_ = listing->asked;
    options_ = listing->options;
    return true;
  }

  /// Only after ask(true).
  [[nodiscard]] const NetworkListing& network() const { return network_; }
  [[nodiscard]] queries::NetworkSide network_view() const {
    return {*around_, network_.options.from, network_.options.to};
  }
  [[nodiscard]] queries::PassageAsked packets() const { return {options_.asked, protocols_}; }

  [[nodiscard]] bool speaks_of_ipv6() const { return queries::speaks_of_ipv6(*cluster_); }

  void solve(bool ipv6) {
    options_.ipv6 = ipv6;
    map_.emplace(queries::map(*cluster_, options_));
    session_.lap("solve");
  }

  /// The report has a view of both sides in any case.
  void leave_out_pods() { map_.emplace(); }

  [[nodiscard]] const std::string& asked() const { return asked_; }

 private:
  bool refuse(const ListingError& error) {
    session_.refuse(error.code, error.message, error.help);
    return false;
  }

  const Arguments& arguments_;
  Session& session_;
  std::optional<compiler::Cluster> cluster_;
  std::unique_ptr<compiler::Surroundings> around_;
  NetworkListing network_;
  queries::MapOptions options_;
  net::ProtocolSet protocols_ = net::ProtocolSet::all();
  std::optional<queries::Map> map_;
  std::string asked_;
};

class DiffCommand {
 public:
  DiffCommand(Session& before, Session& after)
      : arguments_(before.arguments()), old_(before), new_(after) {}

  int run() {
    const auto only = chosen();
    if (!only) return old_.session().refuse("usage", only.error().message, "");
    for (std::size_t i : {0U, 1U}) {
      const auto options = input_of(arguments_.positional[i], arguments_.positional[1 - i]);
      if (!options) return old_.session().refuse("input", options.error().message, "");
      if (!side(i).session().read(*options) || !side(i).prepare()) return kNoVerdict;
    }
    return compare(*only);
  }

  /// Two inputs that have been read.
  int ask() {
    const auto only = chosen();
    if (!only) return old_.session().refuse("usage", only.error().message, "");
    if (!old_.prepare() || !new_.prepare()) return kNoVerdict;
    return compare(*only);
  }

 private:
  using Kinds = std::vector<std::string>;

  int compare(const Kinds& only) {
    const bool network = !old_.input().cloud.empty() || !new_.input().cloud.empty();
    for (std::size_t i : {0U, 1U}) {
      if (!side(i).ask(network && !arguments_.has("equivalent"))) return kNoVerdict;
    }
    if (const auto absent = absent_on_both()) return *absent;
    if (arguments_.has("equivalent")) return compare_all();
    // "No connection changed" would be true of any two sets of policies then.
    const bool no_pods =
        old_.input().model.endpoints.empty() && new_.input().model.endpoints.empty();
    if (network) return compare_network(!no_pods, only);
    if (no_pods) {
      return new_.session().refuse(
          "no-workloads", "there are no pods or workloads to connect, on either side",
          "give the workloads with the policies, or compare the policies alone: --equivalent");
    }
    const queries::Diff diff = compare_pods(only);
    new_.session().lap("diff");
    return report(diff);
  }

  static bool is_counted(const Kinds& only, queries::Changed what) {
    return std::find(only.begin(), only.end(), word(what)) != only.end();
  }

  queries::Diff compare_pods(const Kinds& only) {
    const bool ipv6 = old_.speaks_of_ipv6() || new_.speaks_of_ipv6();
    for (std::size_t i : {0U, 1U}) side(i).solve(ipv6);
    queries::Diff diff = queries::diff(old_.view(), new_.view());
    not_counted_ = std::erase_if(diff.changes, [&](const queries::DiffChange& change) {
      return !is_counted(only, change.what);
    });
    return diff;
  }

  /// The pods, where there are any, and the network.
  int compare_network(bool pods, const Kinds& only) {
    const bool of_pods = pods && (old_.network().pods || new_.network().pods);
    const bool of_network = old_.network().network && new_.network().network;
    if (!of_pods && !of_network) {
      return new_.session().refuse("no-workloads", "there is nothing with these ends to compare",
                                   "name pods at both ends, or places of the network at both");
    }
    queries::Diff diff;
    if (of_pods) {
      diff = compare_pods(only);
    } else {
      for (std::size_t i : {0U, 1U}) side(i).leave_out_pods();
    }
    queries::NetworkDiff network;
    std::size_t network_not_counted = 0;
    if (of_network) {
      auto found = queries::network_diff(old_.network_view(), new_.network_view(), new_.packets());
      if (!found) return new_.session().refuse("no-verdict", found.error().message, "");
      network = std::move(*found);
      network_not_counted = std::erase_if(
          network.changes, [&](const auto& change) { return !is_counted(only, change.what); });
    }
    new_.session().lap("diff");
    return report(diff, of_network ? &network : nullptr, network_not_counted, of_pods);
  }

  Side& side(std::size_t index) { return index == 0 ? old_ : new_; }

  /// The kinds of change that count.
  [[nodiscard]] source::Result<std::vector<std::string>> chosen() const {
    std::vector<std::string> kinds;
    for (const std::string& value : arguments_.all("only")) {
      std::size_t start = 0;
      while (start <= value.size()) {
        const std::size_t end = std::min(value.find(',', start), value.size());
        kinds.push_back(value.substr(start, end - start));
        start = end + 1;
      }
    }
    for (const std::string& kind : kinds) {
      if (kind == "added" || kind == "removed" || kind == "changed") continue;
      return source::failure("--only cannot be " + (kind.empty() ? "empty" : kind) +
                             "; it is any of: added removed changed");
    }
    if (kinds.empty()) kinds = {"added", "removed", "changed"};
    return kinds;
  }

  /// Where paths start: a path may be in another repository than the current folder.
  static fs::path base_of(const std::vector<std::string>& paths) {
    if (paths.empty() || fs::path(paths[0]).is_relative()) return ".";
    fs::path base = fs::path(paths[0]).parent_path();
    std::error_code error;
    while (!fs::is_directory(base, error) && base != base.parent_path()) base = base.parent_path();
    return base;
  }

  source::Result<InputOptions> input_of(const std::string& text, const std::string& other) {
    InputOptions options = old_.session().input_options(arguments_.value("default-namespace"));
    std::vector<std::string> paths(arguments_.positional.begin() + 2, arguments_.positional.end());
    std::error_code error;
    const bool named = !paths.empty();
    // Where the other side is a path, that path of the revision is meant.
    if (!named && text != "-" && !fs::exists(text, error) && fs::exists(other, error)) {
      paths = {other};
    }
    const fs::path base = base_of(paths);
    const auto kind = path_or_revision(text, base.string());
    if (!kind) return tl::unexpected(kind.error());
    if (!kind->note.empty()) old_.session().err() << "note: " << kind->note << "\n";
    if (kind->is_path && named) {
      return source::failure(text + " is a path, and so is " + paths[0] +
                             ": give OLD and NEW alone, or revisions and paths of these");
    }
    if (kind->is_path) {
      options.paths = {text};
      return options;
    }
    options.revision = RevisionInput{text, base.string(), true};
    for (const std::string& path : paths) {
      options.paths.push_back(
          fs::path(path).is_relative() ? path : fs::path(path).lexically_relative(base).string());
    }
    return options;
  }

  /// A path that neither revision has is a mistake.
  std::optional<int> absent_on_both() {
    for (const std::string& path : old_.input().absent_paths) {
      const auto& others = new_.input().absent_paths;
      if (std::find(others.begin(), others.end(), path) == others.end()) continue;
      return old_.session().refuse("input", path + ": neither revision has this path", "");
    }
    return std::nullopt;
  }

  /// Not the pods of the manifests, but all that there could be.
  int compare_all() {
    Session& session = new_.session();
    for (const Side* side : {&old_, &new_}) {
      for (const model::Gap& gap : side->input().model.gaps) {
        if (gap.effect == model::Gap::Effect::RequestsOnly) continue;
        return session.refuse("no-verdict",
                              gap.what + " is not understood, and could make a difference",
                              "leave it out of the input, if it makes none");
      }
    }
    const auto answer = queries::equivalent(old_.cluster(), new_.cluster());
    if (!answer) return session.refuse("no-verdict", answer.error().message, "");
    session.lap("prove");
    const EquivalenceReport report{old_.input(), new_.input(), *answer, arguments_.positional[0],
                                   arguments_.positional[1]};
    if (session.is_json()) {
      write_equivalence_json(session.out(), report);
    } else {
      write_equivalence_text(session.out(), session.style(), report);
    }
    return answer->counterexample ? kNo : kYes;
  }

  int report(const queries::Diff& diff, const queries::NetworkDiff* network = nullptr,
             std::size_t network_not_counted = 0, bool has_pods = true) {
    const queries::DiffSide before = old_.view();
    const queries::DiffSide after = new_.view();
    const DiffReport report{old_.input(),
                            new_.input(),
                            before,
                            after,
                            diff,
                            arguments_.positional[0],
                            arguments_.positional[1],
                            new_.asked(),
                            !arguments_.has("no-reasons"),
                            not_counted_,
                            network,
                            network_not_counted,
                            has_pods};
    Session& session = new_.session();
    const std::string format = arguments_.value("format");
    if (format == "json") {
      write_diff_json(session.out(), report);
    } else if (format == "csv") {
      write_diff_csv(session.out(), report);
    } else if (format == "md") {
      write_diff_markdown(session.out(), report);
    } else if (format == "dot") {
      session.out() << to_dot(graph_of(report));
    } else if (format == "svg") {
      const auto drawn = svg(to_dot(graph_of(report)));
      if (!drawn) return session.refuse("graphviz", drawn.error().message, "");
      session.out() << *drawn;
    } else if (format == "html") {
      write_diff_html(session.out(), report);
    } else {
      write_diff_text(session.out(), session.style(), report, session.is_quiet());
    }
    session.lap("report");
    const bool same = diff.changes.empty() && (network == nullptr || network->changes.empty());
    return same ? kYes : kNo;
  }

  const Arguments& arguments_;
  Side old_;
  Side new_;
  std::size_t not_counted_ = 0;
};

}  // namespace

int run_diff(const Arguments& arguments, const Streams& streams) {
  Session before(arguments, streams, schema_of(arguments));
  Session after(arguments, streams, schema_of(arguments));
  return DiffCommand(before, after).run();
}

int ask_diff(Session& before, Session& after) { return DiffCommand(before, after).ask(); }

}  // namespace polreach::cli
