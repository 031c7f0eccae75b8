// SPDX-License-Identifier: Apache-2.0
// Text of the input in tables: nothing of it becomes markup, a formula or another cell.
#include "cli/report/table.h"

#include <doctest/doctest.h>

namespace polreach::cli {

TEST_CASE("table: Markdown stays text") {
  CHECK(markdown("shop/web") == "shop/web");
  CHECK(markdown("a|b") == "a\\|b");
  CHECK(markdown("<b>`x`</b> [l](u) *_&\\") == "\\<b\\>\\`x\\`\\</b\\> \\[l\\](u) \\*\\_\\&\\\\");
  CHECK(markdown("one\ntwo").find('\n') == std::string::npos);
  CHECK(markdown("\x1b[31m").find('\x1b') == std::string::npos);
}

TEST_CASE("table: a cell of CSV is one cell, and no formula (RFC 4180)") {
  CHECK(csv("shop") == "shop");
  CHECK(csv("a,b") == "\"a,b\"");
  CHECK(csv("a\"b") == "\"a\"\"b\"");
  CHECK(csv("a\nb") == "\"a\nb\"");
  CHECK(csv("").empty());
  for (const char* formula : {"=1+1", "+1", "-1", "@sum", "\tx"}) {
    INFO(formula);
    CHECK(csv(formula) == "'" + std::string(formula));
  }
  CHECK(csv("=a,b") == "\"'=a,b\"");
}

TEST_CASE("table: ports are apart by spaces") {
  CHECK(ports_text({}).empty());
  CHECK(ports_text(net::PortSet(80, 80)) == "80");
  CHECK(ports_text(net::PortSet(80, 80) | net::PortSet(8000, 8080)) == "80 8000-8080");
}

}  // namespace polreach::cli
