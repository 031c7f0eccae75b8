// SPDX-License-Identifier: Apache-2.0
#include "cli/report/wrap.h"

#include <doctest/doctest.h>

#include <sstream>

namespace polreach::cli {

TEST_CASE("lines are broken at spaces, and go on further in") {
  CHECK(wrapped("  one two three four five six seven\nshort\n", 30) ==
        "  one two three four five six\n    seven\nshort\n");
  CHECK(wrapped("one two three four five six seven", 0) == "one two three four five six seven");
}

TEST_CASE("a word that is too long stays whole") {
  const std::string path(50, 'p');
  CHECK(wrapped("from here " + path + " on", 30) == "from here\n  " + path + "\n  on");
  CHECK(wrapped(path, 30) == path);
}

TEST_CASE("lines of files and the marks below them stay as they are") {
  const std::string line = "      62 |     - from: [{podSelector: {}}, {namespaceSelector: {}}]\n";
  const std::string mark = "         |                                          ^\n";
  CHECK(wrapped(line + mark, 40) == line + mark);
}

TEST_CASE("colours take no columns, characters of several bytes one") {
  CHECK(columns_of("\x1b[1;31mred\x1b[0m") == 3);
  CHECK(columns_of("\xc3\xa4\xc3\xb6") == 2);
  const std::string coloured = "\x1b[1;31mDENIED\x1b[0m  shop/web -> shop/api, TCP";
  CHECK(wrapped(coloured, 34) == coloured);
}

TEST_CASE("a stream wraps line by line, and what has no end when it goes") {
  std::ostringstream to;
  {
    WrappingStream out(to, 30);
    out << "one two three four five "
        << "six seven eight\n";
    CHECK(to.str() == "one two three four five six\n  seven eight\n");
    out << "rest";
  }
  CHECK(to.str() == "one two three four five six\n  seven eight\nrest");
}

}  // namespace polreach::cli
