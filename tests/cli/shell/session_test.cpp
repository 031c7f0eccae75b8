// SPDX-License-Identifier: Apache-2.0
// The shell as scripts use it: lines in, answers out.
#include <doctest/doctest.h>
#define RAPIDJSON_HAS_STDSTRING 1
#include <rapidjson/document.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "tests/support/environment.h"
#include "tests/support/program.h"

namespace polreach {
namespace {

namespace fs = std::filesystem;
using support::Run;

const std::string kQuickstart = "fixtures/quickstart";

Run ask(const std::string& script, const std::vector<std::string>& more = {},
        const std::string& path = kQuickstart) {
  std::vector<std::string> words = {"shell", path};
  words.insert(words.end(), more.begin(), more.end());
  const fs::path before = fs::current_path();
  fs::current_path(support::source_folder());
  Run run = support::run(words, script);
  fs::current_path(before);
  return run;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// What stands below "> question" in a transcript.
std::string below(const std::string& out, const std::string& question) {
  const std::size_t at = out.find("> " + question + "\n");
  REQUIRE_MESSAGE(at != std::string::npos, question);
  const std::size_t start = at + question.size() + 3;
  const std::size_t end = out.find("\n> ", start);
  return out.substr(start, end == std::string::npos ? end : end - start);
}

std::vector<rapidjson::Document> documents(const Run& run) {
  std::vector<rapidjson::Document> result;
  std::istringstream lines(run.out);
  for (std::string line; std::getline(lines, line);) {
    result.emplace_back();
    result.back().Parse(line);
    REQUIRE_MESSAGE(!result.back().HasParseError(), line);
  }
  return result;
}

/// A folder of manifests that a test can change; gone afterwards.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("polreach-shell-" + std::to_string(getpid()))) {
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return (path_ / name).string();
  }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

std::string pod(const std::string& ns, const std::string& name) {
  return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name + ", namespace: " + ns +
         ", labels: {app: " + name + "}}\nspec: {containers: [{name: c, image: i}]}\n---\n";
}

/// Isolates one pod; `from`: lets that one in.
std::string policy(const std::string& name, const std::string& app, const std::string& from = "") {
  return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: " + name +
         ", namespace: a}\nspec:\n  podSelector: {matchLabels: {app: " + app + "}}\n  ingress: " +
         (from.empty() ? "[]" : "[{from: [{podSelector: {matchLabels: {app: " + from + "}}}]}]") +
         "\n---\n";
}

/// A script that changes files between its lines: what is read is what stands before the cursor.
class ChangingScript : public std::streambuf {
 public:
  using Line = std::pair<std::string, std::function<void()>>;
  explicit ChangingScript(std::vector<Line> lines) : lines_(std::move(lines)) {}

 protected:
  int_type underflow() override {
    if (next_ == lines_.size()) return traits_type::eof();
    if (lines_[next_].second) lines_[next_].second();
    current_ = lines_[next_++].first + "\n";
    setg(current_.data(), current_.data(), current_.data() + current_.size());
    return traits_type::to_int_type(current_[0]);
  }

