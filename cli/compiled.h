// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/input.h"
#include "policies/image/contents.h"

/// Compiled files (policies/image) as inputs: what `polreach compile` has written, in place of the
/// PATHs that it was written from. The answers are the same.
namespace polreach::cli {

/// Whether these are the bytes of a compiled file.
[[nodiscard]] bool is_compiled(std::string_view bytes);

/// Whether a compiled file is all that is to be read. Nothing can be read together with one: what
/// objects of other files would change in it (namespaces, owners, duplicates) was settled when it
/// was written.
[[nodiscard]] bool names_compiled_file(const InputOptions& options);

/// The error for a compiled file among other inputs.
[[nodiscard]] source::Diagnostic compiled_is_not_alone(const std::string& name);

/// Reads it. Why it cannot be used is in the diagnostics: it is damaged, of another version, or was
/// compiled with other options than are asked for now.
[[nodiscard]] source::Result<std::unique_ptr<Input>> read_compiled(const InputOptions& options);

/// Reads as much of it as a question about these two ends goes through (see image::load), which
/// gives the same answer. nullptr: it is no compiled file, or all of it is needed, if only to say
/// what is wrong.
[[nodiscard]] std::unique_ptr<Input> read_compiled_part(const InputOptions& options,
                                                        const std::vector<std::string>& ends,
                                                        const std::string& default_namespace);

/// The hashes of files that options name.
[[nodiscard]] source::Result<std::vector<std::uint64_t>> hashes_of(
    const std::vector<std::string>& paths);

}  // namespace polreach::cli
