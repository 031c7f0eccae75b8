// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/can_network.h"

#include <algorithm>

#include "cli/profile.h"
#include "cli/report/passage_report.h"
#include "cli/smtlib.h"
#include "compiler/path/surroundings.h"
#include "compiler/resolve/engine.h"
#include "solver/queries/conflicts.h"
#include "solver/queries/passage.h"
#include "solver/queries/service_reference.h"
#include "solver/queries/site_reference.h"

namespace polreach::cli {
namespace {

namespace queries = solver::queries;
using queries::PassageEnd;
using queries::ReferenceError;
using queries::Verdict;
using Resolved = tl::expected<PassageEnd, ReferenceError>;

/// What the API server gives to Services of type NodePort by default.
constexpr net::Port kFirstNodePort = 30000;
constexpr net::Port kLastNodePort = 32767;

class CanNetworkCommand {
 public:
  CanNetworkCommand(Session& session, const AskedPackets& packets)
      : session_(session), packets_(packets), arguments_(session.arguments()) {}

  int run() {
    const Input& input = session_.input();
    const auto managed = queries::select_cluster(input.cloud, arguments_.value("cluster"));
    if (!managed) return refuse(managed.error());
    const compiler::Cluster pods(input.model, profile_of(arguments_, input.model));
    if (!session_.check(queries::equal_priorities(pods))) return kNoVerdict;
    const bool has_pods = !input.model.endpoints.empty();
    compiler::Surroundings around(input.cloud, has_pods ? &pods : nullptr, *managed);
    auto source = resolve(around, arguments_.positional[0]);
    if (!source) return refuse(source.error());
    if (managed->has_value()) note_engine(input.cloud[**managed], *source);
    auto destination = resolve(around, arguments_.positional[1]);
    if (!destination) return refuse(destination.error());
    if (source_service_) {
      return session_.refuse("bad-reference",
                             "a Service opens no connections: it cannot be the SOURCE",
                             "ask for the pods behind it");
    }
    queries::PassageAsked asked{packets_.asked, packets_.protocols};
    std::string text = packets_.text;
    if (service_asked_) {
      // Clients outside meet the Service itself; pods are led to its pods at once.
      const bool through_nodes = destination->service && !source->sites.empty();
      if (!through_nodes) destination->service.reset();
      asked.ports = through_nodes ? entry_of(*destination->service) : *service_asked_;
      text = describe(asked.ports);
    }
    SmtLibFile questions(session_);
    const auto answer =
        queries::passage(around, *source, *destination, asked, questions.transcript());
    if (!answer) return session_.refuse("no-verdict", answer.error().message, "");
    if (!questions.write()) return kNoVerdict;
    if (!session_.is_proven(answer->proofs, answer->unproven)) return kNoVerdict;
    session_.lap("solve");
    report({input, *source, *destination, text, *answer});
    session_.lap("report");
    return exit_status(*answer);
  }

 private:
  /// That an option has taken the place of what the input says.
  void note_engine(const model::ManagedCluster& cluster, PassageEnd& end) const {
    const model::Engine asked = engine_of(arguments_);
    const bool known = cluster.open.empty();
    if (asked == model::Engine::Unstated || !known || asked == cluster.engine) return;
    end.notes.push_back("--engine " + arguments_.value("engine") +
                        " stands in for the engine of cluster " + cluster.name + ", which is " +
                        std::string(compiler::to_string(cluster.engine)));
  }

  int refuse(const ReferenceError& error) {
    return session_.refuse(std::string(error.code), error.message, error.help);
  }

  Resolved resolve(compiler::Surroundings& around, const std::string& text) {
    const model::Model& model = session_.input().model;
    const bool has_pods = around.pods() != nullptr;
    if (text == "any") return anything(around, text);
    if (has_pods && queries::is_service_reference(model, text)) return service(text);
    const bool is_site = queries::is_site_reference(around.cloud(), text);
    // An address may be that of a pod.
    if (has_pods) {
      const auto pods = queries::resolve(model, text, arguments_.value("namespace"));
      if (pods && !pods->endpoints.empty()) return pods_of(*pods);
      if (!pods && !is_site) return tl::unexpected(pods.error());
    }
    if (!is_site && !has_pods) {
      return tl::unexpected(ReferenceError{
          "unknown-reference", "\"" + text + "\" is nothing in a network",
          "write subnet/NETWORK/NAME, vnet/NAME, nic/NAME, vm/NAME, node/POOL, an address, "
          "internet, or a service tag"});
    }
    auto site = queries::resolve_site(around, text);
    if (!site) return tl::unexpected(site.error());
    PassageEnd end;
    end.text = text;
    end.sites = std::move(site->sites);
    end.notes = std::move(site->notes);
    return end;
  }

