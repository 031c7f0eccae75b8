// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "policies/syntax/input.h"
#include "policies/syntax/tape.h"

namespace polreach::syntax {

/// Turns the events of one document, from either format, into objects for the sink: enforces the
/// limits and unique keys, asks which members are wanted, and takes lists apart.
///
/// A list is a mapping whose member `items` is a sequence or null and whose `kind` ends in "List"
/// or does not exist. Its items are delivered as soon as they are complete if they have a kind of
/// their own, or if kind and apiVersion of the list are known; the others wait for the end of the
/// list. After a false or Failed, only begin() may be called.
class ObjectBuilder {
 public:
  enum class Member : std::uint8_t {
    Kept,     // the value follows
    Skipped,  // the value is not wanted: the next event comes after it
    Failed,   // an error was added
  };
  /// Whether the document may be a list.
  enum class Lists : std::uint8_t { Split, Whole };

  explicit ObjectBuilder(const Input& input) : input_(input) {}

  /// Starts a document, forgetting any that is unfinished.
  void begin(Lists lists);
  [[nodiscard]] Member key(std::string_view text, const source::Span& span);
  [[nodiscard]] bool scalar(Type type, std::string_view text, const source::Span& span);
  [[nodiscard]] bool open(Type type, const source::Span& span);
  [[nodiscard]] bool close();
  /// Delivers what is complete and not yet delivered.
  void finish();

  /// Whether the finished root is a list.
  [[nodiscard]] bool is_list() const { return list_; }
  /// Its kind and apiVersion, where it has them.
  [[nodiscard]] const std::string& list_kind() const { return list_kind_; }
  [[nodiscard]] const std::string& list_api_version() const { return list_api_version_; }
  /// Whether both stand before that offset.
  [[nodiscard]] bool list_known_before(std::size_t offset) const;
  /// After the root of a list, read without its items: the values that follow are its items.
  /// `depth` collections are around each.
  void begin_items(std::uint32_t depth);

 private:
  struct Frame {
    Type type;
    bool items;            // its elements are objects of their own, and it is on no tape
    std::uint32_t opened;  // its node
    std::uint32_t path;    // how many names lead to it
  };

  [[nodiscard]] bool count_node(const source::Span& span);
  [[nodiscard]] bool at_list_root() const { return splits_ && frames_.size() == 1; }
  [[nodiscard]] std::uint32_t depth() const {
    return outer_depth_ + static_cast<std::uint32_t>(frames_.size());
  }
  void remember_key(std::string_view text, std::uint32_t path);
  void keep_key();
  [[nodiscard]] Member list_key(std::string_view text, const source::Span& span);
  void keep_pending_items();
  void begin_value();
  void end_value();
  void end_item();
  void learn_list_kind();
  void close_root();
  [[nodiscard]] bool check_keys(std::uint32_t opened);
  bool duplicate(std::string_view key, const source::Span& second, const source::Span& first);

  const Input& input_;
  Tape document_;
  Tape item_;
  Tape* tape_ = &document_;  // the one being built
  std::vector<Frame> frames_;
  std::deque<std::string> keys_;        // the names around the current value
  std::vector<std::string_view> path_;  // points into it, a deque; the last name to the event's
  std::vector<std::uint32_t> scratch_;  // members, for check_keys
  std::uint32_t outer_depth_ = 0;
  std::uint64_t nodes_ = 0;

  bool splits_ = false;
  bool has_items_ = false;      // the root has a member `items` that can be that of a list
  bool items_pending_ = false;  // its key was read and the value was not
  bool items_null_ = false;
  source::Span items_key_;
  source::Span items_span_;
  bool list_known_ = false;  // kind and apiVersion were read before the items
  bool list_ = false;
  std::string list_kind_;
  std::string list_api_version_;
  std::vector<Tape> held_;  // items that wait for the kind of their list
};

}  // namespace polreach::syntax
