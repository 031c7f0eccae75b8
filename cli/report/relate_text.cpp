// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "cli/report/diagnostics.h"
#include "cli/report/map_report.h"
#include "cli/report/reasons.h"
#include "cli/report/relate_report.h"

namespace polreach::cli {

namespace queries = solver::queries;

using queries::Claim;
using queries::Counterexample;
using queries::Effect;
using queries::Holds;
using queries::Relation;

namespace {

/// What a counterexample of a claim shows.
std::string_view relation_heading(Relation relation) {
  switch (relation) {
    case Relation::AWithinB:
      return "only A allows";
    case Relation::BWithinA:
      return "only B allows";
    case Relation::Permits:
      return "B states, A denies";
    case Relation::Forbids:
      return "B states, A allows";
    case Relation::BInterferes:
      return "opened by B";
    case Relation::AInterferes:
      return "opened by A";
  }
  return "";
}

class RelateTextWriter {
 public:
  RelateTextWriter(std::ostream& out, const Style& style, const RelateReport& report)
      : out_(out), style_(style), report_(report), related_(report.related) {}

  void all(bool brief) {
    if (!report_.expect.empty()) {
      expected(brief);
    } else {
      containment(brief);
      stated(brief);
      interference(brief, Relation::BInterferes, 'B', 'A');
      interference(brief, Relation::AInterferes, 'A', 'B');
    }
    if (!brief) footer();
  }

 private:
  /// How many counterexamples are shown of what was asked for, and of what is said besides.
  static constexpr std::size_t kMostExplained = 5;
  static constexpr std::size_t kMostNamed = 2;

  [[nodiscard]] std::string coloured(Holds holds, std::string_view text) const {
    if (holds == Holds::Depends) return style_.yellow(text);
    return holds == Holds::Yes ? style_.green(text) : style_.red(text);
  }

  void containment(bool brief) {
    const Holds a = related_.claim(Relation::AWithinB).holds;
    const Holds b = related_.claim(Relation::BWithinA).holds;
    if (a == Holds::Yes && b == Holds::Yes) {
      line(Holds::Yes, "A and B are equivalent", "they allow the same connections");
    } else if (a == Holds::No && b == Holds::No) {
      line(Holds::No, "neither is within the other", "each allows what the other does not");
    } else if (a != Holds::Depends && b != Holds::Depends) {
      const char inner = a == Holds::Yes ? 'A' : 'B';
      const char outer = a == Holds::Yes ? 'B' : 'A';
      line(Holds::No, fmt::format("{} is within {}", inner, outer),
           fmt::format("{} allows nothing that {} does not", inner, outer));
    } else {
      within(a, 'A', 'B');
      within(b, 'B', 'A');
    }
    if (brief) return;
    examples(Relation::AWithinB, kMostExplained, true);
    examples(Relation::BWithinA, kMostExplained, true);
  }

  void within(Holds holds, char inner, char outer) {
    switch (holds) {
      case Holds::Yes:
        line(holds, fmt::format("{} is within {}", inner, outer),
             fmt::format("{} allows nothing that {} does not", inner, outer));
        break;
      case Holds::No:
        line(holds, fmt::format("{} is not within {}", inner, outer),
             fmt::format("{} allows what {} does not", inner, outer));
        break;
      case Holds::Depends:
        line(holds, fmt::format("it depends whether {} is within {}", inner, outer), "");
        break;
    }
  }

  void stated(bool brief) {
    const Holds permits = related_.claim(Relation::Permits).holds;
    const Holds forbids = related_.claim(Relation::Forbids).holds;
    if (permits == Holds::Yes && forbids == Holds::Yes) {
      line(Holds::Yes, "B states nothing", "no rule of its policies lets a connection pass");
    } else if (permits == Holds::Yes) {
      line(Holds::Yes, "A permits all that B states", "");
    } else if (forbids == Holds::Yes) {
      line(Holds::No, "A forbids all that B states", "");
    } else if (permits == Holds::No && forbids == Holds::No) {
      line(Holds::No, "A permits a part of what B states", "");
      if (!brief) examples(Relation::Permits, kMostNamed, false);
    } else {
      line(Holds::Depends, "it depends how much A permits of what B states", "");
    }
  }

  void interference(bool brief, Relation relation, char which, char with) {
    const Holds holds = related_.claim(relation).holds;
    no_interference(holds, which, with);
    if (!brief && holds == Holds::No) examples(relation, kMostNamed, false);
  }

  void no_interference(Holds holds, char which, char with) {
    switch (holds) {
      case Holds::Yes:
        line(holds, fmt::format("{} does not interfere with {}", which, with), "");
        break;
      case Holds::No:
        line(holds, fmt::format("{} interferes with {}", which, with),
             fmt::format("together they allow what {} alone denies", with));
        break;
      case Holds::Depends:
        line(holds, fmt::format("it depends whether {} interferes with {}", which, with), "");
        break;
    }
  }