 private:
  std::vector<Line> lines_;
  std::size_t next_ = 0;
  std::string current_;
};

}  // namespace

TEST_CASE("the answers of the quickstart, as its comments say them") {
  const Run run =
      ask("can api db 5432\n# a comment\n\ncan shop/web data/db\ncan web reach api on port http?\n"
          "who reaches db\nwhat does web reach\nwhat reaches internet\nwho reaches web\n");
  CHECK(run.status == 0);
  CHECK(has(below(run.out, "can api db 5432"), "ALLOWED  shop/api -> data/db, TCP 5432"));
  CHECK(has(below(run.out, "can shop/web data/db"), "DENIED  shop/web -> data/db"));
  const std::string denied = below(run.out, "can web reach api on port http?");
  CHECK(has(denied, "DENIED  shop/web -> shop/api"));
  CHECK(has(denied, "the pod is not tier=backend"));
  CHECK(has(denied, "policies-shop.yaml:34:9 [3]\n"));
  CHECK(below(run.out, "who reaches db") == "shop/api -> data/db  TCP 5432\n");
  CHECK(below(run.out, "what does web reach") == "nothing may connect\n");
  CHECK(below(run.out, "what reaches internet") == "nothing may connect\n");
  CHECK(below(run.out, "who reaches web") == "0.0.0.0/0 -> shop/web  TCP 8080\n");
  CHECK(!has(run.out, "comment"));
}

TEST_CASE("why says the last answer in depth, and source shows what it cites") {
  const Run run =
      ask("can api db 5432\nwhy\nsource 2\nsource fixtures/quickstart/namespaces.yaml:3\n");
  CHECK(run.status == 0);
  const std::string why = below(run.out, "why");
  CHECK(has(why, "witness: TCP from a pod of shop/api to a pod of data/db port 5432"));
  CHECK(has(why, "assumes A-enforced"));
  CHECK(has(why, "default-deny  fixtures/quickstart/policies-shop.yaml:5:9 [2]"));
  CHECK(has(below(run.out, "source 2"), "fixtures/quickstart/policies-shop.yaml\n"));
  CHECK(has(below(run.out, "source 2"), "*  5 |   name: default-deny\n"));
  CHECK(has(below(run.out, "source fixtures/quickstart/namespaces.yaml:3"),
            "*  3 | kind: Namespace"));
}

TEST_CASE("what if delete: the same questions, what changed, and undo") {
  const Run run = ask(
      "can api db 5432\nwhat if delete netpol data/db\nagain\nwhy\nundo\ncan api data/db 5432\n");
  CHECK(run.status == 0);
  const std::string change = below(run.out, "what if delete netpol data/db");
  CHECK(has(change, "without NetworkPolicy data/db"));
  CHECK(has(change, "removed   shop/api -> data/db  TCP 5432"));
  CHECK(has(change, "0 added, 1 removed, 0 changed"));
  CHECK(has(below(run.out, "again"), "DENIED  shop/api -> data/db"));
  CHECK(has(below(run.out, "undo"), "as it was read"));
  CHECK(has(below(run.out, "can api data/db 5432"), "ALLOWED"));
}

TEST_CASE("what if apply replaces objects of the same name, and adds the others") {
  const Folder folder;
  folder.write("a.yaml", pod("a", "web") + pod("a", "api") + pod("a", "db"));
  folder.write("p.json", R"({"apiVersion": "v1", "kind": "List", "items": [
    {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
     "metadata": {"name": "db", "namespace": "a"},
     "spec": {"podSelector": {"matchLabels": {"app": "db"}}, "ingress": []}}]})");
  const Folder* const kept = &folder;
  const std::string change = "/tmp/polreach-shell-change-" + std::to_string(getpid()) + ".yaml";
  std::ofstream(change) << policy("db", "db", "api") << policy("api", "api");
  const Run run = ask("can web api\ncan api db\nwhat if apply " + change +
                          "\ncan api db 80\ncan web api 80\ncan web db 80\nshow netpol a/db\n"
                          "what if delete netpol a/db\ncan web db 80\nundo\ncan web db 81\nundo\n"
                          "can api db 82\nundo\n",
                      {}, kept->path());
  fs::remove(change);
  CHECK(run.status == 2);  // there is nothing to undo at the end
  CHECK(has(below(run.out, "can web api"), "ALLOWED"));
  CHECK(has(below(run.out, "can api db"), "DENIED"));
  CHECK(has(below(run.out, "can api db 80"), "ALLOWED"));
  CHECK(has(below(run.out, "can web api 80"), "DENIED"));
  CHECK(has(below(run.out, "can web db 80"), "DENIED"));
  CHECK(has(below(run.out, "show netpol a/db"), change));
  // The policy that the change brought is taken out, and the one that it replaced stays replaced.
  CHECK(has(run.out, "added     a/web -> a/db"));
  CHECK(has(below(run.out, "can web db 81"), "DENIED"));
  CHECK(has(below(run.out, "can api db 82"), "DENIED"));
  CHECK(has(run.out, "there is no change to take back"));
}

