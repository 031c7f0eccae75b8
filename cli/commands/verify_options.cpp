// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/verify.h"
#include "cli/common_options.h"

namespace polreach::cli {
namespace {

constexpr std::array<OptionSpec, 3> kOnlyVerifyOptions = {{
    {"intents", '\0', "FILE",
     "the agreed rules: polreach's intents, tests of NetAssert, or baseline rules of np-guard; may "
     "be given several times",
     "", ""},
    {"format", 'f', "FORMAT", "how the answer is written",
     "text|json|md|sarif|junit|github|gitlab|azure", "text"},
    {"default-namespace", '\0', "NAMESPACE",
     "the namespace of objects and references that name none", "", "default"},
}};

constexpr auto kVerifyOptions =
    joined(kOnlyVerifyOptions, kProofOptions, kRenderOptions, kInputOptions);

}  // namespace

constinit const CommandSpec kVerify = {
    "verify",
    "--intents FILE PATH...",
    "hold agreed rules against the policies, for every packet",
    "Reads agreed rules from the FILE, and the manifests in the PATHs (files, folders, - for "
    "standard input), and says of each rule whether it holds for every packet, whatever the input "
    "leaves open. One that is violated comes with a counterexample: the two ends, the packet, and "
    "what lets it pass, with file, line and column.\n\n"
    "A rule says between whom (workloads, namespaces, pods by labels, CIDRs, internet, any, and in "
    "a network of Azure subnets, interfaces, nodes and service tags), on which ports, and what is "
    "expected: allowed, denied, only-from, only-to or isolated. With scope: possible it is also "
    "about every pod that someone could create. A rule whose ends match nothing is no success, "
    "unless it says may-be-empty: true. polreach init writes a first file.\n\n"
    "The exit status is 0 where all rules hold, 1 where one is violated, and 2 where none is "
    "violated, and one depends, matches nothing or has no answer.",
    kVerifyOptions,
    1,
    false,
    "say what to read: files, folders, or - for standard input, as in\n"
    "  polreach verify --intents intents.yaml k8s/",
    run_verify};

}  // namespace polreach::cli
