// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/shell.h"
#include "cli/common_options.h"

namespace polreach::cli {
namespace {

constexpr std::array<OptionSpec, 3> kOnlyShellOptions = {{
    {"format", 'f', "FORMAT", "how the answers to a script are written: json is one object a line",
     "text|json", "text"},
    {"namespace", 'n', "NAMESPACE",
     "the namespace of objects that name none, and the first in which names without one are sought",
     "", "default"},
    {"script", '\0', "FILE", "take the questions from the file instead of standard input", "", ""},
}};

constexpr auto kShellOptions =
    joined(kOnlyShellOptions, kRenderOptions, kConfigOptions, kReadOptions);

}  // namespace

constinit const CommandSpec kShell = {
    "shell",
    "PATH...",
    "read once, then answer one question after the other",
    "Reads the manifests in the PATHs (files, folders, - for standard input) once, then answers "
    "questions about them: can A B 80, who reaches B, what reaches internet, why, what if delete "
    "netpol NAME, what if apply FILE, undo, exposure NAMESPACE, show, source, map, reload; help "
    "lists them. Names without a namespace are found where only one thing is called so. On a "
    "terminal there is a prompt with history and completion; else each line of standard input is "
    "a question.\n\n"
    "The exit status of a script is 0 where every line was answered, be it by no or by it depends, "
    "and 2 where one was not.",
    kShellOptions,
    1,
    false,
    "say what to read: files, folders, or - for standard input, as in\n"
    "  polreach shell k8s/",
    run_shell,
    nullptr,
    false};

}  // namespace polreach::cli
