// SPDX-License-Identifier: Apache-2.0
// The engines against the oracle on random paths. POLREACH_AGREEMENT_PATHS sets how many, of which
// Z3 gets a part; POLREACH_AGREEMENT_SEED replays one. That a fault would be found is tested by
// planting some.
#include <doctest/doctest.h>

#include <cstdlib>

#include "tests/agreement/path_engines.h"
#include "tests/support/environment.h"

namespace polreach::agreement {
namespace {

using compiler::Filter;
using compiler::FilterRule;
using compiler::HeaderAddress;
using compiler::Hop;
using compiler::Path;

constexpr std::uint64_t kDefaultCases = 3000;
constexpr std::uint64_t kProvedShare = 5;  // one of so many

using Change = std::function<void(PathCase&)>;

/// Evaluates a case that a fault has changed, and changes nothing where there is none.
class Faulty : public Evaluator {
 public:
  Faulty(std::string name, Change change) : name_(std::move(name)), change_(std::move(change)) {}

  [[nodiscard]] std::string name() const override { return name_; }
  void open(const PathCase& paths) override {
    paths_ = paths;
    change_(paths_);
  }
  [[nodiscard]] oracle::Tri decide(const net::Flow& packet) override {
    return oracle::decide(*paths_.cloud, paths_.ways, packet, paths_.worlds());
  }

