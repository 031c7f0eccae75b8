// SPDX-License-Identifier: Apache-2.0
// The list of connections: what stands in it, in which order, in every format.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/environment.h"
#include "tests/support/program.h"

namespace polreach {
namespace {

namespace fs = std::filesystem;
using support::Run;
using support::run;
using Words = std::vector<std::string>;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string pod(const std::string& name, const std::string& ns, const std::string& more = "") {
  return "---\napiVersion: v1\nkind: Pod\nmetadata: {name: " + name + ", namespace: " + ns +
         ", labels: {app: " + name + "}" + more +
         "}\nspec: {containers: [{name: c, image: i, ports: [{name: main, containerPort: "
         "8080}]}]}\n";
}

/// A NetworkPolicy of the pods of one app.
std::string policy(const std::string& name, const std::string& ns, const std::string& spec) {
  return "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: " + name +
         ", namespace: " + ns + "}\nspec: {podSelector: {matchLabels: {app: " + name + "}}, " +
         spec + "}\n";
}

/// web may call api on TCP 8080 and nothing else may connect to anything, but job to 192.0.2.0/24.
std::string shop() {
  return pod("web", "shop") + pod("api", "shop") + pod("job", "batch") +
         policy("web", "shop",
                "policyTypes: [Ingress, Egress], egress: [{to: [{podSelector: {matchLabels: "
                "{app: api}}}]}]") +
         policy("api", "shop",
                "policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {}}], ports: "
                "[{port: main}]}]") +
         policy("job", "batch",
                "policyTypes: [Ingress, Egress], egress: [{to: [{ipBlock: {cidr: 192.0.2.0/24}}], "
                "ports: [{port: 443}, {port: 53, protocol: UDP}]}]");
}

/// The list alone.
std::string listed(Words words, const std::string& input) {
  words.insert(words.begin(), "map");
  words.insert(words.end(), {"-q", "-"});
  const Run result = run(words, input);
  INFO(result.err);
  CHECK(result.status == 0);
  return result.out;
}

class InRoot {
 public:
  InRoot() { fs::current_path(support::source_folder()); }
  InRoot(const InRoot&) = delete;
  InRoot& operator=(const InRoot&) = delete;
  ~InRoot() { fs::current_path(before_); }

