// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/can.h"
#include "cli/common_options.h"

namespace polreach::cli {
namespace {

constexpr std::array<OptionSpec, 4> kOnlyCanOptions = {{
    {"any", '\0', "", "exit with 0 also where only part of what was asked is allowed", "", ""},
    {"format", 'f', "FORMAT", "how the answer is written", "text|json", "text"},
    {"namespace", 'n', "NAMESPACE", "the namespace of objects and references that name none", "",
     "default"},
    {"smtlib", '\0', "FILE",
     "write the questions that Z3 was asked, and its answers, as SMT-LIB 2, for another solver", "",
     ""},
}};

constexpr auto kCanOptions =
    joined(kPacketOptions, kOnlyCanOptions, kProofOptions, kRenderOptions, kInputOptions);

}  // namespace

constinit const CommandSpec kCan = {
    "can",
    "SOURCE DESTINATION PATH...",
    "say whether one workload can reach another, and why",
    "Reads the manifests in the PATHs (files, folders, - for standard input) and says which "
    "packets SOURCE can send to DESTINATION: the verdict, the exact packets, the rules that "
    "decide with file, line and column, a packet as a witness, and the assumptions that the "
    "verdict rests on.\n\n"
    "SOURCE and DESTINATION are namespace/name, namespace/kind/name, a name in the default "
    "namespace, namespace/* for all workloads of a namespace, an IP address, a CIDR, internet, "
    "or any. DESTINATION can also be svc/namespace/name:port, a port of a Service: then the pods "
    "behind it are meant, on the ports that it leads to.\n\n"
    "Where the input holds a network of Azure, they are also subnet/NETWORK/NAME, vnet/NAME, "
    "nic/NAME, vm/NAME, node/POOL, and service tags, and the answer goes through the security "
    "groups on the way.",
    kCanOptions,
    3,
    false,
    "say what to read: files, folders, or - for standard input, as in\n"
    "  polreach can default/web default/db k8s/",
    run_can,
    ask_can};

}  // namespace polreach::cli