TEST_CASE("a change that cannot be read changes nothing") {
  const Folder folder;
  const std::string bad =
      folder.write("bad.yaml",
                   "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
                   "metadata: {name: x, namespace: shop}\nspec: {podSelectr: {}}\n");
  const std::string empty = folder.write("empty.yaml", "a: b\n");
  const Run run = ask("what if apply " + bad + "\nwhat if apply " + empty +
                      "\nwhat if apply /no/such/file.yaml\nwhat if delete netpol shop/dsn\nundo\n"
                      "can api db 5432\n");
  CHECK(run.status == 2);
  CHECK(has(below(run.out, "what if apply " + bad), "bad.yaml:4:"));
  CHECK(has(below(run.out, "what if apply " + empty), "error["));
  CHECK(has(below(run.out, "what if apply /no/such/file.yaml"), "cannot be opened"));
  CHECK(has(below(run.out, "what if delete netpol shop/dsn"), "did you mean shop/dns?"));
  CHECK(has(below(run.out, "undo"), "no change to take back"));
  CHECK(has(below(run.out, "can api db 5432"), "ALLOWED"));
}

TEST_CASE("reload says which files and which connections changed; questions in between do not") {
  const Folder folder;
  folder.write("pods.yaml", pod("a", "web") + pod("a", "api"));
  const std::string policies = folder.write("policies.yaml", policy("api", "api"));
  // The lines are long, so that a stream does not read them before it has to.
  ChangingScript script({
      {"can web api 1", {}},
      {"can web api 2", [&] { folder.write("policies.yaml", policy("api", "api", "web")); }},
      {"what if delete netpol api", {}},
      {"undo", {}},
      {"can web api 3", {}},
      {"reload", {}},
      {"can web api 4", {}},
      {"reload", [&] { folder.write("policies.yaml", "kind: [\n"); }},
      {"can web api 5", {}},
      {"what if delete netpol api", {}},
  });
  std::istream in(&script);
  const Run run = support::run({"shell", folder.path()}, in);
  CHECK(run.status == 2);
  for (const char* question : {"can web api 1", "can web api 2", "can web api 3"}) {
    CHECK(has(below(run.out, question), "DENIED"));
  }
  const std::string reload = below(run.out, "reload");
  CHECK(has(reload, "changed " + policies));
  CHECK(has(reload, "added     a/web -> a/api"));
  CHECK(has(below(run.out, "can web api 4"), "ALLOWED"));
  CHECK(has(run.out, "the files have errors now"));
  CHECK(has(below(run.out, "can web api 5"), "ALLOWED"));
  CHECK(has(run.out.substr(run.out.rfind("> what if")), "0.0.0.0/0 -> a/api"));
}

TEST_CASE("what cannot be answered is said, the next line is answered, and the status is 2") {
  const Run run =
      ask("can web nobody\nfrobnicate\ncan web api http,\nsource 7\nwhy\ncan api db 5432\nquit\n"
          "can web api\n");
  CHECK(run.status == 2);
  CHECK(has(below(run.out, "can web nobody"), "error[unknown-reference]"));
  CHECK(has(below(run.out, "frobnicate"), "is no question"));
  CHECK(has(below(run.out, "can web api http,"), "error[bad-port]"));
  CHECK(has(below(run.out, "source 7"), "no answer has named a place yet"));
  CHECK(has(below(run.out, "can api db 5432"), "ALLOWED"));
  CHECK(!has(run.out, "> can web api\n"));  // behind quit
}

TEST_CASE("it depends is an answer") {
  const Run run = ask("can any any\n", {}, "fixtures/ipblock-pods-unknown-address");
  CHECK(has(run.out, "DEPENDS"));
  CHECK(has(run.out, "depends on A-"));
  CHECK(run.status == 0);
}

