// SPDX-License-Identifier: Apache-2.0
#include "policies/source/source_map.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <shared_mutex>

#include "policies/source/excerpt.h"

namespace polreach::source {
namespace {

/// The excerpts of texts that have nothing else. Almost no text has one, and what includes
/// source_map.h is everything: so they are kept beside the texts and not in them.
class Excerpts {
 public:
  void add(const Text* text, std::shared_ptr<const Excerpt> excerpt) {
    const std::unique_lock lock(mutex_);
    of_.emplace(text, std::move(excerpt));
  }
  void remove(const Text* text) {
    const std::unique_lock lock(mutex_);
    of_.erase(text);
  }
  const Excerpt* find(const Text* text) {
    const std::shared_lock lock(mutex_);
    const auto found = of_.find(text);
    return found == of_.end() ? nullptr : found->second.get();
  }

 private:
  std::shared_mutex mutex_;
  std::map<const Text*, std::shared_ptr<const Excerpt>> of_;
};

Excerpts& excerpts() {
  // Never destroyed: texts may outlive whatever has static storage.
  static auto* const all = new Excerpts;
  return *all;
}

/// Closes a file descriptor at the end of a scope.
struct Descriptor {
  int value;
  explicit Descriptor(int fd) : value(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value >= 0) close(value);
  }
};

std::string system_message(const std::string& path) { return path + ": " + std::strerror(errno); }

/// How far apart two places are at least of which it is remembered how many lines are before them.
constexpr std::size_t kStride = std::size_t{1} << 16U;
/// A large file is not to stay in memory for counting its lines.
constexpr std::size_t kMostInMemory = std::size_t{1} << 26U;

std::size_t newlines(std::string_view bytes) {
  return static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n'));
}

}  // namespace

Result<std::unique_ptr<Text>> Text::map(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.value < 0) return failure(system_message(path));
  struct stat status {};
  if (fstat(file.value, &status) != 0) return failure(system_message(path));
  if (!S_ISREG(status.st_mode)) return failure(path + ": is not a regular file");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > kLargestFile) return failure(path + ": is larger than 4 GiB; split it");
  std::unique_ptr<Text> text(new Text());
  if (size == 0) return text;
  void* mapping = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.value, 0);
  if (mapping == MAP_FAILED) return failure(system_message(path));
  text->mapping_ = mapping;
  text->bytes_ = {static_cast<const char*>(mapping), size};
  return text;
}

std::unique_ptr<Text> Text::own(std::string bytes) {
  std::unique_ptr<Text> text(new Text());
  text->owned_ = std::move(bytes);
  text->bytes_ = text->owned_;
  return text;
}

Text::~Text() {
  if (mapping_ != nullptr) munmap(mapping_, bytes_.size());
  if (bytes_.empty()) excerpts().remove(this);
}

std::unique_ptr<Text> text_of(std::shared_ptr<const Excerpt> excerpt) {
  std::unique_ptr<Text> text = Text::own({});
  excerpts().add(text.get(), std::move(excerpt));
  return text;
}

const Excerpt* excerpt_of(const Text& text) {
  return text.bytes().empty() ? excerpts().find(&text) : nullptr;
}

void Text::release() const {
  if (mapping_ != nullptr) madvise(mapping_, bytes_.size(), MADV_DONTNEED);
}

FileId SourceMap::add(std::string name, std::unique_ptr<Text> text) {
  const auto id = static_cast<FileId>(files_.size());
  files_.push_back({std::move(name), std::move(text), {}, {}, 0});
  return id;
}

void SourceMap::note_lines(FileId file, std::size_t begin, std::size_t end,
                           std::size_t lines) const {
  std::vector<Stretch>& noted = at(file).noted;
  if (begin >= end) return;
  if (noted.empty() || noted.back().end <= begin) noted.push_back({begin, end, lines});
}

/// The last mark at or before an offset, and not far from it.
const SourceMap::Mark& SourceMap::mark_before(const File& file, std::size_t offset) {
  const std::string_view bytes = file.text->bytes();
  if (file.marks.empty()) file.marks.push_back({0, 0});
  std::size_t released = file.marks.back().offset;
  while (file.marks.back().offset + kStride <= offset) {
    const Mark last = file.marks.back();
    while (file.next_noted < file.noted.size() && file.noted[file.next_noted].begin < last.offset) {
      ++file.next_noted;
    }
    const Stretch* const next =
        file.next_noted < file.noted.size() ? &file.noted[file.next_noted] : nullptr;
    if (next != nullptr && next->begin == last.offset) {
      file.marks.push_back({next->end, last.lines + next->lines});
      continue;
    }
    const std::size_t stop = last.offset + kStride;
    const std::size_t end = next != nullptr ? std::min(stop, next->begin) : stop;
    const std::size_t lines = newlines(bytes.substr(last.offset, end - last.offset));
    file.marks.push_back({end, last.lines + lines});
    if (end - released < kMostInMemory) continue;
    file.text->release();
    released = end;
  }
  const auto after =
      std::upper_bound(file.marks.begin(), file.marks.end(), offset,
                       [](std::size_t value, const Mark& mark) { return value < mark.offset; });
  return *std::prev(after);
}

Location SourceMap::location(const Span& span) const {
  const File& file = at(span.file);
  if (const Excerpt* kept = excerpt_of(*file.text)) {
    Location result{file.name, 1, span.begin + 1, "", 1};
    const auto line = kept->line_at(span.begin);
    if (!line) return result;
    result.line = line->number;
    result.column = span.begin - line->start + 1;
    result.text = line->text;
    const auto shown = static_cast<std::uint32_t>(line->text.size());
    const std::uint32_t stop = std::min(span.end, line->start + shown);
    if (stop > span.begin) result.length = stop - span.begin;
    return result;
  }
  const std::string_view bytes = file.text->bytes();
  const std::size_t offset = std::min<std::size_t>(span.begin, bytes.size());
  const Mark& mark = mark_before(file, offset);
  const std::size_t rest = newlines(bytes.substr(mark.offset, offset - mark.offset));
  const std::size_t newline = offset == 0 ? std::string_view::npos : bytes.rfind('\n', offset - 1);
  const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
  std::size_t end = bytes.find('\n', start);
  if (end == std::string_view::npos) end = bytes.size();
  if (end > start && bytes[end - 1] == '\r') --end;

  Location result;
  result.file = file.name;
  result.line = static_cast<std::uint32_t>(mark.lines + rest + 1);
  result.column = static_cast<std::uint32_t>(offset - start) + 1;
  result.text = bytes.substr(start, std::min(end - start, kLongestLine));
  const std::size_t stop = std::min<std::size_t>(span.end, start + result.text.size());
  result.length = stop > offset ? static_cast<std::uint32_t>(stop - offset) : 1;
  return result;
}

std::string SourceMap::place(const Span& span) const {
  if (!span.exists()) return "(not in the input)";
  const Location where = location(span);
  return std::string(where.file) + ":" + std::to_string(where.line) + ":" +
         std::to_string(where.column);
}

bool SourceMap::before(const Span& a, const Span& b) const {
  if (!a.exists() || !b.exists()) return a.exists() && !b.exists();
  if (a.file != b.file) {
    const int order = name(a.file).compare(name(b.file));
    if (order != 0) return order < 0;
    return a.file < b.file;
  }
  return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
}

}  // namespace polreach::source
