// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <filesystem>

#include "cli/example_cluster.h"
#include "tests/support/environment.h"
#include "tests/support/program.h"

namespace polreach::cli {

TEST_CASE("the example in the program is the one of the fixtures") {
  for (const char* folder : {"quickstart", "quickstart-changed"}) {
    std::size_t count = 0;
    const auto files = example_files(folder);
    for (const auto& entry :
         std::filesystem::directory_iterator(support::source_folder() / "fixtures" / folder)) {
      if (entry.path().extension() != ".yaml") continue;
      ++count;
      const auto found = files.find(entry.path().filename().string());
      REQUIRE(found != files.end());
      CHECK(found->second == support::content_of(entry.path()));
    }
    CHECK(files.size() == count);
  }
  CHECK(example_files("other").empty());
}

TEST_CASE("the demo shows each command with what it prints, from any folder") {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path("/");
  const auto run = support::run({"demo"});
  std::filesystem::current_path(before);
  CHECK(run.status == 0);
  CHECK(run.err.empty());
  const auto has = [&](std::string_view part) { return run.out.find(part) != std::string::npos; };
  CHECK(
      has("$ polreach can shop/web shop/api --port http quickstart\nDENIED  shop/web -> shop/api"));
  CHECK(has("the pod is not tier=backend"));
  CHECK(has("$ polreach diff quickstart quickstart-changed\nadded     shop/web -> shop/api"));
  CHECK(has("0.0.0.0/0 -> shop/api  TCP 9090"));
  CHECK(has("3. Audit"));
  CHECK(has("polreach shell cluster.json"));
}

TEST_CASE("the demo takes no arguments") { CHECK(support::run({"demo", "k8s"}).status == 2); }

}  // namespace polreach::cli
