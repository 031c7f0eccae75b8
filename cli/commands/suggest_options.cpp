// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/suggest.h"
#include "cli/common_options.h"

namespace polreach::cli {
namespace {

constexpr std::array<OptionSpec, 8> kOnlySuggestOptions = {{
    {"allow", '\0', "", "suggest what lets the packets pass, instead of what stops them", "", ""},
    {"at", '\0', "END",
     "whose policies are to stop the packets; auto: those of the destination, unless only the "
     "source's can do it or they change less",
     "auto|source|destination", "auto"},
    {"default-deny", '\0', "NAMESPACE",
     "suggest policies for a namespace that allow what can pass today and deny the rest; then only "
     "PATHs are given",
     "", ""},
    {"finding", '\0', "FINDING",
     "suggest what closes a finding of polreach audit, by its fingerprint or the name of its "
     "check; then only PATHs are given",
     "", ""},
    {"intents", '\0', "FILE",
     "suggest what makes the violated intents of the file hold, all in one, or the one that "
     "--finding names; then only PATHs are given",
     "", ""},
    {"force", '\0', "",
     "take a suggestion that cuts or opens other connections, too, or that makes only some of the "
     "intents hold, for an answer",
     "", ""},
    {"format", 'f', "FORMAT", "how the answer is written; yaml: the policies alone",
     "text|yaml|json", "text"},
    {"namespace", 'n', "NAMESPACE", "the namespace of objects and references that name none", "",
     "default"},
}};

constexpr auto kSuggestOptions =
    joined(kPacketOptions, kOnlySuggestOptions, kRenderOptions, kInputOptions);

}  // namespace

constinit const CommandSpec kSuggest = {
    "suggest",
    "SOURCE DESTINATION PATH...",
    "write the smallest change of policies that closes a connection, or opens it",
    "Reads the manifests in the PATHs (files, folders, - for standard input) and writes "
    "NetworkPolicies after which no packet from SOURCE to DESTINATION passes any more: new ones "
    "where nothing selects the pods, changed ones where a rule lets them pass. With --allow, "
    "policies after which all of them pass.\n\n"
    "What is suggested is read back and compared with what there is, for every packet between all "
    "pods and addresses, with Z3 where policies changed: it does what was asked for, and "
    "everything else that it does is listed. The exit status is 0 where there is nothing else, 1 "
    "where there is (unless --force is given) or where no policy can do it, 2 where nothing can "
    "be said for certain.\n\n"
    "SOURCE and DESTINATION are written as for polreach can: namespace/name, namespace/*, an "
    "address, a CIDR, internet, any. Where the input holds a network of Azure they are also places "
    "of it (subnet/NETWORK/NAME, nic/NAME, ...); between two of these a rule of a security group "
    "is "
    "written, with a free priority.",
    kSuggestOptions,
    1,
    false,
    "say what to close, and what to read, as in\n"
    "  polreach suggest shop/web data/db k8s/",
    run_suggest};

}  // namespace polreach::cli
