// SPDX-License-Identifier: Apache-2.0
// What explanations say of rules of the ordered tiers: which packets a rule decides, and what is
// left to nobody.
#include <doctest/doctest.h>

#include "tests/support/program.h"

namespace polreach {
namespace {

using support::run;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Two pods, and a policy of the admin tier in the words of a rule list.
std::string cluster(const std::string& subject, const std::string& ingress) {
  return "apiVersion: v1\nkind: Namespace\nmetadata: {name: b, labels: {t: b}}\n"
         "---\napiVersion: v1\nkind: Pod\nmetadata: {name: q, namespace: b}\n"
         "spec: {containers: [{name: c, image: i}]}\n"
         "---\napiVersion: v1\nkind: Pod\nmetadata: {name: r, namespace: b}\n"
         "spec: {containers: [{name: c, image: i}]}\n"
         "---\napiVersion: v1\nkind: Pod\nmetadata: {name: u, namespace: undeclared}\n"
         "spec: {containers: [{name: c, image: i}]}\n"
         "---\napiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\n"
         "metadata: {name: p}\nspec:\n  tier: Admin\n  priority: 1\n  subject: " +
         subject + "\n  ingress:\n" + ingress;
}

const char* const kAcceptThenDeny =
    "    - {action: Accept, from: [{namespaces: {}}], protocols: [{tcp: {destinationPort: {number: "
    "80}}}]}\n"
    "    - {action: Deny, from: [{namespaces: {}}]}\n";

}  // namespace

TEST_CASE("nothing is called open by default where rules decide everything") {
  const std::string input = cluster("{namespaces: {}}", kAcceptThenDeny);
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"can", "b/q", "b/r", "-"},
        std::vector<std::string>{"can", "b/q", "b/r", "--port", "80", "-"},
        std::vector<std::string>{"map", "--explain", "--to", "b/r", "-"}}) {
    const support::Run result = run(words, input);
    const std::size_t ingress = result.out.find("ingress");
    REQUIRE(ingress != std::string::npos);
    CHECK_FALSE(has(result.out.substr(ingress, result.out.find("\n\n", ingress) - ingress),
                    "open by default"));
  }
}

TEST_CASE("what no rule decides is called open by default, with its packets") {
  const std::string input = cluster(
      "{namespaces: {}}",
      "    - {action: Deny, from: [{namespaces: {}}], protocols: [{tcp: {destinationPort: {number: "
      "80}}}]}\n");
  const support::Run result = run({"can", "b/q", "b/r", "--port", "79-81", "-"}, input);
  CHECK(has(result.out, "the rest is open by default, TCP 79,81:"));
}

TEST_CASE("a rule that may not select the pod perhaps decides, and on what its policy leaves it") {
  const std::string input = cluster("{namespaces: {matchLabels: {t: b}}}", kAcceptThenDeny);
  const support::Run result = run({"can", "b/q", "undeclared/u", "--port", "80-81", "-"}, input);
  CHECK(result.status == 2);
  CHECK(has(result.out,
            "perhaps denied by ClusterNetworkPolicy p (admin tier, priority 1), "
            "ingress rule 2, on TCP 81"));
  CHECK(has(result.out,
            "perhaps allowed by ClusterNetworkPolicy p (admin tier, priority 1), "
            "ingress rule 1, on TCP 80"));
}

TEST_CASE("a port name that no pod has is no empty list") {
  const std::string input = cluster("{namespaces: {}}", kAcceptThenDeny);
  const support::Run result = run({"map", "--port", "typo", "-"}, input);
  CHECK(result.status == 2);
  CHECK(has(result.err, "no destination has a port of that name"));
}

}  // namespace polreach
