// SPDX-License-Identifier: Apache-2.0
#include "policies/kubernetes/write_policy.h"

#include <array>
#include <set>
#include <string_view>

#include "policies/source/diagnostics.h"
#include "policies/source/result.h"
#include "policies/syntax/reader.h"
#include "policies/syntax/yaml_writer.h"

namespace polreach::kubernetes {
namespace {

using model::Direction;
using model::Model;
using model::Policy;
using syntax::Value;
using syntax::YamlWriter;

class Writer {
 public:
  explicit Writer(const Model& model) : model_(model) {}

  std::string write(const Policy& policy, const KeptMetadata& metadata) {
    if (policy.tier != model::Tier::Network) {
      throw source::InternalError("only NetworkPolicies are written");
    }
    yaml_.open_map();
    text("apiVersion", "networking.k8s.io/v1");
    text("kind", "NetworkPolicy");
    yaml_.key("metadata");
    yaml_.open_map();
    text("name", model_.text(policy.name));
    text("namespace", model_.text(model_[policy.ns].name));
    texts("labels", metadata.labels);
    texts("annotations", metadata.annotations);
    yaml_.close_map();
    spec(policy);
    yaml_.close_map();
    return yaml_.text();
  }

 private:
  void text(std::string_view key, std::string_view value) {
    yaml_.key(key);
    yaml_.string(value);
  }

  void texts(std::string_view key, const std::vector<std::pair<std::string, std::string>>& all) {
    if (all.empty()) return;
    yaml_.key(key);
    yaml_.open_map();
    for (const auto& [name, value] : all) text(name, value);
    yaml_.close_map();
  }

  void spec(const Policy& policy) {
    yaml_.key("spec");
    yaml_.open_map();
    yaml_.key("podSelector");
    selector(policy.subject);
    yaml_.key("policyTypes");
    yaml_.open_list();
    if (policy.ingress) yaml_.string("Ingress");
    if (policy.egress) yaml_.string("Egress");
    yaml_.close_list();
    if (policy.ingress) rules(Direction::Ingress, *policy.ingress);
    if (policy.egress) rules(Direction::Egress, *policy.egress);
    yaml_.close_map();
  }

  /// One value of a key that is asked for once goes into matchLabels.
  void selector(const model::Selector& selector) {
    if (selector.all_of.empty()) {
      yaml_.empty_map();
      return;
    }
    std::vector<const model::Requirement*> labels;
    std::vector<const model::Requirement*> expressions;
    std::set<model::Symbol> keys;
    for (const model::Requirement& each : selector.all_of) {
      const bool is_label =
          each.op == model::Operator::In && each.values.size() == 1 && keys.insert(each.key).second;
      (is_label ? labels : expressions).push_back(&each);
    }
    yaml_.open_map();
    if (!labels.empty()) {
      yaml_.key("matchLabels");
      yaml_.open_map();
      for (const auto* each : labels) text(model_.text(each->key), model_.text(each->values[0]));
      yaml_.close_map();
    }
    if (!expressions.empty()) {
      yaml_.key("matchExpressions");
      yaml_.open_list();
      for (const auto* each : expressions) expression(*each);
      yaml_.close_list();
    }
    yaml_.close_map();
  }

  void expression(const model::Requirement& requirement) {
    static constexpr std::array<std::string_view, 4> kOperators = {"In", "NotIn", "Exists",
                                                                   "DoesNotExist"};
    yaml_.open_map();
    text("key", model_.text(requirement.key));
    text("operator", kOperators.at(static_cast<std::size_t>(requirement.op)));
    if (!requirement.values.empty()) {
      std::set<std::string_view> sorted;
      for (const model::Symbol value : requirement.values) sorted.insert(model_.text(value));
      yaml_.key("values");
      yaml_.open_list();
      for (const std::string_view value : sorted) yaml_.string(value);
      yaml_.close_list();
    }
    yaml_.close_map();
  }

  void rules(Direction direction, const std::vector<model::Rule>& rules) {
    yaml_.key(direction == Direction::Ingress ? "ingress" : "egress");
    if (rules.empty()) {
      yaml_.empty_list();
      return;
    }
    yaml_.open_list();
    for (const model::Rule& each : rules) rule(direction, each);
    yaml_.close_list();
  }

