// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/azure/checks.h"

#include <array>

namespace polreach::solver::audit::azure {
namespace {

using E = Elsewhere;

constexpr std::array kAnyPort = {E{"Trivy", "AZU-0047"}, E{"PSRule", "Azure.NSG.AnyInboundSource"},
                                 E{"Azure Policy", "9daedab3-fb2d-461e-b861-71790eead4f6"}};
constexpr std::array kSsh = {E{"Checkov", "CKV_AZURE_10"},
                             E{"Trivy", "AZU-0050"},
                             E{"KICS", "2ade1579-4b2c-4590-bebb-f99bf597f612"},
                             E{"Azure Policy", "2c89a2e5-7285-40fe-afe0-ae8654b92fab"},
                             E{"Azure Policy", "22730e10-96f6-4aac-ad84-9383d35b5917"},
                             E{"MCSB", "NS-3"}};
constexpr std::array kRdp = {E{"Checkov", "CKV_AZURE_9"}, E{"Trivy", "AZU-0048"},
                             E{"KICS", "59cb3da7-f206-4ae6-b827-7abf0a9cab9d"},
                             E{"Azure Policy", "e372f825-a257-4fb8-9175-797a8a8627d6"}};
constexpr std::array kSensitive = {E{"Trivy", "AZU-0074"},
                                   E{"KICS", "594c198b-4d79-41b8-9b36-fde13348b619"}};
constexpr std::array kUdp = {E{"Checkov", "CKV_AZURE_77"}};
constexpr std::array kHttp = {E{"Checkov", "CKV_AZURE_160"}};
constexpr std::array kLateral = {E{"PSRule", "Azure.NSG.LateralTraversal"}};
constexpr std::array kEgressRule = {E{"Trivy", "AZU-0051"}};
constexpr std::array kFirewall = {E{"Azure Policy", "fc5e4038-4584-4632-8c85-c0448d374b2c"}};
constexpr std::array kPrivate = {E{"Azure Policy", "7bca8353-aa3b-429b-904a-9229c4385837"}};
constexpr std::array kSubnetNsg = {
    E{"Checkov", "CKV2_AZURE_31"}, E{"Azure Policy", "e71308d3-144b-4262-b144-efdc3cc90517"},
    E{"Azure Policy", "bb91dfba-c30d-4263-9add-9c2384e659a6"}, E{"MCSB", "NS-1"}};
constexpr std::array kNicNsg = {E{"Azure Policy", "f6de0be7-9a8a-4b8a-b349-43cf02d22f7c"}};
constexpr std::array kNicIp = {E{"Checkov", "CKV_AZURE_119"}, E{"Trivy", "AZU-0076"},
                               E{"Azure Policy", "83a86a26-fd1f-447c-b59d-e51f44264114"}};
constexpr std::array kNotAttached = {E{"PSRule", "Azure.NSG.Associated"}};
constexpr std::array kForwarding = {E{"Checkov", "CKV_AZURE_118"}, E{"Trivy", "AZU-0075"},
                                    E{"Azure Policy", "88c0b9da-ce96-4b03-9635-f29a937e2900"},
                                    E{"Azure Policy", "bd352bd5-2853-4985-bf0d-73806b4a5744"},
                                    E{"MCSB", "NS-3"}};
constexpr std::array kProbes = {E{"PSRule", "Azure.NSG.DenyAllInbound"}};
constexpr std::array kNodeGroup = {E{"PSRule", "Azure.NSG.AKSRules"}};
constexpr std::array kEngine = {E{"Checkov", "CKV_AZURE_7"}, E{"Trivy", "AZU-0043"},
                                E{"KICS", "25c0228e-4444-459b-a2df-93c7df40b7ed"},
                                E{"PSRule", "Azure.AKS.NetworkPolicy"}};
constexpr std::array kApiOpen = {E{"Checkov", "CKV_AZURE_6"},
                                 E{"Trivy", "AZU-0041"},
                                 E{"KICS", "2583fab1-953b-4fae-bd02-4a136a6c21f9"},
                                 E{"PSRule", "Azure.AKS.AuthorizedIPs"},
                                 E{"Azure Policy", "0e246bcf-5f6f-4f87-bc6f-775d4712c7ea"},
                                 E{"MCSB", "NS-2"}};
constexpr std::array kApiPublic = {E{"Checkov", "CKV_AZURE_115"}, E{"Trivy", "AZU-0065"},
                                   E{"Azure Policy", "040732e8-d947-40b8-95d6-854c95024bf8"}};
constexpr std::array kNodeIp = {E{"Checkov", "CKV_AZURE_143"}};
constexpr std::array kService = {E{"Azure Policy", "3fc4dc25-5baf-40d8-9b05-7fe74c1bc64e"}};
constexpr std::array kKubenet = {E{"Checkov", "CKV2_AZURE_29"}};
constexpr std::array kFlowLog = {E{"Trivy", "AZU-0073"}};
constexpr std::array kRetention = {E{"Checkov", "CKV_AZURE_12"}, E{"Trivy", "AZU-0049"}};
constexpr std::array kBasic = {E{"PSRule", "Azure.AKS.StandardLB"}};
constexpr std::array kHttpRouting = {E{"Checkov", "CKV_AZURE_246"},
                                     E{"PSRule", "Azure.AKS.HttpAppRouting"}};
constexpr std::array kWaf = {E{"Checkov", "CKV_AZURE_120"}, E{"PSRule", "Azure.AppGw.UseWAF"},
                             E{"MCSB", "NS-6"}};
constexpr std::array kWafMode = {E{"Checkov", "CKV_AZURE_122"}};

constexpr std::array kChecks = {
    Check{"nsg-internet-any-port", Severity::Critical, "the internet reaches every port",
          "Whatever listens on the machine can be talked to from anywhere: remote administration, "
          "agents, databases, services that nobody thought of. Machines are found and tried within "
          "minutes.",
          "Name the ports and the sources that are needed, and let the platform's rules deny the "
          "rest.",
          kAnyPort},
    Check{"nsg-internet-ssh", Severity::Critical, "the internet reaches SSH",
          "Everyone can try keys and passwords, and use a flaw of the server before it is patched.",
          "Let in a bastion or the addresses of administrators only, or use just-in-time access.",
          kSsh},
    Check{"nsg-internet-rdp", Severity::Critical, "the internet reaches Remote Desktop",
          "Remote Desktop is what ransomware most often comes in by: everyone can try passwords, "
          "and use a flaw of the server before it is patched.",
          "Let in a bastion or the addresses of administrators only, or use just-in-time access.",
          kRdp},
    Check{"nsg-internet-sensitive-ports", Severity::Critical,
          "the internet reaches databases or administration",
          "These ports are those of databases, directories, mail and file servers and remote "
          "administration, which are made for networks whose members know each other.",
          "Let in the addresses of those that use the service, or put a private endpoint or a VPN "
          "before it.",
          kSensitive},
    Check{"nsg-internet-udp", Severity::High, "the internet reaches UDP services at large",
          "UDP has no handshake: what answers can be used to flood others, with forged senders.",
          "Name the UDP ports that are needed.", kUdp},
    Check{"nsg-internet-http", Severity::Medium, "the internet reaches plain HTTP",
          "What goes over port 80 can be read and changed on the way. A redirect to HTTPS is all "
          "that a machine needs it for, and a gateway in front of it does that, too.",
          "Serve HTTPS on 443, and leave the redirect to the gateway or load balancer in front.",
          kHttp},
    Check{"nsg-broad-tag",
          Severity::High,
          "all of Azure is let in",
          "The tag AzureCloud holds the addresses of all customers of Azure, not yours: anyone "
          "with a subscription is let in.",
          "Use the tag of the service that connects, a private endpoint, or addresses of your own.",
          {}},
    Check{"nsg-allow-restricts-nothing",
          Severity::High,
          "rules for parts of the network restrict nothing",
          "A rule that admits one subnet on one port reads like a restriction. Behind it stands "
          "AllowVnetInBound (65000), which every group has and no template shows: it lets the "
          "whole virtual network, its peers and what is connected by gateways reach every port.",
          "Add a rule that denies VirtualNetwork to any behind the rules that allow, for example "
          "with priority 4096; where a load balancer probes, allow AzureLoadBalancer before it.",
          {}},
    Check{"nsg-lateral-management", Severity::Medium, "administration is open within the network",
          "Whoever takes one machine can try SSH, Remote Desktop and WinRM on all others: only "
          "the platform's AllowVnetInBound decides.",
          "Deny ports 22, 3389, 5985 and 5986 from VirtualNetwork, but from the subnet of the "
          "bastion.",
          kLateral},
    Check{"nsg-egress-any-rule", Severity::Medium, "a rule lets everything out to the internet",
          "What runs on the machine can send data anywhere and fetch what it wants. That somebody "
          "wrote the rule means that later rules do not help.",
          "Name the destinations and ports that are needed, and deny the tag Internet behind them.",
          kEgressRule},
    Check{"nsg-egress-default",
          Severity::Low,
          "everything may go out to the internet",
          "No rule of yours decides: the platform's AllowInternetOutBound (65001) lets everything "
          "out, also what an intruder sends.",
          "Deny the tag Internet outbound behind rules for what is needed, or lead the default "
          "route to a firewall.",
          {}},
    Check{"azure-egress-bypasses-firewall", Severity::Medium,
          "traffic to the internet goes past the firewall",
          "There is a firewall in this network or the one next to it, and no route leads to it "
          "from here: what it forbids is allowed here.",
          "Give the subnet a route table with a route 0.0.0.0/0 to the firewall's address.",
          kFirewall},
    Check{"azure-subnet-not-private", Severity::Info, "subnets have default outbound access",
          "Machines without any outbound configuration reach the internet from an address that "
          "the platform chooses, that changes, and that nobody owns.",
          "Set defaultOutboundAccess to false, and give subnets that need it a NAT gateway or a "
          "route to a firewall.",
          kPrivate},
    Check{"azure-subnet-without-nsg", Severity::Medium, "a subnet has no security group",
          "Everything that is routed there passes: the whole network, its peers and what gateways "
          "connect reach every port.",
          "Attach a group that lets in what is needed, and denies VirtualNetwork behind it.",
          kSubnetNsg},
    Check{"azure-nic-without-nsg", Severity::Medium,
          "an interface with a public address has no security group",
          "Neither the interface nor its subnet has a group. A standard public address is closed "
          "as long as that is so, a basic one is open on every port, and the first group that "
          "someone attaches decides for both.",
          "Attach a group that lets in what is needed, or take the public address away.", kNicNsg},
    Check{"azure-nic-public-address", Severity::Info, "interfaces have public addresses",
          "Each of them is an entrance to the network that rules at one place keep closed. What "
          "the internet reaches through them is a finding of its own.",
          "Put a load balancer, gateway or bastion before the machines, and take the addresses "
          "away.",
          kNicIp},
    Check{"nsg-not-attached", Severity::Low, "a security group is attached to nothing",
          "Its rules act nowhere. Either an attachment was forgotten, or the group is left over.",
          "Attach it to the subnet or interface that it is meant for, or delete it.", kNotAttached},
    Check{"azure-private-endpoint-unfiltered",
          Severity::Medium,
          "a security group does not act on private endpoints",
          "The subnet has a group, and privateEndpointNetworkPolicies is Disabled: packets to "
          "private endpoints in it pass whatever the group says.",
          "Set privateEndpointNetworkPolicies to Enabled or NetworkSecurityGroupEnabled.",
          {}},
    Check{"azure-udr-widens-vnet",
          Severity::Medium,
          "a default route may put the internet into VirtualNetwork",
          "The tag VirtualNetwork holds prefixes of user-defined routes, and \"might also contain "
          "default routes\": then AllowVnetInBound lets in the internet.",
          "Allow the address ranges of your networks by rules of your own, and deny any behind "
          "them.",
          {}},
    Check{"azure-ip-forwarding", Severity::Medium, "an interface forwards packets of others",
          "The machine can send with addresses that are not its own, and take packets for others. "
          "No route of the input leads to it, so nothing needs that.",
          "Set enableIPForwarding to false, unless the machine is an appliance.", kForwarding},
    Check{"nsg-deny-never-acts",
          Severity::Medium,
          "a rule that denies never acts",
          "Rules before it let pass all that it would stop: the protection that it stands for is "
          "not there.",
          "Give it a lower number than the rules that allow, or delete it.",
          {}},
    Check{"nsg-allow-never-acts",
          Severity::Low,
          "a rule that allows never acts",
          "Rules before it stop all that it would let pass: what it is meant to allow does not "
          "work, or it is left over.",
          "Give it a lower number than the rules that deny, or delete it.",
          {}},
    Check{"nsg-rule-never-decides",
          Severity::Low,
          "a rule never decides",
          "Rules before it match all that it does. It can be read as if it meant something, and "
          "comes to life when one of them goes.",
          "Delete it.",
          {}},
    Check{"nsg-rule-redundant",
          Severity::Info,
          "a rule changes nothing",
          "Without it the group lets pass exactly the same, since rules behind it say the same.",
          "Delete it, or the rules behind it.",
          {}},
    Check{"nsg-probes-denied", Severity::Medium, "probes of the load balancer are denied",
          "The group lets clients in and stops the probes that come from AzureLoadBalancer "
          "(168.63.129.16): the load balancer takes the machine for dead and sends it nothing.",
          "Allow the tag AzureLoadBalancer before the rule that denies.", kProbes},
    Check{"aks-nsg-custom-rules", Severity::Medium, "the group that AKS manages has other rules",
          "AKS writes this group for its Services, and may overwrite or delete what others wrote "
          "there.",
          "Put the rules into a group of your own at the subnet of the nodes.", kNodeGroup},
    Check{"aks-no-policy-engine", Severity::Medium, "a cluster enforces no network policies",
          "Without an engine the API server takes NetworkPolicies, and nothing acts on them: "
          "every pod reaches every other.",
          "Set networkPolicy to cilium (with networkDataplane cilium) or calico.", kEngine},
    Check{"aks-api-open", Severity::High, "the API server takes everyone",
          "Anyone on the internet can talk to the API server: a leaked token or a flaw of it is "
          "all that is needed.",
          "Set authorizedIPRanges, or make the cluster private.", kApiOpen},
    Check{"aks-api-public", Severity::Info, "the API server has a public address",
          "Only authorized ranges are let in, which is what the address is protected by.",
          "Make the cluster private, where nothing outside of the network needs it.", kApiPublic},
    Check{"aks-node-public-ip", Severity::Medium, "nodes have public addresses",
          "Each node can be reached from the internet as far as security groups let pass, past "
          "the load balancer and what stands before it.",
          "Set enableNodePublicIP to false.", kNodeIp},
    Check{"aks-public-service", Severity::Medium, "a Service is open to the internet",
          "AKS gives the Service a public address, and lets everyone in to its ports.",
          "Make it internal (azure-load-balancer-internal), put an ingress before it, or name "
          "the clients in loadBalancerSourceRanges.",
          kService},
    Check{"aks-service-ranges-in-vnet",
          Severity::Medium,
          "source ranges of a Service do not bind within the network",
          "Ranges and tags in annotations only add rules that allow. What comes from the virtual "
          "network, its peers and gateways still passes by AllowVnetInBound.",
          "Use loadBalancerSourceRanges, which the nodes enforce, too, or the annotation "
          "azure-deny-all-except-load-balancer-source-ranges.",
          {}},
    Check{"aks-npm-skips-policies",
          Severity::High,
          "policies do not act on what comes through a Service",
          "Azure NPM does not enforce ingress policies on what arrives through a LoadBalancer or "
          "NodePort Service with externalTrafficPolicy Cluster, which is the default.",
          "Set externalTrafficPolicy to Local, or move to Cilium.",
          {}},
    Check{"aks-npm-ipblock-on-cilium",
          Severity::Low,
          "an ipBlock means less after a migration to Cilium",
          "Azure NPM retires, and Cilium does not match pods and nodes with an ipBlock: what the "
          "rule allows between pods today is cut then.",
          "Add a peer with namespaceSelector: {} or podSelector beside the ipBlock for the pods "
          "that are meant.",
          {}},
    Check{"aks-pods-denied-between-nodes",
          Severity::High,
          "a security group cuts pods of different nodes",
          "Packets between pods of an overlay or kubenet cluster have the pods' addresses where "
          "they pass the nodes' subnet. A rule that denies them there cuts the cluster into its "
          "nodes; DNS is the first to fail.",
          "Allow the range of the pods to itself before the rule that denies, in both directions.",
          {}},
    Check{"aks-kubenet", Severity::Low, "a cluster uses kubenet",
          "Kubenet on AKS is retired on 31 March 2028; it has no Windows nodes, no Cilium, and "
          "needs a route table of its own.",
          "Move to Azure CNI Overlay.", kKubenet},
    Check{"azure-flow-log-missing", Severity::Low, "no flow log covers a network",
          "What passed and what was stopped is written nowhere: after an incident nobody can say "
          "who talked to whom.",
          "Write a flow log of the virtual network, and enable it.", kFlowLog},
    Check{"azure-flow-log-retention", Severity::Low, "a flow log is kept for a short time",
          "Intruders are often found months after they came; what they did in the network is "
          "deleted by then.",
          "Keep flow logs for 90 days or longer (retentionPolicy.days).", kRetention},
    Check{"azure-basic-sku", Severity::Low, "a load balancer or public address is of the Basic SKU",
          "Basic load balancers and public addresses were retired on 30 September 2025. A basic "
          "public address is open until a security group closes it; a standard one is closed "
          "until a group opens it.",
          "Move to the Standard SKU.", kBasic},
    Check{"aks-http-application-routing", Severity::Low, "a cluster has HTTP application routing",
          "The add-on leads the internet to Ingresses in the cluster, was never meant for "
          "production, and has been retired.",
          "Disable the add-on, and move its Ingresses to the application routing add-on or to a "
          "gateway.",
          kHttpRouting},
    Check{"azure-gateway-without-waf", Severity::Medium,
          "an application gateway has no web application firewall",
          "The gateway hands every request on to what stands behind it. No rule of a network "
          "looks into requests.",
          "Choose the tier WAF_v2, and attach a firewall policy in mode Prevention.", kWaf},
    Check{"azure-gateway-waf-detects", Severity::Low,
          "the firewall of an application gateway stops nothing",
          "In mode Detection the firewall writes down attacks, and lets them pass.",
          "Set the mode to Prevention once the log shows no request that is needed.", kWafMode},
};

}  // namespace

std::span<const Check> checks() { return kChecks; }
const Check& check(Id id) { return kChecks[static_cast<std::size_t>(id)]; }

}  // namespace polreach::solver::audit::azure
