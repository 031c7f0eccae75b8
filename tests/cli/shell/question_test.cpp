// SPDX-License-Identifier: Apache-2.0
#include "cli/shell/question.h"

#include <doctest/doctest.h>

namespace polreach::cli::shell {
namespace {

using Words = std::vector<std::string>;

Question parsed(std::string_view line) {
  const auto question = parse(line);
  REQUIRE_MESSAGE(question.has_value(), line);
  return *question;
}

std::string mistake(std::string_view line) {
  const auto question = parse(line);
  REQUIRE_MESSAGE(!question.has_value(), line);
  return question.error().message + "; " + question.error().help;
}

}  // namespace

TEST_CASE("can, in the ways in which people say it") {
  for (const char* line :
       {"can web api 80", "can web reach api 80", "can pod web reach api on port 80",
        "can pod web reach pod api port 80?", "can web connect to api at port 80 ?",
        "  can\tweb   api  80", "can \"web\" api 80", "can web talk to api on 80"}) {
    const Question question = parsed(line);
    CHECK(question.kind == Kind::Can);
    CHECK_MESSAGE((question.words == Words{"web", "api", "80"}), line);
  }
  CHECK(parsed("can web api").words == Words{"web", "api"});
  // Workloads may be called like the words that may be left out.
  CHECK(parsed("can pod reach").words == Words{"pod", "reach"});
  CHECK(parsed("can to pod").words == Words{"to", "pod"});
}

TEST_CASE("lists from both sides") {
  CHECK(parsed("who reaches data/db").kind == Kind::Reaches);
  CHECK(parsed("what reaches internet").words == Words{"internet"});
  CHECK(parsed("who can reach db on port 5432").words == Words{"db", "5432"});
  for (const char* line : {"what does api reach 443", "what can api reach on port 443"}) {
    CHECK(parsed(line).kind == Kind::Reached);
    CHECK(parsed(line).words == Words{"api", "443"});
  }
  CHECK(parsed("what can reach api").kind == Kind::Reaches);
  CHECK(parsed("api reaches what").kind == Kind::Reached);
  CHECK(parsed("api reaches what").words == Words{"api"});
}

TEST_CASE("changes, files and the rest") {
  CHECK(parsed("why").kind == Kind::Why);
  CHECK(parsed("why not").kind == Kind::Why);
  CHECK(parsed("why not?").kind == Kind::Why);
  CHECK(parsed("what if delete netpol data/db").kind == Kind::Delete);
  CHECK(parsed("what if delete netpol data/db").words == Words{"netpol data/db"});
  CHECK(parsed("what if delete db").words == Words{"db"});
  CHECK(parsed("what if apply \"new policy.yaml\"").words == Words{"new policy.yaml"});
  CHECK(parsed("what if apply -f new.yaml").words == Words{"new.yaml"});
  CHECK(parsed("show svc shop/web").words == Words{"svc shop/web"});
  CHECK(parsed("source 2").words == Words{"2"});
  CHECK(parsed("exposure").words.empty());
  CHECK(parsed("exit").kind == Kind::Quit);
}

TEST_CASE("mistakes say what would be right") {
  CHECK(mistake("cna web api").find("did you mean can") != std::string::npos);
  CHECK(mistake("what fi delete netpol x").find("what if") != std::string::npos);
  CHECK(mistake("can web").find("can SOURCE DESTINATION") != std::string::npos);
  CHECK(mistake("can web api 80 90").find("\"90\" has no place") != std::string::npos);
  CHECK(mistake("undo it").find("\"it\"") != std::string::npos);
  CHECK(mistake("?").find("nothing was asked") != std::string::npos);
}

TEST_CASE("every question parses from its own form") {
  for (const QuestionSpec& spec : questions()) {
    std::string line;
    for (const std::string& word : split(spec.form)) {
      if (word.front() != '[') line += (line.empty() ? "" : " ") + word;
    }
    CHECK_MESSAGE(parsed(line).kind == spec.kind, line);
  }
}

TEST_CASE("any bytes are a question or a mistake") {
  std::string line;
  for (int seed = 0; seed < 2000; ++seed) {
    line.clear();
    for (int i = 0; i < seed % 40; ++i) line += static_cast<char>((seed * 31 + i * i * 7) & 0xFF);
    const auto question = parse(line);
    CHECK((question.has_value() || !question.error().message.empty()));
    CHECK(!beginning_of(line).words.empty());
  }
}

}  // namespace polreach::cli::shell
