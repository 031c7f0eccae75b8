// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/effective.h"
#include "cli/common_options.h"

namespace polreach::cli {
namespace {

constexpr std::array<OptionSpec, 2> kOnlyEffectiveOptions = {{
    {"format", 'f', "FORMAT", "how the answer is written", "text|json|csv|md", "text"},
    {"expand", '\0', "",
     "write out the addresses that service tags and application security groups stand for, and all "
     "that each rule decides",
     "", ""},
}};

constexpr auto kEffectiveOptions =
    joined(kOnlyEffectiveOptions, kProofOptions, kRenderOptions, kInputOptions);

}  // namespace

constinit const CommandSpec kEffective = {
    "effective",
    "nsg|nic|subnet NAME PATH...",
    "list the rules of security groups that act at a place, and what each decides",
    "Reads the network in the PATHs (files, folders, - for standard input) and lists the rules of "
    "a network security group, of those at a network interface, or of that at a subnet, in the "
    "order in which they are asked: what each of them decides, since the first that matches does, "
    "and which of them never decide or could be left out, proven, with the rules that cover them."
    "\n\n"
    "NAME is the name of the group or interface, or VNET/NAME of a subnet; GROUP/NAME and "
    "GROUP/VNET/NAME where several resource groups have one.",
    kEffectiveOptions,
    3,
    false,
    "say whose rules to list, and what to read, as in\n"
    "  polreach effective nsg web-nsg network/",
    run_effective};

}  // namespace polreach::cli
