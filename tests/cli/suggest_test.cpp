// SPDX-License-Identifier: Apache-2.0
// `polreach suggest` as people use it: what it writes is put beside the manifests, and asked again.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/support/environment.h"
#include "tests/support/program.h"

namespace polreach {
namespace {

using support::Run;

Run suggest(const std::string& words, const std::string& in) {
  std::vector<std::string> all{"suggest"};
  for (const std::string& word : support::words_of(words)) all.push_back(word);
  all.emplace_back("-");
  return support::run(all, in);
}

bool passes(const std::string& source, const std::string& destination, const std::string& port,
            const std::string& in, const std::string& option = "--ipblock-matches-pods=no") {
  const Run run =
      support::run({"can", source, destination, "--port", port, option, "--quiet", "-"}, in);
  REQUIRE_MESSAGE(run.status != 2, run.err);
  return run.status == 0;
}

std::string pod(const std::string& name, const std::string& labels) {
  return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name +
         ", namespace: shop, labels: " + labels +
         "}\nspec: {containers: [{name: c, image: i}]}\n---\n";
}

const std::string kPods = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n" +
                          pod("web", "{app: web}") + pod("api", "{app: api}") +
                          pod("db", "{app: db}");

std::string policy(const std::string& name, const std::string& spec) {
  return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: " + name +
         ", namespace: shop}\nspec:\n" + spec + "---\n";
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("suggest: a pod that nothing selects gets a policy that allows all but what is closed") {
  const Run run =
      suggest("shop/web shop/db --port 5432 --ipblock-matches-pods no --format yaml", kPods);
  CHECK(run.status == 0);
  CHECK(run.out == R"(apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: db-ingress
  namespace: shop
spec:
  podSelector:
    matchLabels:
      app: db
  policyTypes:
    - Ingress
  ingress:
    - ports:
        - protocol: TCP
          port: 1
          endPort: 5431
        - protocol: TCP
          port: 5433
          endPort: 65535
        - protocol: UDP
        - protocol: SCTP
    - from:
        - namespaceSelector:
            matchExpressions:
              - key: kubernetes.io/metadata.name
                operator: NotIn
                values:
                  - shop
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: shop
          podSelector:
            matchExpressions:
              - key: app
                operator: NotIn
                values:
                  - web
        - ipBlock:
            cidr: 0.0.0.0/0
        - ipBlock:
            cidr: "::/0"
      ports:
        - protocol: TCP
          port: 5432
)");
  const std::string after = kPods + run.out;
  CHECK_FALSE(passes("shop/web", "shop/db", "5432", after));
  CHECK(passes("shop/web", "shop/db", "5431", after));
  CHECK(passes("shop/api", "shop/db", "5432", after));
  CHECK(passes("internet", "shop/db", "5432", after));
}

TEST_CASE("suggest: what has to be cut besides is named, and needs --force") {
  // An ipBlock could match the address of web, which nobody knows: addresses cannot be allowed.
  const Run run = suggest("shop/web shop/db", kPods);
  CHECK(run.status == 1);
  CHECK(has(run.out, "more changes than was asked for"));
  CHECK(has(run.out, "also cuts\n  any IPv4 address -> shop/db  all traffic\n"));
  const Run yaml = suggest("shop/web shop/db --format yaml", kPods);
  CHECK(yaml.status == 1);
  CHECK(yaml.out.empty());
  CHECK(has(yaml.err, "more changes"));
  const Run forced = suggest("shop/web shop/db --format yaml --force", kPods);
  CHECK(forced.status == 0);
  CHECK_FALSE(
      passes("shop/web", "shop/db", "80", kPods + forced.out, "--ipblock-matches-pods=both"));
  CHECK(passes("shop/api", "shop/db", "80", kPods + forced.out));
}

TEST_CASE("suggest: of a rule that lets more pass the rest stays") {
  const std::string before = policy("db",
                                    "  podSelector: {matchLabels: {app: db}}\n"
                                    "  ingress:\n"
                                    "    - from:\n"
                                    "        - podSelector:\n"
                                    "            matchExpressions:\n"
                                    "              - {key: app, operator: In, values: [web, api]}\n"
                                    "      ports: [{port: 5432}]\n");
  const Run run = suggest("shop/web shop/db", kPods + before);
  CHECK(run.status == 0);
  CHECK(has(run.out, "NetworkPolicy shop/db (changed)  <stdin>:"));
  CHECK(has(run.out, "ingress rule 1 lets it pass: cut down"));
  const Run yaml = suggest("shop/web shop/db --format yaml", kPods + before);
  CHECK(has(yaml.out, "matchLabels:\n              app: api\n"));
  CHECK_FALSE(passes("shop/web", "shop/db", "5432", kPods + yaml.out));
  CHECK(passes("shop/api", "shop/db", "5432", kPods + yaml.out));
}

TEST_CASE("suggest: a policy about other pods, too, is parted") {
  const std::string before = policy("all",
                                    "  podSelector: {}\n  ingress: [{from: "
                                    "[{podSelector: {matchLabels: {app: web}}}]}]\n");
  const Run run = suggest("shop/web shop/db --format yaml", kPods + before);
  CHECK(run.status == 0);
  CHECK(has(run.out, "  name: all\n"));
  CHECK(has(run.out, "  name: all-db\n"));
  const std::string after = kPods + run.out;
  CHECK_FALSE(passes("shop/web", "shop/db", "80", after));
  CHECK(passes("shop/web", "shop/api", "80", after));
  CHECK_FALSE(passes("shop/api", "shop/db", "80", after));  // as before
}

TEST_CASE("suggest: a changed policy keeps its labels and annotations") {
  const std::string before =
      "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: db\n"
      "  namespace: shop\n  labels: {team: data}\n  annotations:\n    owner: \"yes\"\n"
      "    kubectl.kubernetes.io/last-applied-configuration: '{}'\n"
      "spec: {podSelector: {}, ingress: [{}]}\n";
  const Run run = suggest("any shop/* --format yaml", kPods + before);
  CHECK(run.status == 0);
  CHECK(has(run.out, "  labels:\n    team: data\n  annotations:\n    owner: \"yes\"\nspec:"));
  CHECK_FALSE(has(run.out, "last-applied"));
  CHECK(has(run.out, "ingress: []"));
}

TEST_CASE("suggest --allow: a rule at each end that stops the packets") {
  const std::string deny = policy("deny", "  podSelector: {}\n  policyTypes: [Ingress, Egress]\n");
  const Run run = suggest("shop/api shop/db --port 5432 --allow --format yaml", kPods + deny);
  CHECK(run.status == 0);
  const std::string after = kPods + deny + "---\n" + run.out;
  CHECK(passes("shop/api", "shop/db", "5432", after));
  CHECK_FALSE(passes("shop/api", "shop/db", "5433", after));
  CHECK_FALSE(passes("shop/web", "shop/db", "5432", after));
  CHECK(suggest("shop/api shop/db --allow", kPods).status == 1);  // all of it passes
}

TEST_CASE("suggest --default-deny: what passes today does afterwards, and new pods are isolated") {
  const std::string api_only = policy("db",
                                      "  podSelector: {matchLabels: {app: db}}\n"
                                      "  ingress: [{from: [{podSelector: {matchLabels: "
                                      "{app: api}}}]}]\n");
  const Run run = suggest("--default-deny shop --format yaml", kPods + api_only);
  CHECK(run.status == 0);
  const std::string after = kPods + api_only + run.out;
  CHECK(passes("shop/api", "shop/db", "80", after));
  CHECK(passes("shop/web", "shop/api", "80", after));
  CHECK(passes("internet", "shop/web", "80", after));
  CHECK_FALSE(passes("shop/web", "shop/db", "80", after));
  const std::string with_new = after + "---\n" + pod("new", "{app: other}");
  CHECK_FALSE(passes("internet", "shop/new", "80", with_new));
  CHECK(suggest("--default-deny nowhere", kPods).status == 2);
}

TEST_CASE("suggest: what no NetworkPolicy can do is said") {
  const std::string admin =
      "apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\n"
      "metadata: {name: open}\nspec:\n  priority: 1\n  subject: {namespaces: {}}\n"
      "  ingress: [{action: Allow, from: [{namespaces: {}}]}]\n";
  const Run tier = suggest("shop/web shop/db --at destination", kPods + admin);
  CHECK(tier.status == 1);
  CHECK(has(tier.out, "no suggestion: this NetworkPolicy does not close all of it"));
  const Run none = suggest("shop/web shop/db --engine none", kPods);
  CHECK(none.status == 1);
  CHECK(has(none.out, "no engine that enforces"));
  const Run closed = suggest("shop/web shop/db", kPods + policy("deny", "  podSelector: {}\n"));
  CHECK(closed.status == 1);
  CHECK(has(closed.out, "nothing of it passes today"));
}

TEST_CASE("suggest: questions that mean nothing have no verdict") {
  CHECK(suggest("shop/web", kPods).status == 2);
  CHECK(suggest("shop/web shop/nobody", kPods).status == 2);
  CHECK(suggest("10.0.0.1 10.0.0.2", kPods).status == 2);
  CHECK(suggest("--finding x --default-deny shop", kPods).status == 2);
  const Run finding = suggest("--finding 0123456789abcdef", kPods);
  CHECK(finding.status == 2);
  CHECK(has(finding.err, "the audit has no finding 0123456789abcdef"));
}

TEST_CASE("suggest: policies that are not understood leave nothing proven") {
  const std::string foreign =
      "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: x, namespace: shop}\n"
      "spec: {endpointSelector: {}}\n";
  const Run run = suggest("shop/web shop/db --ipblock-matches-pods no", kPods + foreign);
  CHECK(run.status == 2);
  CHECK(has(run.out, "not understood: CiliumNetworkPolicy shop/x"));
}

TEST_CASE("suggest: of a pod and a place of the network the policies of the pod are changed") {
  const std::string folder = (support::source_folder() / "fixtures/network-diff/new").string();
  const Run run = support::run({"suggest", "shop/web", "subnet/shop/db", folder, "-"}, kPods);
  CHECK(run.status == 0);
  CHECK(has(run.out, "closes\n  shop/web -> 10.0.3.0/24  all traffic\n"));
  CHECK(has(run.out, "NetworkPolicy shop/web-egress (new)"));
}

TEST_CASE("suggest: a security rule in the last free place before the one that lets pass") {
  const std::string folder = (support::source_folder() / "fixtures/network-diff/new").string();
  const auto ask = [&](const std::vector<std::string>& words) {
    std::vector<std::string> all{"suggest"};
    all.insert(all.end(), words.begin(), words.end());
    all.push_back(folder);
    return support::run(all);
  };
  const Run run = ask({"subnet/shop/web", "subnet/shop/db", "--port", "22"});
  CHECK(run.status == 0);
  // Ssh has priority 110, and 109 is free.
  CHECK(has(run.out, "--nsg-name db-nsg --name DenyTcp22Inbound --priority 109"));
  CHECK(has(run.out, "subnet shop/web -> subnet shop/db  TCP 22  (allowed, now stopped)"));
  // The template as the program wrote it, beside the network.
  const std::size_t start = run.out.find("  {\n");
  REQUIRE(start != std::string::npos);
  const std::string arm = run.out.substr(start);
  const auto can = [&](const std::string& from, const std::string& to, const std::string& port) {
    return support::run({"can", from, to, "--port", port, folder, "-"}, arm).status;
  };
  CHECK(can("subnet/shop/web", "subnet/shop/db", "22") == 1);
  CHECK(can("subnet/shop/batch", "subnet/shop/db", "22") == 0);
  CHECK(can("subnet/shop/web", "subnet/shop/db", "1433") == 0);
  // Https has 100, the first there is.
  const Run full = ask({"internet", "subnet/shop/web", "--port", "443"});
  CHECK(full.status == 1);
  CHECK(has(full.out, "web-nsg has no free priority before rule 100 Https"));
  CHECK(ask({"internet", "subnet/shop/db"}).status == 1);
  CHECK(ask({"internet", "subnet/shop/web", "--protocol", "sctp"}).status != 0);
}

namespace {

Run close_finding(const std::string& finding, const std::string& fixture) {
  return support::run({"suggest", "--finding", finding,
                       (support::source_folder() / "fixtures" / fixture).string()});
}

/// The template that an answer ends with.
std::string template_of(const std::string& text) {
  const std::size_t start = text.find("  {\n");
  REQUIRE(start != std::string::npos);
  return text.substr(start);
}

const std::string kNetwork = R"({
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0", "resources": [
  {"type": "Microsoft.Network/networkSecurityGroups", "name": "front", "apiVersion": "2023-09-01",
   "properties": {"securityRules": [
     {"name": "Ssh", "properties": {"priority": 200, "direction": "Inbound", "access": "Allow",
      "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefix": "Internet",
      "destinationAddressPrefix": "*", "destinationPortRange": "22"}},
     {"name": "Scanner", "properties": {"priority": 199, "direction": "Inbound", "access": "Deny",
      "protocol": "Udp", "sourcePortRange": "*", "sourceAddressPrefix": "203.0.113.0/24",
      "destinationAddressPrefix": "*", "destinationPortRange": "9"}},
     {"name": "Web", "properties": {"priority": 300, "direction": "Inbound", "access": "Allow",
      "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefix": "Internet",
      "destinationAddressPrefix": "*", "destinationPortRange": "443"}}]}},
  {"type": "Microsoft.Network/virtualNetworks", "name": "net", "apiVersion": "2023-09-01",
   "dependsOn": ["[resourceId('Microsoft.Network/networkSecurityGroups', 'front')]"],
   "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": [
     {"name": "front", "properties": {"addressPrefix": "10.0.1.0/24", "networkSecurityGroup":
      {"id": "[resourceId('Microsoft.Network/networkSecurityGroups', 'front')]"}}}]}}]}
)";

}  // namespace

