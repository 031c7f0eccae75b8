// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/exposure.h"
#include "cli/common_options.h"

namespace polreach::cli {
namespace {

constexpr std::array<OptionSpec, 6> kOnlyExposureOptions = {{
    {"format", 'f', "FORMAT", "how the answer is written", "text|json|csv|md", "text"},
    {"workload", 'w', "WORKLOAD", "list these workloads only; written as for polreach can", "", ""},
    {"namespace", 'n', "NAMESPACE", "list workloads of this namespace only", "", ""},
    {"default-namespace", '\0', "NAMESPACE",
     "the namespace of objects and references that name none", "", "default"},
    {"direction", '\0', "DIRECTION", "list this direction only", "ingress|egress|both", "both"},
    {"examples", '\0', "",
     "add to each condition a pod that meets it, as YAML; --format json always has them", "", ""},
}};

constexpr auto kExposureOptions = joined(kOnlyExposureOptions, kRenderOptions, kInputOptions);

}  // namespace

constinit const CommandSpec kExposure = {
    "exposure",
    "PATH...",
    "say what each workload is open to, besides what exists",
    "Reads the manifests in the PATHs (files, folders, - for standard input) and says of each "
    "workload what may connect to it, and it to, as conditions on labels: any pod in any "
    "namespace, pods with some labels in namespaces with some labels, addresses outside. This "
    "covers every pod that anyone could create, whether or not one exists. Workloads that no "
    "policy selects are named.",
    kExposureOptions,
    1,
    false,
    "say what to read: files, folders, or - for standard input, as in\n"
    "  polreach exposure k8s/",
    run_exposure,
    ask_exposure};

}  // namespace polreach::cli
