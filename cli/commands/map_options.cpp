// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/map.h"
#include "cli/common_options.h"

namespace polreach::cli {
namespace {

constexpr std::array<OptionSpec, 3> kOnlyMapOptions = {{
    {"explain", 'e', "", "add the rules that decide to each connection", "", ""},
    {"itself", '\0', "", "list connections between the pods of one workload, too", "", ""},
    {"prove", '\0', "", "have Z3 prove each connection that is listed", "", ""},
}};

constexpr auto kMapOptions =
    joined(kPacketOptions, kListOptions, kOnlyMapOptions, kRenderOptions, kInputOptions);

}  // namespace

constinit const CommandSpec kMap = {
    "map",
    "PATH...",
    "list every connection that the policies allow",
    "Reads the manifests in the PATHs (files, folders, - for standard input) and lists what may "
    "connect to what: workload to workload, and workloads with addresses outside, one connection "
    "a line with its protocols and ports. What holds under one reading of the input only stands "
    "there with the assumption that it rests on. Connections between the pods of one workload are "
    "left out, and so is what comes from a pod's own node, which always passes.\n\n"
    "Where the input holds a network of Azure, a second list says what its subnets and "
    "interfaces, "
    "and the internet, let pass to each other.",
    kMapOptions,
    1,
    false,
    "say what to read: files, folders, or - for standard input, as in\n"
    "  polreach map k8s/",
    run_map,
    ask_map};

}  // namespace polreach::cli
