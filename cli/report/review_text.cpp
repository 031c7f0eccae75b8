// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "cli/report/diagnostics.h"
#include "cli/report/map_report.h"
#include "cli/report/reasons.h"
#include "cli/report/relate_report.h"

namespace polreach::cli {

namespace queries = solver::queries;

using queries::Holds;

namespace {

/// "NetworkPolicy shop/web, ingress rule 2".
template <typename Part>
std::string name_of_part(const model::Model& model, const Part& part) {
  std::string text = policy_name(model, part.policy);
  if (!part.direction) return text;
  const bool ingress = *part.direction == model::Direction::Ingress;
  const model::Rule& rule = (*model[part.policy].rules(*part.direction))[part.rule];
  return text + fmt::format(", {} rule {}", ingress ? "ingress" : "egress", rule.number);
}

template <typename Part>
source::Span place_of_part(const model::Model& model, const Part& part) {
  const model::Policy& policy = model[part.policy];
  return part.direction ? (*policy.rules(*part.direction))[part.rule].where : policy.where;
}

class ReviewTextWriter {
 public:
  ReviewTextWriter(std::ostream& out, const Style& style, const ReviewReport& report)
      : out_(out), style_(style), report_(report), model_(report.set.cluster->model()) {}

  void all(bool brief) {
    vacuity(brief);
    emptiness();
    redundancy();
    if (!brief) footer();
  }

 private:
  void vacuity(bool brief) {
    switch (report_.vacuous.holds) {
      case Holds::Yes:
        out_ << style_.red("vacuous") << ": the policies leave everything open\n";
        break;
      case Holds::Depends:
        out_ << style_.yellow("it depends whether the policies stop anything") << "\n";
        break;
      case Holds::No:
        out_ << style_.green("not vacuous") << ": the policies stop connections\n";
        break;
    }
    if (brief || report_.vacuous.examples.empty()) return;
    const queries::Counterexample& each = report_.vacuous.examples.front();
    const std::array<RelateSet, 2> sets{report_.set, RelateSet{}};
    out_ << "  " << (each.certain ? "stopped" : "perhaps stopped") << "  "
         << printable(name_of(sets, each.source)) << " -> "
         << printable(name_of(sets, each.destination)) << "  " << net::to_string(each.traffic)
         << "\n";
  }

  void emptiness() {
    if (report_.empty.empty()) {
      out_ << style_.green("nothing is empty") << ": each policy selects a pod, each rule a peer\n";
      return;
    }
    count(report_.empty.size(), "empty");
    for (const queries::Empty& each : report_.empty) {
      part(each, each.direction ? "selects no peer" : "selects no pod");
    }
  }

  void redundancy() {
    const auto& found = report_.redundancy.found;
    if (found.empty()) {
      const bool all = report_.redundancy.untried == 0;
      out_ << style_.green(all ? "nothing is redundant" : "nothing that was tried is redundant")
           << ": without any of the policies or rules other connections would be allowed\n";
    } else {
      count(found.size(), "redundant");
      for (const queries::Redundant& each : found) part(each, "changes nothing");
    }
    if (report_.redundancy.untried > 0) {
      out_ << style_.yellow(fmt::format("  {} policies and rules were not tried: too much work",
                                        report_.redundancy.untried))
           << "\n";
    }
  }

  void count(std::size_t number, std::string_view what) {
    out_ << style_.red(fmt::format("{} {} {}", number, what, number == 1 ? "part" : "parts"))
         << "\n";
  }

  template <typename Part>
  void part(const Part& each, std::string_view what) {
    out_ << "  " << printable(name_of_part(model_, each)) << " " << (each.certain ? "" : "perhaps ")
         << what << "  " << printable(report_.input.sources.place(place_of_part(model_, each)))
         << "\n";
  }

  void footer() {
    out_ << "\n";
    for (const auto& assumption : open_assumptions(report_)) {
      out_ << "  " << style_.bold(assumption.id) << ": " << printable(assumption.text) << "\n"
           << "    settled by " << assumption.settle << "\n";
    }
    for (const auto& assumption : standing_assumptions(*report_.set.cluster)) {
      out_ << "  "
           << style_.dim(fmt::format("assumes {}: {}", assumption.id, printable(assumption.text)))
           << "\n";
    }
    out_ << "  "
         << style_.dim(describe(report_.input.ledger) +
                       fmt::format("; {} policies and rules left out one by one",
                                   report_.redundancy.tried))
         << "\n";
  }

  std::ostream& out_;
  const Style& style_;
  const ReviewReport& report_;
  const model::Model& model_;
};

}  // namespace

void write_review_text(std::ostream& out, const Style& style, const ReviewReport& report,
                       bool brief) {
  ReviewTextWriter(out, style, report).all(brief);
}

}  // namespace polreach::cli
