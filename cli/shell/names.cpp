// SPDX-License-Identifier: Apache-2.0
#include "cli/shell/names.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "policies/net/address.h"
#include "policies/source/nearest.h"
#include "solver/queries/reference.h"
#include "solver/queries/site_reference.h"

namespace polreach::cli::shell {
namespace {

namespace queries = solver::queries;

struct KindWord {
  std::string_view word;
  std::string_view kind;
  bool policy = false;
};

/// The first word of each kind is the one that completion offers.
constexpr std::array<KindWord, 30> kKinds = {{
    {"netpol", "NetworkPolicy", true},
    {"networkpolicy", "NetworkPolicy", true},
    {"networkpolicies", "NetworkPolicy", true},
    {"cnp", "ClusterNetworkPolicy", true},
    {"clusternetworkpolicy", "ClusterNetworkPolicy", true},
    {"anp", "AdminNetworkPolicy", true},
    {"adminnetworkpolicy", "AdminNetworkPolicy", true},
    {"banp", "BaselineAdminNetworkPolicy", true},
    {"baselineadminnetworkpolicy", "BaselineAdminNetworkPolicy", true},
    {"deploy", "Deployment"},
    {"deployment", "Deployment"},
    {"sts", "StatefulSet"},
    {"statefulset", "StatefulSet"},
    {"ds", "DaemonSet"},
    {"daemonset", "DaemonSet"},
    {"rs", "ReplicaSet"},
    {"replicaset", "ReplicaSet"},
    {"rc", "ReplicationController"},
    {"replicationcontroller", "ReplicationController"},
    {"job", "Job"},
    {"cj", "CronJob"},
    {"cronjob", "CronJob"},
    {"pod", "Pod"},
    {"po", "Pod"},
    {"svc", "Service"},
    {"service", "Service"},
    {"ns", "Namespace"},
    {"namespace", "Namespace"},
    {"no", "Node"},
    {"node", "Node"},
}};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::string list_of(const std::vector<std::string>& names, std::string_view last_word) {
  constexpr std::size_t kMost = 6;
  std::string text;
  const std::size_t shown = std::min(names.size(), kMost);
  for (std::size_t i = 0; i < shown; ++i) {
    const bool last = i + 1 == shown && names.size() <= kMost;
    if (i > 0) text += last ? " " + std::string(last_word) + " " : ", ";
    text += names[i];
  }
  if (names.size() > kMost) text += " and " + std::to_string(names.size() - kMost) + " more";
  return text;
}

void sort_unique(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

}  // namespace

std::string kind_of(std::string_view written) {
  const std::string word = lower(written);
  for (const KindWord& each : kKinds) {
    if (each.word == word) return std::string(each.kind);
  }
  return "";
}

std::vector<std::string> kind_words(bool policies) {
  std::vector<std::string> words;
  std::string_view last;
  for (const KindWord& each : kKinds) {
    if (each.kind != last && (each.policy || !policies)) words.emplace_back(each.word);
    last = each.kind;
  }
  return words;
}

Names::Names(const Input& input) : input_(input) {
  for (const model::Namespace& each : input.model.namespaces) {
    spaces_.emplace_back(input.model.text(each.name));
  }
  sort_unique(spaces_);
  add_pods();
  add_services();
  add_network();
  add_objects();
  for (const auto* bare : {&workloads_, &pods_, &service_ports_, &sites_}) {
    for (const Bare& each : *bare) places_.push_back(each.full);
  }
  places_.insert(places_.end(), {"internet", "any"});
  sort_unique(places_);
  sort_unique(ports_);
}

void Names::add_pods() {
  const model::Model& model = input_.model;
  for (std::size_t i = 0; i < model.workloads.size(); ++i) {
    const auto id = static_cast<model::WorkloadId>(i);
    workloads_.push_back(
        {std::string(model.text(model.workloads[i].name)), queries::name_of(model, id)});
  }
  std::set<std::string> spaces;
  for (const model::Endpoint& endpoint : model.endpoints) {
    const std::string ns(model.text(model[model[endpoint.workload].ns].name));
    spaces.insert(ns);
    const std::string_view owner = model.text(model[endpoint.workload].name);
    if (endpoint.pod && model.text(*endpoint.pod) != owner) {
      const std::string name(model.text(*endpoint.pod));
      pods_.push_back({name, ns + "/" + name});
    }
    for (const model::NamedPort& port : endpoint.ports) {
      ports_.emplace_back(model.text(port.name));
      ports_.push_back(std::to_string(port.number));
    }
  }
  for (const std::string& ns : spaces) places_.push_back(ns + "/*");
}

void Names::add_services() {
  const model::Model& model = input_.model;
  for (const model::Service& service : model.services) {
    const std::string ns(model.text(model[service.ns].name));
    const std::string name(model.text(service.name));
    for (const model::ServicePort& port : service.ports) {
      const std::string number = std::to_string(port.number);
      const std::string shown = port.name ? std::string(model.text(*port.name)) : number;
      service_ports_.push_back(
          {"svc/" + name + ":" + shown, "svc/" + ns + "/" + name + ":" + shown});
      if (shown != number) {
        service_ports_.push_back(
            {"svc/" + name + ":" + number, "svc/" + ns + "/" + name + ":" + number});
      }
      ports_.push_back(number);
      if (port.name) ports_.push_back(shown);
    }
  }
}

void Names::add_network() {
  const model::Cloud& cloud = input_.cloud;
  for (const model::Subnet& subnet : cloud.subnets) {
    sites_.push_back({subnet.name, "subnet/" + cloud[subnet.network].name + "/" + subnet.name});
  }
  for (const model::VirtualNetwork& network : cloud.networks) {
    sites_.push_back({network.name, "vnet/" + network.name});
  }
  for (const model::Interface& each : cloud.interfaces) {
    if (!each.name.empty()) sites_.push_back({each.name, "nic/" + each.name});
    if (!each.machine.empty()) sites_.push_back({each.machine, "vm/" + each.machine});
  }
  for (const model::ManagedCluster& cluster : cloud.clusters) {
    for (const model::NodePool& pool : cluster.pools) {
      sites_.push_back({pool.name, "node/" + pool.name});
    }
  }
}

void Names::add_objects() {
  const model::Model& model = input_.model;
  const auto text = [&](model::Symbol symbol) { return std::string(model.text(symbol)); };
  for (const model::Policy& policy : model.policies) {
    const bool in_namespace = policy.tier == model::Tier::Network;
    objects_.push_back({text(policy.kind), in_namespace ? text(model[policy.ns].name) : "",
                        text(policy.name), policy.where, true});
  }
  for (const model::Workload& workload : model.workloads) {
    objects_.push_back(
        {text(workload.kind), text(model[workload.ns].name), text(workload.name), workload.where});
  }
  for (const model::Endpoint& endpoint : model.endpoints) {
    const model::Workload& owner = model[endpoint.workload];
    if (!endpoint.pod || (text(owner.kind) == "Pod" && owner.name == *endpoint.pod)) continue;
    objects_.push_back({"Pod", text(model[owner.ns].name), text(*endpoint.pod), endpoint.where});
  }
  for (const model::Service& service : model.services) {
    objects_.push_back(
        {"Service", text(model[service.ns].name), text(service.name), service.where});
  }
  for (const model::Namespace& each : model.namespaces) {
    objects_.push_back({"Namespace", "", text(each.name), each.where});
  }
  for (const model::Node& node : model.nodes) {
    objects_.push_back({"Node", "", text(node.name), node.where});
  }
  std::erase_if(objects_, [](const NamedObject& each) { return !each.where.exists(); });
}

std::vector<std::string> Names::called(std::string_view name) const {
  std::vector<std::string> found;
  const auto add = [&](const std::vector<Bare>& list) {
    for (const Bare& each : list) {
      if (each.name == name) found.push_back(each.full);
    }
  };
  add(workloads_);
  if (found.empty()) add(pods_);
  add(sites_);
  add(service_ports_);
  sort_unique(found);
  return found;
}

Mistake Names::nothing_called(const std::string& text) const {
  if (is_space(text)) {
    return {"unknown-reference", text + " is a namespace", "write " + text + "/* for all of it"};
  }
  std::vector<std::string> services;
  std::vector<std::string> bare;
  for (const Bare& each : service_ports_) {
    if (each.name.starts_with("svc/" + text + ":")) services.push_back(each.full);
  }
  if (!services.empty()) {
    return {"unknown-reference", text + " is a Service", "write " + list_of(services, "or")};
  }
  const bool wants_service = text.starts_with("svc/");
  for (const auto* list : {&workloads_, &pods_, &sites_, &service_ports_}) {
    if (wants_service != (list == &service_ports_)) continue;
    for (const Bare& each : *list) bare.push_back(each.name);
  }
  sort_unique(bare);
  std::vector<std::string> near;
  for (const std::string& name : source::nearest(text, bare)) {
    for (const std::string& full : called(name)) near.push_back(full);
  }
  std::string help;
  if (near.empty()) {
    std::vector<std::string> all;
    for (const Bare& each : workloads_) all.push_back(each.full);
    for (const Bare& each : sites_) all.push_back(each.full);
    if (!all.empty()) help = "the input has " + list_of(all, "and");
  }
  if (near.size() > 4) near.resize(4);
  return {"unknown-reference", "nothing is called " + text + source::did_you_mean(near), help};
}

tl::expected<std::string, Mistake> Names::place(const std::string& text,
                                                const std::string& preferred) const {
  const bool is_service =
      text.starts_with("svc/") && std::count(text.begin(), text.end(), '/') == 1;
  if (!is_service && text.find('/') != std::string::npos) return text;
  if (text == "any" || text == "internet" || net::Address::parse(text)) return text;
  const std::vector<std::string> found = called(text);
  if (found.size() == 1) return found[0];
  if (found.empty()) {
    if (queries::is_site_reference(input_.cloud, text)) return text;
    return tl::unexpected(nothing_called(text));
  }
  for (const std::string& each : found) {
    if (!preferred.empty() && each == preferred + "/" + text) return each;
  }
  return tl::unexpected(Mistake{"ambiguous-reference", text + " can mean " + list_of(found, "and"),
                                "write one of them in full"});
}

tl::expected<const NamedObject*, Mistake> Names::object(const std::string& text,
                                                        bool any_kind) const {
  std::string name = text;
  std::string kind;
  if (const std::size_t space = text.find(' '); space != std::string::npos) {
    kind = kind_of(text.substr(0, space));
    name = text.substr(space + 1);
    const std::vector<std::string> kinds = kind_words(!any_kind);
    if (kind.empty()) {
      const std::string written = text.substr(0, space);
      return tl::unexpected(Mistake{"usage",
                                    "\"" + written + "\" is no kind that is known here" +
                                        source::did_you_mean(source::nearest(written, kinds)),
                                    "the kinds are " + list_of(kinds, "and")});
    }
  }
  std::vector<const NamedObject*> found;
  std::vector<std::string> all;
  std::vector<std::string> bare;
  for (const NamedObject& each : objects_) {
    if ((!any_kind && !each.is_policy) || (!kind.empty() && each.kind != kind)) continue;
    all.push_back(each.path());
    bare.push_back(each.name);
    if (each.path() == name || each.name == name) found.push_back(&each);
  }
  // The full name of one may be the bare name of another.
  const bool has_full = std::any_of(found.begin(), found.end(),
                                    [&](const auto* each) { return each->path() == name; });
  if (has_full) std::erase_if(found, [&](const auto* each) { return each->path() != name; });
  if (found.size() == 1) return found[0];
  std::vector<std::string> names;
  for (const NamedObject* each : found) names.push_back(each->kind + " " + each->path());
  if (!found.empty()) {
    return tl::unexpected(Mistake{"ambiguous-reference",
                                  name + " can mean " + list_of(names, "and"),
                                  "write the kind and the namespace"});
  }
  std::vector<std::string> near = source::nearest(name, all);
  for (const std::string& each : source::nearest(name, bare)) {
    for (const std::string& path : all) {
      const bool same = path == each || path.ends_with("/" + each);
      if (same && std::find(near.begin(), near.end(), path) == near.end()) near.push_back(path);
    }
  }
  if (near.size() > 4) near.resize(4);
  const std::string what = !kind.empty() ? kind : any_kind ? "object" : "policy";
  sort_unique(all);
  const bool lists = near.empty() && !all.empty();
  return tl::unexpected(Mistake{"unknown-reference",
                                "no " + what + " is called " + name + source::did_you_mean(near),
                                lists ? "the input has " + list_of(all, "and") : ""});
}

bool Names::is_space(std::string_view text) const {
  return std::find(spaces_.begin(), spaces_.end(), text) != spaces_.end();
}

tl::expected<std::string, Mistake> Names::space(const std::string& text) const {
  if (is_space(text)) return text;
  return tl::unexpected(Mistake{
      "unknown-reference",
      "there is no namespace " + text + source::did_you_mean(source::nearest(text, spaces_)),
      spaces_.empty() ? "" : "the input has " + list_of(spaces_, "and")});
}

}  // namespace polreach::cli::shell
