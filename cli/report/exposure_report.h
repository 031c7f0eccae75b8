// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "cli/input.h"
#include "cli/report/style.h"
#include "solver/queries/assumptions.h"
#include "solver/queries/exposure.h"

namespace polreach::cli {

/// Exposure with everything that a report shows of it.
struct ExposureReport {
  const Input& input;
  const compiler::Cluster& cluster;
  const solver::queries::Exposure& exposure;
  bool examples = false;  // show a pod for each condition
};

/// For people, grouped by workload. `brief`: without the assumptions.
void write_exposure_text(std::ostream& out, const Style& style, const ExposureReport& report,
                         bool brief);
/// The schema polreach.exposure/v1: docs/schemas/polreach.exposure.v1.json.
void write_exposure_json(std::ostream& out, const ExposureReport& report);
/// One line for each condition and protocol, with a heading.
void write_exposure_csv(std::ostream& out, const ExposureReport& report);
/// A table in Markdown.
void write_exposure_markdown(std::ostream& out, const ExposureReport& report);

// What the formats have in common -----------------------------------------------------------------

/// As kubectl writes selectors: "app=web,env in (a,b),!debug"; empty for no requirement.
[[nodiscard]] std::string selector_text(const model::Model& model, const model::Selector& selector);

/// "any pod in any namespace", "pods app=web in namespace shop", "10.0.0.0/8".
[[nodiscard]] std::string peer_text(const model::Model& model,
                                    const solver::queries::ExposureEntry& entry);

/// "TCP 80; TCP ports named http".
[[nodiscard]] std::string traffic_text(const model::Model& model,
                                       const solver::queries::PossibleTraffic& traffic);

/// What an entry says beyond weaker ones, and what it rests on. `gaps`: policies that were not
/// understood could close it.
[[nodiscard]] std::string entry_text(const model::Model& model,
                                     const solver::queries::ExposureEntry& entry, bool gaps);

/// The ids of what conditional traffic rests on, or all traffic where there are gaps.
[[nodiscard]] std::vector<std::string> ids_of(const std::vector<compiler::OpenPoint>& points,
                                              bool gaps);

/// What is said of a direction that no policy covers; empty where one does.
[[nodiscard]] std::string unselected_text(const solver::queries::ExposureSide& side);

/// What is said of entries that are not all there is; empty where they are.
[[nodiscard]] std::string bounded_text(const solver::queries::ExposureSide& side);

/// The objects that `kubectl apply` needs, as YAML documents; empty for addresses.
[[nodiscard]] std::string example_yaml(const solver::queries::ExamplePod& example);

/// What the conditional parts rest on, and what all of it takes for granted.
[[nodiscard]] std::vector<solver::queries::NamedAssumption> open_assumptions(
    const ExposureReport& report);
[[nodiscard]] std::vector<solver::queries::NamedAssumption> standing_assumptions(
    const ExposureReport& report);

}  // namespace polreach::cli