  void rule(Direction direction, const model::Rule& rule) {
    if (rule.action != model::Action::Allow) {
      throw source::InternalError("a NetworkPolicy has no rules that deny");
    }
    if (rule.peers.empty() && rule.ports.empty()) {
      yaml_.empty_map();
      return;
    }
    yaml_.open_map();
    if (!rule.peers.empty()) {
      yaml_.key(direction == Direction::Ingress ? "from" : "to");
      yaml_.open_list();
      for (const model::Peer& each : rule.peers) peer(each);
      yaml_.close_list();
    }
    if (!rule.ports.empty()) {
      yaml_.key("ports");
      yaml_.open_list();
      for (const model::PortMatch& each : rule.ports) port(each);
      yaml_.close_list();
    }
    yaml_.close_map();
  }

  void peer(const model::Peer& peer) {
    yaml_.open_map();
    if (const auto* block = std::get_if<model::BlockPeer>(&peer.what)) {
      yaml_.key("ipBlock");
      yaml_.open_map();
      text("cidr", block->cidr.to_string());
      if (!block->except.empty()) {
        yaml_.key("except");
        yaml_.open_list();
        for (const net::Prefix& each : block->except) yaml_.string(each.to_string());
        yaml_.close_list();
      }
      yaml_.close_map();
    } else if (const auto* pods = std::get_if<model::PodPeer>(&peer.what)) {
      if (pods->namespaces) {
        yaml_.key("namespaceSelector");
        selector(*pods->namespaces);
      }
      if (!pods->namespaces || !pods->pods.all_of.empty()) {
        yaml_.key("podSelector");
        selector(pods->pods);
      }
    } else {
      throw source::InternalError("a NetworkPolicy knows pods and addresses alone");
    }
    yaml_.close_map();
  }

  void port(const model::PortMatch& match) {
    yaml_.open_map();
    text("protocol", net::to_string(match.protocol));
    if (const auto* name = std::get_if<model::PortName>(&match.ports)) {
      text("port", model_.text(name->name));
    } else if (const auto* range = std::get_if<model::PortRange>(&match.ports)) {
      yaml_.key("port");
      yaml_.number(range->first);
      if (range->last != range->first) {
        yaml_.key("endPort");
        yaml_.number(range->last);
      }
    }
    yaml_.close_map();
  }

  const Model& model_;
  YamlWriter yaml_;
};

/// Finds an object by the place of its name.
class Finder : public syntax::Sink {
 public:
  explicit Finder(const source::Span& name) : name_(name) {}

  bool wanted(std::span<const std::string_view> path, const syntax::Tape& /*so_far*/) override {
    return path.empty() || path.front() == "metadata";
  }

  void object(const syntax::Tape& tape, std::string_view /*list_kind*/,
              std::string_view /*list_api_version*/) override {
    const auto metadata = tape.root().find("metadata");
    if (!metadata) return;
    const auto name = metadata->find("name");
    if (!name || !(name->span() == name_)) return;
    found.labels = texts(metadata->find("labels"));
    found.annotations = texts(metadata->find("annotations"));
  }

  void unreadable(const source::Span& /*where*/) override {}

  KeptMetadata found;

 private:
  static std::vector<std::pair<std::string, std::string>> texts(const std::optional<Value>& map) {
    std::vector<std::pair<std::string, std::string>> result;
    if (!map || !map->is(syntax::Type::Mapping)) return result;
    for (const Value each : *map) {
      // All of the object as it was: it would be wrong as soon as the object changes.
      if (each.key() == "kubectl.kubernetes.io/last-applied-configuration") continue;
      if (each.is(syntax::Type::String)) result.emplace_back(each.key(), each.text());
    }
    return result;
  }

  source::Span name_;
};

}  // namespace

KeptMetadata metadata_at(const source::SourceMap& sources, const source::Span& name) {
  if (!name.exists()) return {};
  Finder finder(name);
  source::Diagnostics ignored;  // said when the file was read
  syntax::read(sources, name.file, syntax::Format::Auto, {}, ignored, finder);
  return finder.found;
}

std::string write_policy(const Model& model, const Policy& policy, const KeptMetadata& metadata) {
  return Writer(model).write(policy, metadata);
}

}  // namespace polreach::kubernetes