 private:
  fs::path before_ = fs::current_path();
};

}  // namespace

TEST_CASE("map: connections are listed by source and destination, addresses last") {
  CHECK(listed({"--ipblock-matches-pods=no"}, shop()) ==
        "batch/job -> 192.0.2.0/24  TCP 443; UDP 53\n"
        "\n"
        "shop/web -> shop/api  TCP 8080\n");
  const std::string open = pod("b", "z") + pod("a", "z") + pod("c", "x");
  CHECK(listed({}, open) ==
        "x/c -> z/a        all traffic\n"
        "x/c -> z/b        all traffic\n"
        "x/c -> 0.0.0.0/0  all traffic\n"
        "\n"
        "z/a -> x/c        all traffic\n"
        "z/a -> z/b        all traffic\n"
        "z/a -> 0.0.0.0/0  all traffic\n"
        "\n"
        "z/b -> x/c        all traffic\n"
        "z/b -> z/a        all traffic\n"
        "z/b -> 0.0.0.0/0  all traffic\n"
        "\n"
        "0.0.0.0/0 -> x/c  all traffic\n"
        "0.0.0.0/0 -> z/a  all traffic\n"
        "0.0.0.0/0 -> z/b  all traffic\n");
}

TEST_CASE("map: --from, --to and --namespace leave only what they name") {
  const Words no{"--ipblock-matches-pods=no"};
  const auto with = [&](Words more) {
    more.insert(more.end(), no.begin(), no.end());
    return listed(more, shop());
  };
  CHECK(with({"--from", "shop/web"}) == "shop/web -> shop/api  TCP 8080\n");
  CHECK(with({"--from", "shop/api"}) == "nothing may connect\n");
  CHECK(with({"--to", "shop/api"}) == "shop/web -> shop/api  TCP 8080\n");
  CHECK(with({"--to", "192.0.2.7"}) == "batch/job -> 192.0.2.7/32  TCP 443; UDP 53\n");
  CHECK(with({"--to", "198.51.100.0/24"}) == "nothing may connect\n");
  CHECK(with({"--namespace", "shop"}) == "shop/web -> shop/api  TCP 8080\n");
  CHECK(with({"--namespace", "batch"}) == "batch/job -> 192.0.2.0/24  TCP 443; UDP 53\n");
  CHECK(with({"--default-namespace", "shop", "--from", "web"}) ==
        "shop/web -> shop/api  TCP 8080\n");
  // An end in the namespace is enough.
  const std::string two = pod("a", "x") + pod("b", "w") + pod("c", "z");
  const std::string about_w = listed({"--namespace", "w", "--to", "w/*"}, two);
  CHECK(about_w ==
        "x/a -> w/b  all traffic\n\nz/c -> w/b  all traffic\n\n0.0.0.0/0 -> w/b  all traffic\n");
}

TEST_CASE("map: --port and --protocol ask about some packets") {
  const Words none{"--ipblock-matches-pods=no"};
  const auto with = [&](Words more) {
    more.insert(more.end(), none.begin(), none.end());
    return listed(more, shop());
  };
  CHECK(with({"--port", "8080"}) == "shop/web -> shop/api  TCP 8080\n");
  CHECK(with({"--port", "8081"}) == "nothing may connect on TCP 8081\n");
  CHECK(with({"--port", "main"}) == "shop/web -> shop/api  TCP 8080\n");
  CHECK(with({"--protocol", "udp"}) == "batch/job -> 192.0.2.0/24  UDP 53\n");
  CHECK(with({"--port", "400-500,53/udp"}) == "batch/job -> 192.0.2.0/24  TCP 443; UDP 53\n");
}

TEST_CASE("map: a port of a Service is the pods behind it on the port that it leads to") {
  const std::string service =
      "---\napiVersion: v1\nkind: Service\nmetadata: {name: front, namespace: shop}\n"
      "spec: {selector: {app: api}, ports: [{port: 80, targetPort: 8080}]}\n";
  const std::string open = pod("web", "shop") + pod("api", "shop") + service;
  CHECK(listed({"--to", "svc/shop/front:80", "--from", "shop/web"}, open) ==
        "shop/web -> shop/api  TCP 8080\n");
  const Run twice = run({"map", "--to", "svc/shop/front:80", "--port", "80", "-"}, open);
  CHECK(twice.status == 2);
  CHECK(twice.err.starts_with("error[usage]: "));
  const Run source = run({"map", "--from", "svc/shop/front:80", "-"}, open);
  CHECK(source.status == 2);
  CHECK(source.err.starts_with("error[bad-reference]: a Service opens no connections"));
}

TEST_CASE("map: pods of one workload that policies tell apart have lines of their own") {
  const InRoot root;
  const Run result = run({"map", "-q", "--to", "default/web", "fixtures/variants"});
  CHECK(result.out ==
        "default/client -> default/web (web-6b7f9d5c48-4x2kq)                           TCP "
        "80,9229\n"
        "default/client -> default/web (web-6b7f9d5c48-9tzhm and pods of its template)  TCP 80\n"
        "\n"
        "default/db -> default/web (web-6b7f9d5c48-4x2kq)                           TCP 80,9229\n"
        "default/db -> default/web (web-6b7f9d5c48-9tzhm and pods of its template)  TCP 80\n"
        "\n"
        "0.0.0.0/0 -> default/web (web-6b7f9d5c48-4x2kq)                           TCP 80,9229\n"
        "0.0.0.0/0 -> default/web (web-6b7f9d5c48-9tzhm and pods of its template)  TCP 80\n");
  // Each pod by itself; the Deployment stands for the pods of its template.
  const Run pods = run(
      {"map", "-q", "--pods", "--from", "default/web", "--to", "default/db", "fixtures/variants"});
  CHECK(pods.out ==
        "default/web -> default/db  all traffic\n"
        "\n"
        "default/web-6b7f9d5c48-9tzhm -> default/db  all traffic\n");
  // The ReplicaSet is what the pods name as their controller.
  const Run owners = run({"map", "-q", "--owners=immediate", "--from", "default/web", "--to",
                          "default/client", "fixtures/variants"});
  CHECK(has(owners.out, "default/web-6b7f9d5c48 -> default/client  all traffic\n"));
}

TEST_CASE("map: --itself adds connections between the pods of one workload") {
  const std::string set =
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: db}\n"
      "spec: {replicas: 2, selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: "
      "db}}, spec: {containers: [{name: c, image: i}]}}}\n";
  const std::string closed =
      set + policy("db", "default",
                   "policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {}}], ports: "
                   "[{port: 7000}]}], egress: [{to: [{podSelector: {}}]}]");
  CHECK(listed({}, closed) == "nothing may connect\n");
  CHECK(listed({"--itself"}, closed) == "default/db -> default/db  TCP 7000\n");
  // One pod has nobody to connect to but itself.
  CHECK(listed({"--itself", "--to", "default/*"}, pod("one", "default")) ==
        "0.0.0.0/0 -> default/one  all traffic\n");
}

