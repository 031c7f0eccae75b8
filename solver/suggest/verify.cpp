// SPDX-License-Identifier: Apache-2.0
#include "solver/suggest/verify.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "solver/sets/joint.h"
#include "solver/sets/within.h"
#include "solver/z3/prover.h"

namespace polreach::solver::suggest {
namespace {

using compiler::Party;
using model::Direction;
using model::EndpointId;
using net::AddressSet;
using net::Traffic;
using sets::Joint;
using sets::Piece;

/// Pairs that Z3 is asked about, at most.
constexpr std::size_t kMostProofs = 50'000;

/// What one side lets pass between two ends.
struct Bounds {
  const Traffic& must;
  const Traffic& may;
  [[nodiscard]] bool is_exact() const { return must == may; }
};

/// Lines of one kind. Ends that share all the rest are put together.
class Lines {
 public:
  void add(const End& source, const End& destination, const Traffic& traffic, bool certain,
           Wish wish = Wish::Close) {
    if (!traffic.empty()) lines_.push_back({source, destination, traffic, certain, wish});
  }

  std::vector<Change> take() {
    merge([](const Change& c) { return std::tuple(c.certain, c.wish, c.traffic, c.destination); },
          [](Change& c) -> End& { return c.source; });
    merge([](const Change& c) { return std::tuple(c.certain, c.wish, c.traffic, c.source); },
          [](Change& c) -> End& { return c.destination; });
    std::sort(lines_.begin(), lines_.end());
    return std::move(lines_);
  }

 private:
  template <typename Key, typename Part>
  void merge(Key key, Part part) {
    using KeyType = decltype(key(lines_.front()));
    std::map<std::pair<KeyType, bool>, Change> merged;
    for (Change& line : lines_) {
      const bool outside = part(line).pods.empty();
      const auto [entry, added] = merged.try_emplace(std::pair(key(line), outside), line);
      if (added) continue;
      End& to = part(entry->second);
      const End& more = part(line);
      to.pods.insert(to.pods.end(), more.pods.begin(), more.pods.end());
      std::sort(to.pods.begin(), to.pods.end());
      to.pods.erase(std::unique(to.pods.begin(), to.pods.end()), to.pods.end());
      to.addresses |= more.addresses;
    }
    lines_.clear();
    for (auto& [unused, line] : merged) lines_.push_back(std::move(line));
  }

  std::vector<Change> lines_;
};

/// Which pods an opening is about.
struct Marks {
  std::vector<bool> pods;
  std::vector<bool> peers;
};

/// What is asked of one pair.
struct Asked {
  Traffic close;
  Traffic open;
  [[nodiscard]] Traffic& operator[](Wish wish) { return wish == Wish::Close ? close : open; }
};

class Comparer {
 public:
  Comparer(const Comparison& given, const std::vector<Wanted>& wanted)
      : given_(given),
        wanted_(wanted),
        joint_({{&given.before, Joint::kFirst}, {&given.after, Joint::kFirst}}),
        old_prover_(given.before),
        new_prover_(given.after),
        touched_(given.before.model().endpoints.size()) {
    mark_touched(given.before, given.gone);
    mark_touched(given.after, given.added);
    for (const Wanted& each : wanted) {
      marks_.push_back({marked(each.opening.pods), marked(each.opening.peers)});
    }
  }

  Effect run() {
    joint_.between_pods([&](std::uint32_t source, std::uint32_t destination,
                            const std::vector<sets::Matrix::FlowId>& flows) {
      between(source, destination, joint_.flow(0, flows[0]), joint_.flow(1, flows[1]));
    });
    joint_.with_outside(net::all_addresses(),
                        [&](std::uint32_t group, Direction direction, const sets::Overlay& part) {
                          with(group, direction, part);
                        });
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      if (wanted_[i].wish == Wish::Open) add_still_stopped(i);
    }
    effect_.done = done_.take();
    effect_.missed = missed_.take();
    effect_.cut = cut_.take();
    effect_.opened = opened_.take();
    return std::move(effect_);
  }

 private:
  void mark_touched(const compiler::Cluster& cluster, const std::vector<model::PolicyId>& which) {
    for (std::size_t i = 0; i < touched_.size(); ++i) {
      for (const Direction direction : {Direction::Ingress, Direction::Egress}) {
        for (const model::PolicyId id : cluster.candidates(static_cast<EndpointId>(i), direction)) {
          if (std::find(which.begin(), which.end(), id) != which.end()) touched_[i] = true;
        }
      }
    }
  }

  [[nodiscard]] bool is_touched(const Party& party) const {
    const auto* id = std::get_if<EndpointId>(&party);
    return id != nullptr && touched_[static_cast<std::size_t>(*id)];
  }

  [[nodiscard]] std::vector<bool> marked(const std::vector<EndpointId>& pods) const {
    std::vector<bool> result(touched_.size(), false);
    for (const EndpointId id : pods) result[static_cast<std::size_t>(id)] = true;
    return result;
  }

