// SPDX-License-Identifier: Apache-2.0
// What changed between two sets of manifests: kinds of change, formats, exit statuses, revisions.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/git_scratch.h"
#include "tests/support/program.h"

namespace polreach {
namespace {

namespace fs = std::filesystem;
using support::GitScratch;
using support::Run;
using support::run;
using Words = std::vector<std::string>;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string pod(const std::string& name, const std::string& labels = "") {
  return "---\napiVersion: v1\nkind: Pod\nmetadata: {name: " + name +
         ", namespace: x, labels: {app: " + name + labels +
         "}}\nspec: {containers: [{name: c, image: i}]}\n";
}

/// A NetworkPolicy of the pods of one app.
std::string policy(const std::string& app, const std::string& spec) {
  return "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: " + app +
         ", namespace: x}\nspec:\n  podSelector: {matchLabels: {app: " + app + "}}\n  " + spec +
         "\n";
}

/// Two files in a folder of their own.
class Sides {
 public:
  Sides(const std::string& before, const std::string& after)
      : folder_(fs::temp_directory_path() / ("polreach-diff-" + std::to_string(counter_++))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    std::ofstream(before_path(), std::ios::binary) << before;
    std::ofstream(after_path(), std::ios::binary) << after;
  }
  Sides(const Sides&) = delete;
  Sides& operator=(const Sides&) = delete;
  ~Sides() { fs::remove_all(folder_); }

  [[nodiscard]] std::string before_path() const { return (folder_ / "old.yaml").string(); }
  [[nodiscard]] std::string after_path() const { return (folder_ / "new.yaml").string(); }

  [[nodiscard]] Run diff(Words options = {}) const {
    Words words{"diff", before_path(), after_path()};
    words.insert(words.end(), options.begin(), options.end());
    return run(words);
  }
  /// The lines of changes, without the summary, and without spaces at the ends of columns.
  [[nodiscard]] std::string changes(Words options = {}) const {
    options.insert(options.end(), {"-q", "--no-reasons"});
    std::string out = diff(options).out;
    return out.substr(0, out.find("\n\n") == std::string::npos ? 0 : out.find("\n\n") + 1);
  }

