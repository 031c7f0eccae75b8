// SPDX-License-Identifier: Apache-2.0
#include "solver/z3/prover.h"

#include <z3++.h>

#include "compiler/lower/lower.h"
#include "solver/z3/budget.h"
#include "solver/z3/encoding.h"
#include "solver/z3/give_up.h"
#include "solver/z3/memory.h"
#include "solver/z3/read_world.h"

namespace polreach::solver::z3 {
namespace {

using check::Witness;
using compiler::Connection;
using compiler::Party;
using compiler::Side;
using compiler::Term;
using Copy = Encoding::Copy;

/// What is added to a solver goes again, whatever ends the question.
class Scope {
 public:
  explicit Scope(::z3::solver& solver) : solver_(solver) { solver_.push(); }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  ~Scope() { Z3_solver_pop(solver_.ctx(), solver_, 1); }

 private:
  ::z3::solver& solver_;
};

}  // namespace

/// Z3 itself. It takes longer to start than most questions take to answer.
struct Workbench::Parts {
  Parts() : solver(context, ::z3::solver::simple()) {
    ::z3::params parameters(context);
    parameters.set("rlimit", kResourceLimit);  // of each question
    parameters.set("ctrl_c", false);           // ends the program, not a proof
    solver.set(parameters);
  }

  ::z3::context context;
  ::z3::solver solver;
};

Workbench::Workbench() = default;
Workbench::~Workbench() = default;

Workbench::Parts& Workbench::parts() {
  if (!parts_) {
    apply_memory_limit();
    parts_ = std::make_unique<Parts>();
  }
  return *parts_;
}

struct Prover::State {
  State(const compiler::Cluster& c, Transcript* t) : cluster(c), lowering(c, pool), transcript(t) {}

  /// Z3 is started by the first question.
  ::z3::solver& solver() { return workbench->parts().solver; }
  Encoding& encoding() {
    if (!made_encoding) made_encoding.emplace(workbench->parts().context, pool);
    return *made_encoding;
  }

  /// Whether a question is answered by its form: no packet satisfies what is nothing but false.
  /// Who keeps a transcript wants it asked all the same.
  [[nodiscard]] bool is_plainly_false(Term question) {
    return transcript == nullptr && question == pool.constant(false);
  }

  /// A packet that satisfies the constraint, if there is one. `what`: the question in words.
  source::Result<std::optional<Witness>> find(std::string_view what, const ::z3::expr& constraint,
                                              const Party& from, const Party& to) {
    const Scope scope(solver());
    solver().add(constraint);
    const ::z3::check_result answer = solver().check();
    if (transcript != nullptr) transcript->add(what, solver().to_smt2(), answer_of(answer));
    if (answer == ::z3::unknown) return gave_up(solver());
    std::optional<Witness> witness;
    if (answer == ::z3::sat) witness = read(solver().get_model(), from, to);
    return witness;
  }

  Witness read(const ::z3::model& model, const Party& from, const Party& to) {
    Witness witness;
    check::Packet& packet = witness.packet;
    if (const auto* id = std::get_if<model::EndpointId>(&from)) packet.source = *id;
    if (const auto* id = std::get_if<model::EndpointId>(&to)) packet.destination = *id;
    packet.source_address = encoding().address(model, Side::Source, Copy::First);
    packet.destination_address = encoding().address(model, Side::Destination, Copy::First);
    packet.protocol = encoding().protocol(model);
    packet.port = encoding().port(model);
    witness.world = read_world(cluster, encoding(), model, Copy::First);
    return witness;
  }

  /// The outside addresses of each piece, as terms. The pieces share out all addresses asked about:
  /// the one that takes the most prefixes to describe is what the others leave. That is not only
  /// shorter: it makes the terms those of the rules themselves.
  std::vector<Term> addresses_of(const std::vector<sets::Piece>& pieces, Side side) {
    std::vector<Term> terms;
    std::vector<Term> others;
    std::size_t largest = 0;
    std::vector<std::size_t> sizes;
    for (const sets::Piece& piece : pieces) {
      sizes.push_back(net::prefixes_of(piece.addresses).size());
      if (sizes.back() > sizes[largest]) largest = sizes.size() - 1;
    }
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      terms.push_back(i == largest ? pool.constant(true)
                                   : lowering.addresses(side, pieces[i].addresses));
      if (i != largest) others.push_back(terms.back());
    }
    if (!terms.empty()) terms[largest] = pool.negation(pool.disjunction(others));
    return terms;
  }

