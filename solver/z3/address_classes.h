// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "compiler/terms/term.h"

namespace polreach::solver::z3 {

/// The addresses that some sets tell apart: two addresses are of one class where they are in the
/// same of the sets. A service tag of ten thousand prefixes makes two classes, and a proof needs no
/// bit of an address.
///
/// Classes are numbered from 0, by their lowest addresses. INVARIANT: each address is of exactly
/// one class; a set is the union of the classes in its ranges.
class AddressClasses {
 public:
  struct Range {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    friend bool operator==(const Range&, const Range&) = default;
  };

  explicit AddressClasses(const std::vector<net::AddressSet>& sets);

  [[nodiscard]] std::size_t size() const { return examples_.size(); }
  /// The classes of a set, by its position: sorted, neither overlapping nor adjacent.
  [[nodiscard]] const std::vector<Range>& of(std::size_t set) const { return ranges_[set]; }
  /// The lowest address of a class.
  [[nodiscard]] const net::Address& example(std::size_t one) const { return examples_[one]; }

 private:
  std::vector<std::vector<Range>> ranges_;
  std::vector<net::Address> examples_;
};

/// The classes of each address that the terms of one question speak of.
class QuestionAddresses {
 public:
  QuestionAddresses(const compiler::TermPool& pool, const std::vector<compiler::Term>& question);

  /// Of an address that the question speaks of; nullptr for others.
  [[nodiscard]] const AddressClasses* classes(const compiler::AddressName& address) const;
  /// The classes in which a leaf of the question (AddressIn, AddressOf) holds.
  [[nodiscard]] const std::vector<AddressClasses::Range>& of(compiler::Term leaf) const;
  /// The number of ranges of all leaves.
  [[nodiscard]] std::size_t ranges() const;

 private:
  std::map<compiler::AddressName, AddressClasses> classes_;
  std::map<compiler::Term, std::pair<compiler::AddressName, std::size_t>> leaves_;
};

}  // namespace polreach::solver::z3