TEST_CASE("map: what rests on a reading stands beside what does not") {
  const std::string text =
      pod("client", "default", "") + pod("web", "default") +
      policy("web", "default",
             "ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 80}]}, {from: "
             "[{podSelector: {}}], ports: [{port: 443}]}]");
  const Words question{"--from", "default/client", "--to", "default/web"};
  CHECK(listed(question, text) ==
        "default/client -> default/web  TCP 443; TCP 80 if A-ipblock-pods\n");
  Words settled = question;
  settled.emplace_back("--ipblock-matches-pods=yes");
  CHECK(listed(settled, text) == "default/client -> default/web  TCP 80,443\n");
  settled.back() = "--ipblock-matches-pods=no";
  CHECK(listed(settled, text) == "default/client -> default/web  TCP 443\n");
  const Run whole = run({"map", "--from", "default/client", "-"}, text);
  CHECK(has(whole.out, "  A-ipblock-pods: whether an ipBlock matches the addresses of pods"));
  CHECK(has(whole.out, "settled by --ipblock-matches-pods=yes or no\n"));
  const Run json =
      run({"map", "-f", "json", "--from", "default/client", "--to", "default/web", "-"}, text);
  CHECK(has(json.out, "\"complete\": true"));
  CHECK(has(json.out, "\"condition\": [\n        \"A-ipblock-pods\"\n      ]"));
}

TEST_CASE("map: what policies of other languages may change is not listed as allowed") {
  const std::string cilium =
      "---\napiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p, namespace: "
      "shop}\nspec: {endpointSelector: {}}\n";
  const std::string text = pod("a", "shop") + pod("b", "x") + pod("c", "w") + cilium;
  CHECK(listed({"--from", "x/b"}, text) ==
        "x/b -> shop/a     all traffic if A-unsupported-policy\n"
        "x/b -> w/c        all traffic\n"
        "x/b -> 0.0.0.0/0  all traffic\n");
  const Run json = run({"map", "-f", "json", "-"}, text);
  CHECK(json.status == 0);
  CHECK(has(json.out, "\"complete\": false"));
  CHECK(has(run({"map", "-"}, text).out, "may open is not listed"));
}

TEST_CASE("map: an entrance leads to its backends from a controller that is not there") {
  const std::string front =
      "---\napiVersion: v1\nkind: Service\nmetadata: {name: front, namespace: shop}\n"
      "spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}\n"
      "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: site, namespace: "
      "shop}\n"
      "spec: {defaultBackend: {service: {name: front, port: {number: 80}}}}\n";
  const std::string open = pod("web", "shop") + front;
  CHECK(has(listed({}, open), "{ingress controller} -> shop/web  TCP 8080\n"));
  CHECK(has(run({"map", "-f", "json", "-"}, open).out, "\"kind\": \"IngressController\""));
  CHECK(has(run({"map", "-f", "csv", "-"}, open).out,
            ",IngressController,,,,shop,Pod,web,,,TCP,8080,\n"));
  CHECK(has(run({"map", "-f", "dot", "-"}, open).out, "shape=hexagon"));
  CHECK_FALSE(has(listed({"--from", "shop/web"}, open), "controller"));
  CHECK_FALSE(has(listed({"--to", "192.0.2.1"}, open), "controller"));
  // A policy that lets in pods of some label may let the controller in, which is not known.
  const std::string guarded =
      open + policy("web", "shop",
                    "ingress: [{from: [{namespaceSelector: {}, podSelector: "
                    "{matchLabels: {role: edge}}}]}]");
  CHECK(has(listed({}, guarded), "{ingress controller} -> shop/web  TCP 8080 if A-"));
  // One that lets nobody in is a mistake.
  const Run blocked = run({"map", "-"}, open + policy("web", "shop", "ingress: []"));
  CHECK(blocked.status == 0);
  CHECK(has(blocked.err, "warning[entrance-blocked]: Ingress shop/site"));
  CHECK_FALSE(has(blocked.out, "controller}"));
}