  const compiler::Cluster& cluster;
  compiler::TermPool pool;
  compiler::Lowering lowering;
  Transcript* transcript;
  std::optional<Workbench> own;
  Workbench* workbench = nullptr;
  std::optional<Encoding> made_encoding;
};

Prover::Prover(const compiler::Cluster& cluster, Transcript* transcript)
    : state_(std::make_unique<State>(cluster, transcript)) {
  state_->workbench = &state_->own.emplace();
}
Prover::Prover(const compiler::Cluster& cluster, Workbench& workbench)
    : state_(std::make_unique<State>(cluster, nullptr)) {
  state_->workbench = &workbench;
}
Prover::~Prover() = default;

source::Result<Proof> Prover::prove(const Party& from, const Party& to, const net::Traffic& asked) {
  State& s = *state_;
  try {
    const Connection connection = s.lowering.connection(from, to);
    s.encoding().set_ends({connection.source_is_outside, connection.destination_is_outside});
    const Term in_question = s.pool.conjunction({connection.possible, s.lowering.traffic(asked)});
    if (!fits(s.pool, {in_question, connection.passes})) return source::failure(kTooLarge);
    const auto encode = [&](Term term, Copy copy) { return s.encoding().encode(term, copy); };

    const ::z3::expr here =
        s.encoding().well_formed(Copy::First) && encode(in_question, Copy::First);
    const ::z3::expr passes = encode(connection.passes, Copy::First);
    Proof proof;
    auto allowed = s.find("a packet of those asked about that passes", here && passes, from, to);
    if (!allowed) return tl::unexpected(allowed.error());
    proof.allowed = std::move(*allowed);
    auto denied = s.find("one that is stopped", here && !passes, from, to);
    if (!denied) return tl::unexpected(denied.error());
    proof.denied = std::move(*denied);
    if (!proof.allowed || !proof.denied) return proof;

    const ::z3::expr elsewhere =
        s.encoding().well_formed(Copy::Second) && encode(in_question, Copy::Second);
    auto undecided =
        s.find("one that passes in one world and is stopped in another",
               here && passes && elsewhere && !encode(connection.passes, Copy::Second), from, to);
    if (!undecided) return tl::unexpected(undecided.error());
    proof.undecided = std::move(*undecided);
    return proof;
  } catch (const ::z3::exception& error) {
    return gave_up(error);
  }
}

source::Result<std::optional<Witness>> Prover::refute(const Party& from, const Party& to,
                                                      const std::vector<sets::Piece>& pieces) {
  State& s = *state_;
  try {
    const Connection connection = s.lowering.connection(from, to);
    const Side outside = connection.source_is_outside ? Side::Source : Side::Destination;
    const bool any_outside = connection.source_is_outside || connection.destination_is_outside;

    std::vector<Term> always;
    std::vector<Term> never;
    const std::vector<Term> places = any_outside
                                         ? s.addresses_of(pieces, outside)
                                         : std::vector<Term>(pieces.size(), s.pool.constant(true));
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const sets::Piece& piece = pieces[i];
      const Term where = places[i];
      always.push_back(s.pool.conjunction({where, s.lowering.traffic(piece.must)}));
      never.push_back(s.pool.conjunction({where, s.pool.negation(s.lowering.traffic(piece.may))}));
    }
    // Wrong are: a packet of `must` that is stopped, and one outside `may` that passes.
    const Term wrong = s.pool.disjunction(
        {s.pool.conjunction({s.pool.disjunction(always), s.pool.negation(connection.passes)}),
         s.pool.conjunction({s.pool.disjunction(never), connection.passes})});
    const Term claim = s.pool.conjunction({connection.possible, wrong});
    if (s.is_plainly_false(claim)) return std::optional<Witness>();
    if (!fits(s.pool, {claim})) return source::failure(kTooLarge);
    s.encoding().set_ends({connection.source_is_outside, connection.destination_is_outside});
    return s.find("a packet for which the answer is wrong",
                  s.encoding().well_formed(Copy::First) && s.encoding().encode(claim, Copy::First),
                  from, to);
  } catch (const ::z3::exception& error) {
    return gave_up(error);
  }
}

