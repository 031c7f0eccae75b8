// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "policies/azure/link/addresses.h"
#include "policies/azure/link/clusters.h"

namespace polreach::azure {

using model::Engine;
using model::ManagedCluster;
using model::NetworkMode;
using model::NodePool;
using model::Outbound;
using Type = Node::Type;

namespace {

/// One field that takes one of some words.
class Word {
 public:
  /// `open`: where to say that it could not be evaluated.
  Word(Report& report, const Node* node, std::string_view name, std::vector<model::UnknownId>& open)
      : report_(report), node_(node), name_(name), open_(open) {
    if (node != nullptr && node->is(Type::Unknown)) {
      open_.push_back(report.world(*node, name));
      return;
    }
    text_ = text_of(report, node, name).value_or("");
  }

  [[nodiscard]] bool is(std::string_view word) const { return same_name(text_, word); }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] bool open() const { return node_ != nullptr && node_->is(Type::Unknown); }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] Span where() const { return node_ != nullptr ? node_->where : Span::none(); }

  void refuse(std::string_view words) {
    report_.error("bad-azure-field", where(),
                  "\"" + text_ + "\" is no " + std::string(name_) + " that polreach knows",
                  "write " + std::string(words));
    open_.push_back(report_.unreadable(std::string(name_) + " of " + report_.subject(), where()));
  }

 private:
  Report& report_;
  const Node* node_;
  std::string_view name_;
  std::vector<model::UnknownId>& open_;
  std::string text_;
};

model::UnknownId not_stated(Report& report, const std::string& what, const Span& where,
                            std::string settle) {
  return report.unknown(
      {model::Unknown::Scope::World, "A-cluster-defaults", what, std::move(settle), where});
}

void read_mode(Report& report, const Node* profile, ManagedCluster& cluster) {
  Word plugin(report, open_property(profile, "networkPlugin"), "networkPlugin", cluster.open);
  Word mode(report, open_property(profile, "networkPluginMode"), "networkPluginMode", cluster.open);
  cluster.plugin = plugin.text() + (mode.empty() ? "" : ", " + mode.text());
  cluster.mode_where = plugin.where();
  if (plugin.is("none")) {
    cluster.mode = NetworkMode::Other;
  } else if (plugin.is("azure")) {
    cluster.mode = mode.is("overlay") ? NetworkMode::Overlay : NetworkMode::NodeSubnet;
    if (!mode.empty() && mode.is("overlay")) cluster.mode_where = mode.where();
    if (!mode.empty() && !mode.is("overlay")) mode.refuse("overlay, or nothing");
  } else if (plugin.is("kubenet")) {
    cluster.mode = NetworkMode::Kubenet;
  } else if (!plugin.empty()) {
    plugin.refuse("azure, kubenet or none");
  } else if (!plugin.open()) {
    cluster.mode = NetworkMode::Kubenet;
    cluster.open.push_back(
        not_stated(report, "the network plugin of " + report.subject() + " is not stated",
                   cluster.where, "write networkProfile.networkPlugin"));
  }
}

void read_engine(Report& report, const Node* profile, ManagedCluster& cluster) {
  Word policy(report, open_property(profile, "networkPolicy"), "networkPolicy", cluster.open);
  Word plane(report, open_property(profile, "networkDataplane"), "networkDataplane", cluster.open);
  cluster.cilium_dataplane = plane.is("cilium");
  if (!plane.empty() && !plane.is("cilium") && !plane.is("azure")) plane.refuse("azure or cilium");
  cluster.engine_where = policy.where();
  if (policy.is("azure")) {
    cluster.engine = Engine::AzureNpm;
  } else if (policy.is("calico")) {
    cluster.engine = Engine::Calico;
  } else if (policy.is("cilium")) {
    cluster.engine = Engine::Cilium;
  } else if (!policy.empty() && !policy.is("none")) {
    policy.refuse("none, azure, calico or cilium");
  } else if (policy.empty() && !policy.open() && cluster.cilium_dataplane) {
    cluster.engine = Engine::Cilium;
    cluster.engine_where = plane.where();
    cluster.open.push_back(
        not_stated(report, "the network policy engine of " + report.subject() + " is not stated",
                   plane.where(), "write networkProfile.networkPolicy"));
  }
}

void read_outbound(Report& report, const Node* profile, ManagedCluster& cluster) {
  struct Name {
    std::string_view text;
    Outbound outbound;
  };
  static constexpr std::array<Name, 7> kNames = {{
      {"loadBalancer", Outbound::LoadBalancer},
      {"managedNATGateway", Outbound::ManagedNatGateway},
      {"managedNATGatewayV2", Outbound::ManagedNatGateway},
      {"userAssignedNATGateway", Outbound::UserNatGateway},
      {"userDefinedRouting", Outbound::UserRouting},
      {"none", Outbound::None},
      {"block", Outbound::Block},
  }};
  std::vector<model::UnknownId> open;
  Word word(report, open_property(profile, "outboundType"), "outboundType", open);
  const auto* found = std::find_if(kNames.begin(), kNames.end(),
                                   [&](const Name& name) { return word.is(name.text); });
  if (found != kNames.end()) {
    cluster.outbound = found->outbound;
  } else if (!word.empty()) {
    word.refuse(
        "loadBalancer, managedNATGateway, userAssignedNATGateway, userDefinedRouting, none "
        "or block");
  }
  if (!open.empty()) cluster.outbound_open = open.front();
}