TEST_CASE("map: a backend is found among pods that only the Service tells apart") {
  const auto of_set = [](const char* name, const char* tier) {
    return "---\napiVersion: v1\nkind: Pod\nmetadata: {name: " + std::string(name) +
           ", labels: {tier: " + tier +
           "}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: set, uid: u, "
           "controller: true}]}\nspec: {containers: [{name: c, image: i}]}\n";
  };
  const std::string front =
      "---\napiVersion: v1\nkind: Service\nmetadata: {name: front}\n"
      "spec: {selector: {tier: edge}, ports: [{port: 80}]}\n"
      "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: site}\n"
      "spec: {defaultBackend: {service: {name: front, port: {number: 80}}}}\n";
  for (const char* backend : {"edge", "other"}) {
    const std::string text = of_set("p-1", backend) +
                             of_set("p-2", std::string_view(backend) == "edge" ? "other" : "edge") +
                             front;
    CHECK(has(listed({}, text), "{ingress controller} -> default/set  TCP 80\n"));
  }
}

TEST_CASE("map: IPv6 is listed where something speaks of it") {
  const std::string v6 =
      pod("web", "default") +
      policy("web", "default",
             "policyTypes: [Ingress, Egress], egress: [{to: [{ipBlock: {cidr: 'fd00::/8', except: "
             "['fd00:1::/32']}}], ports: [{port: 443}]}]");
  const std::string out = listed({}, v6);
  CHECK(out.starts_with("default/web -> fd00::/32, fd00:2::/31, "));
  CHECK(has(out, ", fd80::/9  TCP 443\n"));
  CHECK_FALSE(has(out, "0.0.0.0"));
  const std::string other = v6 + pod("open", "default");
  CHECK(has(listed({"--from", "default/open"}, other), "default/open -> 0.0.0.0/0, ::/0"));
  CHECK_FALSE(has(listed({}, pod("open", "default")), "::/0"));
}

TEST_CASE("map: --explain names the rule of each direction with its place") {
  const Run result = run({"map", "-q", "-e", "--ipblock-matches-pods=no", "-"}, shop());
  CHECK(has(result.out,
            "shop/web -> shop/api  TCP 8080\n"
            "    egress: allowed by NetworkPolicy shop/web, rule 1, TCP 8080  <stdin>:20:"));
  CHECK(has(result.out,
            "    ingress: allowed by NetworkPolicy shop/api, rule 1, TCP 8080  <stdin>:"));
  const Run open = run({"map", "-q", "-e", "-"}, pod("a", "x") + pod("b", "x"));
  CHECK(has(open.out,
            "x/a -> x/b        all traffic\n"
            "    egress: no NetworkPolicy selects it, open by default\n"
            "    ingress: no NetworkPolicy selects it, open by default\n"));
  const Run json = run({"map", "-f", "json", "-e", "-"}, shop());
  CHECK(has(json.out, "\"egress\": {\n        \"basis\": \"policies\""));
}

TEST_CASE("map: --prove has Z3 prove each connection") {
  const Run result = run({"map", "--prove", "-"}, shop());
  CHECK(result.status == 0);
  CHECK(has(result.out, "; 2 connections proven\n"));
  CHECK(has(run({"map", "--prove", "-f", "json", "-"}, shop()).out,
            "\"proofs\": 2,\n  \"unproven\": 0"));
  CHECK(has(run({"map", "-f", "json", "-"}, shop()).out, "\"proofs\": 0"));
}

TEST_CASE("map: csv has a line for each protocol and what it rests on") {
  CHECK(listed({"-f", "csv", "--ipblock-matches-pods=no"}, shop()) ==
        "source_namespace,source_kind,source_name,source_pods,source_cidrs,destination_namespace,"
        "destination_kind,destination_name,destination_pods,destination_cidrs,protocol,ports,"
        "condition\n"
        "batch,Pod,job,,,,,,,192.0.2.0/24,TCP,443,\n"
        "batch,Pod,job,,,,,,,192.0.2.0/24,UDP,53,\n"
        "shop,Pod,web,,,shop,Pod,api,,,TCP,8080,\n");
  const std::string text =
      pod("a", "x") + pod("b", "x") +
      policy("b", "x",
             "ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 80, endPort: 90}]}]");
  CHECK(has(listed({"-f", "csv", "--from", "x/a"}, text),
            "x,Pod,a,,,x,Pod,b,,,TCP,80-90,A-ipblock-pods\n"));
}

