// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

#include <algorithm>
#include <array>
#include <boost/program_options.hpp>

#include "policies/source/nearest.h"

namespace polreach::cli {
namespace {

namespace po = boost::program_options;

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

constexpr std::array<OptionSpec, 2> kPacketOptions = {{
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
constexpr std::array<OptionSpec, 2> kRenderOptions = {{
    {"kustomize", '\0', "DIR",
     "read what kustomize builds from the folder, or from every kustomization below it that no "
     "other one uses",
     "", ""},
    {"helm", '\0', "CHART", "read what helm template renders from the chart", "", ""},
}};

/// What every command that reads manifests understands.
constexpr std::array<OptionSpec, 12> kInputOptions = {{
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
    {"parameters", '\0', "FILE",
     "a file of parameters that ARM templates are deployed with; where several give one, the last "
     "counts",
     "", ""},
    {"service-tags", '\0', "FILE",
     "the addresses of Azure's service tags: the file that Microsoft publishes, or what az network "
     "list-service-tags prints",
     "", ""},
    {"keep-going", 'k', "",
     "answer even where some documents cannot be read; what they could change then depends", "",
     ""},
    {"color", '\0', "WHEN", "colour the answer", "auto|always|never", "auto"},
    {"quiet", 'q', "", "write the short form of the answer, and no warnings", "", ""},
    {"stats", '\0', "", "write what was read and how long each stage took to standard error", "",
     ""},
    {"help", 'h', "", "show this help", "", ""},
}};

constexpr std::array<OptionSpec, 3> kOnlyCanOptions = {{
    {"any", '\0', "", "exit with 0 also where only part of what was asked is allowed", "", ""},
    {"format", 'f', "FORMAT", "how the answer is written", "text|json", "text"},
    {"namespace", 'n', "NAMESPACE", "the namespace of objects and references that name none", "",
     "default"},
}};

/// What every command that lists connections understands.
constexpr std::array<OptionSpec, 7> kListOptions = {{
    {"format", 'f', "FORMAT", "how the answer is written", "text|json|csv|md|dot|svg", "text"},
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

constexpr std::array<OptionSpec, 3> kOnlyMapOptions = {{
    {"explain", 'e', "", "add the rules that decide to each connection", "", ""},
    {"itself", '\0', "", "list connections between the pods of one workload, too", "", ""},
    {"prove", '\0', "", "have Z3 prove each connection that is listed", "", ""},
}};

constexpr std::array<OptionSpec, 3> kOnlyDiffOptions = {{
    {"equivalent", '\0', "",
     "ask instead whether the two mean the same for every packet and every pod that could ever "
     "exist; as text or json",
     "", ""},
    {"only", '\0', "KINDS",
     "which changes count: any of added, removed and changed, joined by commas", "", ""},
    {"no-reasons", '\0', "", "leave out the rules that brought each change", "", ""},
}};

constexpr auto kCanOptions = joined(kPacketOptions, kOnlyCanOptions, kRenderOptions, kInputOptions);
constexpr auto kMapOptions =
    joined(kPacketOptions, kListOptions, kOnlyMapOptions, kRenderOptions, kInputOptions);
constexpr auto kDiffOptions = joined(kPacketOptions, kListOptions, kOnlyDiffOptions, kInputOptions);
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
constexpr std::array<OptionSpec, 3> kOnlyRelateOptions = {{
    {"expect", '\0', "CLAIM",
     "ask this alone: exit with 0 where it holds, with 1 where it does not",
     "equivalent|within|contains|permits|forbids|no-interference", ""},
    {"format", 'f', "FORMAT", "how the answer is written", "text|json", "text"},
    {"default-namespace", '\0', "NAMESPACE",
     "the namespace of objects and references that name none", "", "default"},
}};

constexpr auto kRelateOptions = joined(kOnlyRelateOptions, kRenderOptions, kInputOptions);

constexpr std::array<OptionSpec, 2> kOnlyEffectiveOptions = {{
    {"format", 'f', "FORMAT", "how the answer is written", "text|json|csv|md", "text"},
    {"expand", '\0', "",
     "write out the addresses that service tags and application security groups stand for, and all "
     "that each rule decides",
     "", ""},
}};

constexpr auto kEffectiveOptions = joined(kOnlyEffectiveOptions, kRenderOptions, kInputOptions);

constexpr std::array<OptionSpec, 1> kGenerateOptions = {{
    {"help", 'h', "", "show this help", "", ""},
}};

constexpr std::array<CommandSpec, 7> kCommands = {{
    {"can", "SOURCE DESTINATION PATH...", "say whether one workload can reach another, and why",
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
     kCanOptions, 3, false,
     "say what to read: files, folders, or - for standard input, as in\n"
     "  polreach can default/web default/db k8s/"},
    {"map", "PATH...", "list every connection that the policies allow",
     "Reads the manifests in the PATHs (files, folders, - for standard input) and lists what may "
     "connect to what: workload to workload, and workloads with addresses outside, one connection "
     "a line with its protocols and ports. What holds under one reading of the input only stands "
     "there with the assumption that it rests on. Connections between the pods of one workload are "
     "left out, and so is what comes from a pod's own node, which always passes.\n\n"
     "Where the input holds a network of Azure, a second list says what its subnets and "
     "interfaces, "
     "and the internet, let pass to each other.",
     kMapOptions, 1, false,
     "say what to read: files, folders, or - for standard input, as in\n"
     "  polreach map k8s/"},
    {"diff", "OLD NEW [-- PATH...]", "say which connections changed between two sets of manifests",
     "Compares what two sets of manifests allow: added, removed and changed connections with both "
     "sides and the rules that brought each change, and workloads that came and went. OLD and NEW "
     "are files or folders, or revisions of a git repository, of which the PATHs are read (all of "
     "it without any), as in polreach diff origin/main HEAD -- k8s/. The work tree is not touched. "
     "Networks of Azure are compared as well, with the rules of their security groups.\n\n"
     "The exit status is 0 where no connection changed, 1 where one did, 2 where there is no "
     "verdict.",
     kDiffOptions, 2, false,
     "say what to compare: two paths, or two revisions, as in\n"
     "  polreach diff old/ new/\n"
     "  polreach diff origin/main HEAD -- k8s/"},
    {"exposure", "PATH...", "say what each workload is open to, besides what exists",
     "Reads the manifests in the PATHs (files, folders, - for standard input) and says of each "
     "workload what may connect to it, and it to, as conditions on labels: any pod in any "
     "namespace, pods with some labels in namespaces with some labels, addresses outside. This "
     "covers every pod that anyone could create, whether or not one exists. Workloads that no "
     "policy selects are named.",
     kExposureOptions, 1, false,
     "say what to read: files, folders, or - for standard input, as in\n"
     "  polreach exposure k8s/"},
    {"relate", "A [B]", "say how two sets of manifests stand to each other, or what one is worth",
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
     kRelateOptions, 1, false,
     "say what to compare: two files or folders, as in\n"
     "  polreach relate old/ new/"},
    {"effective", "nsg|nic|subnet NAME PATH...",
     "list the rules of security groups that act at a place, and what each decides",
     "Reads the network in the PATHs (files, folders, - for standard input) and lists the rules of "
     "a network security group, of those at a network interface, or of that at a subnet, in the "
     "order in which they are asked: what each of them decides, since the first that matches does, "
     "and which of them never decide or could be left out, proven, with the rules that cover them."
     "\n\n"
     "NAME is the name of the group or interface, or VNET/NAME of a subnet; GROUP/NAME and "
     "GROUP/VNET/NAME where several resource groups have one.",
     kEffectiveOptions, 3, false,
     "say whose rules to list, and what to read, as in\n"
     "  polreach effective nsg web-nsg network/"},
    {"generate", "man|bash|zsh|fish", "write the manual page or a shell completion",
     "Writes the manual page or the completion script of a shell to standard output.",
     kGenerateOptions, 1, true, "say what to write: man, bash, zsh or fish"},
}};

const OptionSpec* find_option(const CommandSpec& command, std::string_view name) {
  const auto found = std::find_if(command.options.begin(), command.options.end(),
                                  [&](const OptionSpec& o) { return o.name == name; });
  return found == command.options.end() ? nullptr : &*found;
}

po::options_description described(const CommandSpec& command) {
  po::options_description result;
  for (const OptionSpec& option : command.options) {
    std::string name(option.name);
    if (option.letter != '\0') name += std::string(",") + option.letter;
    if (option.argument.empty()) {
      result.add_options()(name.c_str(), "");
    } else {
      result.add_options()(name.c_str(), po::value<std::vector<std::string>>()->composing(), "");
    }
  }
  return result;
}

bool is_choice(std::string_view choices, std::string_view value) {
  std::size_t start = 0;
  while (start <= choices.size()) {
    const std::size_t end = std::min(choices.find('|', start), choices.size());
    if (choices.substr(start, end - start) == value) return true;
    start = end + 1;
  }
  return false;
}

source::Result<void> check_choices(const CommandSpec& command, const Arguments& arguments) {
  for (const auto& [name, values] : arguments.values) {
    const OptionSpec* option = find_option(command, name);
    if (option == nullptr || option->choices.empty()) continue;
    for (const std::string& value : values) {
      if (is_choice(option->choices, value)) continue;
      std::string choices(option->choices);
      std::replace(choices.begin(), choices.end(), '|', ' ');
      return source::failure("--" + name + " cannot be " + (value.empty() ? "empty" : value) +
                             "; it is one of: " + choices);
    }
  }
  return {};
}

std::string unknown_option(const CommandSpec& command, const std::string& written) {
  std::vector<std::string> names;
  for (const OptionSpec& option : command.options) names.push_back("--" + std::string(option.name));
  return "there is no option " + written + source::did_you_mean(source::nearest(written, names));
}

}  // namespace

std::span<const CommandSpec> commands() { return kCommands; }

const CommandSpec* find_command(std::string_view name) {
  const auto found = std::find_if(kCommands.begin(), kCommands.end(),
                                  [&](const CommandSpec& c) { return c.name == name; });
  return found == kCommands.end() ? nullptr : &*found;
}

std::string Arguments::value(std::string_view option) const {
  const auto given = values.find(option);
  if (given != values.end() && !given->second.empty()) return given->second.back();
  for (const OptionSpec& spec : options) {
    if (spec.name == option) return std::string(spec.fallback);
  }
  return "";
}

std::vector<std::string> Arguments::all(std::string_view option) const {
  const auto given = values.find(option);
  return given == values.end() ? std::vector<std::string>{} : given->second;
}

source::Result<Arguments> parse(const CommandSpec& command, const std::vector<std::string>& words) {
  Arguments arguments;
  arguments.options = command.options;
  try {
    po::positional_options_description positional;
    positional.add("arguments", -1);
    po::options_description options = described(command);
    options.add_options()("arguments", po::value<std::vector<std::string>>(), "");
    const auto style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    const po::parsed_options parsed =
        po::command_line_parser(words).options(options).positional(positional).style(style).run();
    for (const po::option& option : parsed.options) {
      if (option.string_key == "arguments") {
        arguments.positional.insert(arguments.positional.end(), option.value.begin(),
                                    option.value.end());
      } else {
        auto& values = arguments.values[option.string_key];
        values.insert(values.end(), option.value.begin(), option.value.end());
      }
    }
  } catch (const po::unknown_option& error) {
    return source::failure(unknown_option(command, error.get_option_name()));
  } catch (const po::error& error) {
    return source::failure(error.what());
  }
  // The name that other tools use for it.
  for (std::string& format : arguments.values["format"]) {
    if (format == "txt") format = "text";
  }
  if (arguments.values["format"].empty()) arguments.values.erase("format");
  if (auto checked = check_choices(command, arguments); !checked) {
    return tl::unexpected(checked.error());
  }
  return arguments;
}

}  // namespace polreach::cli
