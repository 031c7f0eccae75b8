// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/check.h"
#include "cli/common_options.h"

namespace polreach::cli {
namespace {

constexpr std::array<OptionSpec, 11> kOnlyCheckOptions = {{
    {"base", '\0', "REV", "the git revision that the change is made to: main, origin/main, HEAD~1",
     "", ""},
    {"head", '\0', "REV", "the revision with the change; without it the files as they are now", "",
     ""},
    {"intents", '\0', "FILE", "agreed rules, as for polreach verify; may be given several times",
     "", ""},
    {"all", '\0', "", "report everything that is found, not only what the change brings in", "",
     ""},
    {"only", '\0', "CHECKS", "make these checks of the audit only: ids, joined by commas", "", ""},
    {"skip", '\0', "CHECKS", "leave these checks out", "", ""},
    {"severity", '\0', "LEVEL", "show findings of at least this severity",
     "critical|high|medium|low|info", "info"},
    {"fail-on", '\0', "LEVEL",
     "exit with 1 only where a finding that is shown has at least this severity",
     "critical|high|medium|low|never", "low"},
    {"format", 'f', "FORMAT", "how the answer is written",
     "text|json|md|sarif|junit|github|gitlab|azure", "text"},
    {"output", 'o', "FILE", "write the answer to this file, and a line about it to the terminal",
     "", ""},
    {"default-namespace", '\0', "NAMESPACE",
     "the namespace of objects and references that name none", "", "default"},
}};

constexpr auto kCheckOptions = joined(kOnlyCheckOptions, kInputOptions);

}  // namespace

constinit const CommandSpec kCheck = {
    "check",
    "--base REV [--head REV] [-- PATH...]",
    "say what a change brings in: connections, broken rules, findings",
    "Compares two revisions of a git repository, of which the PATHs are read (all of it without "
    "any): the connections that come, go and change, the agreed rules that the change breaks, and "
    "the findings of the audit that it brings in. The answer fits a pull request. The work tree "
    "is not touched.\n\n"
    "The exit status is 0 where the change breaks no rule and brings in no finding, 1 where it "
    "does, 2 where there is no verdict. Connections that change are shown, and do not count: state "
    "what must not change as an agreed rule. With --all everything counts that is wrong after the "
    "change, also what was so before.",
    kCheckOptions,
    0,
    false,
    "say what to compare, as in\n"
    "  polreach check --base origin/main -- k8s/",
    run_check,
    nullptr,
    true,
    true};

}  // namespace polreach::cli
