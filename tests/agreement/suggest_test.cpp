// SPDX-License-Identifier: Apache-2.0
// What a suggestion says that it does is what the oracle sees of it: the texts are read by the
// program's own reader, and every packet tried has the verdict that it had, but for those listed.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "policies/kubernetes/assemble.h"
#include "policies/kubernetes/loader.h"
#include "solver/queries/variants.h"
#include "solver/suggest/suggestion.h"
#include "tests/agreement/generator.h"
#include "tests/agreement/listing_model.h"
#include "tests/agreement/random.h"
#include "tests/oracle/oracle.h"
#include "tests/support/environment.h"

namespace polreach::agreement {
namespace {

namespace suggest = solver::suggest;

using model::Direction;
using model::EndpointId;
using model::Model;
using solver::audit::Opening;
using suggest::Change;
using suggest::Suggestion;
using suggest::Wanted;
using suggest::Wish;

const std::uint64_t kClusters = support::cases(1000);

struct Counts {
  std::uint64_t suggestions = 0;
  std::uint64_t proven = 0;
  std::uint64_t exact = 0;
  std::uint64_t changed_objects = 0;
  std::uint64_t combined = 0;  // of several wishes, two of which at least it fulfils
  std::uint64_t packets = 0;   // in one world
  std::uint64_t closed = 0;    // of them, those that the suggestion stops
  std::uint64_t opened = 0;
  std::uint64_t others = 0;  // those that changed though nobody asked
};

const std::vector<oracle::Target>& targets() {
  static const std::vector<oracle::Target> result = {
      {net::Protocol::Tcp, 1},  {net::Protocol::Tcp, 80},   {net::Protocol::Tcp, 443},
      {net::Protocol::Udp, 53}, {net::Protocol::Tcp, 8080}, {net::Protocol::Sctp, 8080}};
  return result;
}

/// The model with the policies that the texts say, by the names in them.
Model with_texts(const Model& model, const Suggestion& suggestion) {
  source::SourceMap sources;
  source::Diagnostics diagnostics;
  kubernetes::Loader loader(sources, *model.symbols, diagnostics, {});
  for (const suggest::Object& object : suggestion.objects) {
    loader.load(sources.add(object.name, source::Text::own(object.yaml)), syntax::Format::Yaml);
  }
  const Model read =
      kubernetes::assemble(loader.take_objects(), model.symbols, sources, diagnostics, {});
  for (const source::Diagnostic& problem : diagnostics.all()) {
    CHECK_MESSAGE(problem.severity != source::Severity::Error, problem.message);
  }
  CHECK(read.policies.size() == suggestion.objects.size());
  Model kept = model;
  std::erase_if(kept.policies, [&](const model::Policy& policy) {
    return policy.tier == model::Tier::Network &&
           std::any_of(suggestion.objects.begin(), suggestion.objects.end(),
                       [&](const suggest::Object& object) {
                         return model.text(policy.name) == object.name &&
                                model.text(model[policy.ns].name) == object.ns;
                       });
  });
  return solver::queries::together(kept, read);
}

bool holds(const suggest::End& end, const oracle::Party& party) {
  if (const auto* id = std::get_if<EndpointId>(&party)) {
    return std::find(end.pods.begin(), end.pods.end(), *id) != end.pods.end();
  }
  return end.addresses.contains(std::get<net::Address>(party));
}

bool lists(const std::vector<Change>& changes, const oracle::Party& source,
           const oracle::Party& destination, const oracle::Target& target) {
  return std::any_of(changes.begin(), changes.end(), [&](const Change& change) {
    return holds(change.source, source) && holds(change.destination, destination) &&
           change.traffic.contains(target.protocol, target.port);
  });
}

class Check {
 public:
  Check(const Spec& spec, Random& random, Counts& counts)
      : random_(random), counts_(counts), model_(to_model(spec)), profile_(spec.profile) {
    profile_.own_node_passes = false;
    if (random.chance(30)) join_workloads(model_);
  }

  void close() {
    const compiler::Cluster cluster(model_, profile_);
    const source::SourceMap none;
    const Opening opening = random_opening();
    const auto suggestion = suggest::close({cluster, none}, opening);
    REQUIRE(suggestion);
    look(*suggestion, {{suggest::spelt_out(cluster, opening), Wish::Close}});
  }

  void open() {
    const compiler::Cluster cluster(model_, profile_);
    const source::SourceMap none;
    const Opening opening = random_opening();
    const auto suggestion = suggest::open({cluster, none}, opening);
    REQUIRE(suggestion);
    look(*suggestion, {{suggest::spelt_out(cluster, opening), Wish::Open}});
  }

