// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/init.h"
#include "cli/common_options.h"

namespace polreach::cli {
namespace {

constexpr std::array<OptionSpec, 2> kOnlyInitOptions = {{
    {"output", 'o', "FILE", "write to this file, which must not be there yet", "", ""},
    {"default-namespace", '\0', "NAMESPACE",
     "the namespace of objects and references that name none", "", "default"},
}};

constexpr auto kInitOptions = joined(kOnlyInitOptions, kRenderOptions, kInputOptions);

}  // namespace

constinit const CommandSpec kInit = {
    "init",
    "PATH...",
    "write a first file of agreed rules, from what passes today",
    "Reads the manifests in the PATHs (files, folders, - for standard input) and writes intents "
    "for "
    "polreach verify that hold today: who reaches each workload and its database ports, which "
    "namespaces nothing enters or leaves, and in a network which places do not reach which "
    "subnets.\n\n"
    "They say what is, not what should be: read them, cut down what nobody needs, give them names "
    "and severities, and keep the file beside the manifests. Each was verified before it was "
    "written.",
    kInitOptions,
    1,
    false,
    "say what to read: files, folders, or - for standard input, as in\n"
    "  polreach init k8s/ > intents.yaml",
    run_init};

}  // namespace polreach::cli
