// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policies/source/result.h"

namespace polreach::source {

enum class FileId : std::uint32_t {};

/// A place in an input: bytes [begin, end) of a file. `none()` is the place of what was written
/// nowhere (a namespace that no document declares).
struct Span {
  static constexpr FileId kNoFile{0xFFFFFFFFU};
  FileId file = kNoFile;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  static Span none() { return {}; }
  [[nodiscard]] bool exists() const { return file != kNoFile; }
  friend bool operator==(const Span&, const Span&) = default;
};

/// A place as a person reads it. Lines and columns count from 1; a column is a byte.
struct Location {
  std::string_view file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string_view text;     // the line, without its end, cut at kLongestLine bytes
  std::uint32_t length = 1;  // how much of the line the span covers, at least 1
};

/// The text of one input, mapped from a file or owned.
class Text {
 public:
  /// Maps a file. Fails where it cannot be opened or is no regular file, or is larger than
  /// kLargestFile.
  static Result<std::unique_ptr<Text>> map(const std::string& path);
  static std::unique_ptr<Text> own(std::string bytes);

  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;
  ~Text();

  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  /// Says that the bytes will not be needed soon: mapped pages leave the resident set.
  void release() const;

  /// Spans hold 32-bit offsets.
  static constexpr std::uint64_t kLargestFile = 0xFFFFFFFEULL;

 private:
  Text() = default;
  std::string owned_;
  void* mapping_ = nullptr;
  std::string_view bytes_;
};

/// All inputs of a run. Lines and columns are computed when they are asked for.
class SourceMap {
 public:
  static constexpr std::size_t kLongestLine = 160;

  /// `name` is what messages show: the path as it was given, or `<stdin>`.
  FileId add(std::string name, std::unique_ptr<Text> text);

  [[nodiscard]] std::string_view name(FileId file) const { return at(file).name; }
  [[nodiscard]] std::string_view bytes(FileId file) const { return at(file).text->bytes(); }
  [[nodiscard]] const Text& text(FileId file) const { return *at(file).text; }
  [[nodiscard]] std::size_t size() const { return files_.size(); }

  /// The span must exist.
  [[nodiscard]] Location location(const Span& span) const;
  /// "file:line:column"; "(not in the input)" for Span::none().
  [[nodiscard]] std::string place(const Span& span) const;

  /// Says how many newlines are in bytes [begin, end) of a file, for one who had them at hand: they
  /// need not be counted again. In the order of the file, and not while others ask for places.
  void note_lines(FileId file, std::size_t begin, std::size_t end, std::size_t lines) const;

  /// Orders places by file name, then offset; places that do not exist come last.
  [[nodiscard]] bool before(const Span& a, const Span& b) const;

 private:
  struct Stretch {
    std::size_t begin;
    std::size_t end;
    std::size_t lines;
  };
  struct Mark {
    std::size_t offset;
    std::size_t lines;  // newlines before it
  };
  struct File {
    std::string name;
    std::unique_ptr<Text> text;
    mutable std::vector<Stretch> noted;  // in order
    mutable std::vector<Mark> marks;     // of the part that was asked about, in order
    mutable std::size_t next_noted = 0;  // of those that are not among the marks
  };
  [[nodiscard]] static const Mark& mark_before(const File& file, std::size_t offset);
  [[nodiscard]] const File& at(FileId file) const { return files_[static_cast<std::size_t>(file)]; }
  std::vector<File> files_;
};

}  // namespace polreach::source
