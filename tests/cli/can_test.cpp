// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/can_answer.h"
#include "tests/support/environment.h"
#include "tests/support/program.h"

namespace polreach {
namespace {

namespace fs = std::filesystem;
using support::Run;
using support::run;

constexpr const char* kPods = R"(
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: [{name: c, image: i, ports: [{name: sql, containerPort: 5432}]}]}
)";

constexpr const char* kPolicy = R"(
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
    - from: [{podSelector: {matchLabels: {app: web}}}]
      ports: [{port: sql}]
)";

/// A folder of its own for each test, removed at the end.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("polreach-test-" + std::to_string(counter_++))) {
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }

  std::string write(const std::string& name, const std::string& text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return (path_ / name).string();
  }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  static inline int counter_ = 0;
  fs::path path_;
};

std::string all() { return std::string(kPods) + "---" + kPolicy; }

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("exit statuses say allowed, denied, partly and no verdict") {
  CHECK(run({"can", "shop/web", "shop/db", "--port", "5432", "-"}, all()).status == 0);
  CHECK(run({"can", "shop/db", "shop/db", "--port", "5432", "-"}, all()).status == 0);
  CHECK(run({"can", "internet", "shop/db", "-"}, all()).status == 1);
  CHECK(run({"can", "shop/web", "shop/db", "-"}, all()).status == 1);
  CHECK(run({"can", "shop/web", "shop/db", "--any", "-"}, all()).status == 0);
  CHECK(run({"can", "internet", "shop/db", "--any", "-"}, all()).status == 1);
  CHECK(run({"can", "shop/web", "shop/dbs", "-"}, all()).status == 2);
}

TEST_CASE("the format changes neither the verdict nor the exit status") {
  for (const char* source : {"shop/web", "internet", "shop/*", "shop/nobody"}) {
    const Run text = run({"can", source, "shop/db", "-"}, all());
    const Run json = run({"can", source, "shop/db", "-", "--format", "json"}, all());
    CHECK(text.status == json.status);
    CHECK_FALSE(support::read_can_answer(json.out).verdict.empty() == (text.status != 2));
  }
}

TEST_CASE("an answer names the rule by file, line and column, and quotes the line") {
  const Folder folder;
  folder.write("pods.yaml", kPods);
  const std::string policy = folder.write("policies/db.yaml", kPolicy);
  const Run answer = run({"can", "shop/web", "shop/db", "--port", "5432", folder.path()});
  CHECK(has(answer.out, policy + ":8:7"));
  CHECK(has(answer.out, "8 |     - from: [{podSelector: {matchLabels: {app: web}}}]"));
  CHECK(has(answer.out, "NetworkPolicy shop/db, ingress rule 1"));
  CHECK(has(answer.out, "read 3 objects: 3 used"));
}

TEST_CASE("a denial says what isolates and what came close") {
  const Run answer = run({"can", "shop/web", "shop/db", "--port", "80", "-"}, all());
  CHECK(answer.status == 1);
  CHECK(has(answer.out, "isolated by NetworkPolicy shop/db"));
  CHECK(has(answer.out, "its only ingress rule does not match"));
  CHECK(has(answer.out, "only on TCP 5432"));
}

TEST_CASE("a denial says of each rule why it does not match") {
  const std::string other = all() + R"(---
apiVersion: v1
kind: Pod
metadata: {name: job, namespace: shop, labels: {app: job}}
spec: {containers: [{name: c, image: i}]}
)";
  const Run denied = run({"can", "shop/job", "shop/db", "-"}, other);
  CHECK(has(denied.out, "its only ingress rule does not match"));
  CHECK(has(denied.out, "NetworkPolicy shop/db, ingress rule 1"));
  CHECK(has(denied.out, "the pod is not app=web"));
  const Run outside = run({"can", "internet", "shop/db", "-"}, other);
  CHECK(has(outside.out, "selectors match pods only"));
}

