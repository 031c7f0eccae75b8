// SPDX-License-Identifier: Apache-2.0
#include "policies/model/shared_vector.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace polreach::model {
namespace {

using Strings = SharedVector<std::string>;

Strings numbers(std::size_t count) {
  Strings result;
  for (std::size_t i = 0; i < count; ++i) result.push_back(std::to_string(i));
  return result;
}

}  // namespace

TEST_CASE("a shared vector holds what was put into it, in order") {
  for (const std::size_t count : {0U, 1U, 255U, 256U, 257U, 1000U}) {
    const Strings some = numbers(count);
    CHECK(some.size() == count);
    CHECK(some.empty() == (count == 0));
    std::size_t i = 0;
    for (const std::string& each : some) CHECK(each == std::to_string(i++));
    CHECK(i == count);
    CHECK(some.end() - some.begin() == static_cast<std::ptrdiff_t>(count));
    if (count == 0) continue;
    CHECK(some.front() == "0");
    CHECK(some.back() == std::to_string(count - 1));
  }
}

TEST_CASE("what one copy changes, no other sees") {
  Strings first = numbers(600);
  Strings second = first;
  const Strings third = second;
  second[300] = "changed";
  first.push_back("600");
  second.emplace_back() = "another";
  for (std::string& each : first) each += "!";
  CHECK(first[300] == "300!");
  CHECK(second[300] == "changed");
  CHECK(third[300] == "300");
  CHECK(first.back() == "600!");
  CHECK(second.back() == "another");
  CHECK(third.size() == 600);
  second.clear();
  CHECK(second.empty());
  CHECK(third.back() == "599");
}

TEST_CASE("copies that nobody changes share their elements") {
  const Strings first = numbers(600);
  Strings second = first;
  const Strings& read = second;
  CHECK(&first[0] == &read[0]);
  second[0] = "changed";
  CHECK(&first[0] != &read[0]);
  CHECK(&first[599] == &read[599]);
}

TEST_CASE("a shared vector's iterators serve algorithms") {
  Strings some = numbers(700);
  std::sort(some.begin(), some.end());
  const Strings& read = some;
  CHECK(std::is_sorted(read.begin(), read.end()));
  CHECK(std::binary_search(read.begin(), read.end(), std::string("512")));
  CHECK(*std::prev(read.end()) == "99");
  CHECK(read.begin()[1] == "1");
  CHECK(*(2 + read.begin()) == "10");
}

}  // namespace polreach::model