TEST_CASE("suggest: a finding about a rule of a security group is closed before that rule") {
  const Run run = suggest("--finding nsg-internet-ssh", kNetwork);
  CHECK_MESSAGE(run.status == 0, run.out << run.err);
  // Ssh has priority 200, and 199 is taken.
  CHECK(has(run.out, "security group front: 198 DenyTcp22Inbound (new)"));
  CHECK(has(run.out, "one security rule, proven: nothing else changes"));
  CHECK(has(run.out, "--source-address-prefixes Internet"));
  CHECK(has(run.out, "--destination-address-prefixes 10.0.1.0/24 --destination-port-ranges 22"));
  CHECK(suggest("--finding nsg-internet-ssh --format yaml", kNetwork).status == 2);
  CHECK(has(suggest("--finding nsg-internet-ssh --format json", kNetwork).out,
            "\"verdict\": \"proven\""));
}

TEST_CASE("suggest: where no priority is free it says which rules have to move") {
  const auto with = [](const std::string& ssh, const std::string& scanner) {
    std::string network = kNetwork;
    network.replace(network.find("200"), 3, ssh);
    network.replace(network.find("199"), 3, scanner);
    return network;
  };
  // Ssh has the first priority that there is, Scanner the next: 102 is free.
  const Run full = suggest("--finding nsg-internet-ssh", with("100", "101"));
  CHECK(full.status == 1);
  CHECK_MESSAGE(has(full.out,
                    "no free priority before rule 100 Ssh; first move 101 Scanner to 102, "
                    "100 Ssh to 101: that leaves their order as it is"),
                full.out << full.err);
  // A rule with room behind it moves alone.
  CHECK(has(suggest("--finding nsg-internet-ssh", with("100", "102")).out,
            "; first move 100 Ssh to 101: that"));
  // Done as it says there is a place, and what they let pass is the same.
  const Run moved = suggest("--finding nsg-internet-ssh", with("101", "102"));
  CHECK_MESSAGE(moved.status == 0, moved.out << moved.err);
  CHECK(has(moved.out, "security group front: 100 DenyTcp22Inbound (new)"));
}

