// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace polreach::model {

/// A sequence whose copies share what neither of them changes: a copy of many pods, to which one
/// more is added, costs little more than that one. Used as a std::vector is; but reading through a
/// sequence that is not const counts as a change.
///
/// Elements are kept in blocks. A block that several sequences hold is copied before it is changed.
/// Not for several threads that change copies of one sequence at a time.
template <typename T>
class SharedVector {
  template <typename Sequence>
  class Iterator;

 public:
  using value_type = T;
  using iterator = Iterator<SharedVector>;
  using const_iterator = Iterator<const SharedVector>;

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  [[nodiscard]] const T& operator[](std::size_t i) const {
    return (*blocks_[i / kBlock])[i % kBlock];
  }
  [[nodiscard]] T& operator[](std::size_t i) { return own(i / kBlock)[i % kBlock]; }
  [[nodiscard]] const T& front() const { return (*this)[0]; }
  [[nodiscard]] T& front() { return (*this)[0]; }
  [[nodiscard]] const T& back() const { return (*this)[size_ - 1]; }
  [[nodiscard]] T& back() { return (*this)[size_ - 1]; }

  [[nodiscard]] const_iterator begin() const { return {*this, 0}; }
  [[nodiscard]] const_iterator end() const { return {*this, size_}; }
  [[nodiscard]] iterator begin() { return {*this, 0}; }
  [[nodiscard]] iterator end() { return {*this, size_}; }

  void push_back(T value) {
    if (size_ % kBlock == 0) blocks_.push_back(std::make_shared<Block>());
    own(size_ / kBlock).push_back(std::move(value));
    ++size_;
  }
  T& emplace_back() {
    push_back(T());
    return back();
  }
  void clear() {
    blocks_.clear();
    size_ = 0;
  }

 private:
  static constexpr std::size_t kBlock = 256;
  using Block = std::vector<T>;

  [[nodiscard]] Block& own(std::size_t block) {
    std::shared_ptr<Block>& mine = blocks_[block];
    if (mine.use_count() != 1) mine = std::make_shared<Block>(*mine);
    return *mine;
  }

  std::vector<std::shared_ptr<Block>> blocks_;  // all full, but for the last
  std::size_t size_ = 0;
};

template <typename T>
template <typename Sequence>
class SharedVector<T>::Iterator {
 public:
  using iterator_category = std::random_access_iterator_tag;
  using value_type = T;
  using difference_type = std::ptrdiff_t;
  using reference = std::conditional_t<std::is_const_v<Sequence>, const T&, T&>;
  using pointer = std::remove_reference_t<reference>*;

  Iterator() = default;
  Iterator(Sequence& sequence, std::size_t at)
      : sequence_(&sequence), at_(static_cast<difference_type>(at)) {}

  reference operator*() const { return (*sequence_)[static_cast<std::size_t>(at_)]; }
  pointer operator->() const { return &**this; }
  reference operator[](difference_type n) const { return *(*this + n); }

  Iterator& operator++() { return *this += 1; }
  Iterator operator++(int) { return std::exchange(*this, *this + 1); }
  Iterator& operator--() { return *this -= 1; }
  Iterator operator--(int) { return std::exchange(*this, *this - 1); }
  Iterator& operator+=(difference_type n) {
    at_ += n;
    return *this;
  }
  Iterator& operator-=(difference_type n) { return *this += -n; }
  friend Iterator operator+(Iterator it, difference_type n) { return it += n; }
  friend Iterator operator+(difference_type n, Iterator it) { return it += n; }
  friend Iterator operator-(Iterator it, difference_type n) { return it -= n; }
  friend difference_type operator-(const Iterator& a, const Iterator& b) { return a.at_ - b.at_; }
  friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }
  friend auto operator<=>(const Iterator& a, const Iterator& b) { return a.at_ <=> b.at_; }

 private:
  Sequence* sequence_ = nullptr;
  difference_type at_ = 0;
};

}  // namespace polreach::model
