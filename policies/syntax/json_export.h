// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "policies/syntax/input.h"

namespace polreach::syntax {

/// Reads one long list that is all there is in a file, as kubectl and az export it, in one pass and
/// with two threads.
///
/// Where the list ends is guessed from the end of the file, and where its elements may be taken
/// apart from the white space or the key that the first one starts with. Guesses cannot make a
/// wrong reading: pieces that are each a sequence of values make one of all, JSON being what it is,
/// and an item is delivered only if what it is does not rest on the guess about the end. Brackets
/// are matched in all of a piece, also in what nobody wants. Whatever does not work out is left to
/// the reader that splits first and has the messages.
///
/// Returns the offset of the first element that was not delivered; the size of the file where all
/// were; `begin` where nothing was read. Adds no diagnostics, and counts no document.
std::size_t read_json_export(const Input& input, std::size_t begin);

}  // namespace polreach::syntax
