// SPDX-License-Identifier: Apache-2.0
#include "cli/topics.h"

#include <algorithm>
#include <array>

#include "cli/common_options.h"
#include "cli/shell/executor.h"

namespace polreach::cli {
namespace {

/// "--engine=none|azure: what enforces ..." of the tables that commands parse with.
template <std::size_t N>
std::string option(const std::array<OptionSpec, N>& table, std::string_view name) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const OptionSpec& each) { return each.name == name; });
  const std::string_view value = found->choices.empty() ? found->argument : found->choices;
  return "--" + std::string(name) + "=" + std::string(value) + ": " + std::string(found->help) +
         ".";
}

std::string references() {
  return "What can stand at an end of a question:\n\n"
         "  namespace/name            a workload, or a pod\n"
         "  namespace/kind/name       where several kinds share a name\n"
         "  name                      in the default namespace (--namespace)\n"
         "  namespace/*               every workload of a namespace\n"
         "  svc/namespace/name:port   the pods behind a port of a Service\n"
         "  10.0.0.7, 2001:db8::1     an address; the pod that has it\n"
         "  10.0.0.0/8                addresses, without those of pods in the input\n"
         "  internet                  all public addresses\n"
         "  any                       all pods and all other addresses\n\n"
         "With a network of Azure also:\n\n"
         "  subnet/NETWORK/NAME       every address of a subnet\n"
         "  vnet/NAME                 every subnet of a network\n"
         "  nic/NAME, vm/NAME         an interface; those of a machine or scale set\n"
         "  node/POOL                 the nodes of a node pool; node/CLUSTER/POOL\n"
         "  Storage.WestUS            a service tag, from --service-tags\n\n"
         "A resource group may stand before these names: nic/GROUP/NAME. In polreach shell a "
         "namespace may be left out where only one thing has the name.";
}

std::string ports() {
  return option(kPacketOptions, "port") + "\n\n" + option(kPacketOptions, "protocol") +
         "\n\nA port's name means what each destination pod calls so. Without any of the two, all "
         "traffic is asked about. The port of a Service stands behind its name: "
         "svc/shop/web:http.";
}

std::string exit_status_text() {
  return "0  yes: allowed; nothing changed; clean; it holds\n"
         "1  no: denied, or allowed only in part; something changed; findings; violated\n"
         "2  no verdict: a wrong command line, input that cannot be read, or an answer that "
         "depends "
         "on something that the input does not say\n\n"
         "The format of the answer never changes it. With --any polreach can gives 0 where some of "
         "the packets pass for certain. A script for polreach shell gives 0 where every line was "
         "answered, and 2 where one was not.";
}

std::string assumptions() {
  return "Whatever the input leaves open is tried both ways. Where that makes a difference the "
         "answer is \"depends\", and names an assumption (A-...) with what would settle it: an "
         "option, or a document to add. What no input can settle is named beside every answer as "
         "\"assumes\". docs/assumptions.md explains each.\n\nThe options that settle:\n\n" +
         option(kInputOptions, "ipblock-matches-pods") + "\n\n" +
         option(kInputOptions, "host-network") + "\n\n" +
         option(kInputOptions, "missing-namespaces");
}

std::string engines() {
  return option(kInputOptions, "engine") + "\n\n" + option(kInputOptions, "cluster") +
         "\n\nnone: no policy is enforced. azure: Azure Network Policy Manager. calico, cilium: as "
         "AKS runs them. Each settles some of what NetworkPolicy leaves to the plugin, such as "
         "whether an ipBlock matches a pod. Without the option, and without a cluster of AKS in "
         "the "
         "input, a plugin is assumed that conforms to the standard and of which nothing else is "
         "known: then more answers depend.";
}

std::string questions_text() {
  std::string text = "What polreach shell understands, at its prompt and in scripts:\n";
  std::size_t width = 0;
  for (const shell::QuestionSpec& each : shell::questions()) {
    width = std::max(width, each.form.size());
  }
  for (const shell::QuestionSpec& each : shell::questions()) {
    if (!shell::is_available(each)) continue;
    text += "\n  " + std::string(each.form) + std::string(width - each.form.size() + 2, ' ') +
            std::string(each.summary);
  }
  return text;
}

std::string output() {
  return option(kInputOptions, "color") +
         "\n\nColours are only written to a terminal, and not where NO_COLOR is set "
         "(https://no-color.org) or --color=never is given. On a terminal the lines of answers are "
         "wrapped at spaces to its width; in a pipe or a file they never are, so that the same "
         "input always gives the same bytes. Text from the input that could drive a terminal is "
         "shown as \\x1b.";
}

constexpr std::array<Topic, 7> kTopics = {{
    {"references", "how workloads, Services, addresses and subnets are written", references},
    {"ports", "how ports and protocols are written", ports},
    {"exit-status", "what 0, 1 and 2 mean", exit_status_text},
    {"assumptions", "what an answer rests on, and what settles it", assumptions},
    {"engines", "what enforces the policies", engines},
    {"questions", "what polreach shell can be asked", questions_text},
    {"output", "colours, width, and what is stable", output},
}};

}  // namespace

std::span<const Topic> topics() { return kTopics; }

const Topic* find_topic(std::string_view name) {
  const auto found =
      std::find_if(kTopics.begin(), kTopics.end(), [&](const Topic& t) { return t.name == name; });
  return found == kTopics.end() ? nullptr : &*found;
}

}  // namespace polreach::cli