TEST_CASE("one object a line") {
  const Run run = ask(
      "can api db 5432\nfrobnicate\nsource 1\nwhat if delete netpol data/db\nshow netpol shop/web\n"
      "help\nundo\ncan shop/web shop/nobody\nreload\n",
      {"--format", "json"});
  CHECK(run.status == 2);
  const auto lines = documents(run);
  REQUIRE(lines.size() == 9);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    CHECK(lines[i]["schema"] == "polreach.shell/v1");
    CHECK(lines[i]["line"].GetUint() == i + 1);
  }
  CHECK(lines[0]["answer"]["verdict"] == "allowed");
  CHECK(lines[0]["answered"].GetBool());
  REQUIRE(lines[0]["cited"].Size() > 0);
  CHECK(!lines[1].HasMember("kind"));
  CHECK(lines[1]["error"]["code"] == "usage");
  CHECK(lines[2]["lines"]["file"] == lines[0]["cited"][0]["file"]);
  CHECK(lines[3]["answer"]["schema"] == "polreach.diff/v1");
  CHECK(lines[3]["cluster"] == "without NetworkPolicy data/db");
  CHECK(lines[4]["lines"]["first"].GetUint() == 30);
  CHECK(lines[6]["cluster"] == "as it was read");
  CHECK(!lines[7]["answered"].GetBool());
  CHECK(lines[7]["answer"]["error"]["code"] == "unknown-reference");
  CHECK(lines[8]["files"].Empty());
}

TEST_CASE("the same answer as from the command line") {
  const Run shell = ask("can web api 8080\nwhy\nmap\n", {"--format", "json"});
  const auto lines = documents(shell);
  REQUIRE(lines.size() == 3);
  const fs::path before = fs::current_path();
  fs::current_path(support::source_folder());
  const Run can =
      support::run({"can", "shop/web", "shop/api", "-p", "8080", "--format", "json", kQuickstart});
  const Run map = support::run({"map", "--format", "json", "-q", kQuickstart});
  fs::current_path(before);
  rapidjson::Document expected;
  expected.Parse(can.out);
  CHECK(lines[0]["answer"] == expected);
  CHECK(lines[1]["answer"] == expected);
  expected.Parse(map.out);
  CHECK(lines[2]["answer"] == expected);
}

TEST_CASE("networks of Azure: the same forms as for can") {
  const Run run = ask("can subnet/shop/web subnet/shop/db 1433\nwhat does subnet/shop/web reach\n",
                      {}, "fixtures/network-diff/old");
  CHECK(run.status == 0);
  CHECK(has(run.out, "ALLOWED  subnet/shop/web -> subnet/shop/db, TCP 1433"));
  CHECK(has(run.out, "network.json:49:21 ["));  // the rule Sql
  CHECK(has(run.out, "subnet shop/web -> subnet shop/db: allowed TCP 1433"));
}

TEST_CASE("input that cannot be asked about ends the shell before any question") {
  const Run errors = ask("can a b\n", {}, "fixtures/malformed");
  CHECK(errors.status == 2);
  CHECK(errors.out.empty());
  CHECK(ask("can a b\n", {"--format", "json"}, "fixtures/malformed").out.empty());
  const Run none = ask("can a b\n", {}, "/no/such/path");
  CHECK(none.status == 2);
  CHECK(has(none.err, "No such file"));
  const Run both = ask("can a b\n", {}, "-");
  CHECK(both.status == 2);
  CHECK(has(both.err, "--script"));
}

TEST_CASE("questions from a file, manifests from standard input") {
  const Folder folder;
  const std::string script =
      folder.write("q.txt", "can web api 80\r\nwhat if delete netpol api\r\n");
  const Run run = support::run({"shell", "--script", script, "-"},
                               pod("a", "web") + pod("a", "api") + policy("api", "api"));
  CHECK(run.status == 0);
  CHECK(has(run.out, "DENIED  a/web -> a/api"));
  CHECK(has(run.out, "added     a/web -> a/api"));
}

TEST_CASE("control characters in a question do not reach the terminal") {
  const Run run = ask("can \x1b]0;x\x07 api\n");
  CHECK(run.status == 2);
  CHECK(run.out.find('\x1b') == std::string::npos);
  CHECK(run.out.find('\x07') == std::string::npos);
}

}  // namespace polreach
