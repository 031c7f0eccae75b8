// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/support/environment.h"
#include "tests/support/program.h"

namespace polreach::cli {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

// The pods of fixtures/audit-shop have no addresses, and some examples are about pods that someone
// could create.
TEST_CASE("audit: an example names its ends once, and says which do not exist") {
  const std::string input = (support::source_folder() / "fixtures/audit-shop").string();
  const std::string out = support::run({"audit", input}).out;
  CHECK(contains(out, "for example any pod -> data/cache: TCP 6379\n"));
  CHECK(contains(out, "for example a new pod example/example -> data/db: TCP 5432\n"));
  CHECK(contains(out, "for example 8.8.8.8 -> shop/web: TCP 8080\n"));
  CHECK_FALSE(contains(out, ": TCP example/example"));
  CHECK_FALSE(contains(out, "because the selector\n"));
}

}  // namespace polreach::cli
