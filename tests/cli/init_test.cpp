// SPDX-License-Identifier: Apache-2.0
// `polreach init` as people use it: what it writes holds on the input that it was written for.
#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/environment.h"
#include "tests/support/program.h"

namespace polreach {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string fixture(const std::string& name) {
  return (support::source_folder() / "fixtures" / name).string();
}

/// What is written for a fixture. It is read again, and holds.
std::string written(const std::string& name) {
  const support::Run run = support::run({"init", fixture(name)});
  CHECK_MESSAGE(run.status == 0, run.err);
  const std::string path = (std::filesystem::temp_directory_path() /
                            ("polreach-init-" + std::to_string(::getpid()) + ".yaml"))
                               .string();
  std::ofstream(path) << run.out;
  const support::Run verified = support::run({"verify", "--intents", path, fixture(name)});
  CHECK_MESSAGE(verified.status == (has(run.out, "intents: []") ? 2 : 0), verified.out);
  std::filesystem::remove(path);
  return run.out;
}

}  // namespace

TEST_CASE("init: what the internet does not reach is written down") {
  // The group of the subnet db lets in the subnet app alone.
  const std::string out = written("network");
  CHECK_MESSAGE(has(out, R"(  - name: not to subnet/shop/db
    from:
      - subnet/shop/web
      - internet
    to: subnet/shop/db
    expect: denied
)"),
                out);
}

TEST_CASE("init: of a list of ends those stay of which it holds") {
  // The private endpoint in the subnet data is reached past its group, by the subnets alone.
  const std::string out = written("audit-azure");
  CHECK_MESSAGE(has(out, "from: internet\n    to: subnet/shop/data\n"), out);
  CHECK(has(out,
            "#   nothing passes from subnet/shop/web to subnet/shop/data: subnet shop/web "
            "reaches network interface sql-pe"));
}

TEST_CASE("init: where everything is open it says so") {
  const std::string out = written("no-policies");
  CHECK(has(out, "There is nothing to hold on to yet"));
  CHECK_MESSAGE(has(out,
                    "# Everything reaches these, on some port at least (polreach audit says "
                    "more):\n#   default/db\n#   default/web\n"),
                out);
}

}  // namespace polreach
