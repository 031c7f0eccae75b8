// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "cli/options.h"

/// Options that several commands have, as tables that a command joins with its own.
namespace polreach::cli {

template <std::size_t... N>
constexpr auto joined(const std::array<OptionSpec, N>&... tables) {
  std::array<OptionSpec, (N + ...)> result{};
  std::size_t at = 0;
  const auto append = [&](const auto& table) {
    for (const OptionSpec& option : table) result[at++] = option;
  };
  (append(tables), ...);
  return result;
}

inline constexpr std::array<OptionSpec, 2> kPacketOptions = {{
    {"port", 'p', "PORTS",
     "ask about these destination ports only: 80, 8000-8080, a port's name, any of these with "
     "/udp or the like, several joined by commas",
     "", ""},
    {"protocol", '\0', "PROTOCOL",
     "ask about this protocol only; with --port and without this, TCP is meant; those without "
     "ports "
     "only where the input holds a network",
     "tcp|udp|sctp|icmp|esp|ah|any", ""},
}};

/// Other ways to bring in manifests than PATHs.
inline constexpr std::array<OptionSpec, 2> kRenderOptions = {{
    {"kustomize", '\0', "DIR",
     "read what kustomize builds from the folder, or from every kustomization below it that no "
     "other one uses",
     "", ""},
    {"helm", '\0', "CHART", "read what helm template renders from the chart", "", ""},
}};

/// What documents of Azure are read with.
inline constexpr OptionSpec kParametersOption = {
    "parameters",
    '\0',
    "FILE",
    "a file of parameters that ARM templates are deployed with; where several give one, the last "
    "counts",
    "",
    ""};
inline constexpr OptionSpec kServiceTagsOption = {
    "service-tags",
    '\0',
    "FILE",
    "the addresses of Azure's service tags: the file that Microsoft publishes, or what az network "
    "list-service-tags prints",
    "",
    ""};

inline constexpr std::array<OptionSpec, 12> kReadOptions = {{
    {"engine", '\0', "ENGINE",
     "what enforces the policies of an AKS cluster; auto: what the input says of the cluster",
     "auto|none|azure|calico|cilium", "auto"},
    {"cluster", '\0', "NAME",
     "the AKS cluster that the manifests belong to, where the input holds several", "", ""},
    {"ipblock-matches-pods", '\0', "READING",
     "whether an ipBlock can match the address of a pod, which network plugins answer differently; "
     "both where the engine does not say",
     "yes|no|both", ""},
    {"host-network", '\0', "READING",
     "whether policies treat a pod with hostNetwork as its node or like any other pod; both where "
     "the engine does not say",
     "node|pod|both", ""},
    {"missing-namespaces", '\0', "READING",
     "what labels a namespace has that the input does not hold, besides its name: unknown ones, or "
     "none",
     "unknown|unlabelled", "unknown"},
    kParametersOption,
    kServiceTagsOption,
    {"keep-going", 'k', "",
     "answer even where some documents cannot be read; what they could change then depends", "",
     ""},
    {"color", '\0', "WHEN", "colour the answer", "auto|always|never", "auto"},
    {"quiet", 'q', "", "write the short form of the answer, and no warnings", "", ""},
    {"stats", '\0', "", "write what was read and how long each stage took to standard error", "",
     ""},
    {"help", 'h', "", "show this help", "", ""},
}};

/// What every command understands that heeds polreach.yaml.
inline constexpr std::array<OptionSpec, 2> kConfigOptions = {{
    {"config", '\0', "FILE",
     "the configuration; else polreach.yaml of this folder, or of the nearest one above it in the "
     "repository",
     "", ""},
    {"no-config", '\0', "", "read no configuration", "", ""},
}};

/// What every command understands that decides something (cli/limits.h).
inline constexpr std::array<OptionSpec, 2> kLimitOptions = {{
    {"timeout", '\0', "TIME",
     "end after so many seconds (or 5m, 1h) without a verdict, whatever is being done then", "",
     ""},
    {"memory", '\0', "SIZE",
     "end without a verdict rather than take more memory than this, as in 512M or 4G", "", ""},
}};

/// What every command understands whose answers Z3 proves.
inline constexpr std::array<OptionSpec, 1> kProofOptions = {{
    {"require-proof", '\0', "",
     "give no verdict where a part of it is not proven but stands on the set engine alone", "", ""},
}};

/// What every command that reads manifests understands.
inline constexpr auto kInputOptions = joined(kConfigOptions, kLimitOptions, kReadOptions);

/// What every command that lists connections understands.
inline constexpr std::array<OptionSpec, 7> kListOptions = {{
    {"format", 'f', "FORMAT", "how the answer is written", "text|json|csv|md|dot|svg|html", "text"},
    {"from", '\0', "SOURCE", "list connections from these only; written as for polreach can", "",
     ""},
    {"to", '\0', "DESTINATION", "list connections to these only", "", ""},
    {"namespace", 'n', "NAMESPACE", "list connections with an end in this namespace only", "", ""},
    {"default-namespace", '\0', "NAMESPACE",
     "the namespace of objects and references that name none", "", "default"},
    {"pods", '\0', "", "show pods instead of workloads", "", ""},
    {"owners", '\0', "WHICH",
     "show pods as the workload at the top, or as the object that they name as their controller",
     "top|immediate", "top"},
}};

}  // namespace polreach::cli
