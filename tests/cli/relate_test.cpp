// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/support/environment.h"
#include "tests/support/program.h"

namespace polreach {
namespace {

using support::Run;

std::string fixture(const std::string& name) {
  return (support::source_folder() / "fixtures" / name).string();
}

Run relate(std::vector<std::string> words, const std::string& in = {}) {
  words.insert(words.begin(), "relate");
  return support::run(words, in);
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const std::string kA = "relate-containment/a";
const std::string kB = "relate-containment/b";

}  // namespace

TEST_CASE("relate: the relation first, then what shows it and the lines that decide") {
  const Run run = relate({fixture(kA), fixture(kB)});
  CHECK(run.status == 1);
  CHECK(run.err.empty());
  CHECK(
      run.out.starts_with("B is within A: B allows nothing that A does not\n"
                          "  only A allows  shop/web -> shop/db  TCP 6379\n"));
  CHECK(has(run.out, "    A: ingress: allowed by NetworkPolicy shop/db, rule 1, TCP 6379  "));
  CHECK(has(run.out, "a/policy.yaml:8:7"));
  CHECK(has(run.out, "    B: ingress: isolated by NetworkPolicy shop/db"));
  CHECK(has(run.out, "b/policy.yaml:4:18"));
  CHECK(has(run.out, "A permits all that B states\n"));
  CHECK(has(run.out, "replayed packet by packet"));
}

TEST_CASE("relate: --quiet writes the claims alone") {
  const Run run = relate({fixture(kA), fixture(kB), "-q"});
  CHECK(run.out ==
        "B is within A: B allows nothing that A does not\n"
        "A permits all that B states\n"
        "B does not interfere with A\n"
        "A interferes with B: together they allow what B alone denies\n");
}

TEST_CASE("relate: --expect asks one thing") {
  const Run run = relate({fixture(kA), fixture(kB), "--expect", "within", "-q"});
  CHECK(run.status == 1);
  CHECK(run.out == "A is not within B: A allows what B does not\n");
  CHECK(relate({fixture(kA), fixture(kB), "--expect", "contains"}).status == 0);
  CHECK(relate({fixture(kA), fixture(kB), "--expect", "equal"}).status == 2);
}

TEST_CASE("relate: a set can come from standard input, and only one") {
  const std::string text =
      support::content_of(support::source_folder() / "fixtures" / kA / "policy.yaml");
  const Run one = relate({fixture(kA), "-", "-q"}, text);
  CHECK(one.status == 0);
  CHECK(has(one.out, "A and B are equivalent"));
  const Run both = relate({"-", "-"}, text);
  CHECK(both.status == 2);
  CHECK(has(both.err, "error[usage]"));
}

TEST_CASE("relate: three sets, and --expect with one, are mistakes") {
  const Run three = relate({fixture(kA), fixture(kA), fixture(kA), "--format", "json"});
  CHECK(three.status == 2);
  CHECK(has(three.err, "error[usage]"));
  CHECK(three.out.empty());
  CHECK(has(relate({fixture(kA), "--expect", "within"}).err, "error[usage]"));
  CHECK(has(relate({}).err, "error[usage]"));
}

TEST_CASE("relate: problems of either set are reported, and no verdict is given") {
  const Run run = relate({fixture(kA), fixture("malformed")});
  CHECK(run.status == 2);
  CHECK(run.out.empty());
  CHECK(has(run.err, "no verdict: "));
  const Run absent = relate({fixture(kA), fixture("no-such-folder")});
  CHECK(absent.status == 2);
  CHECK(has(absent.err, "error[input]"));
}

TEST_CASE("relate: pods that one set does not have are said to be missing") {
  const Run run = relate({fixture("relate-changes/old"), fixture("relate-changes/new")});
  CHECK(run.status == 1);
  CHECK(has(run.out, "shop/retired (only in A)"));
  CHECK(has(run.out, "    B: has no such pod\n"));
}

TEST_CASE("relate: of one set, what is empty and what is redundant, with places") {
  const Run run = relate({fixture("relate-review/flawed"), "-q"});
  CHECK(run.status == 1);
  CHECK(has(run.out, "NetworkPolicy shop/old selects no pod  "));
  CHECK(has(run.out, "NetworkPolicy shop/web, ingress rule 2 selects no peer  "));
  CHECK(has(run.out, "NetworkPolicy shop/db-1 changes nothing  "));
}

TEST_CASE("relate: the same bytes in every run") {
  const std::string folder = fixture("relate-review/flawed");
  const Run one = relate({folder, folder, "--format", "json"});
  const Run again = relate({folder, folder, "--format", "json"});
  CHECK(one.out == again.out);
  CHECK(has(one.out, "\"verdict\": \"equivalent\""));
}

}  // namespace polreach