TEST_CASE("suggest: one rule for each protocol, and packets of both are what was asked about") {
  std::string network = kNetwork;
  for (const char* from : {"\"protocol\": \"Tcp\"", "\"destinationPortRange\": \"22\""}) {
    const std::string any = std::string(from).substr(0, std::string(from).rfind(": ")) + ": \"*\"";
    network.replace(network.find(from), std::string(from).size(), any);
  }
  const Run audit = support::run({"audit", "--format", "json", "-"}, network);
  REQUIRE(has(audit.out, "nsg-internet-any-port"));
  const Run run = suggest("--finding nsg-internet-any-port", network);
  CHECK_MESSAGE(run.status == 0, run.out << run.err);
  CHECK(has(run.out, "2 security rules, proven: nothing else changes"));
  CHECK(has(run.out, "closes\n  the internet -> subnet net/front  TCP, UDP"));
}

TEST_CASE("suggest: what only the platform's rule lets pass is closed behind all other rules") {
  const Run run = close_finding("nsg-allow-restricts-nothing", "audit-azure");
  CHECK_MESSAGE(run.status == 0, run.out << run.err);
  // AllowWeb, with priority 100, keeps TCP 8443; 4096 is the last that a rule can have.
  CHECK(has(run.out, "security group app-nsg: 4096 "));
  CHECK(has(run.out, "before rule 65000 AllowVnetInBound"));
  const std::string arm = template_of(run.out);
  const std::string folder = (support::source_folder() / "fixtures/audit-azure").string();
  const auto can = [&](const std::string& port) {
    return support::run({"can", "subnet/shop/web", "subnet/shop/app", "--port", port, folder, "-"},
                        arm)
        .status;
  };
  CHECK(can("22") == 1);
  CHECK(can("8443") == 0);
  const Run after =
      support::run({"audit", "--only", "nsg-allow-restricts-nothing", folder, "-"}, arm);
  CHECK_MESSAGE(after.status == 0, after.out);
}

