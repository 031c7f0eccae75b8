// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/site_reference.h"

#include <algorithm>
#include <array>
#include <utility>

#include "compiler/path/tags.h"
#include "policies/source/ascii.h"
#include "policies/source/nearest.h"

namespace polreach::solver::queries {
namespace {

using compiler::Site;
using compiler::Surroundings;
using model::Cloud;
using net::AddressSet;
using ResolvedSite = tl::expected<SiteTarget, ReferenceError>;

constexpr std::array<std::string_view, 5> kWords = {"subnet", "vnet", "nic", "vm", "node"};

std::vector<std::string> segments_of(std::string_view text) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  while (true) {
    const std::size_t slash = text.find('/', start);
    parts.emplace_back(text.substr(start, slash - start));
    if (slash == std::string_view::npos) return parts;
    start = slash + 1;
  }
}

/// Something that can be named: its names from the outermost (a resource group, which may be
/// empty) to its own, and its index.
struct Named {
  std::vector<std::string> names;
  std::size_t index = 0;
};

std::string joined(const std::vector<std::string>& names, std::size_t from) {
  std::string text;
  for (std::size_t i = from; i < names.size(); ++i) text += (text.empty() ? "" : "/") + names[i];
  return text;
}

bool has_names(const Named& named, const std::vector<std::string>& wanted) {
  if (wanted.size() > named.names.size()) return false;
  return std::equal(
      wanted.rbegin(), wanted.rend(), named.names.rbegin(),
      [](const auto& a, const auto& b) { return source::lower(a) == source::lower(b); });
}

std::vector<Named> all_of(const Cloud& cloud, std::string_view word) {
  std::vector<Named> result;
  const auto add = [&](std::vector<std::string> names, std::size_t index) {
    result.push_back({std::move(names), index});
  };
  if (word == "subnet") {
    for (std::size_t i = 0; i < cloud.subnets.size(); ++i) {
      const model::VirtualNetwork& network = cloud[cloud.subnets[i].network];
      add({network.resource_group, network.name, cloud.subnets[i].name}, i);
    }
  } else if (word == "vnet") {
    for (std::size_t i = 0; i < cloud.networks.size(); ++i) {
      add({cloud.networks[i].resource_group, cloud.networks[i].name}, i);
    }
  } else if (word == "nsg") {
    for (std::size_t i = 0; i < cloud.groups.size(); ++i) {
      add({cloud.groups[i].resource_group, cloud.groups[i].name}, i);
    }
  } else if (word == "node") {
    for (std::size_t i = 0; i < cloud.clusters.size(); ++i) {
      const model::ManagedCluster& cluster = cloud.clusters[i];
      for (const model::NodePool& pool : cluster.pools) {
        add({cluster.resource_group, cluster.name, pool.name}, i);
      }
    }
  } else {
    for (std::size_t i = 0; i < cloud.interfaces.size(); ++i) {
      const model::Interface& each = cloud.interfaces[i];
      const std::string& name = word == "nic" ? each.name : each.machine;
      if (!name.empty()) add({each.resource_group, name}, i);
    }
  }
  return result;
}

/// How many of the names, from the innermost, people usually write.
std::size_t usual_length(std::string_view word) { return word == "subnet" ? 2 : 1; }

tl::unexpected<ReferenceError> not_found(std::string_view word, std::string_view text,
                                         const std::vector<std::string>& wanted,
                                         const std::vector<Named>& all) {
  std::vector<std::string> names;
  for (const Named& each : all) {
    names.push_back(joined(each.names, each.names.size() - usual_length(word)));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::vector<std::string> near = source::nearest(joined(wanted, 0), names);
  for (std::string& each : near) each.insert(0, std::string(word) + "/");
  std::string help;
  if (near.empty()) {
    help = names.empty() ? "the input has nothing of this kind" : "the input has ";
    for (std::size_t i = 0; i < names.size() && i < 8; ++i) {
      help += (i == 0 ? "" : ", ") + std::string(word) + "/" + names[i];
    }
    if (names.size() > 8) help += ", and " + std::to_string(names.size() - 8) + " more";
  }
  return refuse("unknown-reference",
                "nothing in the input is called " + std::string(text) + source::did_you_mean(near),
                help);
}

/// Those that have the names. Several interfaces of one machine are no ambiguity, nor is what
/// several exports of effective rules say of one group.
tl::expected<std::vector<Named>, ReferenceError> find(const Cloud& cloud, std::string_view word,
                                                      std::string_view text,
                                                      const std::vector<std::string>& wanted) {
  const std::vector<Named> all = all_of(cloud, word);
  std::vector<Named> found;
  for (const Named& each : all) {
    if (has_names(each, wanted)) found.push_back(each);
  }
  if (found.empty()) return not_found(word, text, wanted, all);
  const bool differ = std::any_of(found.begin(), found.end(),
                                  [&](const auto& each) { return each.names != found[0].names; });
  if (differ || (found.size() > 1 && word != "vm" && word != "nsg")) {
    std::string help = "write ";
    for (std::size_t i = 0; i < found.size() && i < 8; ++i) {
      help += (i == 0 ? "" : " or ") + std::string(word) + "/" + joined(found[i].names, 0);
    }
    return refuse("ambiguous-reference", std::string(text) + " can mean several", help);
  }
  return found;
}

void append(std::vector<Site>& sites, std::vector<Site> more) {
  for (Site& each : more) sites.push_back(std::move(each));
}

std::vector<Site> sites_of(Surroundings& around, std::string_view word, const Named& named) {
  const Cloud& cloud = around.cloud();
  if (word == "subnet") {
    return subnet_sites(around, static_cast<model::SubnetId>(named.index), net::all_addresses());
  }
  std::vector<Site> sites;
  if (word == "vnet") {
    for (std::size_t i = 0; i < cloud.subnets.size(); ++i) {
      if (static_cast<std::size_t>(cloud.subnets[i].network) != named.index) continue;
      append(sites, subnet_sites(around, static_cast<model::SubnetId>(i), net::all_addresses()));
    }
  } else if (word == "node") {
    const auto& pools = cloud.clusters[named.index].pools;
    for (std::size_t i = 0; i < pools.size(); ++i) {
      if (pools[i].name != named.names.back()) continue;
      sites.push_back(node_site(around, {static_cast<model::ManagedClusterId>(named.index), i}));
    }
  } else {
    sites = interface_sites(around, static_cast<model::InterfaceId>(named.index));
  }
  return sites;
}

ResolvedSite resolve_named(Surroundings& around, std::string_view text) {
  std::vector<std::string> parts = segments_of(text);
  const std::string word = parts.front();
  parts.erase(parts.begin());
  const bool bad = parts.empty() ||
                   std::any_of(parts.begin(), parts.end(), [](const auto& p) { return p.empty(); });
  if (bad) {
    return refuse("bad-reference", "\"" + std::string(text) + "\" is not a reference",
                  "write subnet/VNET/NAME, vnet/NAME, nic/NAME, vm/NAME or node/POOL");
  }
  const auto found = find(around.cloud(), word, text, parts);
  if (!found) return tl::unexpected<ReferenceError>(found.error());
  SiteTarget target;
  target.text = text;
  for (const Named& each : *found) append(target.sites, sites_of(around, word, each));
  if (target.sites.empty()) {
    return refuse("unknown-reference", std::string(text) + " has no address and no subnet",
                  "add the subnets or interfaces of it");
  }
  return target;
}

/// The ranges from which clusters give addresses that mean nothing outside of them.
AddressSet cluster_ranges(const Cloud& cloud) {
  AddressSet result;
  for (const model::ManagedCluster& cluster : cloud.clusters) {
    for (const auto* ranges : {&cluster.pod_ranges, &cluster.service_ranges}) {
      for (const net::Prefix& each : *ranges) result |= net::addresses_of(each);
    }
  }
  return result;
}

ResolvedSite resolve_addresses(Surroundings& around, std::string_view text,
                               const AddressSet& addresses) {
  const Cloud& cloud = around.cloud();
  SiteTarget target;
  target.text = text;
  AddressSet taken;
  for (std::size_t i = 0; i < cloud.subnets.size(); ++i) {
    const AddressSet here = compiler::addresses_of(cloud.subnets[i].space) & addresses;
    if (here.empty()) continue;
    if (!(here & taken).empty()) {
      return refuse("ambiguous-reference",
                    net::to_string(here & taken) + " is in more than one subnet of the input",
                    "write subnet/VNET/NAME");
    }
    taken |= here;
    append(target.sites, subnet_sites(around, static_cast<model::SubnetId>(i), addresses));
  }
  AddressSet rest = addresses - taken;
  const AddressSet left_out = rest & cluster_ranges(cloud);
  rest -= left_out;
  if (!left_out.empty()) {
    target.notes.push_back(
        "addresses of pods and Services of a cluster are left out: ask for pods by name");
  }
  if (!rest.empty()) {
    target.sites.push_back(compiler::outside_site(std::string(text), std::move(rest)));
  }
  if (target.sites.empty()) {
    return refuse("pod-range",
                  std::string(text) + " is in the range of the pods or Services of a cluster",
                  "outside of the cluster it means nothing: ask for pods by name");
  }
  return target;
}

/// The addresses of a tag that has its own, wherever the network is.
std::optional<AddressSet> tag_addresses(const Cloud& cloud, std::string_view text) {
  const auto found = cloud.service_tags.tags.find(source::lower(text));
  if (found != cloud.service_tags.tags.end()) return found->second.addresses;
  if (source::lower(text) != "azureloadbalancer") return std::nullopt;
  const auto probe = *net::Address::parse("168.63.129.16");
  return AddressSet(probe, probe);
}

/// The word, and the tag, of which it is the classic spelling.
bool is_internet(std::string_view text) { return source::lower(text) == "internet"; }

/// Names of workloads have no capital letters, and those of service tags start with one.
bool is_name_of_tag(std::string_view text) {
  return !text.empty() && text.front() >= 'A' && text.front() <= 'Z' &&
         text.find_first_of("/:") == std::string_view::npos;
}

tl::unexpected<ReferenceError> refuse_tag(const Cloud& cloud, std::string_view text) {
  if (source::lower(text) == "virtualnetwork") {
    return refuse("unknown-reference", "VirtualNetwork is another set in every network",
                  "write vnet/NAME, or the addresses that you mean");
  }
  std::vector<std::string> tags;
  for (const auto& each : cloud.service_tags.tags) tags.push_back(each.second.name);
  return refuse("unknown-reference",
                "the addresses of service tag " + std::string(text) + " are not known" +
                    source::did_you_mean(source::nearest(text, tags)),
                tags.empty() ? "give Microsoft's file of service tags: --service-tags FILE"
                             : "the file of --service-tags has no such tag");
}

}  // namespace

bool is_site_reference(const Cloud& cloud, std::string_view text) {
  const std::size_t slash = text.find('/');
  const bool word = std::find(kWords.begin(), kWords.end(), text.substr(0, slash)) != kWords.end();
  if (slash != std::string_view::npos && word) return true;
  return is_internet(text) || net::Address::parse(text) || net::Prefix::parse(text) ||
         tag_addresses(cloud, text) || is_name_of_tag(text);
}

ResolvedSite resolve_site(Surroundings& around, std::string_view text) {
  if (is_internet(text)) {
    // Public addresses that somebody uses in a network are no part of the internet, nor is that of
    // the platform, which every network has for itself.
    AddressSet addresses = net::internet_addresses() - compiler::platform_addresses();
    for (const model::Subnet& each : around.cloud().subnets) {
      addresses -= compiler::addresses_of(each.space);
    }
    SiteTarget target;
    target.text = text;
    target.sites.push_back(compiler::outside_site("the internet", std::move(addresses)));
    return target;
  }
  if (const auto address = net::Address::parse(text)) {
    return resolve_addresses(around, text, AddressSet(*address, *address));
  }
  if (const auto prefix = net::Prefix::parse(text)) {
    return resolve_addresses(around, text, net::addresses_of(*prefix));
  }
  if (auto addresses = tag_addresses(around.cloud(), text)) {
    SiteTarget target;
    target.text = text;
    if (addresses->empty()) {
      return refuse("unknown-reference", "service tag " + std::string(text) + " has no addresses");
    }
    target.sites.push_back(
        compiler::outside_site("service tag " + std::string(text), std::move(*addresses)));
    return target;
  }
  const std::size_t slash = text.find('/');
  const bool word = std::find(kWords.begin(), kWords.end(), text.substr(0, slash)) != kWords.end();
  if (word && slash != std::string_view::npos) return resolve_named(around, text);
  if (is_name_of_tag(text)) return refuse_tag(around.cloud(), text);
  std::vector<std::string> tags;
  for (const auto& each : around.cloud().service_tags.tags) tags.push_back(each.second.name);
  const std::vector<std::string> near = source::nearest(text, tags);
  return refuse("unknown-reference",
                "nothing in the input is called " + std::string(text) + source::did_you_mean(near),
                "write subnet/VNET/NAME, vnet/NAME, nic/NAME, vm/NAME, node/POOL, an address, a "
                "CIDR, a service tag or internet");
}

tl::expected<std::vector<std::size_t>, ReferenceError> resolve_named_resource(
    const Cloud& cloud, std::string_view word, std::string_view name) {
  const std::string text = std::string(word) + "/" + std::string(name);
  const std::vector<std::string> parts = segments_of(name);
  if (std::any_of(parts.begin(), parts.end(), [](const auto& p) { return p.empty(); })) {
    return refuse("bad-reference", "\"" + std::string(name) + "\" is not a name",
                  std::string("write ") + (word == "subnet" ? "VNET/NAME" : "NAME or GROUP/NAME"));
  }
  const auto found = find(cloud, word, text, parts);
  if (!found) return tl::unexpected<ReferenceError>(found.error());
  std::vector<std::size_t> indices;
  for (const Named& each : *found) indices.push_back(each.index);
  return indices;
}

tl::expected<std::optional<model::ManagedClusterId>, ReferenceError> select_cluster(
    const Cloud& cloud, std::string_view name) {
  if (name.empty() && cloud.clusters.empty()) return std::optional<model::ManagedClusterId>();
  std::vector<std::size_t> found;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < cloud.clusters.size(); ++i) {
    const model::ManagedCluster& each = cloud.clusters[i];
    names.push_back(each.name);
    const Named named = {{each.resource_group, each.name}, i};
    if (name.empty() || has_names(named, segments_of(name))) found.push_back(i);
  }
  if (found.size() == 1) {
    return std::optional(static_cast<model::ManagedClusterId>(found.front()));
  }
  if (found.empty()) {
    return refuse("unknown-reference", "no cluster in the input is called " + std::string(name) +
                                           source::did_you_mean(source::nearest(name, names)));
  }
  std::string help = "give --cluster with one of ";
  for (std::size_t i = 0; i < found.size() && i < 8; ++i) {
    const model::ManagedCluster& each = cloud.clusters[found[i]];
    help += (i == 0 ? "" : ", ") + (each.resource_group.empty() ? "" : each.resource_group + "/") +
            each.name;
  }
  return refuse("ambiguous-reference",
                name.empty() ? "the input holds several clusters, and the manifests belong to one"
                             : std::string(name) + " can mean several clusters",
                help);
}

}  // namespace polreach::solver::queries