source::Result<std::optional<Witness>> Prover::find_among(const Party& from, const Party& to,
                                                          const net::Traffic& asked, bool passing,
                                                          const Limits& limits) {
  State& s = *state_;
  try {
    const Connection connection = s.lowering.connection(from, to);
    std::vector<Term> parts{connection.possible, s.lowering.traffic(asked),
                            passing ? connection.passes : s.pool.negation(connection.passes)};
    const auto* source = std::get_if<model::EndpointId>(&from);
    const auto* destination = std::get_if<model::EndpointId>(&to);
    if (source != nullptr) {
      parts.push_back(s.lowering.is_of(Side::Source, *source, limits.source));
    } else {
      parts.push_back(s.lowering.addresses(Side::Source, std::get<net::AddressSet>(from)));
    }
    if (destination != nullptr) {
      parts.push_back(s.lowering.is_of(Side::Destination, *destination, limits.destination));
    } else {
      parts.push_back(s.lowering.addresses(Side::Destination, std::get<net::AddressSet>(to)));
    }
    const auto is = [&](const Limits::Space& space) {
      return s.lowering.labelled(space.ns, space.labels);
    };
    for (const Limits::Space& space : limits.spaces) parts.push_back(is(space));
    for (const auto& [one, other] : limits.not_both) {
      parts.push_back(s.pool.negation(s.pool.conjunction({is(one), is(other)})));
    }
    const Term question = s.pool.conjunction(parts);
    if (question == s.pool.constant(false)) return std::optional<Witness>();
    if (!fits(s.pool, {question})) return source::failure(kTooLarge);
    s.encoding().set_ends({connection.source_is_outside, connection.destination_is_outside});
    return s.find(
        "a packet of pods with these labels",
        s.encoding().well_formed(Copy::First) && s.encoding().encode(question, Copy::First), from,
        to);
  } catch (const ::z3::exception& error) {
    return gave_up(error);
  }
}

source::Result<std::optional<Witness>> Prover::clash(model::Direction direction,
                                                     model::EndpointId self, const Party& other,
                                                     model::PolicyId first,
                                                     model::PolicyId second) {
  State& s = *state_;
  try {
    const model::Model& model = s.cluster.model();
    const Connection clash = s.lowering.clash(direction, self, other, model[first], model[second]);
    if (clash.passes == s.pool.constant(false)) return std::optional<Witness>();
    s.encoding().set_ends({clash.source_is_outside, clash.destination_is_outside});
    const Term question = s.pool.conjunction({clash.possible, clash.passes});
    if (!fits(s.pool, {question})) return source::failure(kTooLarge);
    const bool ingress = direction == model::Direction::Ingress;
    const Party own = self;
    return s.find(
        "a packet that two policies of one priority decide differently",
        s.encoding().well_formed(Copy::First) && s.encoding().encode(question, Copy::First),
        ingress ? other : own, ingress ? own : other);
  } catch (const ::z3::exception& error) {
    return gave_up(error);
  }
}

source::Result<std::optional<Witness>> Prover::difference(const compiler::Cluster& other,
                                                          const Party& from, const Party& to) {
  State& s = *state_;
  try {
    compiler::Lowering others(other, s.pool);
    const Connection one = s.lowering.connection(from, to);
    const Connection two = others.connection(from, to);
    if (one.passes == two.passes) return std::optional<Witness>();
    s.encoding().set_ends({one.source_is_outside, one.destination_is_outside});
    const Term differ =
        s.pool.disjunction({s.pool.conjunction({one.passes, s.pool.negation(two.passes)}),
                            s.pool.conjunction({two.passes, s.pool.negation(one.passes)})});
    const Term question = s.pool.conjunction({one.possible, differ});
    if (!fits(s.pool, {question})) return source::failure(kTooLarge);
    return s.find(
        "a packet that passes in one of two clusters alone",
        s.encoding().well_formed(Copy::First) && s.encoding().encode(question, Copy::First), from,
        to);
  } catch (const ::z3::exception& error) {
    return gave_up(error);
  }
}

}  // namespace polreach::solver::z3