  /// What was to be opened and does not pass in every world afterwards.
  void add_still_stopped(std::size_t which) {
    const audit::Opening& opening = wanted_[which].opening;
    const bool ingress = opening.direction == Direction::Ingress;
    const auto look = [&](const End& here, const End& there, const Party& self,
                          const Party& other) {
      for (const Piece& piece :
           sets::reach(given_.after, ingress ? other : self, ingress ? self : other)) {
        const Traffic stopped = opening.traffic - piece.must;
        const End far = there.pods.empty() ? End{{}, piece.addresses} : there;
        missed_.add(ingress ? far : here, ingress ? here : far, stopped,
                    (stopped & piece.may).empty(), Wish::Open);
      }
    };
    std::vector<Parts> groups;
    for (std::uint32_t i = 0; i < joint_.groups().size(); ++i) groups.push_back(parts(i));
    for (const auto& own : groups) {
      for (const auto& [unused, selves] : own) {
        if (!is_in(marks_[which].pods, selves)) continue;
        for (const auto& others : groups) {
          for (const auto& [no, pods] : others) {
            if (!is_in(marks_[which].peers, pods) || is_itself(selves, pods)) continue;
            look({selves, {}}, {pods, {}}, selves.front(), pods.back());
          }
        }
        if (opening.addresses.empty()) continue;
        look({selves, {}}, {}, selves.front(), opening.addresses);
      }
    }
  }

  /// Pods by which openings they have a part in. All of a part are alike.
  using Parts = std::map<std::vector<bool>, std::vector<EndpointId>>;

  static bool is_in(const std::vector<bool>& marks, const std::vector<EndpointId>& part) {
    return marks[static_cast<std::size_t>(part.front())];
  }

  /// One bare pod, which always reaches itself.
  [[nodiscard]] bool is_itself(const std::vector<EndpointId>& a,
                               const std::vector<EndpointId>& b) const {
    return a.size() == 1 && a == b && given_.before.is_one_pod(a.front(), b.front());
  }

  /// The pods of a group by whether they are among those of each opening, and among its peers.
  [[nodiscard]] Parts parts(std::uint32_t group) const {
    Parts result;
    for (const sets::Twin& twin : joint_.groups()[group].twins) {
      const EndpointId id = *twin[0];
      const auto i = static_cast<std::size_t>(id);
      std::vector<bool> key;
      key.reserve(2 * marks_.size());
      for (const Marks& each : marks_) {
        key.push_back(each.pods[i]);
        key.push_back(each.peers[i]);
      }
      result[std::move(key)].push_back(id);
    }
    for (auto& [unused, pods] : result) std::sort(pods.begin(), pods.end());
    return result;
  }

  /// What is asked of connections between pods.
  [[nodiscard]] Asked asked_of(const std::vector<EndpointId>& from,
                               const std::vector<EndpointId>& to) const {
    Asked asked;
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      const bool ingress = wanted_[i].opening.direction == Direction::Ingress;
      if (is_in(marks_[i].pods, ingress ? to : from) &&
          is_in(marks_[i].peers, ingress ? from : to)) {
        asked[wanted_[i].wish] |= wanted_[i].opening.traffic;
      }
    }
    return asked;
  }

