// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compiler/resolve/view.h"

namespace polreach::compiler {

/// The worlds that can make a difference to a pair of parties: the product of its open choices.
/// Addresses are not among them: they are quantified over where the rules are summed up.
///
/// Where there would be more than kMostWorlds, labels are left unassumed: selectors that rest on
/// them answer Maybe, and what is computed from them is a sound bound instead of exact.
class Worlds {
 public:
  static constexpr std::size_t kMostWorlds = 4096;
  /// Beyond so many open selectors over nodes these are left unassumed, too.
  static constexpr std::size_t kMostNodeSelectors = 6;

  Worlds(const Cluster& cluster, const Party& source, const Party& destination);

  [[nodiscard]] std::size_t size() const { return size_; }
  /// 0 <= index < size().
  [[nodiscard]] World at(std::size_t index) const;

  /// What one open choice is about. The index of a world is the sum over all choices of
  /// option * stride, with 0 <= option < count.
  struct Choice {
    OpenPoint point;
    std::size_t count = 1;
    std::size_t stride = 1;
  };
  [[nodiscard]] const std::vector<Choice>& choices() const { return choices_; }
  /// Whether the value is one of those that worlds tell apart of a label: then a fresh value of it
  /// is another.
  [[nodiscard]] bool names(const UnknownLabel& label, model::Symbol value) const;
  /// What had to be left unassumed; empty where all worlds are told apart.
  [[nodiscard]] const std::vector<OpenPoint>& unassumed() const { return unassumed_; }

 private:
  void add(const OpenPoint& point, std::size_t count);
  void add_readings(const Cluster& cluster, const Party& source, const Party& destination);
  void add_open_peers(const Cluster& cluster, const Party& source, const Party& destination);
  void add_labels(const Cluster& cluster, const Party& source, const Party& destination);

  World base_;
  std::vector<Choice> choices_;
  std::vector<UnknownLabel> labels_;                // one for each choice of labels, in order
  std::vector<std::vector<model::Symbol>> values_;  // the values to try, besides absent
  std::vector<std::size_t> node_selectors_;         // one for each choice of nodes, in order
  std::size_t size_ = 1;
  std::vector<OpenPoint> unassumed_;
};

}  // namespace polreach::compiler