TEST_CASE("map: md is a table") {
  CHECK(listed({"-f", "md", "--ipblock-matches-pods=no"}, shop()) ==
        "| Source | Destination | Connections |\n"
        "|---|---|---|\n"
        "| batch/job | 192.0.2.0/24 | TCP 443; UDP 53 |\n"
        "| shop/web | shop/api | TCP 8080 |\n");
}

TEST_CASE("map: txt is text, and no other word is a format") {
  CHECK(listed({"-f", "txt"}, shop()) == listed({"-f", "text"}, shop()));
  const Run wrong = run({"map", "-f", "yaml", "-"}, shop());
  CHECK(wrong.status == 2);
  CHECK(has(wrong.err, "--format cannot be yaml; it is one of: text json csv md dot svg"));
}

TEST_CASE("map: dot has a box for each namespace and an arrow for each connection") {
  const std::string out = listed({"-f", "dot", "--ipblock-matches-pods=no"}, shop());
  CHECK(out.starts_with("digraph polreach {"));
  for (const char* part : {"subgraph \"cluster_shop\"", "subgraph \"cluster_batch\"",
                           "label=\"web\", shape=box", "label=\"192.0.2.0/24\", shape=ellipse",
                           "label=\"TCP 8080\"", "label=\"TCP 443; UDP 53\""}) {
    CHECK_MESSAGE(has(out, part), part);
  }
}

TEST_CASE("map: svg is drawn where dot is, and is a clear error where it is not") {
  const Run drawn = run({"map", "-f", "svg", "-"}, shop());
  if (drawn.status == 0) {
    CHECK(has(drawn.out, "<svg"));
    CHECK(has(drawn.out, "TCP 8080"));
  }
  const char* path = std::getenv("PATH");
  const std::string before = path == nullptr ? "" : path;
  setenv("PATH", "/nonexistent", 1);
  const Run without = run({"map", "-f", "svg", "-"}, shop());
  setenv("PATH", before.c_str(), 1);
  CHECK(without.status == 2);
  CHECK(without.out.empty());
  CHECK(without.err.starts_with("error[graphviz]: "));
}

TEST_CASE("map: names that are formulas, markup or graph language stay text") {
  // Labels, names and namespaces are checked; names of files are not.
  const std::string text =
      pod("a", "x") + policy("a", "x", "policyTypes: [Ingress], ingress: [{}]");
  const fs::path folder = fs::temp_directory_path() / "polreach-map-hostile";
  fs::remove_all(folder);
  fs::create_directories(folder);
  const fs::path file = folder / "=cmd|<b>`x`\"\x1b[31m.yaml";
  std::ofstream(file, std::ios::binary) << text;
  for (const char* format : {"text", "md", "csv", "dot", "json"}) {
    const Run result = run({"map", "-e", "-f", format, folder.string()});
    INFO(format);
    CHECK(result.status == 0);
    CHECK_FALSE(has(result.out, "\x1b"));
  }
  const Run md = run({"map", "-e", "-f", "md", folder.string()});
  CHECK_FALSE(has(md.out, "<b>"));
  CHECK(has(md.out, "=cmd\\|\\<b\\>\\`x\\`"));
  fs::remove_all(folder);
}

TEST_CASE("map: an empty list is an answer") {
  const std::string closed = pod("a", "x") + pod("b", "x") +
                             "---\napiVersion: networking.k8s.io/v1\nkind: "
                             "NetworkPolicy\nmetadata: {name: none, namespace: "
                             "x}\nspec: {podSelector: {}, policyTypes: [Ingress, Egress]}\n";
  const Run text = run({"map", "-"}, closed);
  CHECK(text.status == 0);
  CHECK(text.out.starts_with("nothing may connect\n\n0 connections\n"));
  CHECK(has(run({"map", "-f", "json", "-"}, closed).out, "\"connections\": []"));
  CHECK(listed({"-f", "md"}, closed) == "| Source | Destination | Connections |\n|---|---|---|\n");
  const std::string csv = listed({"-f", "csv"}, closed);
  CHECK(csv.find('\n') == csv.size() - 1);
}