 private:
  std::string name_;
  Change change_;
  PathCase paths_;
};

class FaultyReplay : public Replayer {
 public:
  [[nodiscard]] std::string name() const override { return "a replay that forgets facts"; }
  [[nodiscard]] bool passes(const PathCase& paths, std::size_t way, const net::Flow& packet,
                            const oracle::Openings& openings) override {
    oracle::Openings changed = openings;
    changed.holds.clear();
    return oracle::passes(*paths.cloud, paths.ways[way], packet, changed, paths.worlds());
  }
};

void for_each_filter(PathCase& paths, const std::function<void(Filter&)>& change) {
  for (Path& way : paths.ways) {
    for (Filter& filter : way.filters) change(filter);
  }
}
void for_each_rule(PathCase& paths, const std::function<void(FilterRule&)>& change) {
  for_each_filter(paths, [&](Filter& filter) {
    for (FilterRule& rule : filter.rules) change(rule);
  });
}
void for_each_hop(PathCase& paths, const std::function<void(Hop&)>& change) {
  for (Path& way : paths.ways) {
    for (Hop& hop : way.hops) change(hop);
  }
}

void portless_have_ports(FilterRule& rule) {
  if (rule.destination_ports == net::all_header_ports()) return;
  for (const net::IpProtocol protocol : net::kIpProtocols) {
    if (!net::has_ports(protocol)) rule.protocols = rule.protocols - net::ProtocolSet(protocol);
  }
}

/// Every header address a variable of its own.
void share_nothing(PathCase& paths) {
  std::uint32_t next = 1;
  for_each_hop(paths, [&](Hop& hop) {
    for (HeaderAddress* address : {&hop.header.source, &hop.header.destination}) {
      if (address->kind == HeaderAddress::Kind::Chosen) address->variable = next++;
    }
  });
}

void facts_of_the_world(PathCase& paths) {
  auto cloud = std::make_shared<model::Cloud>(*paths.cloud);
  for (model::Unknown& unknown : cloud->unknowns) unknown.scope = model::Unknown::Scope::World;
  paths.cloud = std::move(cloud);  // the rules still point into the old one, which nobody asks
}

std::vector<std::pair<std::string, Change>> faults() {
  const auto rules = [](void (*change)(FilterRule&)) {
    return [change](PathCase& p) { for_each_rule(p, change); };
  };
  const auto hops = [](void (*change)(Hop&)) {
    return [change](PathCase& p) { for_each_hop(p, change); };
  };
  const auto filters = [](void (*change)(Filter&)) {
    return [change](PathCase& p) { for_each_filter(p, change); };
  };
  return {
      {"no source ports", rules([](FilterRule& r) { r.source_ports = net::all_header_ports(); })},
      {"ports of ICMP", rules(portless_have_ports)},
      {"open addresses are none", rules([](FilterRule& r) {
         r.source.open.clear();
         r.destination.open.clear();
       })},
      {"conditions hold", rules([](FilterRule& r) { r.only_if.clear(); })},
      {"open access is what is written", rules([](FilterRule& r) { r.access_open.reset(); })},
      {"always-allow is allow", rules([](FilterRule& r) {
         if (r.access == model::Access::AlwaysAllow) r.access = model::Access::Allow;
       })},
      {"no last rule", filters([](Filter& f) {
         if (!f.rules.empty()) f.rules.pop_back();
       })},
      {"the last rule first", filters([](Filter& f) {
         if (!f.rules.empty()) std::swap(f.rules.front(), f.rules.back());
       })},
      {"a missing group denies", filters([](Filter& f) {
         if (f.missing) f.otherwise = model::Access::Deny;
         f.missing.reset();
       })},
      {"ports are not translated", hops([](Hop& h) { h.header.destination_port.reset(); })},
      {"source ports are kept", hops([](Hop& h) { h.header.source_port_is_chosen = false; })},
      {"addresses are kept", hops([](Hop& h) { h.header.source = {}; })},
      {"no network manager", hops([](Hop& h) { h.admin.reset(); })},
      {"gates are open",
       [](PathCase& p) {
         for (Path& way : p.ways) {
           std::erase_if(way.hops, [](const Hop& h) { return h.kind == Hop::Kind::Gate; });
         }
       }},
      {"policies let everything pass",
       [](PathCase& p) {
         for (Path& way : p.ways) {
           std::erase_if(way.hops, [](const Hop& h) { return h.kind == Hop::Kind::Policies; });
         }
       }},
      {"chosen addresses are not shared", share_nothing},
      {"facts of addresses are of the world", facts_of_the_world},
      {"one way only", [](PathCase& p) { p.ways.resize(1); }},
      {"ends are asked", [](PathCase& p) {
         for (Path& way : p.ways) way.source_is_asked = way.destination_is_asked = true;
       }}};
}

std::size_t rules_asked(const PathCase& paths) {
  std::size_t count = 0;
  for (const Path& way : paths.ways) {
    for (const Hop& hop : way.hops) {
      if (hop.kind != Hop::Kind::Filter) continue;
      count += way.filters.at(hop.filter).rules.size();
      if (hop.admin) count += way.filters.at(*hop.admin).rules.size();
    }
  }
  return count;
}

}  // namespace

TEST_CASE("path agreement: the set engine and the replay agree with the oracle") {
  const auto only = support::number_in("POLREACH_AGREEMENT_SEED");
  const std::uint64_t count =
      only ? 1
           : support::number_in("POLREACH_AGREEMENT_PATHS").value_or(support::cases(kDefaultCases));
  PathCounts counts;
  SetEngine sets;
  CheckReplay replay;
  for (const std::string& report :
       compare_paths(only.value_or(0), count, {{&sets}, {&replay}}, counts)) {
    FAIL_CHECK(report);
  }
  MESSAGE(counts.cases << " cases, " << counts.with_policies << " with policies; " << counts.packets
                       << " packets (" << counts.always << " always, " << counts.sometimes
                       << " sometimes, " << counts.never << " never), of " << counts.loose
                       << " less was said than is certain; " << counts.replays << " replays");
  if (only) return;
  CHECK(counts.always > count);
  CHECK(counts.sometimes > count);
  CHECK(counts.never > count);
}

TEST_CASE("path agreement: Z3 agrees with the oracle, and accepts the set engine's answers") {
  const auto only = support::number_in("POLREACH_AGREEMENT_SEED");
  const std::uint64_t count =
      only
          ? 1
          : support::number_in("POLREACH_AGREEMENT_PATHS").value_or(support::cases(kDefaultCases)) /
                kProvedShare;
  PathCounts counts;
  Z3Engine z3;
  for (const std::string& report : compare_paths(only.value_or(0), count, {{&z3}, {}}, counts)) {
    FAIL_CHECK(report);
  }
  MESSAGE(counts.cases << " cases: " << z3.counts().proofs << " proofs, " << z3.counts().confirmed
                       << " sets confirmed, " << z3.counts().refuted << " wrong ones refuted, "
                       << z3.counts().witnesses << " witnesses replayed");
  if (only) return;
  CHECK(z3.counts().proofs > count);
  CHECK(z3.counts().confirmed > count / 2);
  CHECK(z3.counts().refuted > count / 2);
}

TEST_CASE("path agreement: planted faults are found, and shrunk to a few rules") {
  for (const auto& fault : faults()) {
    const std::string& name = fault.first;
    Faulty faulty(name, fault.second);
    PathCounts counts;
    const Engines engines = {{&faulty}, {}};
    const auto reports = compare_paths(0, kDefaultCases, engines, counts, 1);
    INFO(name);
    REQUIRE(reports.size() == 1);
    const std::size_t shrunk = reports.front().find("shrunk: " + name);
    CHECK_MESSAGE(shrunk != std::string::npos, reports.front());
  }
}

TEST_CASE("path agreement: a planted fault of a replay is found") {
  FaultyReplay faulty;
  PathCounts counts;
  CHECK(compare_paths(0, kDefaultCases, {{}, {&faulty}}, counts, 1).size() == 1);
}

TEST_CASE("path agreement: shrinking leaves what the difference needs") {
  for (const auto& fault : faults()) {
    const std::string& name = fault.first;
    Faulty faulty(name, fault.second);
    const Engines engines = {{&faulty}, {}};
    PathCounts counts;
    for (std::uint64_t seed = 0; seed < kDefaultCases; ++seed) {
      const PathCase paths = generate_paths(seed);
      const auto found = difference(paths, engines, seed, 10, counts);
      if (!found) continue;
      const PathCase small = shrink(paths, [&](const PathCase& p) {
        return difference_at(p, engines, found->packet).has_value();
      });
      CHECK_MESSAGE(rules_asked(small) <= 3, name << "\n" << describe(small));
      break;
    }
  }
}

}  // namespace polreach::agreement