  struct AddressPart {
    AddressSet addresses;
    Asked asked;
  };
  /// Addresses at the other end of pods, by what is asked of connections with them.
  [[nodiscard]] std::vector<AddressPart> asked_with(const std::vector<EndpointId>& pods,
                                                    Direction direction,
                                                    const AddressSet& addresses) const {
    std::vector<AddressPart> result{{addresses, {}}};
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      const audit::Opening& opening = wanted_[i].opening;
      if (opening.direction != direction || !is_in(marks_[i].pods, pods)) continue;
      std::vector<AddressPart> finer;
      for (AddressPart& each : result) {
        AddressPart inside{each.addresses & opening.addresses, each.asked};
        inside.asked[wanted_[i].wish] |= opening.traffic;
        each.addresses -= opening.addresses;
        for (AddressPart* part : {&inside, &each}) {
          if (!part->addresses.empty()) finer.push_back(std::move(*part));
        }
      }
      result = std::move(finer);
    }
    return result;
  }

  void between(std::uint32_t source, std::uint32_t destination, const sets::Flow& old_flow,
               const sets::Flow& new_flow) {
    const auto ends = joint_.ends(0, source, destination);
    if (!ends) return;
    const Bounds before{old_flow.must, old_flow.may};
    const Bounds after{new_flow.must, new_flow.may};
    bool same = true;
    for (const auto& [from, from_pods] : parts(source)) {
      for (const auto& [to, to_pods] : parts(destination)) {
        const bool equal = judge({from_pods, {}}, {to_pods, {}}, before, after,
                                 asked_of(from_pods, to_pods), ends->source, ends->destination);
        same = same && equal;
      }
    }
    if (is_touched(ends->source) || is_touched(ends->destination)) {
      prove(ends->source, ends->destination, {{{}, before.must, before.may}},
            {{{}, after.must, after.may}}, same && before.is_exact() && after.is_exact());
    }
  }

  void with(std::uint32_t group, Direction direction, const sets::Overlay& part) {
    const Piece& old_piece = *part.pieces[0];
    const Piece& new_piece = *part.pieces[1];
    const Bounds before{old_piece.must, old_piece.may};
    const Bounds after{new_piece.must, new_piece.may};
    const bool egress = direction == Direction::Egress;
    const EndpointId pod = *joint_.groups()[group].twins.front()[0];
    const auto call = [&](const std::vector<EndpointId>& pods, const AddressSet& addresses,
                          const Asked& asked) {
      const End here{pods, {}};
      const End there{{}, addresses};
      return judge(egress ? here : there, egress ? there : here, before, after, asked,
                   egress ? Party(pod) : Party(addresses), egress ? Party(addresses) : Party(pod));
    };
    bool same = true;
    for (const auto& [unused, pods] : parts(group)) {
      for (const AddressPart& each : asked_with(pods, direction, part.addresses)) {
        const bool equal = call(pods, each.addresses, each.asked);
        same = same && equal;
      }
    }
    if (is_touched(pod)) {
      const Party there = part.addresses;
      prove(egress ? Party(pod) : there, egress ? there : Party(pod),
            {{part.addresses, before.must, before.may}}, {{part.addresses, after.must, after.may}},
            same && before.is_exact() && after.is_exact());
    }
  }

  /// Writes down how one pair differs. Whether it does not.
  bool judge(const End& source, const End& destination, const Bounds& before, const Bounds& after,
             const Asked& asked, const Party& from, const Party& to) {
    const Traffic missed = after.may & asked.close;
    missed_.add(source, destination, missed, (after.must & asked.close) == missed);
    // What shall pass is looked at by itself: it may be that nothing does on either side.
    // The same rules decide.
    if (!is_touched(from) && !is_touched(to)) return true;
    Traffic lost = before.must - after.may;
    Traffic gained = after.must - before.may;
    Traffic perhaps_lost = before.may - after.must - lost;
    Traffic perhaps_gained = after.may - before.must - gained;
    done_.add(source, destination, lost & asked.close, true);
    done_.add(source, destination, (perhaps_lost & asked.close) - missed, false);
    done_.add(source, destination, gained & asked.open, true, Wish::Open);
    done_.add(source, destination, perhaps_gained & asked.open & after.must, false, Wish::Open);
    lost -= asked.close;
    perhaps_lost -= asked.close;
    gained -= asked.open;
    perhaps_gained -= asked.open;
    // Both sides are open: whether in the same way is seen world by world.
    const sets::Passage old_passage{&given_.before, from, to};
    const sets::Passage new_passage{&given_.after, from, to};
    if (!perhaps_lost.empty() && lost.empty() && sets::always_within(old_passage, new_passage)) {
      perhaps_lost = {};
    }
    if (!perhaps_gained.empty() && gained.empty() &&
        sets::always_within(new_passage, old_passage)) {
      perhaps_gained = {};
    }
    cut_.add(source, destination, lost, true);
    cut_.add(source, destination, perhaps_lost, false);
    opened_.add(source, destination, gained, true);
    opened_.add(source, destination, perhaps_gained, false);
    return before.must == after.must && before.may == after.may;
  }

  /// `alike`: nothing differs, and nothing is open.
  void prove(const Party& source, const Party& destination, const std::vector<Piece>& before,
             const std::vector<Piece>& after, bool alike) {
    if (effect_.proofs + effect_.unproven >= kMostProofs) {
      ++effect_.unproven;
      return;
    }
    const auto confirm = [&](const auto& refuted) {
      if (!refuted) return false;
      if (*refuted) throw source::InternalError("Z3 refutes what a suggestion does");
      return true;
    };
    const bool proven = alike ? confirm(old_prover_.difference(given_.after, source, destination))
                              : confirm(old_prover_.refute(source, destination, before)) &&
                                    confirm(new_prover_.refute(source, destination, after));
    ++(proven ? effect_.proofs : effect_.unproven);
  }

  const Comparison& given_;
  const std::vector<Wanted>& wanted_;
  Joint joint_;
  z3::Prover old_prover_;
  z3::Prover new_prover_;
  std::vector<bool> touched_;
  std::vector<Marks> marks_;  // one of each wish
  Effect effect_;
  Lines done_;
  Lines missed_;
  Lines cut_;
  Lines opened_;
};

}  // namespace

Effect compare(const Comparison& comparison, const std::vector<Wanted>& wanted) {
  return Comparer(comparison, wanted).run();
}

}  // namespace polreach::solver::suggest
