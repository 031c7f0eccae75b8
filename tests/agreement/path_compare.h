// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/agreement/path_generator.h"
#include "tests/oracle/filters.h"

/// The evaluators of paths against the oracle, packet by packet.
namespace polreach::agreement {

/// A difference between one of the engines and the oracle, in words, and the packet that shows it.
struct Difference {
  std::string text;
  net::Flow packet;
};

/// Something that gives bounds for the packets of a case.
class Evaluator {
 public:
  Evaluator() = default;
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;
  virtual ~Evaluator() = default;

  [[nodiscard]] virtual std::string name() const = 0;
  /// The case that the next questions are about; it stays alive that long.
  virtual void open(const PathCase& paths) = 0;
  [[nodiscard]] virtual oracle::Tri decide(const net::Flow& packet) = 0;
  /// Whether it must say all that is certain of the case; otherwise it may say Sometimes instead.
  [[nodiscard]] virtual bool is_exact(const PathCase& /*paths*/) const { return true; }
  /// What it finds wrong with itself on the case as a whole.
  [[nodiscard]] virtual std::optional<Difference> objection() { return std::nullopt; }
  /// Packets that it would be asked about at the edges of its own results.
  [[nodiscard]] virtual std::vector<net::Flow> edges() { return {}; }
  /// Of each case at most so many packets are asked.
  [[nodiscard]] virtual std::size_t most_packets() const { return 1000; }
};

/// Something that replays one packet with a value for everything that is open.
class Replayer {
 public:
  Replayer() = default;
  Replayer(const Replayer&) = delete;
  Replayer& operator=(const Replayer&) = delete;
  virtual ~Replayer() = default;

  [[nodiscard]] virtual std::string name() const = 0;
  [[nodiscard]] virtual bool passes(const PathCase& paths, std::size_t way, const net::Flow& packet,
                                    const oracle::Openings& openings) = 0;
};

struct PathCounts {
  std::uint64_t cases = 0;
  std::uint64_t packets = 0;
  std::uint64_t always = 0;
  std::uint64_t sometimes = 0;
  std::uint64_t never = 0;
  std::uint64_t replays = 0;
  std::uint64_t with_policies = 0;  // of the cases
  std::uint64_t loose = 0;          // packets of which an engine said less than is certain
};

struct Engines {
  std::vector<Evaluator*> evaluators;
  std::vector<Replayer*> replayers;
};

/// The first difference on that many packets of the case; and on one packet.
[[nodiscard]] std::optional<Difference> difference(const PathCase& paths, const Engines& engines,
                                                   std::uint64_t seed, std::size_t packets,
                                                   PathCounts& counts);
[[nodiscard]] std::optional<Difference> difference_at(const PathCase& paths, const Engines& engines,
                                                      const net::Flow& packet);

/// A case that still differs, and of which no simpler one does.
[[nodiscard]] PathCase shrink(PathCase paths, const std::function<bool(const PathCase&)>& fails);

/// Cases first .. first+count-1; a report for each of at most `most` that differ.
[[nodiscard]] std::vector<std::string> compare_paths(std::uint64_t first, std::uint64_t count,
                                                     const Engines& engines, PathCounts& counts,
                                                     std::size_t most = 3);

}  // namespace polreach::agreement
