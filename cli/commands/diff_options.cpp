// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/diff.h"
#include "cli/common_options.h"

namespace polreach::cli {
namespace {

constexpr std::array<OptionSpec, 3> kOnlyDiffOptions = {{
    {"equivalent", '\0', "",
     "ask instead whether the two mean the same for every packet and every pod that could ever "
     "exist; as text or json",
     "", ""},
    {"only", '\0', "KINDS",
     "which changes count: any of added, removed and changed, joined by commas", "", ""},
    {"no-reasons", '\0', "", "leave out the rules that brought each change", "", ""},
}};

constexpr auto kDiffOptions = joined(kPacketOptions, kListOptions, kOnlyDiffOptions, kInputOptions);

}  // namespace

constinit const CommandSpec kDiff = {
    "diff",
    "OLD NEW [-- PATH...]",
    "say which connections changed between two sets of manifests",
    "Compares what two sets of manifests allow: added, removed and changed connections with both "
    "sides and the rules that brought each change, and workloads that came and went. OLD and NEW "
    "are files or folders, or revisions of a git repository, of which the PATHs are read (all of "
    "it without any), as in polreach diff origin/main HEAD -- k8s/. The work tree is not touched. "
    "Networks of Azure are compared as well, with the rules of their security groups.\n\n"
    "The exit status is 0 where no connection changed, 1 where one did, 2 where there is no "
    "verdict.",
    kDiffOptions,
    2,
    false,
    "say what to compare: two paths, or two revisions, as in\n"
    "  polreach diff old/ new/\n"
    "  polreach diff origin/main HEAD -- k8s/",
    run_diff};

}  // namespace polreach::cli
