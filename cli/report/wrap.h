// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace polreach::cli {

/// How many columns a line takes, without the sequences that colour it.
[[nodiscard]] std::size_t columns_of(std::string_view text);

/// Breaks the lines of a report at spaces so that none is wider than `width`, as far as its words
/// allow; what follows is indented two columns further than the line. Lines of a file ("12 | text",
/// and the marks below them) stay as they are. 0: nothing is broken.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t width);

/// A stream whose lines are wrapped on their way to another.
class WrappingStream : private std::streambuf, public std::ostream {
 public:
  WrappingStream(std::ostream& to, std::size_t width)
      : std::ostream(static_cast<std::streambuf*>(this)), to_(to), width_(width) {}
  WrappingStream(const WrappingStream&) = delete;
  WrappingStream& operator=(const WrappingStream&) = delete;
  ~WrappingStream() override { to_ << wrapped(line_, width_); }

 private:
  std::streambuf::int_type overflow(std::streambuf::int_type c) override;
  int sync() override;

  std::ostream& to_;
  std::size_t width_;
  std::string line_;
};

}  // namespace polreach::cli
