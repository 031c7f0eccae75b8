// SPDX-License-Identifier: Apache-2.0
// Compares polreach diff with another tool's lists of differences between two of its cases. That
// tool goes by immediate owners, reads ipBlocks as never matching pods and undeclared namespaces as
// having their name label only: so do the profile and the options here.
#include "solver/queries/diff.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <sstream>
#include <tuple>

#include "cli/input.h"
#include "tests/support/environment.h"

namespace polreach::conformance {
namespace {

namespace fs = std::filesystem;
namespace queries = solver::queries;

using net::AddressSet;
using net::Traffic;

constexpr const char* kController = "{ingress-controller}";

/// Kinds of networks and workloads that polreach does not know.
bool is_out_of_scope(const std::string& name) {
  for (std::string_view part : {"udn", "nad_", "virtual_machine"}) {
    if (name.find(part) != std::string::npos) return true;
  }
  return false;
}

/// Where the two differ, and why (docs/conformance.md).
const std::map<std::string, std::string> kDifferent = {
    {"k8s_ingress_test_new__vs__k8s_ingress_test",
     "an Ingress names a port that only a targetPort has: controllers differ, so it is "
     "conditional"}};

/// One end of a change: "namespace/name" or the controller, or addresses outside.
struct ChangedEnd {
  std::string name;
  AddressSet addresses;
};

/// "namespace/name[Kind]", "first-last[External]" or the controller; nothing for another form.
std::optional<ChangedEnd> read_end(const std::string& text) {
  static const std::regex kRange(R"(^([\d.]+)-([\d.]+)(\[External\])?$)");
  static const std::regex kWorkload(R"(^([^/]+/[^\[]+)\[[A-Za-z]+\]$)");
  std::smatch found;
  if (text == kController) return ChangedEnd{text, {}};
  if (std::regex_match(text, found, kRange)) {
    const auto first = net::Address::parse(found[1].str());
    const auto last = net::Address::parse(found[2].str());
    if (!first || !last) return std::nullopt;
    return ChangedEnd{"", {*first, *last}};
  }
  if (std::regex_match(text, found, kWorkload)) return ChangedEnd{found[1].str(), {}};
  return std::nullopt;
}

/// "All Connections", "No Connections", "SCTP 1-9,TCP 80,443".
Traffic read_traffic(const std::string& text) {
  if (text == "All Connections") return Traffic::all();
  Traffic traffic;
  if (text == "No Connections") return traffic;
  std::optional<net::Protocol> protocol;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    const std::size_t space = part.find(' ');
    if (space != std::string::npos) {
      protocol = net::parse_protocol(part.substr(0, space));
      part.erase(0, space + 1);
    }
    REQUIRE_MESSAGE(protocol.has_value(), text);
    const std::size_t dash = part.find('-');
    const int first = std::stoi(part);
    const int last = dash == std::string::npos ? first : std::stoi(part.substr(dash + 1));
    traffic[*protocol] |= net::PortSet(static_cast<net::Port>(first), static_cast<net::Port>(last));
  }
  return traffic;
}

/// What happened: the kind of change and both sides. Connections that were open under one reading
/// only are none of the other tool's.
struct What {
  std::string kind;
  Traffic before;
  Traffic after;
  bool is_conditional = false;
  friend auto operator<=>(const What&, const What&) = default;
};

/// Changes by the names of their ends; no name stands for addresses, which are joined, so that it
/// does not matter how either tool cuts them.
using Table = std::map<std::tuple<std::string, std::string, What>, AddressSet>;

void add(Table& table, const ChangedEnd& source, const ChangedEnd& destination, const What& what) {
  table[{source.name, destination.name, what}] |= source.addresses | destination.addresses;
}

Table expected_of(const fs::path& file) {
  static const std::regex kLine(
      R"(^diff-type: (\w+), source: (.+?), destination: (.+?), (?:ref1|dir1): (.+?), (?:ref2|dir2): (.+?)(, workloads-diff-info: .*)?$)");
  Table table;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    std::smatch found;
    if (!std::regex_match(line, found, kLine)) continue;
    const auto source = read_end(found[2].str());
    const auto destination = read_end(found[3].str());
    REQUIRE_MESSAGE((source && destination), line);
    add(table, *source, *destination,
        {found[1].str(), read_traffic(found[4].str()), read_traffic(found[5].str())});
  }
  return table;
}

