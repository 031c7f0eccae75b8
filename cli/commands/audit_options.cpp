// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/audit.h"
#include "cli/common_options.h"

namespace polreach::cli {
namespace {

constexpr std::array<OptionSpec, 10> kOnlyAuditOptions = {{
    {"list", '\0', "", "list the checks that there are, and read nothing", "", ""},
    {"only", '\0', "CHECKS", "make these checks only: ids, joined by commas", "", ""},
    {"skip", '\0', "CHECKS", "leave these checks out", "", ""},
    {"severity", '\0', "LEVEL", "show findings of at least this severity",
     "critical|high|medium|low|info", "info"},
    {"fail-on", '\0', "LEVEL",
     "exit with 1 only where a finding that is shown has at least this severity",
     "critical|high|medium|low|never", "low"},
    {"format", 'f', "FORMAT", "how the answer is written",
     "text|json|md|html|sarif|junit|github|gitlab|azure", "text"},
    {"output", 'o', "FILE", "write the answer to this file, and a line about it to the terminal",
     "", ""},
    {"baseline", '\0', "FILE",
     "report only what this file does not have: one of --write-baseline, or of --format json", "",
     ""},
    {"write-baseline", '\0', "FILE", "write all that is found to this file, for --baseline", "",
     ""},
    {"default-namespace", '\0', "NAMESPACE", "the namespace of objects that name none", "",
     "default"},
}};

constexpr auto kAuditOptions = joined(kOnlyAuditOptions, kRenderOptions, kInputOptions);

}  // namespace

constinit const CommandSpec kAudit = {
    "audit",
    "PATH...",
    "find what is open because nobody closed it, and what does not work",
    "Reads the manifests and exports in the PATHs (files, folders, - for standard input) and makes "
    "checks: what is open to those whom nobody named, what no policy protects, and configuration "
    "that does not do what it seems to. A finding is computed from all rules that act, for all "
    "packets; it names the rule or its absence, shows a packet, and says what to do. The exit "
    "status is 0 where nothing was found, 1 where something was, 2 without a verdict.",
    kAuditOptions,
    1,
    false,
    "say what to read: files, folders, or - for standard input, as in\n"
    "  polreach audit k8s/",
    run_audit_command,
    ask_audit,
    true,
    true};

}  // namespace polreach::cli
