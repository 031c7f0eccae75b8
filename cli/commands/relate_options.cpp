// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/relate.h"
#include "cli/common_options.h"

namespace polreach::cli {
namespace {

constexpr std::array<OptionSpec, 3> kOnlyRelateOptions = {{
    {"expect", '\0', "CLAIM",
     "ask this alone: exit with 0 where it holds, with 1 where it does not",
     "equivalent|within|contains|permits|forbids|no-interference", ""},
    {"format", 'f', "FORMAT", "how the answer is written", "text|json", "text"},
    {"default-namespace", '\0', "NAMESPACE",
     "the namespace of objects and references that name none", "", "default"},
}};

constexpr auto kRelateOptions = joined(kOnlyRelateOptions, kRenderOptions, kInputOptions);

}  // namespace

constinit const CommandSpec kRelate = {
    "relate",
    "A [B]",
    "say how two sets of manifests stand to each other, or what one is worth",
    "Reads the manifests in A and in B (each a file, a folder, or - for standard input; each "
    "--kustomize DIR and --helm CHART is a set, too, after those) and compares them over all "
    "packets: whether they are equivalent, one is within the other, or neither; whether A "
    "permits or forbids what B states; whether one interferes with the other, that is, opens "
    "something that the other alone denies. Each with counterexamples and the rules that decide "
    "them. A set without workloads is read with those of the other.\n\n"
    "Of one set it says whether it leaves everything open, which policies and rules select "
    "nothing, and which could be left out without any change.\n\n"
    "Exits with 0 where A and B are equivalent, or nothing is wrong with A; with 1 where not; "
    "with 2 where that depends.",
    kRelateOptions,
    1,
    false,
    "say what to compare: two files or folders, as in\n"
    "  polreach relate old/ new/",
    run_relate};

}  // namespace polreach::cli