TEST_CASE("an explanation keeps to the address family that both pods have") {
  const std::string text = R"(
apiVersion: v1
kind: Pod
metadata: {name: a, labels: {app: a}}
spec: {containers: [{name: c, image: i}]}
status: {podIPs: [{ip: 10.0.0.1}, {ip: "fd00::1"}]}
---
apiVersion: v1
kind: Pod
metadata: {name: b, labels: {app: b}}
spec: {containers: [{name: c, image: i}]}
status: {podIP: 10.0.0.2}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: b}
spec:
  podSelector: {matchLabels: {app: b}}
  ingress:
    - from: [{ipBlock: {cidr: 10.0.0.0/24}}]
    - from: [{ipBlock: {cidr: "fd00::/64"}}]
)";
  const Run answer = run({"can", "a", "b", "--ipblock-matches-pods=yes", "-"}, text);
  CHECK(answer.status == 0);
  CHECK(has(answer.out, "ingress to default/b: passes"));
  CHECK_FALSE(has(answer.out, "perhaps"));
}

TEST_CASE("between pods without a common address family no packet is shown") {
  const std::string text = R"(
apiVersion: v1
kind: Pod
metadata: {name: a}
spec: {containers: [{name: c, image: i}]}
status: {podIP: 10.0.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: b}
spec: {containers: [{name: c, image: i}]}
status: {podIP: "fd00::2"}
)";
  const Run answer = run({"can", "a", "b", "-"}, text);
  CHECK(has(answer.out, "A-no-common-family"));
  CHECK_FALSE(has(answer.out, "witness"));
}

TEST_CASE("the order of files, of paths and of objects changes no byte of the answer") {
  const Folder folder;
  const std::string pods = folder.write("b.yaml", kPods);
  const std::string policy = folder.write("a.yaml", kPolicy);
  const std::vector<std::string> question{"can", "shop/*", "any", "--format", "json"};
  std::string first;
  for (const auto& paths : {std::vector{pods, policy}, std::vector{policy, pods},
                            std::vector{folder.path()}, std::vector{folder.path(), pods, policy}}) {
    std::vector<std::string> words = question;
    words.insert(words.end(), paths.begin(), paths.end());
    const Run answer = run(words);
    CHECK(answer.status == 1);
    if (first.empty()) first = answer.out;
    CHECK(answer.out == first);
  }
}

TEST_CASE("unknown names come with the nearest ones") {
  const Run wrong = run({"can", "shop/wbe", "shop/db", "-"}, all());
  CHECK(has(wrong.err, "unknown-reference"));
  CHECK(has(wrong.err, "did you mean shop/web?"));
  const Run option = run({"can", "a", "b", "-", "--prot", "80"}, all());
  CHECK(option.status == 2);
  CHECK(has(option.err, "did you mean --port"));
  CHECK(has(run({"cna"}).err, "did you mean can?"));
}

TEST_CASE("one pod with two names of one workload's kinds is asked for by kind") {
  const std::string two = std::string(kPods) + R"(---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: i}]}
)";
  const Run unclear = run({"can", "shop/web", "shop/db", "-"}, two);
  CHECK(has(unclear.err, "ambiguous-reference"));
  CHECK(has(unclear.err, "shop/deployment/web or shop/pod/web"));
  CHECK(run({"can", "shop/deploy/web", "shop/db", "-"}, two).status == 0);
}

TEST_CASE("a Service is not a pod: the error names the pods behind it") {
  const std::string service = all() + R"(---
apiVersion: v1
kind: Service
metadata: {name: database, namespace: shop}
spec: {clusterIP: 10.0.0.5, selector: {app: db}, ports: [{port: 5432}]}
)";
  CHECK(
      has(run({"can", "shop/web", "shop/database", "-"}, service).err, "pods behind it: shop/db"));
  CHECK(has(run({"can", "shop/web", "10.0.0.5", "-"}, service).err, "service-address"));
}

