// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>

#include "tests/agreement/generator.h"
#include "tests/agreement/random.h"
#include "tests/agreement/spec.h"
#include "tests/oracle/nodes.h"
#include "tests/oracle/oracle.h"
#include "tests/support/environment.h"

// The oracle tries one representative of each kind of world. Worlds at random, with values and
// addresses that need not be representatives, must not contradict what it finds.
namespace polreach::agreement {
namespace {

using model::EndpointId;
using oracle::Tri;

const std::uint64_t kSeeds = support::cases(3000);
constexpr int kWorlds = 120;  // of one pair

/// A random cluster with two ends of a connection.
class Sampler {
 public:
  explicit Sampler(std::uint64_t seed)
      : spec_(generate(seed, {false, seed % 4 == 0 ? 0 : 100})),
        model_(to_model(spec_)),
        random_(seed ^ 0x5A3ULL),
        source_(end(60)),
        destination_(end(source_.index() == 1 ? 100 : 60)) {}

  [[nodiscard]] Tri decide(const oracle::Target& target) const {
    return oracle::decide(model_, spec_.profile, source_, destination_, target.protocol,
                          target.port);
  }

  oracle::Target target() {
    static const std::vector<net::Port> ports = {1, 53, 80, 81, 443, 8080, 65535};
    return {
        random_.pick(std::vector<net::Protocol>(net::kProtocols.begin(), net::kProtocols.end())),
        random_.pick(ports)};
  }

  /// A world at random, and whether the connection passes there; nothing: such a world cannot be.
  std::optional<bool> sample(const oracle::Target& target) {
    oracle::Setting setting;
    setting.world = world();
    setting.source_address = address(source_);
    setting.destination_address = address(destination_);
    const oracle::Packet packet =
        oracle::packet_of(source_, destination_, setting, target.protocol, target.port);
    if (!oracle::possible(model_, spec_.profile, packet, setting.world)) return std::nullopt;
    return oracle::passes(model_, spec_.profile, packet, setting.world);
  }

  [[nodiscard]] std::string describe() const {
    return describe_profile(spec_.profile) + "\n" + to_yaml(spec_);
  }

 private:
  oracle::Party end(int endpoints) {
    if (random_.chance(endpoints))
      return static_cast<EndpointId>(random_.below(model_.endpoints.size()));
    return any_address();
  }

  net::Address any_address() {
    static const std::vector<std::string> texts = {
        "10.0.0.1",    "10.0.0.3",     "10.7.7.7",  "127.0.0.1", "192.168.0.1",
        "192.168.0.2", "203.0.113.9",  "200.1.2.3", "fd00::1",   "fd00::9",
        "fd01::1",     "2001:db8::77", "9000::1",   "::1",       "255.255.255.255"};
    return net::Address::parse(random_.pick(texts)).value();
  }

  /// Often one that the end is known to have.
  net::Address address(const oracle::Party& party) {
    if (const auto* address = std::get_if<net::Address>(&party)) return *address;
    const model::Endpoint& endpoint = model_[std::get<EndpointId>(party)];
    const auto& known = random_.chance(50) ? endpoint.addresses : endpoint.node_addresses;
    return known.empty() ? any_address() : random_.pick(known);
  }

  oracle::World world() {
    static const std::vector<std::string> values = {"db",   "web", "x",     "y",   "dev",
                                                    "prod", "h1",  "other", "new", "fresh"};
    oracle::World world;
    world.ipblock_matches_pods = random_.chance(50);
    world.host_network_is_pod = random_.chance(50);
    world.same_node = random_.chance(50);
    world.domains_match = random_.chance(50);
    for (std::size_t i = 0; i < oracle::node_selectors(model_).size(); ++i) {
      world.node_selectors.push_back(random_.chance(50));
    }
    const auto add = [&](oracle::Owner owner, model::NamespaceId ns, const char* key) {
      if (random_.chance(30)) return;
      world.labels.push_back({owner, ns, model_.symbols->intern(key), random_.pick(values)});
    };
    for (const char* key : {"app", "tier", kPodTemplateHash}) {
      add(oracle::Owner::SourcePod, {}, key);
      add(oracle::Owner::DestinationPod, {}, key);
    }
    for (std::size_t i = 0; i < model_.namespaces.size(); ++i) {
      for (const char* key : {"env", "team"}) {
        add(oracle::Owner::Namespace, static_cast<model::NamespaceId>(i), key);
      }
    }
    return world;
  }

  Spec spec_;
  model::Model model_;
  Random random_;
  oracle::Party source_;
  oracle::Party destination_;
};

}  // namespace

TEST_CASE("worlds: no world at random contradicts what the oracle finds in its representatives") {
  std::uint64_t worlds = 0;
  std::uint64_t depends = 0;
  std::uint64_t both_seen = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Sampler sampler(seed);
    const oracle::Target target = sampler.target();
    const Tri tri = sampler.decide(target);
    bool passed = false;
    bool stopped = false;
    for (int i = 0; i < kWorlds; ++i) {
      const std::optional<bool> passes = sampler.sample(target);
      if (!passes) continue;
      ++worlds;
      (*passes ? passed : stopped) = true;
    }
    depends += tri == Tri::Sometimes ? 1 : 0;
    both_seen += passed && stopped ? 1 : 0;
    const bool contradicts = (tri == Tri::Always && stopped) || (tri == Tri::Never && passed);
    if (contradicts) FAIL_CHECK("seed " << seed << "\n" << sampler.describe());
  }
  MESSAGE(worlds << " worlds; " << depends << " of " << kSeeds << " answers depend, " << both_seen
                 << " of them in the worlds at random, too");
  CHECK(worlds > kSeeds * 20);
  CHECK(both_seen > kSeeds / 150);
}

}  // namespace polreach::agreement