 private:
  static inline int counter_ = 0;
  fs::path folder_;
};

/// b is guarded, and open to what `rules` say; a sends where it wants.
std::string guarded(const std::string& rules) {
  return pod("a") + pod("b") + policy("b", "ingress: " + rules);
}

constexpr const char* kFromA = "from: [{podSelector: {matchLabels: {app: a}}}]";

std::string from_a(const std::string& ports) {
  return guarded("[{" + std::string(kFromA) + ", ports: [" + ports + "]}]");
}

}  // namespace

TEST_CASE("diff: nothing changed is status 0, a change 1, no verdict 2") {
  const std::string one = from_a("{port: 80}");
  CHECK(Sides(one, one).diff().status == 0);
  CHECK(has(Sides(one, one).diff().out, "no connection changed"));
  // Other text, the same meaning.
  CHECK(Sides(from_a("{port: 80}, {port: 81}"), from_a("{port: 80, endPort: 81}")).diff().status ==
        0);
  CHECK(Sides(one, from_a("{port: 81}")).diff().status == 1);
  CHECK(Sides(one, "kind: Pod\napiVersion: v1\n").diff().status == 2);
  CHECK(Sides("kind: Pod\napiVersion: v1\n", one).diff().status == 2);
  for (const char* format : {"text", "txt", "json", "csv", "md", "dot"}) {
    CHECK(Sides(one, one).diff({"-f", format}).status == 0);
    CHECK(Sides(one, from_a("{port: 81}")).diff({"-f", format}).status == 1);
  }
}

TEST_CASE("diff: what came, what went and what differs, with both sides") {
  const Sides sides(from_a("{port: 80}"), from_a("{port: 80}, {port: 443}"));
  CHECK(sides.changes() == "changed   x/a -> x/b  TCP 80 => TCP 80,443\n");
  const Sides came(guarded("[]"), from_a("{port: 80}"));
  CHECK(came.changes() == "added     x/a -> x/b  TCP 80\n");
  const Sides went(from_a("{port: 80}"), guarded("[]"));
  CHECK(went.changes() == "removed   x/a -> x/b  TCP 80\n");
  CHECK(has(went.diff().out, "connections: 0 added, 1 removed, 0 changed"));
}

TEST_CASE("diff: --only says which changes count") {
  const Sides sides(guarded("[]"), from_a("{port: 80}"));
  CHECK(sides.diff({"--only", "added"}).status == 1);
  CHECK(sides.diff({"--only", "removed"}).status == 0);
  CHECK(sides.diff({"--only", "removed,changed"}).status == 0);
  CHECK(sides.diff({"--only", "removed,added"}).status == 1);
  CHECK(sides.diff({"--only", "removed", "--only", "added"}).status == 1);
  for (const char* wrong : {"new", "", "added,"}) {
    const Run result = sides.diff({"--only=" + std::string(wrong)});
    INFO(wrong);
    CHECK(result.status == 2);
    CHECK(result.out.empty());
    CHECK(result.err.starts_with("error[usage]: "));
    CHECK(has(result.err, "--only"));
  }
}

TEST_CASE("diff: addresses are split where they changed, and joined where the same did") {
  const auto from = [](const std::string& blocks) {
    return guarded("[{from: [" + blocks + "], ports: [{port: 80}]}]");
  };
  const Words no{"--ipblock-matches-pods=no"};
  // 10.0.0.0/8 narrowed to its first half.
  CHECK(Sides(from("{ipBlock: {cidr: 10.0.0.0/8}}"), from("{ipBlock: {cidr: 10.0.0.0/9}}"))
            .changes(no) == "removed   10.128.0.0/9 -> x/b  TCP 80\n");
  // Two halves for the whole are no change, and two ranges that came are one line.
  CHECK(Sides(from("{ipBlock: {cidr: 10.0.0.0/8}}"),
              from("{ipBlock: {cidr: 10.0.0.0/9}}, {ipBlock: {cidr: 10.128.0.0/9}}"))
            .diff(no)
            .status == 0);
  CHECK(Sides(from("{ipBlock: {cidr: 10.0.0.0/8}}"),
              from("{ipBlock: {cidr: 10.0.0.0/8}}, {ipBlock: {cidr: 192.0.2.0/24}}, {ipBlock: "
                   "{cidr: 198.51.100.0/24}}"))
            .changes(no) == "added     192.0.2.0/24, 198.51.100.0/24 -> x/b  TCP 80\n");
  // A hole.
  CHECK(Sides(from("{ipBlock: {cidr: 10.0.0.0/8}}"),
              from("{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}"))
            .changes(no) == "removed   10.1.0.0/16 -> x/b  TCP 80\n");
}

TEST_CASE("diff: an ipBlock of IPv6 on one side changes nothing for the others") {
  const std::string before = pod("a") + pod("b") + policy("b", "ingress: []");
  const std::string after =
      pod("a") + pod("b") + policy("b", "ingress: [{from: [{ipBlock: {cidr: 'fd00::/8'}}]}]");
  CHECK(Sides(before, after).changes({"--ipblock-matches-pods=no"}) ==
        "added     fd00::/8 -> x/b  all traffic\n");
  CHECK(Sides(after, before).changes({"--ipblock-matches-pods=no"}) ==
        "removed   fd00::/8 -> x/b  all traffic\n");
}

TEST_CASE("diff: workloads that came and went are named, and their connections say so") {
  const Sides sides(pod("a"), pod("a") + pod("c"));
  const Run result = sides.diff({"--no-reasons"});
  CHECK(result.status == 1);
  CHECK(has(result.out, "added     x/a -> x/c        all traffic  (x/c is new)\n"));
  CHECK(has(result.out, "added     workload x/c (Pod)\n"));
  const Run back = run({"diff", "--no-reasons", sides.after_path(), sides.before_path()});
  CHECK(has(back.out, "removed   x/a -> x/c        all traffic  (x/c is gone)\n"));
  CHECK(has(back.out, "removed   workload x/c (Pod)\n"));
  CHECK(has(sides.diff({"-f", "json"}).out, "\"workload\": \"added\""));
  // A workload that nothing may connect to is a change of workloads alone.
  const std::string closed =
      "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: none, "
      "namespace: "
      "x}\nspec: {podSelector: {}, policyTypes: [Ingress, Egress]}\n";
  const Run quiet = Sides(pod("a") + closed, pod("a") + pod("c") + closed).diff();
  CHECK(quiet.status == 0);
  CHECK(has(quiet.out, "added     workload x/c (Pod)\nno connection changed"));
}

namespace {

std::string replica(const std::string& name, const std::string& labels) {
  return "---\napiVersion: v1\nkind: Pod\nmetadata: {name: " + name + ", namespace: x, labels: {" +
         labels +
         "}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: b, uid: u, "
         "controller: true}]}\nspec: {containers: [{name: c, image: i}]}\n";
}

}  // namespace

TEST_CASE("diff: pods of a workload that only one side tells apart are compared one by one") {
  const std::string pods =
      pod("a") + replica("b-1", "app: b, canary: on-1") + replica("b-2", "app: b");
  const std::string canary =
      "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: "
      "x}\nspec: {podSelector: {matchExpressions: [{key: app, operator: In, values: [b]}, {key: "
      "canary, operator: DoesNotExist}]}, ingress: []}\n";
  // Only b-2 is closed; b-1 is as it was.
  const Sides sides(pods, pods + canary);
  CHECK(sides.changes({"--from", "x/a", "--to", "x/b"}) ==
        "removed   x/a -> x/b (b-2)  all traffic\n");
  CHECK(has(sides.diff({"-f", "json", "--from", "x/a"}).out, "\"pods\": \"b-2\""));
  const Run back = run({"diff", "-q", sides.after_path(), sides.before_path(), "--from", "x/a"});
  CHECK(back.out.starts_with("added     x/a -> x/b (b-2)  all traffic\n"));
  // Pods with other names are the same workload where nothing tells pods apart.
  const std::string renamed = pod("a") + replica("b-8", "app: b") + replica("b-9", "app: b");
  CHECK(Sides(pods, renamed).diff().status == 0);
}

TEST_CASE("diff: what holds under one reading only is a side of its own") {
  const std::string plain = guarded("[]");
  const std::string block =
      guarded("[{from: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 80}]}]");
  const Words ends{"--from", "x/a", "--to", "x/b"};
  CHECK(Sides(plain, block).changes(ends) == "added     x/a -> x/b  TCP 80 if A-ipblock-pods\n");
  CHECK(Sides(block, from_a("{port: 80}")).changes(ends) ==
        "changed   x/a -> x/b  TCP 80 if A-ipblock-pods => TCP 80\n");
  const Run json = Sides(plain, block).diff({"--from", "x/a", "--to", "x/b", "-f", "json"});
  CHECK(has(json.out, "\"condition\": [\n          \"A-ipblock-pods\"\n        ]"));
}

TEST_CASE("diff: a policy of another language makes what it could close depend") {
  const std::string cilium =
      "---\napiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p, namespace: "
      "x}\nspec: {endpointSelector: {}}\n";
  const Words ends{"--from", "x/a", "--to", "x/b"};
  const Sides sides(from_a("{port: 80}"), from_a("{port: 80}") + cilium);
  CHECK(sides.changes(ends) == "changed   x/a -> x/b  TCP 80 => TCP 80 if A-unsupported-policy\n");
  CHECK(sides.diff({"--only", "added"}).status == 0);
}

TEST_CASE("diff: reasons name the rule on each side with its place") {
  const Sides sides(from_a("{port: 80}"), from_a("{port: 80}, {port: 443}"));
  const Run result = sides.diff();
  CHECK(has(result.out,
            "            was ingress: isolated by NetworkPolicy x/b, no rule allows this  " +
                sides.before_path() + ":"));
  CHECK(has(result.out, "            now ingress: allowed by NetworkPolicy x/b, rule 1, TCP 443  " +
                            sides.after_path() + ":17:"));
  CHECK_FALSE(has(result.out, "egress"));
  CHECK_FALSE(has(sides.diff({"-q"}).out, "ingress:"));
  CHECK_FALSE(has(sides.diff({"--no-reasons"}).out, "ingress:"));
  CHECK(has(sides.diff({"-f", "json"}).out, "\"reasons\": ["));
  CHECK_FALSE(has(sides.diff({"-f", "json", "--no-reasons"}).out, "\"reasons\""));
}

TEST_CASE("diff: csv has a line for each side, md is a table, dot names the change") {
  const Sides sides(from_a("{port: 80}"), from_a("{port: 443}, {port: 53, protocol: UDP}"));
  CHECK(sides.diff({"-f", "csv"}).out ==
        "change,source_namespace,source_kind,source_name,source_pods,source_cidrs,"
        "destination_namespace,destination_kind,destination_name,destination_pods,"
        "destination_cidrs,side,protocol,ports,condition\n"
        "changed,x,Pod,a,,,x,Pod,b,,,old,TCP,80,\n"
        "changed,x,Pod,a,,,x,Pod,b,,,new,TCP,443,\n"
        "changed,x,Pod,a,,,x,Pod,b,,,new,UDP,53,\n");
  const Run md = sides.diff({"-f", "md"});
  CHECK(md.out.starts_with("**Connectivity:** 0 added, 0 removed, 1 changed ("));
  CHECK(has(md.out,
            "| | Source | Destination | Before | After |\n|---|---|---|---|---|\n"
            "| changed | x/a | x/b | TCP 80 | TCP 443; UDP 53 |\n"));
  CHECK(has(md.out, "<details><summary>Rules behind the changes</summary>"));
  CHECK_FALSE(has(sides.diff({"-f", "md", "--no-reasons"}).out, "<details>"));
  const Run dot = sides.diff({"-f", "dot"});
  CHECK(has(dot.out, "label=\"~ TCP 80 => TCP 443; UDP 53\""));
  CHECK(has(dot.out, "~ changed</font>"));
  CHECK(has(Sides(guarded("[]"), from_a("{port: 80}")).diff({"-f", "dot"}).out,
            "label=\"+ TCP 80\", style=\"bold\""));
}

TEST_CASE("diff: an empty list in every format") {
  const Sides sides(guarded("[]"), guarded("[]"));
  CHECK(has(sides.diff({"-f", "json"}).out, "\"changes\": []"));
  CHECK(has(sides.diff({"-f", "md"}).out, "no connection changed"));
  const std::string csv = sides.diff({"-f", "csv"}).out;
  CHECK(csv.find('\n') == csv.size() - 1);
  CHECK(sides.diff({"-f", "dot"}).out.starts_with("digraph polreach {"));
}

TEST_CASE("diff: svg is drawn where dot is, and is a clear error where it is not") {
  const Sides sides(guarded("[]"), from_a("{port: 80}"));
  const Run drawn = sides.diff({"-f", "svg"});
  if (drawn.status == 1) CHECK(has(drawn.out, "<svg"));
  const char* path = std::getenv("PATH");
  const std::string before = path == nullptr ? "" : path;
  setenv("PATH", "/nonexistent", 1);
  const Run without = sides.diff({"-f", "svg"});
  setenv("PATH", before.c_str(), 1);
  CHECK(without.status == 2);
  CHECK(without.out.empty());
  CHECK(without.err.starts_with("error[graphviz]: "));
}

TEST_CASE("diff: the order of objects changes no byte") {
  const std::string first = pod("a") + pod("b") + pod("c");
  const std::string turned = pod("c") + pod("b") + pod("a");
  const std::string closed = policy("b", "ingress: []");
  const Sides forth(first, first + closed);
  const std::string shown = forth.diff({"-f", "csv"}).out;
  CHECK(shown == Sides(turned, closed + turned).diff({"-f", "csv"}).out);
  CHECK(has(shown, "removed,,,,,0.0.0.0/0,x,Pod,b,"));
  CHECK(forth.changes() ==
        "removed   x/a -> x/b        all traffic\n"
        "removed   x/c -> x/b        all traffic\n"
        "removed   0.0.0.0/0 -> x/b  all traffic\n");
}

TEST_CASE("diff: --port, --from and --namespace are about both sides") {
  const Sides sides(from_a("{port: 80}"), from_a("{port: 443}"));
  CHECK(sides.changes({"--port", "80"}) == "removed   x/a -> x/b  TCP 80\n");
  CHECK(has(sides.diff({"--port", "80"}).out, "connections on TCP 80: 0 added, 1 removed"));
  CHECK(sides.diff({"--port", "81"}).status == 0);
  CHECK(sides.diff({"--from", "x/b"}).status == 0);
  CHECK(sides.diff({"--namespace", "x"}).status == 1);
  for (const Words& wrong : {Words{"--namespace", "y"}, Words{"--from", "x/nobody"}}) {
    const Run result = sides.diff(wrong);
    CHECK(result.status == 2);
    CHECK(result.err.starts_with("error[unknown-reference]: "));
  }
}

TEST_CASE("diff: entrances and what they lead to") {
  const std::string front =
      "---\napiVersion: v1\nkind: Service\nmetadata: {name: front, namespace: x}\n"
      "spec: {selector: {app: a}, ports: [{port: 80}]}\n";
  const std::string entrance =
      "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: site, namespace: x}\n"
      "spec: {defaultBackend: {service: {name: front, port: {number: 80}}}}\n";
  const Sides sides(pod("a") + front, pod("a") + front + entrance);
  CHECK(sides.changes() == "added     {ingress controller} -> x/a  TCP 80\n");
  CHECK(has(sides.diff({"-f", "csv"}).out, "added,,IngressController,,,,x,Pod,a,,,new,TCP,80,"));
}

namespace {

/// The current folder, for a while.
class In {
 public:
  explicit In(const fs::path& folder) { fs::current_path(folder); }
  In(const In&) = delete;
  In& operator=(const In&) = delete;
  ~In() { fs::current_path(before_); }