/// The manifests of a case and the map of its connections.
class Side {
 public:
  explicit Side(const fs::path& folder) {
    std::istringstream empty;
    auto read =
        cli::read_input({{(folder / "manifests").string()}, {}, {}, "default", false}, empty);
    REQUIRE(read.has_value());
    input_ = std::move(*read);
    model::ClusterProfile profile;
    profile.ipblock_matches_pods = model::Reading::No;
    profile.host_network_is_pod = model::Reading::Yes;
    profile.unknown_namespace_labels = false;
    profile.own_node_passes = false;
    cluster_.emplace(input_->model, profile);
    queries::MapOptions options;
    options.grouping = queries::Grouping::Owners;
    map_ = queries::map(*cluster_, options);
  }

  [[nodiscard]] queries::DiffSide view() const { return {*cluster_, map_}; }
  [[nodiscard]] std::size_t errors() const { return input_->diagnostics.errors(); }

 private:
  std::unique_ptr<cli::Input> input_;
  std::optional<compiler::Cluster> cluster_;
  queries::Map map_;
};

ChangedEnd end_of(const queries::DiffPeer& peer) {
  if (peer.is_controller) return {kController, {}};
  if (peer.is_outside()) return {"", peer.addresses};
  return {peer.ns + "/" + peer.name, {}};
}

Table found_in(const queries::Diff& diff) {
  Table table;
  for (const queries::DiffChange& change : diff.changes) {
    const bool conditional =
        !change.before.conditional.empty() || !change.after.conditional.empty();
    const char* kind = change.what == queries::Changed::Added     ? "added"
                       : change.what == queries::Changed::Removed ? "removed"
                                                                  : "changed";
    add(table, end_of(change.source), end_of(change.destination),
        {kind, change.before.allowed, change.after.allowed, conditional});
  }
  return table;
}

std::string text_of(const Table& table) {
  std::string text;
  for (const auto& [key, addresses] : table) {
    const auto& [source, destination, what] = key;
    text += "\n    " + what.kind + " " + source + " => " + destination + " " +
            net::to_string(addresses) + ": " + net::to_string(what.before) + " / " +
            net::to_string(what.after) + (what.is_conditional ? " (conditional)" : "");
  }
  return text;
}

/// What only the first has.
Table without(Table table, const Table& other) {
  std::erase_if(table, [&](const auto& entry) {
    const auto found = other.find(entry.first);
    return found != other.end() && found->second == entry.second;
  });
  return table;
}

}  // namespace

TEST_CASE("netpol-analyzer's differences are ours") {
  const auto root = support::conformance_folder();
  if (!root) return;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(*root / "netpol-analyzer" / "diff")) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  REQUIRE(files.size() >= 28);
  std::size_t compared = 0;
  std::size_t changes = 0;
  for (const fs::path& file : files) {
    const std::string name = file.stem().string();
    if (is_out_of_scope(name)) continue;
    const std::string_view between = "__vs__";
    const std::size_t at = name.find(between);
    REQUIRE(at != std::string::npos);
    INFO(name);
    const fs::path cases = *root / "netpol-analyzer" / "cases";
    const Side before(cases / name.substr(at + between.size()));
    const Side after(cases / name.substr(0, at));
    REQUIRE(before.errors() == 0);
    REQUIRE(after.errors() == 0);
    const Table expected = expected_of(file);
    const Table found = found_in(queries::diff(before.view(), after.view()));
    if (kDifferent.contains(name)) {
      // When it agrees, it has no place there any more.
      CHECK(expected != found);
      continue;
    }
    CHECK_MESSAGE(expected == found,
                  "\n  only expected:" << text_of(without(expected, found))
                                       << "\n  only found:" << text_of(without(found, expected)));
    ++compared;
    changes += expected.size();
  }
  CHECK(compared == 26);
  MESSAGE(compared << " pairs of cases compared, " << changes << " changes");
}

}  // namespace polreach::conformance
