// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/suggest_intents_network.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "cli/commands/suggest_network.h"
#include "cli/intents_run.h"
#include "compiler/path/tags.h"
#include "solver/intents/evidence.h"
#include "solver/intents/wrong.h"
#include "solver/queries/can.h"
#include "solver/queries/site_reference.h"
#include "solver/suggest/group.h"

namespace polreach::cli {
namespace {

namespace judged = solver::intents;
namespace queries = solver::queries;
namespace suggest = solver::suggest;

using compiler::Site;
using compiler::Surroundings;
using intents::Intent;
using judged::Wrong;
using judged::WrongPair;
using model::Direction;
using solver::audit::Opening;
using suggest::GroupAsked;
using suggest::GroupRule;
using suggest::Wish;

/// Packets between places that are to be stopped, or to pass.
struct Place {
  GroupAsked asked;
  bool closes = true;
};

/// What one intent takes.
struct Need {
  NetworkIntent* of = nullptr;
  std::vector<Place> places;
  std::vector<suggest::Wanted> pods;
  /// Policies have a part in it: where rules alone do not do it.
  bool takes_policies = false;
};

void add_site(const Site& site, std::vector<Site>& all) {
  const bool known = std::any_of(all.begin(), all.end(), [&](const Site& each) {
    return each.name == site.name && each.network == site.network &&
           each.addresses == site.addresses;
  });
  if (!known) all.push_back(site);
}

/// Whether a service tag names these places: they are the internet, and all of it.
bool are_internet(const std::vector<Site>& sites, const net::AddressSet& internet) {
  return sites.size() == 1 && sites.front().kind == Site::Kind::Outside &&
         sites.front().addresses == internet;
}

GroupAsked places_of(const Wrong& wrong, const net::AddressSet& internet) {
  GroupAsked asked;
  asked.packets.ports = wrong.asked;
  for (const WrongPair& pair : wrong.pairs) {
    if (!pair.source.site || !pair.destination.site) continue;
    add_site(*pair.source.site, asked.sources);
    add_site(*pair.destination.site, asked.destinations);
  }
  asked.from_internet = are_internet(asked.sources, internet);
  asked.to_internet = are_internet(asked.destinations, internet);
  return asked;
}

void add_pod(model::EndpointId pod, std::vector<model::EndpointId>& all) {
  const auto at = std::lower_bound(all.begin(), all.end(), pod);
  if (at == all.end() || *at != pod) all.insert(at, pod);
}

/// What is asked of the policies of pods, in few openings: pods that are asked the same have one.
std::vector<suggest::Wanted> pods_of(const model::Model& model, const Wrong& wrong) {
  std::map<std::tuple<model::EndpointId, Direction, net::Traffic>, Opening> each_pod;
  for (const WrongPair& pair : wrong.pairs) {
    const bool at_destination = pair.destination.pod.has_value();
    if (!at_destination && !pair.source.pod) continue;
    const auto& self = at_destination ? pair.destination : pair.source;
    const auto& other = at_destination ? pair.source : pair.destination;
    const compiler::Party party =
        at_destination ? compiler::Party(*self.pod) : compiler::Party(other.site->addresses);
    const net::Traffic traffic = wrong.asked.entries.empty()
                                     ? net::Traffic::all()
                                     : queries::traffic_of(model, wrong.asked, party);
    if (traffic.empty()) continue;
    const Direction direction = at_destination ? Direction::Ingress : Direction::Egress;
    Opening& opening = each_pod[{*self.pod, direction, traffic}];
    opening.pods = {*self.pod};
    opening.direction = direction;
    opening.traffic = traffic;
    if (other.pod) add_pod(*other.pod, opening.peers);
    if (other.site) opening.addresses |= other.site->addresses;
  }
  std::vector<suggest::Wanted> result;
  for (auto& [key, opening] : each_pod) {
    const Opening& one = opening;
    const auto same = std::find_if(result.begin(), result.end(), [&](const suggest::Wanted& known) {
      return known.opening.direction == one.direction && known.opening.traffic == one.traffic &&
             known.opening.peers == one.peers && known.opening.addresses == one.addresses;
    });
    if (same != result.end()) {
      add_pod(one.pods.front(), same->opening.pods);
    } else {
      result.push_back({std::move(opening), wrong.forbids ? Wish::Close : Wish::Open});
    }
  }
  return result;
}

class Search {
 public:
  Search(Session& session, const InputOptions& options, const compiler::Cluster& cluster,
         bool windows, const std::vector<Intent>& intents, std::vector<NetworkIntent>& wanted)
      : session_(session),
        arguments_(session.arguments()),
        options_(options),
        cluster_(cluster),
        windows_(windows),
        intents_(intents),
        wanted_(wanted),
        before_(arguments_, session.input(), session.input().model, arguments_.value("namespace")),
        answer_{
            {}, {session.input(), {}, {}, {}, {}, {}, 0, 0, false, arguments_.has("force")}, {}} {}

