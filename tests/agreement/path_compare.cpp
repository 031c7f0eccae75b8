// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/path_compare.h"

#include <algorithm>

namespace polreach::agreement {
namespace {

using compiler::Path;
using oracle::Tri;

constexpr std::size_t kPackets = 24;
constexpr std::size_t kReplays = 12;
constexpr std::size_t kReplaysOfShrinking = 100;

const char* text(Tri tri) {
  return tri == Tri::Never ? "never" : tri == Tri::Always ? "always" : "sometimes";
}

/// Whether the case asks about the packet at all.
bool is_asked(const PathCase& paths, const net::Flow& packet) {
  const Path& way = paths.ways.front();
  return way.source.contains(packet.source) && way.destination.contains(packet.destination);
}

/// Random values for all that is open.
oracle::Openings some_openings(const PathCase& paths, const Path& way, const net::Flow& packet,
                               Random& random) {
  const oracle::PolicyWorlds worlds = paths.worlds();
  oracle::Openings result;
  result.source = way.source_is_asked
                      ? packet.source
                      : random.pick(oracle::representatives(way, way.source, worlds));
  result.destination = way.destination_is_asked
                           ? packet.destination
                           : random.pick(oracle::representatives(way, way.destination, worlds));
  for (const auto& [variable, among] : oracle::chosen_of(way)) {
    result.chosen[variable] = random.pick(oracle::representatives(way, among, worlds));
  }
  if (paths.policies) result.policies = random.below(worlds.count);
  result.source_port = random.pick(oracle::representative_source_ports(way));
  for (const oracle::FactKey& fact : oracle::facts_of(*paths.cloud, way)) {
    if (random.chance(50)) result.holds.insert(fact);
  }
  return result;
}

std::optional<Difference> bounds_differ(const PathCase& paths, const Engines& engines,
                                        const std::vector<net::Flow>& packets, PathCounts& counts) {
  std::vector<std::pair<net::Flow, Tri>> truth;
  const oracle::PolicyWorlds worlds = paths.worlds();
  const auto judge = [&](const net::Flow& packet) {
    const Tri tri = oracle::decide(*paths.cloud, paths.ways, packet, worlds);
    ++counts.packets;
    ++(tri == Tri::Always ? counts.always : tri == Tri::Never ? counts.never : counts.sometimes);
    truth.emplace_back(packet, tri);
  };
  for (const net::Flow& packet : packets) judge(packet);
  for (Evaluator* engine : engines.evaluators) {
    engine->open(paths);
    if (auto found = engine->objection()) return found;
    for (const net::Flow& packet : engine->edges()) {
      if (is_asked(paths, packet)) judge(packet);
    }
    std::size_t left = engine->most_packets();
    for (const auto& [packet, tri] : truth) {
      if (left-- == 0) break;
      const Tri said = engine->decide(packet);
      if (said == tri) continue;
      if (said == Tri::Sometimes && !engine->is_exact(paths)) {
        ++counts.loose;
        continue;
      }
      return Difference{engine->name() + " says " + text(said) + ", the oracle " + text(tri) +
                            ": " + net::to_string(packet),
                        packet};
    }
  }
  return std::nullopt;
}

std::optional<Difference> replays_differ(const PathCase& paths, const Engines& engines,
                                         const std::vector<net::Flow>& packets, std::size_t times,
                                         Random& random, PathCounts& counts) {
  for (Replayer* replayer : engines.replayers) {
    for (std::size_t i = 0; i < times; ++i) {
      const net::Flow& packet = random.pick(packets);
      const std::size_t at = random.below(paths.ways.size());
      const Path& way = paths.ways[at];
      const oracle::Openings openings = some_openings(paths, way, packet, random);
      ++counts.replays;
      const bool truth = oracle::passes(*paths.cloud, way, packet, openings, paths.worlds());
      if (replayer->passes(paths, at, packet, openings) == truth) continue;
      std::string text = replayer->name() + " says " + (truth ? "stopped" : "passes") +
                         ", the oracle the opposite: " + net::to_string(packet) + " on way " +
                         std::to_string(at) + ", ends " + openings.source.to_string() + " and " +
                         openings.destination.to_string() + ", source port " +
                         std::to_string(openings.source_port) + ", " +
                         std::to_string(openings.holds.size()) + " facts hold";
      return Difference{std::move(text), packet};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Difference> difference(const PathCase& paths, const Engines& engines,
                                     std::uint64_t seed, std::size_t packets, PathCounts& counts) {
  Random random(seed);
  const std::vector<net::Flow> asked = packets_of(paths, random, packets);
  ++counts.cases;
  if (paths.policies) ++counts.with_policies;
  if (auto found = bounds_differ(paths, engines, asked, counts)) return found;
  return replays_differ(paths, engines, asked, kReplays, random, counts);
}

std::optional<Difference> difference_at(const PathCase& paths, const Engines& engines,
                                        const net::Flow& packet) {
  Random random(1);
  PathCounts counts;
  if (auto found = bounds_differ(paths, engines, {packet}, counts)) return found;
  return replays_differ(paths, engines, {packet}, kReplaysOfShrinking, random, counts);
}

PathCase shrink(PathCase paths, const std::function<bool(const PathCase&)>& fails) {
  bool smaller = true;
  while (smaller) {
    smaller = false;
    for (PathCase& candidate : simpler(paths)) {
      if (!fails(candidate)) continue;
      paths = std::move(candidate);
      smaller = true;
      break;
    }
  }
  return paths;
}

std::vector<std::string> compare_paths(std::uint64_t first, std::uint64_t count,
                                       const Engines& engines, PathCounts& counts,
                                       std::size_t most) {
  std::vector<std::string> reports;
  for (std::uint64_t seed = first; seed < first + count && reports.size() < most; ++seed) {
    const PathCase paths = generate_paths(seed);
    const auto found = difference(paths, engines, ~seed, kPackets, counts);
    if (!found) continue;
    const auto again = [&](const PathCase& p) { return difference_at(p, engines, found->packet); };
    std::string report = "seed " + std::to_string(seed) + ": " + found->text + "\n";
    if (is_shrinking() && again(paths)) {
      const PathCase small = shrink(paths, [&](const PathCase& p) { return again(p).has_value(); });
      report += "shrunk: " + again(small)->text + "\n" + describe(small);
    } else {
      report += describe(paths);
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace polreach::agreement