 private:
  fs::path before_ = fs::current_path();
};

}  // namespace

TEST_CASE("diff: revisions of a repository, with places in them") {
  GitScratch scratch;
  const std::string first = scratch.commit(
      {{{"k8s/all.yaml", from_a("{port: 80}")}, {"other.yaml", pod("z")}}, {}, {}, {}});
  scratch.tag("v1", first, true);
  const std::string second =
      scratch.commit({{{"k8s/all.yaml", from_a("{port: 443}")}}, {}, {}, {}});
  scratch.tag("v2", second, false);
  const In in(scratch.path());
  const Run result = run({"diff", "v1", "v2", "--", "k8s"});
  INFO(result.err);
  CHECK(result.status == 1);
  CHECK(has(result.out, "changed   x/a -> x/b  TCP 80 => TCP 443\n"));
  CHECK(has(result.out, "v1:k8s/all.yaml:17:"));
  CHECK(has(result.out, "v2:k8s/all.yaml:17:"));
  CHECK(has(result.out, "v1 => v2"));
  // All of it without a path; a path that did not change; a revision with itself.
  CHECK(run({"diff", "v1", "v2"}).status == 1);
  CHECK(run({"diff", "v1", "v2", "--", "other.yaml"}).status == 0);
  CHECK(run({"diff", "v2", "v2"}).status == 0);
  // A path of the work tree against a revision: that path of it is meant.
  scratch.write("k8s/all.yaml", from_a("{port: 8080}"));
  const Run work = run({"diff", "-q", "v2", "k8s"});
  INFO(work.err);
  CHECK(work.out.starts_with("changed   x/a -> x/b  TCP 443 => TCP 8080\n"));
}

TEST_CASE("diff: a path that one revision does not have is empty there, and in both a mistake") {
  GitScratch scratch;
  const std::string first = scratch.commit({{{"old.yaml", pod("z")}}, {}, {}, {}});
  scratch.tag("v1", first, false);
  const std::string second = scratch.commit({{{"new.yaml", pod("a")}}, {}, {}, {}});
  scratch.tag("v2", second, false);
  const In in(scratch.path());
  const Run came = run({"diff", "-q", "v1", "v2", "--", "new.yaml"});
  INFO(came.err);
  CHECK(came.status == 1);
  CHECK(has(came.out, "added     workload x/a (Pod)\n"));
  const Run none = run({"diff", "v1", "v2", "--", "none.yaml"});
  CHECK(none.status == 2);
  CHECK(none.out.empty());
  CHECK(has(none.err, "error[input]: none.yaml: neither revision has this path"));
  const Run unknown = run({"diff", "v1", "v3"});
  CHECK(unknown.status == 2);
  CHECK(unknown.err.starts_with("error[input]: "));
}

TEST_CASE("diff: two paths leave no place for a third") {
  const Sides sides(pod("a"), pod("a"));
  const Run result = run({"diff", sides.before_path(), sides.after_path(), "--", "k8s"});
  CHECK(result.status == 2);
  CHECK(result.out.empty());
  CHECK(has(result.err, "error[input]: "));
  CHECK(has(result.err, "is a path"));
  CHECK(run({"diff", sides.before_path()}).status == 2);
}

TEST_CASE("diff: no verdict is said in JSON, too") {
  const Run result = Sides(pod("a"), "kind: Pod\napiVersion: v1\n").diff({"-f", "json"});
  CHECK(result.status == 2);
  CHECK(has(result.out, "\"schema\": \"polreach.diff/v1\",\n  \"verdict\": null"));
}

TEST_CASE("diff: file names with markup stay text") {
  const fs::path folder = fs::temp_directory_path() / "polreach-diff-hostile";
  fs::remove_all(folder);
  fs::create_directories(folder / "|<b>\x1b[31m");
  const std::string old_path = (folder / "|<b>\x1b[31m" / "o.yaml").string();
  const std::string new_path = (folder / "|<b>\x1b[31m" / "n.yaml").string();
  std::ofstream(old_path, std::ios::binary) << from_a("{port: 80}");
  std::ofstream(new_path, std::ios::binary) << from_a("{port: 81}");
  for (const char* format : {"text", "md", "csv", "dot", "json"}) {
    const Run result = run({"diff", old_path, new_path, "-f", format});
    INFO(format);
    CHECK(result.status == 1);
    CHECK_FALSE(has(result.out, "\x1b"));
    if (std::string_view(format) == "md") CHECK_FALSE(has(result.out, "<b>"));
  }
  fs::remove_all(folder);
}

}  // namespace polreach