  tl::expected<NetworkAnswer, ListingError> run() {
    if (const auto done = before_.complete(); !done) return tl::unexpected(done.error());
    for (NetworkIntent& each : wanted_) plan(each);
    // What does not come to hold takes policies, too, or is left out: twice for each intent at
    // most.
    for (std::size_t i = 0; i <= 2 * wanted_.size(); ++i) {
      const auto settled = attempt();
      if (!settled) return tl::unexpected(settled.error());
      if (*settled) break;
    }
    return std::move(answer_);
  }

 private:
  void plan(NetworkIntent& wanted) {
    if (!wanted.why_not.empty()) return;
    const Intent& intent = intents_[wanted.index];
    if (intent.some) {
      wanted.why_not =
          "that some packet passes can be had in many ways in a network: an intent that says which "
          "packet of which ends is opened";
      return;
    }
    auto questions = judged::wrong_pairs(before_.setting(), intent);
    if (!questions) {
      wanted.why_not = questions.error().message;
      return;
    }
    const auto internet = queries::resolve_site(*before_.setting().around, "internet");
    const net::AddressSet outside =
        internet ? internet->sites.front().addresses : net::AddressSet();
    Need need;
    need.of = &wanted;
    for (Wrong& wrong : *questions) {
      if (!wanted.fingerprint.empty()) {
        std::erase_if(wrong.pairs, [&](const WrongPair& pair) {
          return std::none_of(pair.subjects.begin(), pair.subjects.end(),
                              [&](const auto& each) { return wanted.subjects.contains(each); });
        });
      }
      GroupAsked places = places_of(wrong, outside);
      if (!places.sources.empty()) {
        need.places.push_back({std::move(places), wrong.forbids});
      }
      for (suggest::Wanted& each : pods_of(cluster_.model(), wrong)) {
        need.pods.push_back(std::move(each));
      }
    }
    if (need.places.empty() && need.pods.empty()) {
      wanted.why_not = "no rule of a security group and no policy of a pod has a part in it";
      return;
    }
    need.takes_policies = need.places.empty();
    needs_.push_back(std::move(need));
  }

  /// An answer for all that is left. False: something had to be left out of it.
  tl::expected<bool, ListingError> attempt() {
    answer_.network.rules.clear();
    answer_.after.reset();
    answer_.combined = {};
    for (const Need& need : needs_) {
      if (!need.of->why_not.empty()) continue;
      std::vector<GroupRule> rules = answer_.network.rules;
      for (const Place& each : need.places) {
        if (is_done_by_another(each)) continue;
        need.of->why_not = each.closes ? add_rules(each.asked, rules) : open(each.asked, rules);
        if (!need.of->why_not.empty()) break;
      }
      if (!need.of->why_not.empty()) continue;
      answer_.network.rules = std::move(rules);
    }
    const auto combined = combine();
    if (!combined || !*combined) return combined;
    if (answer_.network.rules.empty() && !answer_.combined.after) return true;
    return verify();
  }