TEST_CASE("a port of a Service is asked for behind its name, and only there") {
  const char* folder = "fixtures/service-target-port";
  const fs::path before = fs::current_path();
  fs::current_path(support::source_folder());
  const Run named = run({"can", "shop/client", "svc/shop/front:80", folder});
  CHECK(named.status == 0);
  CHECK(
      named.out.starts_with("ALLOWED  shop/client -> svc/shop/front:80, TCP 8080\n"
                            "  (svc/shop/front:80 leads to TCP 8080 of shop/canary, shop/web)\n"));
  const Run json = run({"can", "shop/client", "svc/shop/front:80", folder, "--format", "json"});
  CHECK(json.out.find("\"svc/shop/front:80 leads to TCP 8080 of shop/canary, shop/web\"") !=
        std::string::npos);
  CHECK(json.out.find("\"asked\": \"TCP 8080\"") != std::string::npos);
  for (const char* option : {"--port=80", "--protocol=tcp"}) {
    const Run twice = run({"can", "shop/client", "svc/shop/front:80", folder, option});
    CHECK(twice.status == 2);
    CHECK(twice.out.empty());
    CHECK(twice.err.starts_with("error[usage]: "));
  }
  const Run wrong = run({"can", "shop/client", "svc/shop/front:81", folder});
  CHECK(wrong.err.find("it has TCP 80 (http), TCP 9100 (metrics)") != std::string::npos);
  const Run near = run({"can", "shop/client", "svc/shop/fornt:80", folder});
  CHECK(near.err.find("did you mean shop/front?") != std::string::npos);
  fs::current_path(before);
}

TEST_CASE("a headless Service and one whose pods are not certain say so") {
  const char* folder = "fixtures/service-headless";
  const fs::path before = fs::current_path();
  fs::current_path(support::source_folder());
  const Run headless = run({"can", "data/client", "svc/data/db:5432", folder});
  CHECK(headless.out.find("(svc/data/db:5432 leads to TCP 5432 of data/db)") != std::string::npos);
  CHECK(headless.out.find("targetPort does not count") != std::string::npos);
  const Run by_name = run({"can", "data/client", "svc/data/db:sql", folder});
  CHECK(by_name.out.find("(svc/data/db:sql leads to TCP 6432 of data/db)") != std::string::npos);
  const Run maybe = run({"can", "data/client", "svc/data/first:5432", folder});
  CHECK(maybe.out.find("perhaps leads to TCP 5432 of data/db") != std::string::npos);
  fs::current_path(before);
}

TEST_CASE("entrances that lead nowhere have a warning each") {
  const fs::path file = support::source_folder() / "fixtures" / "entrances" / "odd.yaml";
  const Run result = run({"can", "shop/client", "shop/web", file.string()});
  CHECK(result.status == 0);
  for (const char* code : {"entrance-other-backend", "entrance-no-parent", "entrance-not-granted",
                           "service-port-unnamed"}) {
    CHECK_MESSAGE(result.err.find("warning[" + std::string(code) + "]") != std::string::npos, code);
  }
}

TEST_CASE("charts are recognised") {
  const Folder folder;
  folder.write("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
  folder.write("chart/values.yaml", "replicas: 1\n");
  folder.write("chart/templates/np.yaml", "kind: {{ .Values.kind }}\n");
  folder.write("pods.yaml", kPods);
  const Run answer = run({"can", "shop/web", "shop/db", folder.path()});
  CHECK(answer.status == 2);
  CHECK(has(answer.err, "helm-template"));
  CHECK(has(answer.err, "--helm " + (fs::path(folder.path()) / "chart").string()));
  const Run going = run({"can", "shop/web", "shop/db", folder.path(), "--keep-going"});
  CHECK(going.status == 2);
  CHECK(has(going.out, "DEPENDS"));
  CHECK(has(going.out, "A-unreadable"));
}

TEST_CASE("paths that hold nothing say so") {
  const Folder folder;
  CHECK(has(run({"can", "a", "b", folder.path()}).err, "holds no .yaml, .yml or .json file"));
  CHECK(has(run({"can", "a", "b", folder.path() + "/none"}).err, "none"));
  CHECK(has(run({"can", "a", "b", "-"}, "").err, "no-objects"));
  CHECK(has(run({"can", "a", "b"}).err, "say what to read"));
}

TEST_CASE("of the namespaces that the input does not hold only those that matter are named") {
  const std::string text = R"(
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: front}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: back}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: back}
spec:
  podSelector: {}
  ingress: [{from: [{namespaceSelector: {matchLabels: {team: shop}}}]}]
)";
  const Run answer = run({"can", "front/web", "back/db", "-"}, text);
  CHECK(answer.status == 2);
  CHECK(has(answer.out, "the labels of namespaces that the input does not hold: front\n"));
}

