// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/compile.h"
#include "cli/common_options.h"

namespace polreach::cli {
namespace {

constexpr std::array<OptionSpec, 9> kOnlyCompileOptions = {{
    {"output", 'o', "FILE", "the file to write; - for standard output", "", ""},
    {"default-namespace", '\0', "NAMESPACE", "the namespace of objects that name none", "",
     "default"},
    kParametersOption,
    kServiceTagsOption,
    {"keep-going", 'k', "",
     "compile even where some documents cannot be read; questions about the file then need "
     "--keep-going, too",
     "", ""},
    {"color", '\0', "WHEN", "colour the problems of the input", "auto|always|never", "auto"},
    {"quiet", 'q', "", "write no warnings, and nothing about the file", "", ""},
    {"stats", '\0', "", "write how long each stage took to standard error", "", ""},
    {"help", 'h', "", "show this help", "", ""},
}};

constexpr auto kCompileOptions = joined(kOnlyCompileOptions, kRenderOptions, kConfigOptions);

}  // namespace

constinit const CommandSpec kCompile = {
    "compile",
    "PATH...",
    "write the input as a file that is read at once",
    "Reads the manifests in the PATHs (files, folders, - for standard input) and writes all that "
    "was read to one file. Every command takes that file as its PATH and answers as it would about "
    "the PATHs: places and lines of them included. polreach can reads no more of it than its "
    "question needs, and answers about the largest clusters in about ten milliseconds.\n\n"
    "What enforces the policies is said when the question is asked, not here. The file is of this "
    "version of polreach alone.",
    kCompileOptions,
    1,
    false,
    "say what to compile, as in\n"
    "  polreach compile k8s/ -o cluster.polreach",
    run_compile};

}  // namespace polreach::cli