  void expected(bool brief) {
    const std::set<Relation> asked = relations_of(report_.expect);
    if (asked.size() > 1) return containment(brief);
    const Relation relation = *asked.begin();
    const Holds holds = related_.claim(relation).holds;
    const bool yes = holds == Holds::Yes;
    const bool depends = holds == Holds::Depends;
    switch (relation) {
      case Relation::AWithinB:
        within(holds, 'A', 'B');
        break;
      case Relation::BWithinA:
        within(holds, 'B', 'A');
        break;
      case Relation::Permits:
        line(holds,
             depends
                 ? "it depends whether A permits all that B states"
                 : (yes ? "A permits all that B states" : "A does not permit all that B states"),
             "");
        break;
      case Relation::Forbids:
        line(holds,
             depends
                 ? "it depends whether A forbids all that B states"
                 : (yes ? "A forbids all that B states" : "A does not forbid all that B states"),
             "");
        break;
      case Relation::BInterferes:
        no_interference(holds, 'B', 'A');
        break;
      case Relation::AInterferes:
        no_interference(holds, 'A', 'B');
        break;
    }
    if (!brief) examples(relation, kMostExplained, true);
  }

  void line(Holds holds, const std::string& text, const std::string& more) {
    out_ << coloured(holds, text) << (more.empty() ? "" : ": ") << more << "\n";
  }

  void examples(Relation relation, std::size_t most, bool with_reasons) {
    const Claim& claim = related_.claim(relation);
    const std::size_t shown = std::min(claim.examples.size(), most);
    for (std::size_t i = 0; i < shown; ++i) {
      const Counterexample& each = claim.examples[i];
      out_ << "  " << (each.certain ? "" : "perhaps ") << relation_heading(relation) << "  "
           << printable(name_of(report_.sets, each.source)) << " -> "
           << printable(name_of(report_.sets, each.destination)) << "  "
           << net::to_string(each.traffic) << "\n";
      if (with_reasons) reasons(each);
    }
    const std::size_t all = claim.broken + claim.open;
    if (all > shown) {
      out_ << "  "
           << style_.dim(fmt::format("and {} more: {}", all - shown, relation_heading(relation)))
           << "\n";
    }
  }

  void reasons(const Counterexample& each) {
    for (std::size_t set = 0; set < 2; ++set) {
      const std::string_view name = set == 0 ? "A" : "B";
      const auto found = reasons_of(report_, set, each);
      if (!found) {
        out_ << "    " << style_.dim(fmt::format("{}: has no such pod", name)) << "\n";
        continue;
      }
      // Of what is stopped, the direction that stops it says all.
      const bool stopped =
          found->egress.effect == Effect::Stopped || found->ingress.effect == Effect::Stopped;
      for (const auto* reason : {&found->egress, &found->ingress}) {
        if (stopped && reason->effect != Effect::Stopped) continue;
        const Written written(report_.input.sources, report_.sets.at(set).cluster->model());
        for (const std::string& text : lines_of(written, *reason)) {
          out_ << "    " << style_.dim(fmt::format("{}: {}", name, text)) << "\n";
        }
      }
    }
  }

  void footer() {
    out_ << "\n";
    for (std::size_t set = 0; set < 2; ++set) {
      const RelateSet& each = report_.sets.at(set);
      out_ << "  "
           << style_.dim(fmt::format("{} is {}{}", set == 0 ? "A" : "B", printable(each.name),
                                     each.borrows ? ", with the workloads of the other" : ""))
           << "\n";
    }
    for (const auto& assumption : open_assumptions(report_)) {
      out_ << "  " << style_.bold(assumption.id) << ": " << printable(assumption.text) << "\n"
           << "    settled by " << assumption.settle << "\n";
    }
    for (const auto& assumption : standing_assumptions(*report_.sets[0].cluster)) {
      out_ << "  "
           << style_.dim(fmt::format("assumes {}: {}", assumption.id, printable(assumption.text)))
           << "\n";
    }
    std::string closing = describe(report_.input.ledger);
    if (related_.replayed > 0) {
      closing += fmt::format("; {} {} replayed packet by packet", related_.replayed,
                             related_.replayed == 1 ? "counterexample" : "counterexamples");
    }
    out_ << "  " << style_.dim(closing) << "\n";
  }

  std::ostream& out_;
  const Style& style_;
  const RelateReport& report_;
  const queries::Related& related_;
};

}  // namespace

void write_relate_text(std::ostream& out, const Style& style, const RelateReport& report,
                       bool brief) {
  RelateTextWriter(out, style, report).all(brief);
}

}  // namespace polreach::cli
