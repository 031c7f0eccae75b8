// SPDX-License-Identifier: Apache-2.0
// The table of checks. docs/checks-kubernetes.md has a section for each, with the same words.
#include <array>

#include "policies/source/result.h"
#include "solver/audit/kubernetes/parts.h"

namespace polreach::solver::audit::kubernetes {
namespace {

// The same checks elsewhere.
constexpr std::array<Elsewhere, 4> kMissingPolicy = {{{"Checkov", "CKV2_K8S_6"},
                                                      {"kube-score", "pod-networkpolicy"},
                                                      {"Polaris", "missingNetworkPolicy"},
                                                      {"CIS Kubernetes", "5.3.2"}}};
constexpr std::array<Elsewhere, 1> kDefaultDeny = {{{"CIS Kubernetes", "5.3.2"}}};
constexpr std::array<Elsewhere, 5> kNoEngine = {{{"Checkov", "CKV_AZURE_7"},
                                                 {"Trivy", "AZU-0043"},
                                                 {"KICS", "25c0228e-4444-459b-a2df-93c7df40b7ed"},
                                                 {"PSRule", "Azure.AKS.NetworkPolicy"},
                                                 {"CIS Kubernetes", "5.3.1"}}};
constexpr std::array<Elsewhere, 1> kBalancer = {
    {{"Azure Policy", "3fc4dc25-5baf-40d8-9b05-7fe74c1bc64e"}}};
constexpr std::array<Elsewhere, 2> kHostNetwork = {
    {{"Azure Policy", "82985f06-dc18-4a48-bc1c-b9f4f0098cfe"}, {"Checkov", "CKV_K8S_19"}}};
constexpr std::array<Elsewhere, 2> kHostPort = {
    {{"Azure Policy", "82985f06-dc18-4a48-bc1c-b9f4f0098cfe"}, {"Checkov", "CKV_K8S_26"}}};

constexpr std::array<Elsewhere, 1> kToken = {{{"CIS Kubernetes", "5.1.6"}}};
constexpr std::array<Elsewhere, 1> kNodePort = {{{"Kyverno", "restrict-nodeport"}}};

constexpr std::array<Check, 27> kChecks = {{
    {"namespace-open", Severity::Medium, "no policy acts on any pod of the namespace",
     "Kubernetes lets everything pass that no policy is about: every pod of the cluster reaches "
     "these pods on every port, and they reach every pod and every address. One pod that is taken "
     "over has the whole namespace before it.",
     "add a NetworkPolicy that selects every pod (podSelector: {}) for Ingress and Egress and "
     "allows nothing, and one for each connection that is needed",
     kMissingPolicy},
    {"pods-unselected", Severity::Medium, "no policy selects some pods of the namespace",
     "A NetworkPolicy holds the pods that its podSelector selects, in the directions of its "
     "policyTypes, and no others. Where some pods of a namespace are held and others are not, the "
     "others were most likely forgotten.",
     "select every pod (podSelector: {}) in a policy that allows nothing, for both directions",
     kMissingPolicy},
    {"no-default-deny", Severity::Medium, "the next pod of the namespace can be open",
     "Policies select all pods that there are, each by its labels. A pod that someone adds with "
     "other labels is selected by none of them, and open until somebody notices.",
     "select every pod (podSelector: {}) in a policy that allows nothing", kDefaultDeny},

    {"policies-unenforced", Severity::High, "policies are stored and nothing enforces them",
     "The API server takes every NetworkPolicy, whether or not something in the cluster acts on "
     "it. Where the cluster has no engine, or one that does not know the kind, everything passes, "
     "and whoever reads the policies thinks otherwise.",
     "give the cluster an engine that enforces them, or write them in a kind that its engine knows",
     kNoEngine},
    {"policy-not-on-windows",
     Severity::Medium,
     "a policy is not programmed on Windows nodes",
     "Azure NPM does not program a policy on Windows nodes where it has named ports, SCTP, "
     "negative selectors or ipBlocks with except. Pods there are open as if the policy did not "
     "exist.",
     "write the policy without what Azure NPM does not know, or keep its pods on Linux nodes",
     {}},
    {"balancer-passes-policies",
     Severity::High,
     "traffic through the Service passes by the policies of its pods",
     "With Azure NPM, what comes through a Service of type LoadBalancer or NodePort with "
     "externalTrafficPolicy: Cluster, the default, is not subject to ingress policies: clients "
     "from outside get to pods whose policies let no one in from there.",
     "set externalTrafficPolicy: Local, or move the cluster to an engine that enforces policies on "
     "such traffic (Azure CNI powered by Cilium)",
     {}},
    {"ipblock-skips-pods",
     Severity::Low,
     "an ipBlock over addresses of pods matches none of them",
     "Cilium knows pods and nodes by identity, and an ipBlock matches neither. A rule that names "
     "the addresses of pods lets none of them pass, although other engines let them.",
     "name pods by podSelector and namespaceSelector",
     {}},

    {"sensitive-port-on-internet", Severity::Critical,
     "the internet reaches a port for administration or data",
     "Services that administer machines or store data are scanned for and attacked within minutes "
     "once the internet reaches them; a password is then all that stands before the data.",
     "make the Service internal (ClusterIP, or an internal load balancer), or restrict it to known "
     "addresses with loadBalancerSourceRanges",
     kBalancer},
    {"sensitive-port-open",
     Severity::High,
     "every pod of the cluster reaches a port for administration or data",
     "A database that every pod of every namespace reaches is as safe as the weakest container in "
     "the cluster. Few pods need it, and a policy can name them.",
     "allow the port from the pods that need it, by podSelector and namespaceSelector, and nothing "
     "else",
     {}},
    {"open-to-every-pod",
     Severity::Medium,
     "a rule lets every pod of the cluster in",
     "A rule without from, or with an empty namespaceSelector, lets in all pods of all namespaces, "
     "those of other teams and those that do not exist yet.",
     "name the pods that need it in from, by podSelector and namespaceSelector",
     {}},
    {"copied-labels",
     Severity::Medium,
     "a pod with copied labels gets in from any namespace",
     "Who may create pods in some namespace chooses their labels. A rule that asks for labels of "
     "pods and takes them from any namespace lets in everyone who may create a pod anywhere.",
     "name the namespace too: a namespaceSelector with kubernetes.io/metadata.name, beside the "
     "podSelector in the same entry of from",
     {}},
    {"internet-reaches", Severity::Medium, "the internet reaches pods",
     "What the internet reaches is found and probed. Here is what leads there, so that someone can "
     "say that it should.",
     "if it should not: make the Service internal, or restrict it with loadBalancerSourceRanges",
     kBalancer},
    {"backend-cut-off",
     Severity::Low,
     "what leads to pods from outside does not get there",
     "An Ingress, a route or a Service that leads nowhere, or to pods whose policies let nobody in "
     "there, fails for every client, often long after the change that broke it.",
     "correct the name or port, or allow the port from what serves it",
     {}},

    {"egress-to-internet",
     Severity::Low,
     "a rule lets pods reach the whole internet",
     "A pod that is taken over fetches tools and sends data away through whatever is open to the "
     "internet. A rule without to opens all pods of the cluster besides.",
     "name the addresses that are needed, or lead the traffic through a proxy",
     {}},
    {"egress-to-metadata",
     Severity::Medium,
     "pods reach the instance metadata service",
     "At 169.254.169.254 a cloud gives whoever asks from a node the tokens of the node's identity. "
     "A pod that can be made to fetch an address hands them to an attacker.",
     "take the address out of the ipBlock: except: [169.254.169.254/32]",
     {}},
    {"egress-to-api-server", Severity::Low, "pods that have no account there reach the API server",
     "Whoever takes over a pod asks the API server what it may do, and tries what it answers. A "
     "pod without a service account of its own has nothing to do there.",
     "name in to what is needed, or take the API server's address out of the ipBlock with except; "
     "set automountServiceAccountToken: false",
     kToken},
    {"dns-cut-off",
     Severity::Low,
     "pods may connect to others, but cannot resolve names",
     "Under a policy for egress everything is closed that no rule opens, DNS too. Pods that reach "
     "others by name then fail at the name.",
     "allow UDP and TCP 53 to the DNS pods (k8s-app: kube-dns in kube-system)",
     {}},

    {"host-network", Severity::Medium,
     "pods use the network of their node: policies do not hold them",
     "Policies are about the network of pods. Pods with hostNetwork send and receive as their node "
     "does: engines leave them alone, and rules that name them by labels do not match them.",
     "leave out hostNetwork, or filter the traffic of the nodes", kHostNetwork},
    {"host-port", Severity::Low, "nodes open ports for pods",
     "A hostPort is reached at the address of every node that runs the pod, by everyone who "
     "reaches the node, and its source is not always what policies see.",
     "use a Service instead", kHostPort},
    {"node-port", Severity::Low, "nodes open ports for Services that everyone may use",
     "A NodePort is open at the address of every node, also of those that run none of the pods, "
     "for everyone who reaches a node. Only the network around the nodes keeps anyone out.",
     "use a Service of type ClusterIP behind an Ingress or a gateway, or let a policy name the "
     "addresses that may come",
     kNodePort},

    {"selector-matches-nothing",
     Severity::Low,
     "a selector matches no pod",
     "A policy whose podSelector matches nothing protects nothing, and a rule whose peers match "
     "nothing allows nothing: most often a label was misspelt, or has changed.",
     "correct the labels, or remove it",
     {}},
    {"named-port-unknown",
     Severity::Low,
     "no pod has a port of the name that a rule allows",
     "A rule with a named port opens the port that the destination gives that name, for that "
     "protocol. Where no pod gives it, the rule opens nothing.",
     "correct the name or the protocol, or give the number",
     {}},
    {"rules-left-out",
     Severity::Medium,
     "policyTypes leaves out a direction that has rules",
     "Rules of a direction that is not in policyTypes do nothing: the policy does not act in that "
     "direction, which stays open, although it reads as if it were closed but for the rules.",
     "add the direction to policyTypes",
     {}},
    {"policy-duplicated",
     Severity::Low,
     "a policy says the same as another",
     "Two policies that say the same work as one; a change of only one of them does nothing, or "
     "half of what was meant.",
     "remove one of them",
     {}},
    {"policy-redundant",
     Severity::Low,
     "a policy changes nothing",
     "Without it exactly the same connections pass, for all pods that there are and all that could "
     "be. Someone who relies on it relies on something else.",
     "remove it, or correct what it was meant to say",
     {}},
    {"rule-redundant",
     Severity::Low,
     "a rule changes nothing",
     "Without it exactly the same connections pass, for all pods that there are and all that could "
     "be: other rules allow what it allows.",
     "remove it, or correct what it was meant to say",
     {}},
    {"rule-contradicted",
     Severity::Low,
     "a rule never decides: others decide the opposite first",
     "In ordered tiers the first rule that matches decides, and tiers before NetworkPolicies "
     "decide "
     "before these. What this rule says never happens.",
     "remove it, or put it before the rules that decide",
     {}},
}};

}  // namespace

std::span<const Check> checks() { return kChecks; }

const Check& check(std::string_view id) {
  for (const Check& each : kChecks) {
    if (each.id == id) return each;
  }
  throw source::InternalError("no check " + std::string(id));
}

}  // namespace polreach::solver::audit::kubernetes