std::vector<net::Prefix> read_ranges(Report& report, const Node* profile, const std::string& name,
                                     std::string_view absent, std::vector<model::UnknownId>& open) {
  // Answers of Azure hold the first range in the singular field, too.
  model::AddressSpace space;
  for (const std::string& property : {name + "s", name}) {
    const Node* node = open_property(profile, property);
    if (node == nullptr || !space.prefixes.empty() || space.more) continue;
    add_prefixes(report, node, property, space);
    if (space.more) {
      open.push_back(node->is(Type::Unknown)
                         ? report.world(*node, property)
                         : report.unreadable(property + " of " + report.subject(), node->where));
    }
  }
  if (space.prefixes.empty() && !space.more) space.prefixes.push_back(*net::Prefix::parse(absent));
  return space.prefixes;
}

void read_host_ports(Report& report, const Node* profile, NodePool& pool) {
  const Node* list = open_property(profile, "allowedHostPorts");
  if (list != nullptr && list->is(Type::Unknown)) {
    pool.host_ports_open = report.world(*list, "allowedHostPorts");
  }
  for (const Node* entry : entries_of(report, list, "allowedHostPorts")) {
    const auto port = [&](const char* name) -> std::optional<net::Port> {
      const auto text = text_of(report, open_property(entry, name), name);
      net::Port value = 0;
      if (!text) return std::nullopt;
      const auto read = std::from_chars(text->data(), text->data() + text->size(), value);
      if (read.ec != std::errc{} || read.ptr != text->data() + text->size()) return std::nullopt;
      return value;
    };
    const auto protocol =
        text_of(report, open_property(entry, "protocol"), "protocol").value_or("TCP");
    const auto first = port("portStart");
    const auto last = port("portEnd");
    const bool udp = same_name(protocol, "udp");
    if (first && last && *first > 0 && *first <= *last && (udp || same_name(protocol, "tcp"))) {
      pool.allowed_host_ports.push_back(
          {udp ? net::Protocol::Udp : net::Protocol::Tcp, *first, *last});
    } else if (entry->is(Type::Unknown)) {
      pool.host_ports_open = report.world(*entry, "allowedHostPorts");
    } else {
      report.error("bad-azure-field", entry->where, "an entry of allowedHostPorts is no range",
                   "write {\"portStart\": 80, \"portEnd\": 80, \"protocol\": \"TCP\"}");
      pool.host_ports_open =
          report.unreadable("allowedHostPorts of " + report.subject(), entry->where);
    }
  }
}

}  // namespace

void read_network_profile(Report& report, const Item& item, ManagedCluster& cluster) {
  const Node* profile = field(report, item, "networkProfile").node;
  read_mode(report, profile, cluster);
  read_engine(report, profile, cluster);
  read_outbound(report, profile, cluster);
  if (cluster.mode == NetworkMode::Kubenet || cluster.mode == NetworkMode::Overlay) {
    cluster.pod_ranges = read_ranges(report, profile, "podCidr", "10.244.0.0/16", cluster.open);
  }
  cluster.service_ranges =
      read_ranges(report, profile, "serviceCidr", "10.0.0.0/16", cluster.open_elsewhere);
  const Node* advanced = open_property(profile, "advancedNetworking");
  const Flag security =
      flag_of(report, open_property(open_property(advanced, "security"), "enabled"),
              "advancedNetworking.security.enabled", false);
  const Flag all =
      flag_of(report, open_property(advanced, "enabled"), "advancedNetworking.enabled", true);
  cluster.acns_security = security.value && all.value;
  for (const Flag* flag : {&security, &all}) {
    if (flag->open) cluster.open_elsewhere.push_back(*flag->open);
  }
  std::sort(cluster.open.begin(), cluster.open.end());
  cluster.open.erase(std::unique(cluster.open.begin(), cluster.open.end()), cluster.open.end());
}

NodePool read_pool(Work& work, const Item& item) {
  Report& report = work.report;
  NodePool pool;
  pool.name = item.shown();
  pool.where = item.where;
  for (model::UnknownId condition : conditions(report, item)) pool.open.push_back(condition);
  if (item.contradicted) pool.open.push_back(report.unreadable(describe(item.id), item.where));
  const auto subnet = [&](const char* name, std::optional<model::SubnetId>& to) {
    const Reference reference =
        reference_of(report, field(report, item, name).node, {type::kSubnet});
    if (reference.id) to = work.subnet(*reference.id, reference.where);
    if (reference.open) pool.open.push_back(*reference.open);
  };
  subnet("vnetSubnetID", pool.node_subnet);
  subnet("podSubnetID", pool.pod_subnet);
  const Field os = field(report, item, "osType");
  pool.windows = same_name(text_of(report, os.node, "osType").value_or("Linux"), "windows");
  if (os && os.node->is(Type::Unknown)) pool.open.push_back(report.world(*os.node, "osType"));
  const Flag ip =
      flag_of(report, field(report, item, "enableNodePublicIP").node, "enableNodePublicIP", false);
  pool.node_public_ip = ip.value;
  pool.public_ip_open = ip.open;
  const Node* profile = field(report, item, "networkProfile").node;
  if (profile == nullptr) return pool;
  read_host_ports(report, profile, pool);
  const Node* groups = open_property(profile, "applicationSecurityGroups");
  if (groups != nullptr && groups->is(Type::Unknown)) {
    work.membership.anywhere = groups->text;
    pool.host_ports_open = report.world(*groups, "applicationSecurityGroups");
  }
  for (const Node* entry : entries_of(report, groups, "applicationSecurityGroups")) {
    const Reference group = reference_of(report, entry, {type::kApplicationGroup});
    if (group.id) pool.groups.push_back(work.application_group(*group.id, group.where));
    if (group.open) {
      pool.host_ports_open = *group.open;
      work.membership.anywhere = "a group of " + report.subject();
    }
  }
  return pool;
}

}  // namespace polreach::azure
