// SPDX-License-Identifier: Apache-2.0
#include "policies/source/excerpt.h"

#include <algorithm>
#include <utility>

#include "policies/image/image.h"
#include "policies/image/numbers.h"

namespace polreach::image {
namespace {

/// The lines of one file of an image.
class ImageExcerpt : public source::Excerpt {
 public:
  ImageExcerpt(std::shared_ptr<const Image> image, std::size_t file)
      : image_(std::move(image)),
        lines_(*image_, SectionId::Lines, line_record::kWords),
        widths_(*image_, SectionId::Widths, width_record::kWords) {
    const Records files(*image_, SectionId::FileLines, file_record::kWords);
    const auto range = [&](std::size_t word, std::size_t most) {
      const std::size_t begin = file == 0 ? 0 : files.at(file - 1, word);
      const std::size_t end = files.at(file, word);
      return begin <= end && end <= most ? std::pair{begin, end}
                                         : std::pair<std::size_t, std::size_t>{};
    };
    line_range_ = range(file_record::kLinesEnd, lines_.size());
    width_range_ = range(file_record::kWidthsEnd, widths_.size());
  }

  [[nodiscard]] std::optional<source::KeptLine> line_at(std::uint32_t offset) const override {
    const auto line = record_at(offset);
    if (!line) return std::nullopt;
    const Pool texts(*image_, SectionId::LineTextEnds, SectionId::LineTextBytes);
    const std::string_view text = texts.at(lines_.at(*line, line_record::kText));
    if (text.size() > source::SourceMap::kLongestLine || image_->is_damaged()) return std::nullopt;
    return source::KeptLine{lines_.at(*line, line_record::kStart),
                            lines_.at(*line, line_record::kNumber), text};
  }

  [[nodiscard]] std::optional<source::KeptWidth> width_of(
      const source::Span& where) const override {
    const auto line = record_at(where.begin);
    if (!line) return std::nullopt;
    const std::uint32_t start = lines_.at(*line, line_record::kStart);
    const std::uint32_t size = lines_.at(*line, line_record::kSize);
    if (lines_.at(*line, line_record::kIsWide) == 0) {
      const std::uint32_t before = std::min(where.begin - start, size);
      const std::uint32_t end = std::clamp(std::max(where.end, start) - start, before, size);
      return source::KeptWidth{before, end - before};
    }
    const std::size_t at = first_of(width_range_.first, width_range_.second, [&](std::size_t i) {
      return std::pair(widths_.at(i, width_record::kBegin), widths_.at(i, width_record::kEnd)) >=
             std::pair(where.begin, where.end);
    });
    const bool is_it = at < width_range_.second &&
                       widths_.at(at, width_record::kBegin) == where.begin &&
                       widths_.at(at, width_record::kEnd) == where.end;
    if (!is_it || image_->is_damaged()) return std::nullopt;
    return source::KeptWidth{widths_.at(at, width_record::kBefore),
                             widths_.at(at, width_record::kInside)};
  }

 private:
  using Range = std::pair<std::size_t, std::size_t>;

  /// The line that an offset is in.
  [[nodiscard]] std::optional<std::size_t> record_at(std::uint32_t offset) const {
    const std::size_t behind = first_of(line_range_.first, line_range_.second, [&](std::size_t i) {
      return lines_.at(i, line_record::kStart) > offset;
    });
    if (behind == line_range_.first) return std::nullopt;
    const std::uint64_t start = lines_.at(behind - 1, line_record::kStart);
    const std::uint64_t size = lines_.at(behind - 1, line_record::kSize);
    // The end of a line belongs to it, and is two bytes at most.
    if (offset > start + size + 1 || image_->is_damaged()) return std::nullopt;
    return behind - 1;
  }

  std::shared_ptr<const Image> image_;
  Records lines_;
  Records widths_;
  Range line_range_;
  Range width_range_;
};

}  // namespace

std::unique_ptr<source::Text> excerpt_of(std::shared_ptr<const Image> image, std::size_t file) {
  return source::text_of(std::make_shared<ImageExcerpt>(std::move(image), file));
}

}  // namespace polreach::image
