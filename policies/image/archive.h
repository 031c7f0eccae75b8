// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "policies/model/model.h"

/// Values as bytes and back. What a value consists of is said once, in policies/image/fields.h, for
/// all archives: Out writes, In reads and checks, Visit goes through what was read.
///
/// Numbers are LEB128, seven bits a byte, the lowest first.
namespace polreach::image {

using source::Span;
using source::Symbol;

/// Writes.
class Out {
 public:
  static constexpr bool kReading = false;

  void word(std::uint64_t& value, std::uint64_t /*most*/) {
    std::uint64_t rest = value;
    while (rest >= 0x80U) {
      bytes_ += static_cast<char>(0x80U | (rest & 0x7FU));
      rest >>= 7U;
    }
    bytes_ += static_cast<char>(rest);
  }
  void text(std::string& value) {
    std::uint64_t size = value.size();
    word(size, size);
    bytes_ += value;
  }
  void symbol(Symbol& value) { id(value); }
  void labels(model::LabelSetId& value) { id(value); }
  void space(model::NamespaceId& value) { id(value); }
  void span(Span& value) {
    std::uint64_t file = value.exists() ? static_cast<std::uint64_t>(value.file) + 1 : 0;
    word(file, file);
    if (file == 0) return;
    std::uint64_t begin = value.begin;
    // Most ends are close to their beginnings; an end before it stays what it is.
    std::uint64_t length = (static_cast<std::uint64_t>(value.end) - begin) & 0xFFFFFFFFU;
    word(begin, begin);
    word(length, length);
  }
  void count(std::uint64_t& value) { word(value, value); }
  [[nodiscard]] static constexpr bool ok() { return true; }
  static void refuse() {}

  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  template <typename Id>
  void id(Id value) {
    auto number = static_cast<std::uint64_t>(value);
    word(number, number);
  }

  std::string bytes_;
};

/// What numbers in an archive may be.
struct Bounds {
  std::uint64_t symbols = 0;
  std::uint64_t label_sets = 0;
  std::uint64_t namespaces = 0;
  std::vector<std::uint64_t> file_sizes;

  [[nodiscard]] bool holds(const Span& span) const {
    if (!span.exists()) return true;
    const auto file = static_cast<std::size_t>(span.file);
    return file < file_sizes.size() && span.begin <= file_sizes[file];
  }
};

/// Reads. What is out of bounds makes it not ok(), and everything that is read afterwards empty:
/// it never reads behind its bytes, and holds no more values than these could stand for.
class In {
 public:
  static constexpr bool kReading = true;

  In(std::string_view bytes, const Bounds& bounds) : rest_(bytes), bounds_(bounds) {}

  void word(std::uint64_t& value, std::uint64_t most) {
    value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<std::uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
      if ((byte & 0x80U) != 0) continue;
      if (value > most) break;
      return;
    }
    value = 0;
    refuse();
  }
  void text(std::string& value) {
    std::uint64_t size = 0;
    word(size, rest_.size());
    if (size > rest_.size()) refuse();
    if (!ok_) return;
    value.assign(rest_.substr(0, size));
    rest_.remove_prefix(size);
  }
  void symbol(Symbol& value) { id(value, bounds_.symbols); }
  void labels(model::LabelSetId& value) { id(value, bounds_.label_sets); }
  void space(model::NamespaceId& value) { id(value, bounds_.namespaces); }
  void span(Span& value) {
    std::uint64_t file = 0;
    word(file, bounds_.file_sizes.size());
    value = Span::none();
    if (file == 0) return;
    std::uint64_t begin = 0;
    std::uint64_t length = 0;
    word(begin, 0xFFFFFFFFU);
    word(length, 0xFFFFFFFFU);
    value = {static_cast<source::FileId>(file - 1), static_cast<std::uint32_t>(begin),
             static_cast<std::uint32_t>((begin + length) & 0xFFFFFFFFU)};
    if (!bounds_.holds(value)) refuse();
    if (!ok_) value = Span::none();
  }
  /// Of elements that take a byte each at least.
  void count(std::uint64_t& value) { word(value, rest_.size()); }

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }
  void refuse() {
    ok_ = false;
    rest_ = {};
  }

 private:
  template <typename Id>
  void id(Id& value, std::uint64_t end) {
    std::uint64_t number = 0;
    word(number, 0xFFFFFFFFU);
    if (number >= end) refuse();
    value = static_cast<Id>(ok_ ? number : 0);
  }

  std::string_view rest_;
  const Bounds& bounds_;
  bool ok_ = true;
};

/// Shows what a value refers to, to be collected or to be changed.
template <typename OnSymbol, typename OnLabels, typename OnSpace, typename OnSpan>
class Visit {
 public:
  static constexpr bool kReading = false;

