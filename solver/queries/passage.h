// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/path/connection.h"
#include "compiler/path/service_facts.h"
#include "compiler/path/site.h"
#include "solver/check/path.h"
#include "solver/queries/assumptions.h"
#include "solver/queries/can.h"
#include "solver/queries/explain.h"
#include "solver/sets/flow_boxes.h"

/// `polreach can` where the input holds a network around the cluster: pods, subnets, interfaces,
/// nodes and addresses, and every enforcement point between two of them.
namespace polreach::solver::queries {

/// One end: pods, places in the network, or a port of a Service. Not all of them empty.
struct PassageEnd {
  std::string text;  // as it was written
  std::vector<model::EndpointId> pods;
  std::vector<compiler::Site> sites;
  /// A port of a Service that clients from outside of the cluster reach through its nodes; then
  /// `pods` are those behind it.
  struct ServicePort {
    compiler::ServiceFacts facts;
    compiler::ServiceFacts::Port port;
    bool is_node_port = false;  // asked about at the nodes' addresses
  };
  std::optional<ServicePort> service;
  /// The pods are those behind a Service: the way to them is its own, and no host port's.
  bool names_service = false;
  std::vector<std::string> notes;
};

/// The packets asked about.
struct PassageAsked {
  Asked ports;                                           // of TCP, UDP and SCTP; none: all of them
  net::ProtocolSet protocols = net::ProtocolSet::all();  // where `ports` has no entries
};

/// What a rule of a group does to the packets asked about.
struct RuleDecision {
  const compiler::FilterRule* rule = nullptr;  // nullptr: no rule matches, or no group is known
  bool is_admin = false;                       // of a network manager
  model::Access access = model::Access::Deny;
  bool access_is_open = false;
  sets::FlowBoxes packets;  // that it decides, in some way
  bool is_certain = true;   // it decides all of these whatever is open
};

/// An enforcement point of a way.
struct HopReason {
  const compiler::Hop* hop = nullptr;
  Effect effect = Effect::Passes;           // of this point alone, on the packets asked about
  std::vector<RuleDecision> rules;          // of a group, in the order in which they are asked
  std::optional<DirectionReason> policies;  // of a pod
};

struct WayReason {
  const compiler::Path* path = nullptr;
  Effect effect = Effect::Passes;
  std::vector<HopReason> hops;
};

/// One pair of ends that is alike in every packet.
struct PassageOutcome {
  compiler::Connection connection;
  /// Outcomes of one pair of ends have one number.
  std::size_t pair = 0;
  /// To a pod through a port of its node (hostPort): a client that means the pod may call either.
  bool is_detour = false;
  std::vector<std::string> also;  // other pairs with the same result for the same reasons
  /// What was asked, shared out. Boxes are of the packet's own header.
  sets::FlowBoxes allowed;
  sets::FlowBoxes denied;
  sets::FlowBoxes open;
  /// Permitted and routed: denied where there certainly is no way.
  Verdict verdict = Verdict::Denied;
  Verdict permitted = Verdict::Denied;
  std::vector<WayReason> ways;
  std::vector<NamedAssumption> rests_on;
  std::vector<std::size_t> gaps;  // into Model::gaps
  /// A packet that certainly passes, replayed on every way.
  std::optional<check::PathWitness> witness;
};

struct Passage {
  Verdict verdict = Verdict::Denied;
  std::vector<PassageOutcome> outcomes;
  std::vector<NamedAssumption> assumes;  // by id
  std::size_t proofs = 0;
  std::size_t unproven = 0;
};

/// Pairs of pods and places that a question may ask about, at most; and connections, since a pair
/// has one more for each host port of the pod.
inline constexpr std::size_t kMostPassages = 1000;
inline constexpr std::size_t kMostConnections = 4000;

/// Answers for every pair. The bounds of the set engine are proven by Z3, a witness is replayed;
/// evaluators that disagree are an InternalError. Fails where nothing is asked about, where there
/// are more than kMostPassages pairs, and where a budget runs out.
///
/// A pod counts as reached where it is reached at all: at its own address, or through a host port.
/// The nodes of a pool are reached where packets get to them, and where those to host ports get to
/// the pods behind them.
///
/// The answer refers to `around`, which must outlive it. The questions that Z3 was asked are added
/// to the transcript, if there is one.
source::Result<Passage> passage(compiler::Surroundings& around, const PassageEnd& source,
                                const PassageEnd& destination, const PassageAsked& asked,
                                z3::Transcript* transcript = nullptr);

}  // namespace polreach::solver::queries
