// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/exposure.h"

#include "cli/listing.h"
#include "cli/profile.h"
#include "cli/report/exposure_report.h"
#include "cli/session.h"
#include "solver/queries/conflicts.h"

namespace polreach::cli {
namespace {

namespace queries = solver::queries;

class ExposureCommand {
 public:
  explicit ExposureCommand(Session& session) : arguments_(session.arguments()), session_(session) {}

  int ask() {
    const model::Model& model = session_.input().model;
    const auto asked = asked_for(model);
    if (!asked)
      return session_.refuse(asked.error().code, asked.error().message, asked.error().help);
    const model::ClusterProfile profile = list_profile_of(arguments_, model);
    const compiler::Cluster cluster(model, profile);
    if (!session_.check(queries::equal_priorities(cluster))) return kNoVerdict;
    if (model.endpoints.empty()) {
      return session_.refuse("no-workloads", "there are no pods or workloads to connect",
                             "give the workloads with the policies");
    }
    const queries::Exposure exposure = queries::exposure(cluster, *asked);
    session_.lap("solve");
    const int status = report({session_.input(), cluster, exposure, arguments_.has("examples")});
    session_.lap("report");
    return status;
  }

 private:
  [[nodiscard]] tl::expected<queries::ExposureOptions, ListingError> asked_for(
      const model::Model& model) const {
    const auto listing = listing_of(arguments_, model);
    if (!listing) return tl::unexpected(listing.error());
    queries::ExposureOptions options;
    options.ns = listing->options.ns;
    const std::string direction = arguments_.value("direction");
    options.ingress = direction != "egress";
    options.egress = direction != "ingress";
    if (!arguments_.has("workload")) return options;
    const std::string reference = arguments_.value("workload");
    auto target = queries::resolve(model, reference, arguments_.value("default-namespace"));
    if (!target) {
      const queries::ReferenceError& error = target.error();
      return tl::unexpected(ListingError{std::string(error.code), error.message, error.help});
    }
    if (target->endpoints.empty()) {
      return tl::unexpected(ListingError{
          "unknown-reference", "--workload needs a workload, which " + reference + " is not",
          "write namespace/name"});
    }
    options.workloads = std::move(*target);
    return options;
  }

  int report(const ExposureReport& report) {
    const std::string format = arguments_.value("format");
    if (format == "json") {
      write_exposure_json(session_.out(), report);
    } else if (format == "csv") {
      write_exposure_csv(session_.out(), report);
    } else if (format == "md") {
      write_exposure_markdown(session_.out(), report);
    } else {
      write_exposure_text(session_.out(), session_.style(), report, session_.is_quiet());
    }
    return kYes;
  }

  const Arguments& arguments_;
  Session& session_;
};

}  // namespace

int run_exposure(const Arguments& arguments, const Streams& streams) {
  Session session(arguments, streams, "polreach.exposure/v1");
  InputOptions options = session.input_options(arguments.value("default-namespace"));
  options.paths = arguments.positional;
  return session.read(options) ? ask_exposure(session) : kNoVerdict;
}

int ask_exposure(Session& session) { return ExposureCommand(session).ask(); }

}  // namespace polreach::cli
