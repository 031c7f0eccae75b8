// SPDX-License-Identifier: Apache-2.0
// Manifests with the network around them: what security groups stop is not found, what both areas
// know is said once, and every example passes where `polreach can` is asked.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <regex>

#include "tests/audit/manifests.h"
#include "tests/support/auditing.h"
#include "tests/support/environment.h"
#include "tests/support/program.h"

namespace polreach {
namespace {

using solver::audit::Finding;
using support::Audited;
using Lines = std::vector<std::string>;

std::string fixture(const std::string& name) {
  return (support::source_folder() / "fixtures" / name).string();
}

/// A cluster whose subnet has a group with one rule of its own, and DenyAllInBound behind it.
std::string network_of(const std::string& frontend_port, const std::string& engine = "cilium",
                       bool with_cluster = true) {
  const std::string group =
      "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/networkSecurityGroups/nodes";
  const std::string cluster =
      R"({"type": "Microsoft.ContainerService/ManagedClusters", "name": "shop",
    "id": "/subscriptions/s/resourcegroups/apps/providers/Microsoft.ContainerService/managedClusters/shop",
    "resourceGroup": "apps", "nodeResourceGroup": "MC", "networkProfile": {"networkPlugin": "azure",
    "networkPluginMode": "overlay", "networkPolicy": ")" +
      engine + R"(", "podCidr": "10.244.0.0/16"},
    "apiServerAccessProfile": {"enablePrivateCluster": true},
    "agentPoolProfiles": [{"name": "np1", "osType": "Linux", "vnetSubnetId":
    "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/vnet/subnets/nodes"}]},)";
  return "[" + (with_cluster ? cluster : "") +
         R"({"type": "Microsoft.Network/virtualNetworks", "name": "vnet", "resourceGroup": "net",
    "id": "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/vnet",
    "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "virtualNetworkPeerings": [], "subnets": [
     {"name": "nodes", "addressPrefix": "10.0.1.0/24", "networkSecurityGroup": {"id": ")" +
         group + R"("}}]},
   {"type": "Microsoft.Network/networkSecurityGroups", "name": "nodes", "resourceGroup": "net",
    "id": ")" +
         group + R"(", "securityRules": [
     {"name": "AllowPods", "priority": 100, "direction": "Inbound", "access": "Allow",
      "protocol": "*", "sourceAddressPrefix": "10.0.0.0/8", "sourcePortRange": "*",
      "destinationAddressPrefix": "10.0.0.0/8", "destinationPortRange": "*"},
     {"name": "AllowFront", "priority": 110, "direction": "Inbound", "access": "Allow",
      "protocol": "Tcp", "sourceAddressPrefix": "Internet", "sourcePortRange": "*",
      "destinationAddressPrefix": "20.50.0.10", "destinationPortRange": ")" +
         frontend_port + "\"}]}]\n";
}

/// A Service with two ports in front of one pod on a known node.
std::string front(const std::string& ports) {
  return "---\napiVersion: v1\nkind: Service\nmetadata: {name: front, namespace: shop}\nspec:\n"
         "  type: LoadBalancer\n  selector: {app: front}\n  externalTrafficPolicy: Local\n"
         "  ports: [" +
         ports +
         "]\nstatus: {loadBalancer: {ingress: [{ip: 20.50.0.10}]}}\n---\napiVersion: v1\n"
         "kind: Pod\nmetadata: {name: front, namespace: shop, labels: {app: front}}\n"
         "spec: {containers: [{name: c, image: i}]}\n"
         "status: {podIP: 10.244.1.5, podIPs: [{ip: 10.244.1.5}]}\n";
}

const std::string kTwoPorts =
    "{name: web, port: 80, targetPort: 8080, nodePort: 30080}, "
    "{name: ssh, port: 22, targetPort: 22, nodePort: 30022}";

/// The findings about the Service, or about the cluster.
Lines about(const Audited& audited, const std::string& subject) {
  Lines result;
  for (const std::string& line : audited.lines()) {
    if (line.find("| " + subject) != std::string::npos) result.push_back(line);
  }
  return result;
}

}  // namespace

TEST_CASE("what a security group stops on its way is not on the internet") {
  const auto open = Audited::of_text(network_of("22") + front(kTwoPorts));
  CHECK_MESSAGE(about(*open, "Service shop/front") ==
                    Lines{"critical sensitive-port-on-internet | Service shop/front | 22/tcp"},
                open->shown());
  REQUIRE(open->of("sensitive-port-on-internet").size() == 1);
  const Finding& found = *open->of("sensitive-port-on-internet").front();
  REQUIRE(found.example.has_value());
  CHECK(found.example->packet.ends_with("-> 20.50.0.10:22"));

  const auto stopped = Audited::of_text(network_of("80") + front(kTwoPorts));
  CHECK_MESSAGE(about(*stopped, "Service shop/front") ==
                    Lines{"medium aks-public-service | Service shop/front"},
                stopped->shown());
  const auto closed = Audited::of_text(network_of("443") + front(kTwoPorts));
  CHECK_MESSAGE(about(*closed, "Service shop/front").empty(), closed->shown());
}

TEST_CASE("a Service in a cluster that nobody places in the network depends on that") {
  const auto audited = Audited::of_text(network_of("22", "", false) + front(kTwoPorts));
  REQUIRE_MESSAGE(
      about(*audited, "Service shop/front") ==
          Lines({"critical sensitive-port-on-internet | Service shop/front | 22/tcp | perhaps",
                 "medium internet-reaches | Service shop/front | perhaps"}),
      audited->shown());
  for (const char* check : {"sensitive-port-on-internet", "internet-reaches"}) {
    const Finding& found = *audited->of(check).front();
    REQUIRE(found.rests_on.size() == 1);
    CHECK(std::string(found.rests_on.front().id) == "A-no-cluster");
    CHECK(found.message.starts_with("the internet may reach "));
  }
  // Policies stop what they stop wherever the cluster is.
  const auto denied = Audited::of_text(
      network_of("22", "", false) + front(kTwoPorts) +
      support::a_policy("shop", "deny", "{podSelector: {}, policyTypes: [Ingress]}"));
  CHECK_MESSAGE(denied->of("sensitive-port-on-internet").empty(), denied->shown());
}

TEST_CASE("what both areas know is said once, by the check that says more") {
  const auto both = Audited::of_text(network_of("0-65535") + front(kTwoPorts));
  CHECK_MESSAGE(about(*both, "Service shop/front") ==
                    Lines({"critical aks-public-service | Service shop/front",
                           "critical sensitive-port-on-internet | Service shop/front | 22/tcp"}),
                both->shown());
  const auto audited = Audited::of_paths({fixture("audit-azure")});
  CHECK(about(*audited, "Service shop/front") ==
        Lines{"medium aks-public-service | Service shop/front"});
  // The connection can be closed at either end.
  CHECK(audited->of("aks-public-service").front()->opening.has_value());
  const auto alone =
      Audited::of_paths({fixture("audit-azure")}, model::Engine::Unstated, "internet-reaches");
  CHECK(alone->lines() == Lines{"medium internet-reaches | Service shop/front"});

  const std::string policy =
      support::a_policy("shop", "deny", "{podSelector: {}, policyTypes: [Ingress]}");
  const auto none = Audited::of_text(network_of("80", "none") + front(kTwoPorts) + policy);
  CHECK_MESSAGE(about(*none, "AKS cluster apps/shop") ==
                    Lines{"high policies-unenforced | AKS cluster apps/shop"},
                none->shown());
}

TEST_CASE("a cluster-wide policy that tells pods apart as peers is heeded for each of them") {
  const auto audited = Audited::of_paths({fixture("tier-baseline-by-direction")});
  const auto open = audited->of("pods-unselected");
  REQUIRE_MESSAGE(open.size() == 2, audited->shown());
  for (const Finding* each : open) {
    // Its rules stand where no NetworkPolicy does: not everything passes.
    CHECK(each->message.find("cluster-wide policies") != std::string::npos);
    CHECK(each->message.find("everything") == std::string::npos);
  }
  // Strangers may send nothing to app=free.
  CHECK(open.front()->key == "egress");
  CHECK(open.front()->also == Lines({"Pod shop/free", "Pod shop/web"}));
}

TEST_CASE("a line counts no object again that it names or counts") {
  const auto quiet = [](const std::string& check, const std::string& name) {
    return support::run({"audit", "-q", "--only", check, fixture(name)}).out;
  };
  const std::string shop = quiet("pods-unselected,namespace-open", "audit-shop");
  CHECK(shop.find("no policy selects data/cache and data/db for egress") != std::string::npos);
  CHECK(shop.find("2 workloads are open") != std::string::npos);
  CHECK(shop.find("more)") == std::string::npos);
  // What is not said is counted.
  CHECK(quiet("nsg-internet-rdp", "audit-azure").find("web-0 (and 1 more)") != std::string::npos);
}

TEST_CASE("a named port without a protocol is one port") {
  const auto audited = Audited::of_paths({fixture("tier-admin-network-policy")});
  const auto unknown = audited->of("named-port-unknown");
  REQUIRE_MESSAGE(unknown.size() == 1, audited->shown());
  CHECK(unknown.front()->key == "ingress absent");
  CHECK(unknown.front()->message ==
        "ingress rule 1 allows port absent, and none of the pods that it leads to calls a port so");
}

namespace {

/// What stands in an example: "TCP 8.8.8.8:40000 -> 10.0.0.7:8080", or "TCP 8080" between ends that
/// have names.
struct Packet {
  std::string protocol;
  std::string source;
  std::string destination;
  std::string port;
};

Packet packet_of(const Finding& finding) {
  static const std::regex with_ends(R"(^(\S+) (\S+?)(:\d+)? -> (\S+?):(\d+)$)");
  static const std::regex alone(R"(^(\S+) (\d+)$)");
  const auto& example = *finding.example;
  Packet result;
  if (std::smatch parts; std::regex_match(example.packet, parts, with_ends)) {
    result = {parts[1], parts[2], parts[4], parts[5]};
  } else {
    REQUIRE_MESSAGE(std::regex_match(example.packet, parts, alone), example.packet);
    result = {parts[1], example.source, example.destination, parts[2]};
  }
  // An end is asked about by its name: "shop/web (10.244.1.5)", "subnet shop/app (10.20.2.4)".
  const auto named = [](const std::string& end, std::string& asked) {
    static const std::regex place(
        R"(^(pod |a new pod |subnet |node pool |network interface )?([a-z0-9./-]+)( \(.*\))?$)");
    if (end == "any pod") asked = "example/example";
    std::smatch match;
    if (!std::regex_match(end, match, place)) return;
    const std::string kind = match[1];
    const std::string name = match[2];
    if (kind == "subnet ") asked = "subnet/" + name;
    if (kind == "node pool ") asked = "node/" + name;
    if (kind == "network interface ") asked = "nic/" + name;
    if ((kind.ends_with("pod ") || kind.empty()) && name.find('/') != std::string::npos)
      asked = name;
  };
  named(finding.example->source, result.source);
  named(finding.example->destination, result.destination);
  // Through a Service its own port is asked about.
  if (finding.subject.starts_with("Service ") && finding.check->id.starts_with("aks-")) {
    result.destination = "svc/" + finding.subject.substr(8) + ":" + result.port;
  }
  return result;
}

/// Asks `polreach can` about the packets of all findings that are certain; how many there were.
int ask_again(const std::string& folder) {
  const auto audited = Audited::of_paths({folder});
  int count = 0;
  for (const Finding& finding : audited->audit().findings) {
    if (!finding.example || !finding.certain) continue;
    const Packet packet = packet_of(finding);
    // Whom nobody has created yet comes with the question.
    std::string pods = finding.example->pod;
    const bool by_stranger = packet.source == "example/example";
    if (by_stranger && pods.find("namespace: example\n") == std::string::npos) {
      pods +=
          "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: example}\n---\napiVersion: v1\n"
          "kind: Pod\nmetadata: {name: example, namespace: example}\n"
          "spec: {containers: [{name: example, image: example}]}\n";
    }
    std::vector<std::string> words{"can", packet.source, packet.destination, folder};
    if (!packet.destination.starts_with("svc/")) {
      const std::string protocol = packet.protocol == "TCP" ? "/tcp" : "/udp";
      words.insert(words.end(), {"--port", packet.port + protocol});
    }
    if (!pods.empty()) words.emplace_back("-");
    const support::Run run = support::run(words, pods);
    // What policies let pass between pods can still depend on the nodes that they are on.
    const bool on_way = by_stranger && run.out.starts_with("DEPENDS") &&
                        run.out.find("depends on A-way: ") != std::string::npos;
    CHECK_MESSAGE((run.status == 0 || on_way), folder << ": " << finding.check->id << ": "
                                                      << finding.example->packet << "\n"
                                                      << run.out << run.err);
    ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("the packet that a finding shows passes where it is asked about") {
  CHECK(ask_again(fixture("audit-shop")) >= 10);
  CHECK(ask_again(fixture("audit-azure")) >= 6);
  CHECK(ask_again(fixture("tier-baseline-by-direction")) >= 2);
}

}  // namespace polreach