  /// Those that are fulfilled, together.
  void several() {
    const compiler::Cluster cluster(model_, profile_);
    const source::SourceMap none;
    std::vector<Wanted> wishes;
    for (std::uint64_t i = 0; i < 2 + random_.below(3); ++i) {
      wishes.push_back({random_opening(), random_.chance(60) ? Wish::Close : Wish::Open});
    }
    const auto combined = suggest::combine({cluster, none}, wishes);
    REQUIRE(combined);
    REQUIRE(combined->why_not.size() == wishes.size());
    std::vector<Wanted> fulfilled;
    for (std::size_t i = 0; i < wishes.size(); ++i) {
      if (!combined->why_not[i].empty()) continue;
      fulfilled.push_back({suggest::spelt_out(cluster, wishes[i].opening), wishes[i].wish});
    }
    CHECK(combined->suggestion.effect.missed.empty());
    if (fulfilled.size() > 1) ++counts_.combined;
    look(combined->suggestion, fulfilled);
  }

  void least() {
    const compiler::Cluster cluster(model_, profile_);
    const source::SourceMap none;
    const auto ns = static_cast<model::NamespaceId>(random_.below(model_.namespaces.size()));
    const auto suggestion = suggest::least_privilege({cluster, none}, ns);
    REQUIRE(suggestion);
    look(*suggestion, {});
  }

 private:
  EndpointId some_pod() { return static_cast<EndpointId>(random_.below(model_.endpoints.size())); }

  Opening random_opening() {
    Opening result;
    result.direction = random_.chance(60) ? Direction::Ingress : Direction::Egress;
    result.pods = {some_pod()};
    if (random_.chance(30)) result.pods.push_back(some_pod());
    if (random_.chance(50)) {
      const auto target = random_.pick(targets());
      result.traffic[target.protocol] = net::PortSet(target.port, target.port);
    }
    if (random_.chance(75)) result.peers.push_back(some_pod());
    if (random_.chance(30)) {
      static const std::vector<std::string> kBlocks = {"10.0.0.0/8", "10.0.0.2/32", "0.0.0.0/0",
                                                       "203.0.113.0/24", "fd00::/8"};
      result.addresses = net::addresses_of(*net::Prefix::parse(random_.pick(kBlocks)));
    }
    return result;
  }

  void look(const Suggestion& suggestion, const std::vector<Wanted>& wanted) {
    std::string asked;
    for (const Wanted& each : wanted) {
      asked += fmt::format("{} {} pods {} {} with {} and {}; ",
                           each.wish == Wish::Close ? "close" : "open", each.opening.pods.size(),
                           each.opening.direction == Direction::Ingress ? "in" : "eg",
                           net::to_string(each.opening.traffic), each.opening.peers.size(),
                           net::to_string(each.opening.addresses));
    }
    INFO("asked " << asked);
    if (suggestion.objects.empty()) {
      CHECK_FALSE(suggestion.none.empty());
      return;
    }
    ++counts_.suggestions;
    if (suggestion.is_proven()) ++counts_.proven;
    if (suggestion.is_exact()) ++counts_.exact;
    for (const suggest::Object& object : suggestion.objects) {
      if (!object.before.empty()) ++counts_.changed_objects;
    }
    const Model after = with_texts(model_, suggestion);
    std::string text;
    for (const suggest::Object& object : suggestion.objects) text += object.yaml + "---\n";
    INFO(text);
    const std::vector<net::Address> addresses = some_addresses();
    for (std::uint32_t i = 0; i < model_.endpoints.size(); ++i) {
      const auto one = static_cast<EndpointId>(i);
      for (std::uint32_t j = 0; j < model_.endpoints.size(); ++j) {
        const auto other = static_cast<EndpointId>(j);
        if (i == j && !model_[model_[one].workload].replicated) continue;
        pair(after, suggestion, wanted, one, other);
      }
      for (const net::Address& address : addresses) {
        pair(after, suggestion, wanted, one, address);
        if (!is_of_node(address)) pair(after, suggestion, wanted, address, one);
      }
    }
  }

  [[nodiscard]] static std::vector<net::Address> some_addresses() {
    std::vector<net::Address> result;
    for (const char* text : {"10.0.0.2", "10.0.1.77", "203.0.113.9", "192.168.0.1", "fd00::2"}) {
      result.push_back(*net::Address::parse(text));
    }
    return result;
  }

