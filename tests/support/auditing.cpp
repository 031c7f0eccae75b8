// SPDX-License-Identifier: Apache-2.0
#include "tests/support/auditing.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <sstream>

#include "compiler/resolve/engine.h"
#include "solver/queries/site_reference.h"

namespace polreach::support {
namespace {

std::unique_ptr<cli::Input> read(const std::vector<std::string>& paths, const std::string& text,
                                 model::Engine engine) {
  cli::InputOptions options;
  options.paths = paths;
  options.engine = engine;
  std::istringstream in(text);
  auto input = cli::read_input(options, in);
  REQUIRE_MESSAGE(input.has_value(), input.error().message);
  for (const source::Diagnostic& each : (*input)->diagnostics.all()) {
    REQUIRE_MESSAGE(each.severity != source::Severity::Error, each.message);
  }
  return std::move(*input);
}

/// As lists of all connections have it (cli/profile).
model::ClusterProfile profile_of(const model::Model& model) {
  model::ClusterProfile profile;
  compiler::settle(profile, model.engine);
  profile.own_node_passes = false;
  return profile;
}

}  // namespace

Audited::Audited(std::unique_ptr<cli::Input> input)
    : input_(std::move(input)),
      cluster_(std::make_unique<compiler::Cluster>(input_->model, profile_of(input_->model))) {
  if (input_->cloud.clusters.empty() && input_->cloud.groups.empty()) return;
  around_ = std::make_unique<compiler::Surroundings>(
      input_->cloud, cluster_.get(),
      solver::queries::select_cluster(input_->cloud, "").value_or(std::nullopt));
}

std::unique_ptr<Audited> Audited::of_paths(const std::vector<std::string>& paths,
                                           model::Engine engine, const std::string& only) {
  auto result = std::unique_ptr<Audited>(new Audited(read(paths, "", engine)));
  result->run(only);
  return result;
}

std::unique_ptr<Audited> Audited::of_text(const std::string& text, model::Engine engine) {
  auto result = std::unique_ptr<Audited>(new Audited(read({"-"}, text, engine)));
  result->run("");
  return result;
}

void Audited::run(const std::string& only) {
  solver::audit::Scene scene(*cluster_, around_.get(), &input_->diagnostics, &input_->estate);
  audit_ = solver::audit::audit(
      scene, [&](const solver::audit::Check& check) { return only.empty() || check.id == only; });
}

std::string line_of(const solver::audit::Finding& finding) {
  return fmt::format("{} {} | {}{}{}{}", solver::audit::name_of(finding.severity),
                     finding.check->id, finding.subject, finding.key.empty() ? "" : " | ",
                     finding.key, finding.certain ? "" : " | perhaps");
}

std::vector<std::string> Audited::lines() const {
  std::vector<std::string> result;
  for (const auto& finding : audit_.findings) result.push_back(line_of(finding));
  return result;
}

std::vector<const solver::audit::Finding*> Audited::of(const std::string& check) const {
  std::vector<const solver::audit::Finding*> result;
  for (const auto& finding : audit_.findings) {
    if (finding.check->id == check) result.push_back(&finding);
  }
  return result;
}

std::string Audited::place(const model::Span& span) const {
  if (!span.exists()) return "(nowhere)";
  const source::Location location = input_->sources.location(span);
  return fmt::format("{}:{}", location.file, location.line);
}

std::string Audited::shown() const {
  std::string result;
  for (const auto& finding : audit_.findings) {
    result += fmt::format("{}\n    {}\n    at {}\n", line_of(finding), finding.message,
                          place(finding.where));
    for (const auto& cause : finding.causes) {
      result += fmt::format("    cause {}: {}\n", place(cause.where), cause.text);
    }
    if (finding.example) {
      result += fmt::format("    example {} [{} -> {}]{}\n", finding.example->packet,
                            finding.example->source, finding.example->destination,
                            finding.example->pod.empty() ? "" : " with a pod");
    }
    for (const std::string& name : finding.also) result += "    also " + name + "\n";
    for (const auto& each : finding.rests_on) {
      result += fmt::format("    rests on {}\n", each.id);
    }
  }
  for (const auto& each : audit_.unchecked) {
    result += fmt::format("unchecked {}: {}\n", each.check->id, each.why);
  }
  return result;
}

}  // namespace polreach::support