TEST_CASE("policies without workloads are no answer to a list") {
  const std::string policies =
      "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: none, namespace: "
      "x}\nspec: {podSelector: {}}\n";
  for (const char* command : {"map", "exposure"}) {
    const Run text = run({command, "-"}, policies);
    CHECK(text.status == 2);
    CHECK(has(text.err, "error[no-workloads]"));
  }
  // Any two would be the same.
  const Run both = run({"diff", "fixtures/quickstart/policies-shop.yaml",
                        "fixtures/quickstart-changed/policies-shop.yaml"},
                       "");
  CHECK(both.status == 2);
  CHECK(has(both.err, "error[no-workloads]"));
}

TEST_CASE("equal priorities that clash leave no command a verdict") {
  const std::string folder = "fixtures/malformed/tier-equal-priorities.yaml";
  for (const char* command : {"map", "exposure", "relate"}) {
    const Run text = run({command, folder}, "");
    CHECK(text.status == 2);
    CHECK(has(text.err, "error[equal-priority]"));
  }
  const Run both = run({"diff", folder, folder}, "");
  CHECK(both.status == 2);
  CHECK(has(both.err, "error[equal-priority]"));
}

TEST_CASE("map: errors have a code, status 2 and no list") {
  const std::pair<Words, const char*> cases[] = {
      {{"--namespace", "shp"},
       "error[unknown-reference]: there is no namespace shp; did you mean shop?"},
      {{"--from", "shop/nobody"}, "error[unknown-reference]: "},
      {{"--to", "a/b/c/d"}, "error[bad-reference]: "},
      {{"--port", "0"}, "error[bad-port]: "},
      {{"--owners", "bottom"}, "error[usage]: --owners cannot be bottom"},
  };
  for (const auto& [options, message] : cases) {
    Words words{"map", "-"};
    words.insert(words.end(), options.begin(), options.end());
    const Run result = run(words, shop());
    CAPTURE(result.err);
    CHECK(result.status == 2);
    CHECK(result.out.empty());
    CHECK(result.err.starts_with(message));
    words.insert(words.end(), {"-f", "json"});
    const Run json = run(words, shop());
    CHECK(json.status == 2);
    if (!json.err.starts_with("error[usage]")) CHECK(has(json.out, "\"verdict\": null"));
  }
  const Run broken = run({"map", "-f", "json", "-"}, "kind: Pod\napiVersion: v1\n");
  CHECK(broken.status == 2);
  CHECK(has(broken.out, "\"schema\": \"polreach.map/v1\",\n  \"verdict\": null"));
  CHECK(run({"map"}).status == 2);
}

TEST_CASE("map: the order of files and objects changes no byte") {
  const fs::path folder = fs::temp_directory_path() / "polreach-map-order";
  fs::remove_all(folder);
  fs::create_directories(folder);
  const auto write = [&](const char* name, const std::string& text) {
    std::ofstream(folder / name, std::ios::binary) << text;
    return (folder / name).string();
  };
  const std::string cilium =
      "---\napiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p, namespace: "
      "x}\nspec: {endpointSelector: {}}\n";
  const std::string one = write("one.yaml", shop());
  const std::string two = write("two.yaml", pod("d", "x") + pod("c", "x") + cilium);
  for (const char* format : {"text", "json", "csv", "md", "dot"}) {
    INFO(format);
    const Run forth = run({"map", "-e", "-f", format, one, two});
    CHECK(forth.status == 0);
    CHECK(forth.out == run({"map", "-e", "-f", format, two, one}).out);
  }
  fs::remove_all(folder);
  CHECK(listed({}, pod("a", "x") + pod("b", "x") + pod("a", "w")) ==
        listed({}, pod("a", "w") + pod("b", "x") + pod("a", "x")));
}

TEST_CASE("map: two kinds with one name are told apart") {
  const std::string text =
      pod("web", "x") +
      "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: x}\n"
      "spec: {selector: {matchLabels: {run: web}}, template: {metadata: {labels: {run: web}}, "
      "spec: "
      "{containers: [{name: c, image: i}]}}}\n";
  CHECK(has(listed({}, text), "x/deployment/web -> x/pod/web  all traffic\n"));
}

}  // namespace polreach
