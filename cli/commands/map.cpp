// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/map.h"

#include "cli/listing.h"
#include "cli/network_listing.h"
#include "cli/profile.h"
#include "cli/render.h"
#include "cli/report/html_report.h"
#include "cli/session.h"
#include "solver/queries/conflicts.h"

namespace polreach::cli {
namespace {

namespace queries = solver::queries;

class MapCommand {
 public:
  explicit MapCommand(Session& session) : arguments_(session.arguments()), session_(session) {}

  int ask() {
    if (!session_.input().cloud.empty()) return list_network();
    const model::Model& model = session_.input().model;
    const auto listing = listing_of(arguments_, model);
    if (!listing) return refuse(listing.error());
    const model::ClusterProfile profile = list_profile_of(arguments_, model);
    const compiler::Cluster cluster(model, profile);
    if (!session_.check(queries::equal_priorities(cluster))) return kNoVerdict;
    if (model.endpoints.empty()) {
      return session_.refuse("no-workloads", "there are no pods or workloads to connect",
                             "give the workloads with the policies");
    }
    const queries::Map map = queries::map(cluster, listing->options);
    session_.lap("solve");
    session_.warn(map.warnings);
    const int status =
        report({session_.input(), cluster, map, listing->asked, arguments_.has("explain")});
    session_.lap("report");
    return status;
  }

 private:
  int refuse(const ListingError& error) {
    return session_.refuse(error.code, error.message, error.help);
  }

  /// The list of pods, where there are any, and that of the network.
  int list_network() {
    const Input& input = session_.input();
    const compiler::Cluster cluster(input.model, list_profile_of(arguments_, input.model));
    if (!session_.check(queries::equal_priorities(cluster))) return kNoVerdict;
    const auto around = surroundings_of(arguments_, input, cluster);
    if (!around) return refuse(around.error());
    auto what = network_listing_of(arguments_, **around, input.model);
    if (!what) return refuse(what.error());
    const auto listing = listing_of(what->for_pods, input.model, what->network);
    if (!listing) return refuse(listing.error());
    if (listing->is_for_networks) what->pods = false;
    if (!what->pods && !what->network) {
      return session_.refuse("no-workloads", "there is no list with these ends",
                             "name pods at both ends, or places of the network at both");
    }
    queries::NetworkMap network;
    if (what->network) {
      what->options.asked = {listing->options.asked, listing->protocols};
      auto listed = queries::network_map(**around, what->options);
      if (!listed) return session_.refuse("no-verdict", listed.error().message, "");
      network = std::move(*listed);
      if (listing->is_for_networks && !input.model.endpoints.empty()) {
        network.notes.emplace_back("pods left out: their policies know TCP, UDP and SCTP alone");
      }
    }
    queries::Map map;
    if (what->pods) map = queries::map(cluster, listing->options);
    session_.lap("solve");
    session_.warn(map.warnings);
    const int status = report({input, cluster, map, listing->asked, arguments_.has("explain"),
                               what->network ? &network : nullptr, what->pods});
    session_.lap("report");
    return status;
  }

  int report(const MapReport& report) {
    const std::string format = arguments_.value("format");
    if (format == "json") {
      write_map_json(session_.out(), report);
    } else if (format == "csv") {
      write_map_csv(session_.out(), report);
    } else if (format == "md") {
      write_map_markdown(session_.out(), report);
    } else if (format == "dot") {
      session_.out() << to_dot(graph_of(report));
    } else if (format == "svg") {
      const auto drawn = svg(to_dot(graph_of(report)));
      if (!drawn) return session_.refuse("graphviz", drawn.error().message, "");
      session_.out() << *drawn;
    } else if (format == "html") {
      write_map_html(session_.out(), report);
    } else {
      write_map_text(session_.out(), session_.style(), report, session_.is_quiet());
    }
    return kYes;
  }

  const Arguments& arguments_;
  Session& session_;
};

}  // namespace

int run_map(const Arguments& arguments, const Streams& streams) {
  Session session(arguments, streams, "polreach.map/v1");
  InputOptions options = session.input_options(arguments.value("default-namespace"));
  options.paths = arguments.positional;
  return session.read(options) ? ask_map(session) : kNoVerdict;
}

int ask_map(Session& session) { return MapCommand(session).ask(); }

}  // namespace polreach::cli
