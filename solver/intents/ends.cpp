// SPDX-License-Identifier: Apache-2.0
#include "solver/intents/ends.h"

#include <algorithm>
#include <iterator>

#include "compiler/resolve/view.h"
#include "policies/model/well_known_labels.h"
#include "solver/queries/outside.h"
#include "solver/queries/service_reference.h"
#include "solver/queries/site_reference.h"

namespace polreach::solver::intents {
namespace {

using compiler::Site;
using compiler::Tri;
using model::EndpointId;
using model::Model;
using polreach::intents::End;
using polreach::intents::Member;
using Pods = std::vector<EndpointId>;

Pods united(const Pods& a, const Pods& b) {
  Pods result;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(result));
  return result;
}

Pods without(const Pods& a, const Pods& b) {
  Pods result;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(result));
  return result;
}

Pods common(const Pods& a, const Pods& b) {
  Pods result;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(result));
  return result;
}

/// Whether a place of one list is among those of another, whatever its name.
bool is_same_network(const Site& a, const Site& b) {
  return a.network == b.network &&
         (a.kind == Site::Kind::Outside) == (b.kind == Site::Kind::Outside);
}

/// Takes the addresses of `others` out. Of an end that has one of its addresses, and nobody knows
/// which, none is taken: another place may have them.
std::vector<Site> without(std::vector<Site> sites, const std::vector<Site>& others) {
  for (Site& site : sites) {
    for (const Site& other : others) {
      if (other.is_asked && is_same_network(site, other)) site.addresses -= other.addresses;
    }
  }
  std::erase_if(sites, [](const Site& site) { return site.addresses.empty(); });
  return sites;
}

class Resolution {
 public:
  explicit Resolution(const Setting& setting) : setting_(setting), model_(setting.model()) {}

  source::Result<EndSet> run(const std::vector<Member>& members) {
    EndSet result;
    for (const Member& member : members) {
      const auto one = member.reference.empty() ? labelled(member) : referred(member);
      if (!one) return tl::unexpected(one.error());
      add(*one, result);
      if (one->empty() && one->nothing.empty()) {
        result.nothing.push_back(member.text + " matches nothing in the input");
      }
      if (one->asked && members.size() > 1) {
        return source::failure(member.text + ": a port of a Service must stand alone");
      }
    }
    result.maybe = without(result.maybe, result.sure);
    return result;
  }

 private:
  static void add(const EndSet& one, EndSet& result) {
    result.sure = united(result.sure, one.sure);
    result.maybe = united(result.maybe, one.maybe);
    result.points.insert(one.points.begin(), one.points.end());
    result.addresses |= one.addresses;
    result.left_out |= one.left_out;
    for (Site& site : without(one.sites, result.sites)) result.sites.push_back(std::move(site));
    result.possible.in.insert(result.possible.in.end(), one.possible.in.begin(),
                              one.possible.in.end());
    result.nothing.insert(result.nothing.end(), one.nothing.begin(), one.nothing.end());
    if (one.asked) result.asked = one.asked;
  }

  source::Result<EndSet> labelled(const Member& member) {
    EndSet result;
    const model::Selector everywhere;
    const model::Selector& namespaces = member.namespaces ? *member.namespaces : everywhere;
    result.possible.in.push_back({namespaces, member.pods});
    for (std::size_t i = 0; i < model_.endpoints.size(); ++i) {
      const auto id = static_cast<EndpointId>(i);
      const model::NamespaceId ns = model_.namespace_of(id);
      const compiler::Party party = id;
      const Tri space =
          compiler::matches(namespaces, compiler::namespace_labels(setting_.cluster, ns, nullptr));
      const Tri pod =
          compiler::matches(member.pods, compiler::pod_labels(setting_.cluster, {&party}, nullptr));
      const Tri all = compiler::both(space, pod);
      if (all == Tri::Yes) result.sure.push_back(id);
      if (all != Tri::Maybe) continue;
      result.maybe.push_back(id);
      if (space == Tri::Maybe) result.points.insert({compiler::Assumption::NamespaceLabels, ns});
      if (pod == Tri::Maybe) result.points.insert({compiler::Assumption::PodLabels, {}});
    }
    return result;
  }

