// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "compiler/lower/lower.h"
#include "compiler/path/path.h"
#include "compiler/terms/term.h"

namespace polreach::compiler {

/// A source port that a translation of addresses has put in is one that needs no privilege.
inline constexpr net::Port kLowestChosenPort = 1024;

/// One path as terms over the packet and over all that is open.
struct PathTerms {
  /// True exactly where every hop lets the packet pass.
  Term passes{};
  /// What every packet and choice of this path satisfies: the ends have addresses of the path's,
  /// chosen addresses lie among theirs, a chosen source port is one from 1024, and protocols
  /// without ports have none (0). Port 0 of a pod is not spoken of: nothing listens there, and no
  /// policy can name it.
  Term possible{};
};

/// Lowers paths into a pool, rule by rule; sets of addresses become leaves, whatever their size.
///
/// Unknowns: those of Scope::Address that stand in the addresses of a rule are facts of the address
/// that the header has on that side; all others are facts of the world.
class PathLowering {
 public:
  /// `cluster`: whose policies Hop::Kind::Policies means; nullptr where no path has such a hop.
  PathLowering(const Cluster* cluster, const model::UnknownTable& unknowns, TermPool& pool)
      : cluster_(cluster), unknowns_(unknowns), pool_(pool) {}

  PathTerms path(const Path& path);

  /// The packets that a rule of a filter decides: it matches, and none before it does. Of the
  /// packet's own header.
  Term decides(const Filter& filter, std::size_t rule);
  /// The packets that a filter, alone, stops; that it lets pass without asking the next one.
  Term stops(const Filter& filter);
  Term lets_pass_at_once(const Filter& filter);

  Term protocols(net::ProtocolSet protocols);
  Term ports(HeaderPort port, const net::PortSet& ports);
  /// A protocol that has ports.
  Term has_ports();
  /// What every header satisfies: ports are 0 where the protocol has none.
  Term ports_where_there_are();

 private:
  struct Seen {
    AddressName source;
    AddressName destination;
    std::optional<net::Port> destination_port;
    HeaderPort source_port = HeaderPort::Source;
  };
  using Outcome = std::function<Term(model::Access)>;

  static Seen seen(const Header& header);
  Term hop(const Path& path, const Hop& hop);
  Term policies(const Hop& hop);
  Term filter(const Filter& filter, const Seen& seen, const Outcome& outcome);
  Term access(const FilterRule& rule, const Outcome& outcome);
  Term matches(const FilterRule& rule, const Seen& seen);
  Term matches(const AddressMatch& match, const AddressName& address);
  Term choose(Term condition, Term yes, Term no);
  Term of_world(model::UnknownId unknown) { return pool_.fact({unknown, false, {}}); }

  const Cluster* cluster_;
  model::UnknownTable unknowns_;
  TermPool& pool_;
};

}  // namespace polreach::compiler
