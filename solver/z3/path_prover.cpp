// SPDX-License-Identifier: Apache-2.0
#include "solver/z3/path_prover.h"

#include <z3++.h>

#include <algorithm>
#include <utility>

#include "compiler/lower/lower_path.h"
#include "solver/z3/budget.h"
#include "solver/z3/encoding.h"
#include "solver/z3/give_up.h"
#include "solver/z3/memory.h"
#include "solver/z3/read_world.h"

namespace polreach::solver::z3 {
namespace {

using check::PathWitness;
using compiler::HeaderPort;
using compiler::Path;
using compiler::PathTerms;
using compiler::Side;
using compiler::Term;
using Copy = Encoding::Copy;

check::OpenFact fact_of(const compiler::OpenFact& fact) {
  using Of = check::OpenFact::Of;
  if (!fact.of_address) return {fact.unknown, Of::World, 0};
  if (fact.address.variable != 0) return {fact.unknown, Of::Chosen, fact.address.variable};
  return {fact.unknown, fact.address.side == Side::Source ? Of::Source : Of::Destination, 0};
}

Encoding::Ends ends_of(const Path& path) {
  return {path.source_is_asked, path.destination_is_asked};
}

}  // namespace

struct PathProver::State {
  State(const compiler::Cluster* c, const model::UnknownTable& unknowns, Transcript* t)
      : cluster(c), lowering(c, unknowns, pool), transcript(t) {}

  /// A model that satisfies the constraint, if there is one.
  source::Result<std::optional<::z3::model>> find(std::string_view what, Encoding& encoding,
                                                  const ::z3::expr& constraint) {
    ::z3::solver solver(context, "QF_FD");  // bit-vectors and Booleans only: goes to the SAT solver
    ::z3::params parameters(context);
    parameters.set("rlimit", kResourceLimit);
    parameters.set("ctrl_c", false);  // ends the program, not a proof
    solver.set(parameters);
    solver.add(constraint);
    solver.add(encoding.well_formed_header());
    const ::z3::check_result answer = solver.check();
    if (transcript != nullptr) transcript->add(what, solver.to_smt2(), answer_of(answer));
    switch (answer) {
      case ::z3::sat:
        return solver.get_model();
      case ::z3::unsat:
        return std::nullopt;
      case ::z3::unknown:
        break;
    }
    return gave_up(solver);
  }

  /// A packet on one way that satisfies the term, if there is one.
  source::Result<std::optional<PathWitness>> find(std::string_view what, Term term, std::size_t way,
                                                  const Encoding::Ends& ends) {
    if (term == pool.constant(false)) {
      if (transcript != nullptr) transcript->add_constant(what, false);
      return std::optional<PathWitness>();
    }
    if (!fits(pool, {term})) return source::failure(kTooLarge);
    const QuestionAddresses addresses(pool, {term});
    if (addresses.ranges() > kMostRanges) return source::failure(kTooLarge);
    Encoding encoding(context, pool, &addresses);
    encoding.set_ends(ends);
    const auto model = find(what, encoding, encoding.encode(term, Copy::First));
    if (!model) return tl::unexpected(model.error());
    if (!*model) return std::optional<PathWitness>();
    return read(encoding, **model, Copy::First, way, ends);
  }

  PathWitness read(Encoding& encoding, const ::z3::model& model, Copy copy, std::size_t way,
                   const Encoding::Ends& ends) {
    encoding.set_ends(ends);
    PathWitness witness;
    witness.way = way;
    witness.flow = {encoding.ip_protocol(model), encoding.address(model, Side::Source, copy),
                    encoding.address(model, Side::Destination, copy),
                    encoding.header_port(model, HeaderPort::Source, copy),
                    encoding.header_port(model, HeaderPort::Destination, copy)};
    // A question about a filter alone says nothing of the chosen port.
    witness.chosen_source_port = std::max(
        compiler::kLowestChosenPort, encoding.header_port(model, HeaderPort::ChosenSource, copy));
    witness.chosen = encoding.chosen(model, copy);
    for (const auto& [fact, holds] : encoding.facts(model, copy)) {
      witness.facts[fact_of(fact)] = holds;
    }
    if (cluster != nullptr) witness.world = read_world(*cluster, encoding, model, copy);
    return witness;
  }

  /// The headers of boxes; of an end that is not asked about, any address.
  Term packets(const std::vector<sets::FlowBox>& boxes, const Encoding::Ends& asked) {
    std::vector<Term> any;
    for (const sets::FlowBox& box : boxes) {
      const Term ports =
          pool.conjunction({lowering.ports(HeaderPort::Source, box.source_ports),
                            lowering.ports(HeaderPort::Destination, box.destination_ports)});
      std::vector<Term> parts{lowering.protocols(box.protocols),
                              pool.disjunction({pool.negation(lowering.has_ports()), ports})};
      if (asked.source_is_packet) parts.push_back(pool.address_of(Side::Source, box.source));
      if (asked.destination_is_packet) {
        parts.push_back(pool.address_of(Side::Destination, box.destination));
      }
      any.push_back(pool.conjunction(parts));
    }
    return pool.disjunction(any);
  }

  /// What happens on one way to the packets asked for.
  struct Lowered {
    Term passes;
    Term stops;
    Encoding::Ends ends;
  };
  std::vector<Lowered> lower(const Ways& ways, const sets::FlowBox& asked) {
    std::vector<Lowered> result;
    for (const Path& path : ways) {
      const PathTerms terms = lowering.path(path);
      const Term here = pool.conjunction({terms.possible, packets({asked}, ends_of(path))});
      result.push_back({pool.conjunction({here, terms.passes}),
                        pool.conjunction({here, pool.negation(terms.passes)}), ends_of(path)});
    }
    return result;
  }