  /// All pods, and all other addresses.
  Resolved anything(compiler::Surroundings& around, const std::string& text) {
    PassageEnd end;
    end.text = text;
    for (const std::string_view all : {"0.0.0.0/0", "::/0"}) {
      auto sites = queries::resolve_site(around, all);
      if (!sites) return tl::unexpected(sites.error());
      for (compiler::Site& site : sites->sites) {
        const bool outside = site.kind == compiler::Site::Kind::Outside;
        if (outside)
          site.name = all == "::/0" ? "everything else of IPv6" : "everything else of IPv4";
        if (outside) site.notes.clear();
        end.sites.push_back(std::move(site));
      }
    }
    const std::size_t pods = session_.input().model.endpoints.size();
    for (std::size_t i = 0; i < pods; ++i) end.pods.push_back(static_cast<model::EndpointId>(i));
    return end;
  }

  static PassageEnd pods_of(const queries::Target& target) {
    PassageEnd end;
    end.text = target.text;
    end.pods = target.endpoints;
    end.notes = target.notes;
    return end;
  }

  Resolved service(const std::string& text) {
    const model::Model& model = session_.input().model;
    const auto target = queries::resolve_service(model, text, arguments_.value("namespace"));
    if (!target) return tl::unexpected(target.error());
    // The SOURCE is resolved first.
    source_service_ = source_service_ || text == arguments_.positional[0];
    service_asked_ = target->asked;
    PassageEnd end = pods_of(*target);
    end.names_service = true;
    if (target->service) end.service = entrance_of(model, *target->service);
    return end;
  }

  /// How clients outside reach a Service; nothing where they do not.
  static std::optional<PassageEnd::ServicePort> entrance_of(const model::Model& model,
                                                            const queries::ServiceTarget& target) {
    const model::Service& service = model.services[target.service];
    const bool balanced = service.type == model::ServiceType::LoadBalancer;
    if (!balanced && service.type != model::ServiceType::NodePort) return std::nullopt;
    PassageEnd::ServicePort result;
    result.facts = compiler::facts_of(model, service);
    result.port = result.facts.ports[target.port];
    result.is_node_port = !balanced;
    return result;
  }

  /// The packets that a client sends.
  static queries::Asked entry_of(const PassageEnd::ServicePort& service) {
    queries::Asked asked;
    net::PortSet ports(service.port.number, service.port.number);
    if (service.is_node_port) {
      ports = service.port.node_port
                  ? net::PortSet(*service.port.node_port, *service.port.node_port)
                  : net::PortSet(kFirstNodePort, kLastNodePort);
    }
    asked.entries.push_back({service.port.protocol, ports});
    return asked;
  }

  void report(const PassageReport& report) {
    if (session_.is_json()) {
      write_json(session_.out(), report);
    } else {
      write_text(session_.out(), session_.style(), report, session_.length());
    }
  }

  [[nodiscard]] int exit_status(const queries::Passage& answer) const {
    const bool some_part =
        std::any_of(answer.outcomes.begin(), answer.outcomes.end(), [](const auto& outcome) {
          return outcome.verdict != Verdict::Denied && !outcome.allowed.boxes.empty();
        });
    if (arguments_.has("any") && some_part) return kYes;
    switch (answer.verdict) {
      case Verdict::Allowed:
        return kYes;
      case Verdict::Denied:
      case Verdict::Partly:
        return kNo;
      case Verdict::Depends:
        return kNoVerdict;
    }
    return kNoVerdict;
  }

  Session& session_;
  const AskedPackets& packets_;
  const Arguments& arguments_;
  bool source_service_ = false;
  std::optional<queries::Asked> service_asked_;
};

}  // namespace

int run_can_network(Session& session, const AskedPackets& packets) {
  return CanNetworkCommand(session, packets).run();
}

}  // namespace polreach::cli
