// SPDX-License-Identifier: Apache-2.0
#include "cli/help.h"

#include <doctest/doctest.h>

#include "tests/support/program.h"

namespace polreach::cli {
namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("help on every command and every topic") {
  for (const CommandSpec* const each : commands()) {
    const auto run = support::run({"help", std::string(each->name)});
    CHECK(run.status == 0);
    CHECK(has(run.out, "usage: polreach " + std::string(each->name)));
  }
  const auto overview = support::run({"help"});
  for (const Topic& topic : topics()) {
    const auto run = support::run({"help", std::string(topic.name)});
    CHECK(run.status == 0);
    CHECK(has(run.out, topic.summary));
    CHECK(has(overview.out, topic.summary));
  }
}

TEST_CASE("topics say what the tables of options say") {
  CHECK(has(support::run({"help", "engines"}).out, "--engine=auto|none|azure|calico|cilium"));
  CHECK(has(support::run({"help", "ports"}).out, "8000-8080"));
  CHECK(has(support::run({"help", "questions"}).out, "what if delete netpol NAME"));
  CHECK(has(support::run({"help", "references"}).out,
            "\n  svc/namespace/name:port   the pods behind a port of a Service\n"));
}

TEST_CASE("help on nothing names the nearest") {
  const auto run = support::run({"help", "refrences"});
  CHECK(run.status == 2);
  CHECK(has(run.err, "did you mean references?"));
}

TEST_CASE("topics are in the manual page and in the completions") {
  for (const char* what : {"man", "bash", "zsh", "fish"}) {
    const auto run = support::run({"generate", what});
    for (const char* topic : {"references", "engines", "assumptions"}) CHECK(has(run.out, topic));
  }
}

}  // namespace polreach::cli