  /// Whether another intent takes more than this; of two that take the same the first counts.
  [[nodiscard]] bool is_done_by_another(const Place& place) const {
    bool is_before = true;
    for (const Need& need : needs_) {
      for (const Place& each : need.places) {
        if (&each == &place) {
          is_before = false;
          continue;
        }
        if (!need.of->why_not.empty() || each.closes != place.closes) continue;
        if (!suggest::covers(each.asked, place.asked)) continue;
        if (is_before || !suggest::covers(place.asked, each.asked)) return true;
      }
    }
    return false;
  }

  /// At the destinations, or the sources; where neither does it for all, one by one. Returns why
  /// not.
  std::string add_rules(const GroupAsked& asked, std::vector<GroupRule>& rules) {
    const std::string whole = add_whole(asked, rules);
    if (whole.empty() || asked.destinations.size() == 1) return whole;
    for (const Site& destination : asked.destinations) {
      GroupAsked one = asked;
      one.destinations = {destination};
      std::string why = add_whole(one, rules);
      if (!why.empty()) return why;
    }
    return "";
  }

  /// In each group that stops it.
  std::string open(const GroupAsked& asked, std::vector<GroupRule>& rules) {
    auto more = suggest::allow(*before_.setting().around, asked, rules);
    if (!more) return more.error().message;
    if (more->empty()) {
      return "no rule of a security group stops it: polreach verify says what does";
    }
    for (GroupRule& each : *more) rules.push_back(std::move(each));
    return "";
  }

  std::string add_whole(const GroupAsked& asked, std::vector<GroupRule>& rules) {
    Surroundings& around = *before_.setting().around;
    std::string why;
    for (const Direction direction : {Direction::Ingress, Direction::Egress}) {
      auto more = suggest::deny(around, asked, direction, rules);
      if (!more || more->empty()) {
        const std::string reason =
            more ? "the security groups there stop it already" : more.error().message;
        why += (why.empty() ? "" : "; ") + reason;
        continue;
      }
      for (GroupRule& each : *more) rules.push_back(std::move(each));
      return "";
    }
    return why;
  }

  /// The policies. False: an intent has none.
  tl::expected<bool, ListingError> combine() {
    std::vector<suggest::Wanted> wishes;
    std::vector<NetworkIntent*> of_wishes;
    for (const Need& need : needs_) {
      if (!need.of->why_not.empty() || !need.takes_policies) continue;
      for (const suggest::Wanted& each : need.pods) {
        wishes.push_back(each);
        of_wishes.push_back(need.of);
      }
    }
    if (wishes.empty()) return true;
    auto combined = suggest::combine({cluster_, session_.input().sources, windows_}, wishes);
    if (!combined) return tl::unexpected(ListingError{"no-verdict", combined.error().message, ""});
    bool all = true;
    for (std::size_t i = 0; i < wishes.size(); ++i) {
      if (combined->why_not[i].empty()) continue;
      all = false;
      if (of_wishes[i]->why_not.empty()) of_wishes[i]->why_not = combined->why_not[i];
    }
    if (all) answer_.combined = std::move(*combined);
    return all;
  }

