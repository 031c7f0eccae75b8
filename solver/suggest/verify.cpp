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
  void add(const End& source, const End& destination, const Traffic& traffic, bool certain) {
    if (!traffic.empty()) lines_.push_back({source, destination, traffic, certain});
  }

  std::vector<Change> take() {
    merge([](const Change& c) { return std::tuple(c.certain, c.traffic, c.destination); },
          [](Change& c) -> End& { return c.source; });
    merge([](const Change& c) { return std::tuple(c.certain, c.traffic, c.source); },
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

class Comparer {
 public:
  Comparer(const Comparison& given, const audit::Opening* opening, Wish wish)
      : given_(given),
        opening_(opening),
        wish_(wish),
        joint_({{&given.before, Joint::kFirst}, {&given.after, Joint::kFirst}}),
        old_prover_(given.before),
        new_prover_(given.after),
        touched_(given.before.model().endpoints.size()),
        in_pods_(touched_.size()),
        in_peers_(touched_.size()) {
    mark_touched(given.before, given.gone);
    mark_touched(given.after, given.added);
    if (opening == nullptr) return;
    for (const EndpointId id : opening->pods) in_pods_[static_cast<std::size_t>(id)] = true;
    for (const EndpointId id : opening->peers) in_peers_[static_cast<std::size_t>(id)] = true;
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
    if (wish_ == Wish::Open && opening_ != nullptr) add_still_stopped();
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

  /// What was to be opened and does not pass in every world afterwards.
  void add_still_stopped() {
    const bool ingress = opening_->direction == Direction::Ingress;
    const auto look = [&](const End& here, const End& there, const Party& self,
                          const Party& other) {
      for (const Piece& piece :
           sets::reach(given_.after, ingress ? other : self, ingress ? self : other)) {
        const Traffic stopped = opening_->traffic - piece.must;
        const End far = there.pods.empty() ? End{{}, piece.addresses} : there;
        missed_.add(ingress ? far : here, ingress ? here : far, stopped,
                    (stopped & piece.may).empty());
      }
    };
    std::vector<std::map<std::pair<bool, bool>, std::vector<EndpointId>>> groups;
    for (std::uint32_t i = 0; i < joint_.groups().size(); ++i) groups.push_back(parts(i));
    for (const auto& own : groups) {
      for (const auto& [mine, selves] : own) {
        if (!mine.first) continue;
        for (const auto& others : groups) {
          for (const auto& [which, pods] : others) {
            if (!which.second || is_itself(selves, pods)) continue;
            look({selves, {}}, {pods, {}}, selves.front(), pods.back());
          }
        }
        if (opening_->addresses.empty()) continue;
        look({selves, {}}, {}, selves.front(), opening_->addresses);
      }
    }
  }

  /// One bare pod, which always reaches itself.
  [[nodiscard]] bool is_itself(const std::vector<EndpointId>& a,
                               const std::vector<EndpointId>& b) const {
    return a.size() == 1 && a == b && given_.before.is_one_pod(a.front(), b.front());
  }

  /// The pods of a group by whether they are among those of the opening, and among its peers.
  [[nodiscard]] std::map<std::pair<bool, bool>, std::vector<EndpointId>> parts(
      std::uint32_t group) const {
    std::map<std::pair<bool, bool>, std::vector<EndpointId>> result;
    for (const sets::Twin& twin : joint_.groups()[group].twins) {
      const EndpointId id = *twin[0];
      const auto i = static_cast<std::size_t>(id);
      result[{in_pods_[i], in_peers_[i]}].push_back(id);
    }
    for (auto& [unused, pods] : result) std::sort(pods.begin(), pods.end());
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
        const bool asked = opening_ != nullptr &&
                           (opening_->direction == Direction::Ingress ? to.first && from.second
                                                                      : from.first && to.second);
        const Traffic wanted = asked ? opening_->traffic : Traffic{};
        const bool equal = judge({from_pods, {}}, {to_pods, {}}, before, after, wanted,
                                 ends->source, ends->destination);
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
                          const Traffic& wanted) {
      if (addresses.empty()) return true;
      const End here{pods, {}};
      const End there{{}, addresses};
      return judge(egress ? here : there, egress ? there : here, before, after, wanted,
                   egress ? Party(pod) : Party(addresses), egress ? Party(addresses) : Party(pod));
    };
    bool same = true;
    for (const auto& [which, pods] : parts(group)) {
      const bool asked = opening_ != nullptr && opening_->direction == direction && which.first;
      const AddressSet inside = asked ? part.addresses & opening_->addresses : AddressSet{};
      const bool in = call(pods, inside, asked ? opening_->traffic : Traffic{});
      const bool out = call(pods, part.addresses - inside, {});
      same = same && in && out;
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
             const Traffic& wanted, const Party& from, const Party& to) {
    const bool closing = wish_ == Wish::Close;
    const Traffic missed = closing ? after.may & wanted : wanted - after.must;
    // What shall pass is looked at by itself: it may be that nothing does on either side.
    if (closing) missed_.add(source, destination, missed, (after.must & wanted) == missed);
    // The same rules decide.
    if (!is_touched(from) && !is_touched(to)) return true;
    Traffic lost = before.must - after.may;
    Traffic gained = after.must - before.may;
    Traffic perhaps_lost = before.may - after.must - lost;
    Traffic perhaps_gained = after.may - before.must - gained;
    if (closing) {
      done_.add(source, destination, lost & wanted, true);
      done_.add(source, destination, (perhaps_lost & wanted) - missed, false);
      lost -= wanted;
      perhaps_lost -= wanted;
    } else {
      done_.add(source, destination, gained & wanted, true);
      done_.add(source, destination, (perhaps_gained & wanted) - missed, false);
      gained -= wanted;
      perhaps_gained -= wanted;
    }
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
  const audit::Opening* opening_;
  Wish wish_;
  Joint joint_;
  z3::Prover old_prover_;
  z3::Prover new_prover_;
  std::vector<bool> touched_;
  std::vector<bool> in_pods_;
  std::vector<bool> in_peers_;
  Effect effect_;
  Lines done_;
  Lines missed_;
  Lines cut_;
  Lines opened_;
};

}  // namespace

Effect compare(const Comparison& comparison, const audit::Opening* opening, Wish wish) {
  return Comparer(comparison, opening, wish).run();
}

}  // namespace polreach::solver::suggest