  Visit(OnSymbol on_symbol, OnLabels on_labels, OnSpace on_space, OnSpan on_span)
      : on_symbol_(on_symbol), on_labels_(on_labels), on_space_(on_space), on_span_(on_span) {}

  void word(std::uint64_t& /*value*/, std::uint64_t /*most*/) {}
  void text(std::string& /*value*/) {}
  void symbol(Symbol& value) { on_symbol_(value); }
  void labels(model::LabelSetId& value) { on_labels_(value); }
  void space(model::NamespaceId& value) { on_space_(value); }
  void span(Span& value) { on_span_(value); }
  void count(std::uint64_t& /*value*/) {}
  [[nodiscard]] static constexpr bool ok() { return true; }
  static void refuse() {}

 private:
  OnSymbol on_symbol_;
  OnLabels on_labels_;
  OnSpace on_space_;
  OnSpan on_span_;
};

/// The last enumerator of an enumeration.
template <typename Enum>
inline constexpr auto kLast = Enum::no_last_enumerator_is_declared;

template <typename Archive, typename T>
void transfer(Archive& archive, T& value);

template <typename Archive, typename T>
void transfer_list(Archive& archive, std::vector<T>& list) {
  std::uint64_t size = list.size();
  archive.count(size);
  if constexpr (Archive::kReading) {
    // One by one: what is claimed to be there need not be.
    list.clear();
    for (std::uint64_t i = 0; i < size && archive.ok(); ++i) transfer(archive, list.emplace_back());
  } else {
    for (T& each : list) transfer(archive, each);
  }
}

template <typename Archive, typename T>
void transfer_optional(Archive& archive, std::optional<T>& value) {
  std::uint64_t is_there = value ? 1 : 0;
  archive.word(is_there, 1);
  if constexpr (Archive::kReading) {
    value.reset();
    if (is_there == 1) value.emplace();
  }
  if (value) transfer(archive, *value);
}

template <typename Archive, typename Variant, std::size_t... I>
void emplace_alternative(Archive& archive, Variant& value, std::uint64_t which,
                         std::index_sequence<I...> /*all*/) {
  const auto emplace = [&]<std::size_t N>() {
    if (which == N) value.template emplace<N>();
  };
  (emplace.template operator()<I>(), ...);
  (void)archive;
}

template <typename Archive, typename... T>
void transfer_variant(Archive& archive, std::variant<T...>& value) {
  std::uint64_t which = value.index();
  archive.word(which, sizeof...(T) - 1);
  if constexpr (Archive::kReading) {
    emplace_alternative(archive, value, which, std::index_sequence_for<T...>{});
  }
  std::visit([&](auto& each) { transfer(archive, each); }, value);
}

/// Any part of a value: one of those that archives know, one that is made of others, or a struct
/// that fields() takes apart.
template <typename Archive, typename T>
void transfer(Archive& archive, T& value) {
  if constexpr (std::is_same_v<T, Symbol>) {
    archive.symbol(value);
  } else if constexpr (std::is_same_v<T, model::LabelSetId>) {
    archive.labels(value);
  } else if constexpr (std::is_same_v<T, model::NamespaceId>) {
    archive.space(value);
  } else if constexpr (std::is_same_v<T, Span>) {
    archive.span(value);
  } else if constexpr (std::is_same_v<T, std::string>) {
    archive.text(value);
  } else if constexpr (std::is_same_v<T, std::monostate>) {
    // Nothing in it.
  } else if constexpr (std::is_same_v<T, std::int32_t> || std::is_same_v<T, std::int64_t>) {
    auto number = static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
    archive.word(number, ~std::uint64_t{0});
    if constexpr (Archive::kReading) value = static_cast<T>(static_cast<std::int64_t>(number));
  } else if constexpr (std::is_enum_v<T>) {
    auto number = static_cast<std::uint64_t>(value);
    archive.word(number, static_cast<std::uint64_t>(kLast<T>));
    if constexpr (Archive::kReading) value = static_cast<T>(number);
  } else if constexpr (std::is_unsigned_v<T>) {  // and bool
    auto number = static_cast<std::uint64_t>(value);
    archive.word(number, std::is_same_v<T, bool> ? 1 : std::numeric_limits<T>::max());
    if constexpr (Archive::kReading) value = static_cast<T>(number);
  } else {
    fields(archive, value);
  }
}

template <typename Archive, typename T>
void transfer(Archive& archive, std::vector<T>& value) {
  transfer_list(archive, value);
}
template <typename Archive, typename T>
void transfer(Archive& archive, std::optional<T>& value) {
  transfer_optional(archive, value);
}
template <typename Archive, typename... T>
void transfer(Archive& archive, std::variant<T...>& value) {
  transfer_variant(archive, value);
}

/// The parts of a struct, in order.
template <typename Archive, typename... T>
void parts(Archive& archive, T&... each) {
  (transfer(archive, each), ...);
}

}  // namespace polreach::image