  /// The input with all of it, read and judged again. False: an intent does not hold then.
  tl::expected<bool, ListingError> verify() {
    const Input& given = session_.input();
    SuggestNetworkReport& network = answer_.network;
    network.arm.clear();
    std::unique_ptr<Input> read;
    if (!network.rules.empty()) {
      network.arm = arm_of(given.cloud, network.rules);
      auto again = read_with(given, options_, network.arm);
      if (!again) return tl::unexpected(ListingError{"no-verdict", again.error().message, ""});
      read = std::move(*again);
    }
    const model::Model& pods = answer_.combined.after ? *answer_.combined.after : given.model;
    IntentsSetting then(arguments_, read ? *read : given, pods, arguments_.value("namespace"));
    if (const auto done = then.complete(); !done) return tl::unexpected(done.error());
    answer_.after = judged::verify(then.setting(), intents_);
    bool all = true;
    for (Need& need : needs_) {
      if (!need.of->why_not.empty()) continue;
      need.of->why_not = why_stays(need, answer_.after->judgements[need.of->index]);
      all = all && need.of->why_not.empty();
      if (need.of->why_not.empty() || need.takes_policies || need.pods.empty()) continue;
      need.of->why_not.clear();
      need.takes_policies = true;
    }
    if (!all || network.rules.empty()) return all;
    std::vector<GroupAsked> closed;
    std::vector<GroupAsked> opened;
    for (const Need& need : needs_) {
      if (!need.of->why_not.empty()) continue;
      for (const Place& each : need.places) (each.closes ? closed : opened).push_back(each.asked);
    }
    auto effect =
        suggest::compare(*before_.setting().around, *then.setting().around, closed, opened);
    if (!effect) return tl::unexpected(ListingError{"no-verdict", effect.error().message, ""});
    network.effect = std::move(*effect);
    network.compared = true;
    network.proofs = answer_.after->proofs;
    network.unproven = answer_.after->unproven;
    if (stops_probes()) {
      network.notes.emplace_back(
          "this is also about probes of load balancers, from 168.63.129.16: where they are to "
          "pass, "
          "the intent can name that address");
    }
    return true;
  }

  static std::string why_stays(const Need& need, const judged::Judgement& then) {
    const NetworkIntent& wanted = *need.of;
    if (then.verdict == judged::Verdict::Holds) return "";
    if (!wanted.fingerprint.empty()) {
      const bool stands =
          std::any_of(then.findings.begin(), then.findings.end(),
                      [&](const auto& each) { return fingerprint(each) == wanted.fingerprint; });
      if (!stands) return "";
    }
    if (then.verdict == judged::Verdict::Empty) {
      return "read again with the rules, its ends are called otherwise: names that a template "
             "leaves open are known with --parameters";
    }
    std::string why = "rules and policies of these ends do not do all of it";
    if (!then.findings.empty()) {
      why += ": " + then.findings.front().message;
    } else if (!then.why.empty()) {
      why += ": " + then.why;
    }
    const bool has_platform =
        std::any_of(need.places.begin(), need.places.end(), [](const Place& each) {
          return each.closes &&
                 std::any_of(each.asked.destinations.begin(), each.asked.destinations.end(),
                             [](const Site& site) {
                               return !(site.addresses & compiler::platform_addresses()).empty();
                             });
        });
    if (has_platform) {
      why += "; packets to " + judged::text_of(compiler::platform_addresses()) +
             " of the platform pass whatever the rules say: the intent can name them";
    }
    return why;
  }

  /// Those that check the health of what stands behind a load balancer come from there.
  [[nodiscard]] bool stops_probes() const {
    const net::AddressSet platform = compiler::platform_addresses();
    return std::any_of(needs_.begin(), needs_.end(), [&](const Need& need) {
      return need.of->why_not.empty() &&
             std::any_of(need.places.begin(), need.places.end(), [&](const Place& each) {
               return each.closes && std::any_of(each.asked.sources.begin(),
                                                 each.asked.sources.end(), [&](const Site& site) {
                                                   return !(site.addresses & platform).empty();
                                                 });
             });
    });
  }

  Session& session_;
  const Arguments& arguments_;
  const InputOptions& options_;
  const compiler::Cluster& cluster_;
  bool windows_;
  const std::vector<Intent>& intents_;
  std::vector<NetworkIntent>& wanted_;
  IntentsSetting before_;
  std::vector<Need> needs_;
  NetworkAnswer answer_;
};

}  // namespace

tl::expected<NetworkAnswer, ListingError> suggest_in_network(
    Session& session, const InputOptions& options, const compiler::Cluster& cluster, bool windows,
    const std::vector<Intent>& intents, std::vector<NetworkIntent>& wanted) {
  return Search(session, options, cluster, windows, intents, wanted).run();
}

}  // namespace polreach::cli