TEST_CASE("suggest: management that the platform's rule opens is closed from all other subnets") {
  const Run run = close_finding("nsg-lateral-management", "audit-azure");
  CHECK_MESSAGE(run.status == 0, run.out << run.err);
  CHECK(has(run.out, "subnet shop/web -> subnet shop/jobs  TCP 22,3389,5985-5986"));
  CHECK_FALSE(has(run.out, "subnet shop/jobs -> subnet shop/jobs"));
}

TEST_CASE("suggest: a finding that no rule and no policy closes comes with its remedy") {
  // AllowRdp has the first priority that there is.
  const Run full = close_finding("nsg-internet-rdp", "audit-azure");
  CHECK(full.status == 1);
  CHECK(has(full.out, "web-nsg has no free priority before rule 100 AllowRdp"));
  CHECK(has(full.out, "  note: instead: "));
  const Run api = close_finding("aks-api-open", "audit-azure");
  CHECK(api.status == 2);
  CHECK(has(api.err, "no policy and no rule closes this: the API server"));
  CHECK(has(api.err, "help: Set authorizedIPRanges"));
  // Whoever may create a pod in some namespace gives it any label.
  const Run copied = close_finding("copied-labels", "audit-shop");
  CHECK(copied.status == 2);
  CHECK(has(copied.err, "pods that someone could create"));
}

TEST_CASE("suggest: an open namespace is closed, with a word on how to keep what is needed") {
  const Run run = close_finding("namespace-open", "audit-shop");
  CHECK_MESSAGE(run.status == 0, run.out << run.err);
  CHECK(has(run.out, "--default-deny NAMESPACE keeps what passes today"));
}

}  // namespace polreach