  /// A packet that passes on some way, in one copy of all that is open, and is stopped on some way
  /// in the other.
  source::Result<std::optional<PathProof::Undecided>> undecided(const std::vector<Lowered>& ways) {
    std::vector<Term> all;
    for (const Lowered& way : ways) all.insert(all.end(), {way.passes, way.stops});
    if (!fits(pool, all)) return source::failure(kTooLarge);
    const QuestionAddresses addresses(pool, all);
    if (addresses.ranges() > kMostRanges) return source::failure(kTooLarge);
    Encoding encoding(context, pool, &addresses);
    ::z3::expr_vector passes(context);
    ::z3::expr_vector stopped(context);
    for (const Lowered& way : ways) {
      encoding.set_ends(way.ends);
      passes.push_back(encoding.encode(way.passes, Copy::First));
      stopped.push_back(encoding.encode(way.stops, Copy::Second));
    }
    const auto found = find("one that passes in one case and is stopped in another", encoding,
                            ::z3::mk_or(passes) && ::z3::mk_or(stopped));
    if (!found) return tl::unexpected(found.error());
    if (!*found) return std::optional<PathProof::Undecided>();
    const ::z3::model& model = **found;
    const auto way_of = [&](const ::z3::expr_vector& each) {
      std::size_t way = 0;
      while (!model.eval(each[static_cast<unsigned>(way)], true).is_true()) ++way;
      return way;
    };
    const std::size_t one = way_of(passes);
    const std::size_t other = way_of(stopped);
    return PathProof::Undecided{read(encoding, model, Copy::First, one, ways[one].ends),
                                read(encoding, model, Copy::Second, other, ways[other].ends)};
  }

  const compiler::Cluster* cluster;
  compiler::TermPool pool;
  compiler::PathLowering lowering;
  ::z3::context context;
  Transcript* transcript;
};

PathProver::PathProver(const compiler::Cluster* cluster, const model::UnknownTable& unknowns,
                       Transcript* transcript) {
  apply_memory_limit();
  state_ = std::make_unique<State>(cluster, unknowns, transcript);
}
PathProver::~PathProver() = default;

source::Result<std::optional<PathWitness>> PathProver::refute(
    const Ways& ways, const std::vector<sets::FlowBox>& must,
    const std::vector<sets::FlowBox>& may) {
  State& s = *state_;
  try {
    for (std::size_t i = 0; i < ways.size(); ++i) {
      const Encoding::Ends ends = ends_of(ways[i]);
      const PathTerms terms = s.lowering.path(ways[i]);
      const Term stopped =
          s.pool.conjunction({s.packets(must, ends), s.pool.negation(terms.passes)});
      const Term passes = s.pool.conjunction({s.pool.negation(s.packets(may, ends)), terms.passes});
      const Term wrong =
          s.pool.conjunction({terms.possible, s.pool.disjunction({stopped, passes})});
      auto found = s.find("a packet for which the answer is wrong", wrong, i, ends);
      if (!found || *found) return found;
    }
    return std::optional<PathWitness>();
  } catch (const ::z3::exception& error) {
    return gave_up(error);
  }
}

source::Result<PathProof> PathProver::prove(const Ways& ways, const sets::FlowBox& asked) {
  State& s = *state_;
  try {
    PathProof proof;
    const std::vector<State::Lowered> lowered = s.lower(ways, asked);
    for (std::size_t i = 0; i < ways.size() && !proof.allowed; ++i) {
      auto allowed = s.find("a packet of those asked about that passes", lowered[i].passes, i,
                            lowered[i].ends);
      if (!allowed) return tl::unexpected(allowed.error());
      proof.allowed = std::move(*allowed);
    }
    for (std::size_t i = 0; i < ways.size() && !proof.denied; ++i) {
      auto denied = s.find("one that is stopped", lowered[i].stops, i, lowered[i].ends);
      if (!denied) return tl::unexpected(denied.error());
      proof.denied = std::move(*denied);
    }
    if (!proof.allowed || !proof.denied) return proof;
    auto undecided = s.undecided(lowered);
    if (!undecided) return tl::unexpected(undecided.error());
    proof.undecided = std::move(*undecided);
    return proof;
  } catch (const ::z3::exception& error) {
    return gave_up(error);
  }
}

source::Result<std::optional<PathWitness>> PathProver::decides(const compiler::Filter& filter,
                                                               std::size_t rule) {
  State& s = *state_;
  try {
    const Term term =
        s.pool.conjunction({s.lowering.decides(filter, rule), s.lowering.ports_where_there_are()});
    return s.find("a packet that the rule decides", term, 0, {true, true});
  } catch (const ::z3::exception& error) {
    return gave_up(error);
  }
}

source::Result<std::optional<PathWitness>> PathProver::difference(const compiler::Filter& one,
                                                                  const compiler::Filter& other) {
  State& s = *state_;
  const auto differ = [&](Term a, Term b) {
    return s.pool.disjunction(
        {s.pool.conjunction({a, s.pool.negation(b)}), s.pool.conjunction({b, s.pool.negation(a)})});
  };
  try {
    const Term term = s.pool.conjunction(
        {s.lowering.ports_where_there_are(),
         s.pool.disjunction(
             {differ(s.lowering.stops(one), s.lowering.stops(other)),
              differ(s.lowering.lets_pass_at_once(one), s.lowering.lets_pass_at_once(other))})});
    return s.find("a packet that two groups treat differently", term, 0, {true, true});
  } catch (const ::z3::exception& error) {
    return gave_up(error);
  }
}

}  // namespace polreach::solver::z3
