// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/effective.h"

#include <algorithm>
#include <vector>

#include "cli/report/effective_report.h"
#include "cli/session.h"
#include "compiler/path/surroundings.h"
#include "policies/source/nearest.h"
#include "solver/queries/effective.h"

namespace polreach::cli {
namespace {

namespace queries = solver::queries;

class EffectiveCommand {
 public:
  EffectiveCommand(const Arguments& arguments, const Streams& streams)
      : arguments_(arguments), session_(arguments, streams, "polreach.effective/v1") {}

  int run() {
    const std::vector<std::string>& words = arguments_.positional;
    const std::vector<std::string> kinds = {"nsg", "nic", "subnet"};
    if (std::find(kinds.begin(), kinds.end(), words[0]) == kinds.end()) {
      return session_.refuse("usage",
                             "there are no effective rules of " + words[0] +
                                 source::did_you_mean(source::nearest(words[0], kinds)),
                             "write nsg NAME, nic NAME or subnet VNET/NAME");
    }
    InputOptions options = session_.input_options("default");
    options.paths.assign(words.begin() + 2, words.end());
    if (!session_.read(options)) return kNoVerdict;
    compiler::Surroundings around(session_.input().cloud, nullptr, {});
    const auto effective = queries::effective(around, words[0], words[1]);
    if (!effective) {
      const queries::ReferenceError& error = effective.error();
      return session_.refuse(std::string(error.code), error.message, error.help);
    }
    session_.lap("solve");
    if (!session_.is_proven(effective->proofs, effective->unproven)) return kNoVerdict;
    const int status = report({session_.input(), around.unknowns().all(), *effective, words[0],
                               words[1], arguments_.has("expand")});
    session_.lap("report");
    return status;
  }

 private:
  int report(const EffectiveReport& report) {
    const std::string format = arguments_.value("format");
    if (format == "json") {
      write_effective_json(session_.out(), report);
    } else if (format == "csv") {
      write_effective_csv(session_.out(), report);
    } else if (format == "md") {
      write_effective_markdown(session_.out(), report);
    } else {
      write_effective_text(session_.out(), session_.style(), report, session_.is_quiet());
    }
    return kYes;
  }

  const Arguments& arguments_;
  Session session_;
};

}  // namespace

int run_effective(const Arguments& arguments, const Streams& streams) {
  return EffectiveCommand(arguments, streams).run();
}

}  // namespace polreach::cli