  source::Result<EndSet> referred(const Member& member) {
    const std::string& text = member.reference;
    EndSet result;
    if (text == "any") result.possible.in.push_back({});
    if (text.ends_with("/*")) add_namespace(text.substr(0, text.size() - 2), result);
    const bool has_pods = !model_.endpoints.empty();
    const bool is_service = has_pods && queries::is_service_reference(model_, text);
    const bool is_place =
        setting_.around != nullptr && !is_service &&
        (text == "any" || queries::is_site_reference(setting_.around->cloud(), text));
    bool found = false;
    if (has_pods || !is_place) {
      const auto target = queries::resolve(model_, text, setting_.default_namespace);
      if (target) {
        take(*target, result);
        found = text == "any" || !is_place || !target->endpoints.empty();
        if (found && text != "any") return excepted(std::move(result), member);
      } else if (!is_place) {
        return not_found(target.error(), std::move(result));
      }
    }
    if (is_place) {
      for (const std::string& part : places_of(text)) {
        auto sites = queries::resolve_site(*setting_.around, part);
        if (!sites) return not_found(sites.error(), std::move(result));
        for (Site& site : sites->sites) result.sites.push_back(std::move(site));
      }
      result.addresses = {};
    }
    return excepted(std::move(result), member);
  }

  static std::vector<std::string> places_of(const std::string& text) {
    if (text != "any") return {text};
    return {"0.0.0.0/0", "::/0"};
  }

  void add_namespace(const std::string& name, EndSet& result) {
    model::Selector selector;
    selector.all_of.push_back({model_.symbols->intern(model::kNamespaceNameKey),
                               model::Operator::In,
                               {model_.symbols->intern(name)},
                               {}});
    result.possible.in.push_back({std::move(selector), {}});
  }

  /// Addresses of IPv6 that nobody speaks of are left out of what means everything.
  void take(const queries::Target& target, EndSet& result) const {
    result.sure = target.endpoints;
    std::sort(result.sure.begin(), result.sure.end());
    if (setting_.around == nullptr) result.addresses = target.addresses;
    result.left_out = target.left_out;
    result.asked = target.asked;
    const bool everything = target.text == "any" || target.text == "internet";
    if (everything) result.addresses &= queries::outside_addresses(setting_.cluster);
  }

  /// What is not there matches nothing; what means nothing is a mistake.
  static source::Result<EndSet> not_found(const queries::ReferenceError& error, EndSet result) {
    if (!error.code.starts_with("unknown-")) {
      return source::failure(error.message + (error.help.empty() ? "" : "; " + error.help));
    }
    result.nothing.push_back(error.message + (error.help.empty() ? "" : "; " + error.help));
    return result;
  }

  static source::Result<EndSet> excepted(EndSet result, const Member& member) {
    for (const std::string& text : member.except) {
      const auto prefix = net::Prefix::parse(text);
      if (!prefix) return source::failure(text + " is not a CIDR");
      const net::AddressSet addresses = net::addresses_of(*prefix);
      result.addresses -= addresses;
      for (Site& site : result.sites) site.addresses -= addresses;
    }
    std::erase_if(result.sites, [](const Site& site) { return site.addresses.empty(); });
    return result;
  }

  const Setting& setting_;
  const Model& model_;
};

/// What is certainly in `except` goes, what may be in it is no longer sure.
void subtract(const EndSet& except, EndSet& from) {
  const Pods in_doubt = common(from.sure, except.maybe);
  from.sure = without(without(from.sure, except.sure), except.maybe);
  from.maybe = united(without(from.maybe, except.sure), in_doubt);
  from.maybe = without(from.maybe, from.sure);
  from.points.insert(except.points.begin(), except.points.end());
  from.addresses -= except.addresses;
  from.sites = without(std::move(from.sites), except.sites);
  from.possible.except = except.possible.in;
}

End everything() {
  End end;
  Member member;
  member.text = member.reference = "any";
  end.members.push_back(std::move(member));
  return end;
}

}  // namespace

source::Result<EndSet> resolve(const Setting& setting, const End& end) {
  Resolution resolution(setting);
  auto result = resolution.run(end.members);
  if (!result) return tl::unexpected(result.error());
  if (!end.except.empty()) {
    const auto except = resolution.run(end.except);
    if (!except) return tl::unexpected(except.error());
    subtract(*except, *result);
    result->nothing.insert(result->nothing.end(), except->nothing.begin(), except->nothing.end());
  }
  result->text = end.text;
  return result;
}

source::Result<EndSet> complement(const Setting& setting, const EndSet& set) {
  auto result = resolve(setting, everything());
  if (!result) return tl::unexpected(result.error());
  subtract(set, *result);
  result->text = "everything but " + set.text;
  result->possible = set.possible;
  result->possible.complement = !set.possible.complement;
  return result;
}

}  // namespace polreach::solver::intents