TEST_CASE("entries of a folder that are not read are named") {
  const Folder folder;
  folder.write("pods.yaml", kPods);
  folder.write(".hidden.yaml", kPolicy);
  folder.write(".private/policy.yaml", kPolicy);
  const Folder elsewhere;
  fs::create_symlink(elsewhere.write("policy.yaml", kPolicy), fs::path(folder.path()) / "l.yaml");
  fs::create_directory_symlink(elsewhere.path(), fs::path(folder.path()) / "linked");
  const Run answer = run({"can", "internet", "shop/db", folder.path()});
  CHECK(answer.status == 0);
  for (const char* name : {".hidden.yaml", ".private", "l.yaml", "linked"}) {
    CHECK(has(answer.err, (fs::path(folder.path()) / name).string()));
  }
  // Named by itself, a link is read.
  const std::string link = (fs::path(folder.path()) / "l.yaml").string();
  CHECK(run({"can", "internet", "shop/db", folder.path(), link}).status == 1);
}

TEST_CASE("large questions are answered without Z3, and say so") {
  std::string policy = kPods;
  policy +=
      "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, "
      "namespace: shop}\nspec:\n  podSelector: {}\n  policyTypes: [Egress]\n  egress:\n";
  for (int i = 0; i < 12000; ++i) {
    policy += "    - to: [{ipBlock: {cidr: 10." + std::to_string(i / 256) + "." +
              std::to_string(i % 256) + ".0/25}}]\n";
  }
  const Run answer = run({"can", "shop/web", "10.0.0.0/8", "-"}, policy);
  CHECK(answer.status == 1);
  CHECK(has(answer.out, "1 of 1 pairs too large for Z3"));
}

TEST_CASE("control characters of the input do not reach the terminal") {
  const Run answer = run({"can", "a", "b", "-"}, "kind: \"Pod\x1b[31m\"\napiVersion: v1\n");
  CHECK_FALSE(has(answer.err, "\x1b"));
  CHECK_FALSE(has(answer.out, "\x1b"));
  // The control sequence introducer of ISO 6429 as one character, and a change of direction.
  const Run hidden = run({"can", "a", "b", "-"}, "kind: Pod # \u009b31m \u202e\n@\n");
  CHECK_FALSE(has(hidden.err, "\u009b"));
  CHECK_FALSE(has(hidden.err, "\u202e"));
  CHECK_FALSE(has(run({"\x1b[2J"}).err, "\x1b"));
}

TEST_CASE("help, the manual page and the completions know every option") {
  const Run help = run({"can", "--help"});
  CHECK(help.status == 0);
  for (const char* what : {"man", "bash", "zsh", "fish"}) {
    const Run generated = run({"generate", what});
    CHECK(generated.status == 0);
    CHECK(has(generated.out,
              what == std::string("man") ? "ipblock\\-matches\\-pods" : "ipblock-matches-pods"));
  }
  CHECK(has(help.out, "--ipblock-matches-pods"));
  CHECK(run({"generate", "nothing"}).status == 2);
  CHECK(run({"--version"}).status == 0);
  CHECK(run({}).status == 2);
}

}  // namespace polreach