  /// A pod's own node reaches it whatever the policies; that is left out here.
  [[nodiscard]] bool is_of_node(const net::Address& address) const {
    return std::any_of(model_.endpoints.begin(), model_.endpoints.end(), [&](const auto& pod) {
      const auto& own = pod.node_addresses;
      return std::find(own.begin(), own.end(), address) != own.end();
    });
  }

  [[nodiscard]] static bool is_asked(const Opening& asked, const oracle::Party& source,
                                     const oracle::Party& destination) {
    const bool ingress = asked.direction == Direction::Ingress;
    const oracle::Party& self = ingress ? destination : source;
    const oracle::Party& other = ingress ? source : destination;
    return holds({asked.pods, {}}, self) && std::holds_alternative<EndpointId>(self) &&
           holds({asked.peers, asked.addresses}, other);
  }

  void pair(const Model& after, const Suggestion& suggestion, const std::vector<Wanted>& all,
            const oracle::Party& source, const oracle::Party& destination) {
    // As its node it reaches the pods there.
    if (const auto* id = std::get_if<EndpointId>(&source)) {
      if (model_[*id].host_network) return;
    }
    auto settings = oracle::settings(model_, profile_, source, destination);
    const auto more = oracle::settings(after, profile_, source, destination);
    settings.insert(settings.end(), more.begin(), more.end());
    constexpr std::size_t kMost = 200;
    const std::size_t step = settings.size() / kMost + 1;
    const auto name = [](const oracle::Party& party) {
      const auto* id = std::get_if<EndpointId>(&party);
      return id != nullptr ? std::to_string(static_cast<std::uint32_t>(*id))
                           : std::get<net::Address>(party).to_string();
    };
    INFO(name(source) << " -> " << name(destination));
    for (const oracle::Target& target : targets()) {
      const auto is_wanted = [&](Wish wish) {
        return std::any_of(all.begin(), all.end(), [&](const Wanted& each) {
          return each.wish == wish && is_asked(each.opening, source, destination) &&
                 each.opening.traffic.contains(target.protocol, target.port);
        });
      };
      const bool close = is_wanted(Wish::Close);
      const bool open = is_wanted(Wish::Open);
      for (std::size_t i = 0; i < settings.size(); i += step) {
        const oracle::Packet packet =
            oracle::packet_of(source, destination, settings[i], target.protocol, target.port);
        const bool was = oracle::passes(model_, profile_, packet, settings[i].world);
        const bool is = oracle::passes(after, profile_, packet, settings[i].world);
        ++counts_.packets;
        if ((close && is) || (open && !is)) {
          CHECK_MESSAGE(lists(suggestion.effect.missed, source, destination, target),
                        "what was asked for is not done, and nothing says so");
        }
        if (was == is) continue;
        const auto& effect = suggestion.effect;
        if (is ? open : close) {
          ++(is ? counts_.opened : counts_.closed);
          const bool said = lists(effect.done, source, destination, target) ||
                            lists(effect.missed, source, destination, target);
          CHECK_MESSAGE(said, "done and not listed");
          continue;
        }
        ++counts_.others;
        CHECK_MESSAGE(lists(is ? effect.opened : effect.cut, source, destination, target),
                      "changed and not listed");
      }
    }
  }

  Random& random_;
  Counts& counts_;
  Model model_;
  model::ClusterProfile profile_;
};

}  // namespace

TEST_CASE("agreement: a suggestion does what it says and nothing else") {
  Counts counts;
  for (std::uint64_t seed = 0; seed < kClusters; ++seed) {
    CAPTURE(seed);
    Random random(seed ^ 0x5066E57ULL);
    Check check(generate(seed), random, counts);
    if (seed % 6 < 3) {
      check.close();
    } else if (seed % 6 == 3) {
      check.open();
    } else if (seed % 6 == 4) {
      check.several();
    } else {
      check.least();
    }
  }
  MESSAGE(counts.suggestions << " suggestions, " << counts.proven << " proven, " << counts.exact
                             << " that change nothing else, " << counts.changed_objects
                             << " changed policies; " << counts.packets << " packets, "
                             << counts.closed << " closed, " << counts.opened << " opened, "
                             << counts.others << " others that are listed; " << counts.combined
                             << " that fulfil several wishes");
  CHECK(counts.suggestions > kClusters / 3);
  CHECK(counts.proven > kClusters / 5);
  CHECK(counts.exact > kClusters / 10);
  CHECK(counts.changed_objects > kClusters / 50);
  CHECK(counts.combined > kClusters / 20);
  CHECK(counts.closed > 1000);
  CHECK(counts.opened > 100);
  CHECK(counts.others > 100);
}

}  // namespace polreach::agreement
