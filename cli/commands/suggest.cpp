// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/suggest.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "cli/audit_run.h"
#include "cli/commands/suggest_intents.h"
#include "cli/commands/suggest_network.h"
#include "cli/intents_run.h"
#include "cli/network_listing.h"
#include "cli/ports.h"
#include "cli/profile.h"
#include "cli/report/suggest_report.h"
#include "cli/session.h"
#include "policies/source/nearest.h"
#include "solver/audit/audit.h"
#include "solver/queries/conflicts.h"
#include "solver/queries/site_reference.h"
#include "solver/suggest/suggestion.h"

namespace polreach::cli {
namespace {

namespace queries = solver::queries;
namespace suggest = solver::suggest;

using model::Direction;
using queries::Target;
using solver::audit::Check;
using solver::audit::Finding;
using solver::audit::Opening;
using suggest::Suggestion;

/// All of the named ends, as an opening has them: nothing for anyone.
bool is_anyone(const Target& target) { return target.text == "any"; }

class SuggestCommand {
 public:
  SuggestCommand(const Arguments& arguments, const Streams& streams)
      : arguments_(arguments),
        streams_(streams),
        session_(arguments, streams, "polreach.suggest/v1") {}

  int run() {
    const bool is_finding = arguments_.has("finding") || arguments_.has("intents");
    const bool is_namespace = arguments_.has("default-deny");
    if (is_finding && is_namespace) {
      return session_.refuse("usage", "findings and --default-deny are two questions",
                             "ask one of them");
    }
    const bool is_pair = !is_finding && !is_namespace;
    if (const int status = check_arguments(is_pair); status != kYes) return status;
    InputOptions options = session_.input_options(arguments_.value("namespace"));
    options.paths.assign(arguments_.positional.begin() + (is_pair ? 2 : 0),
                         arguments_.positional.end());
    if (!read(options)) return kNoVerdict;
    const model::Model& model = session_.input().model;
    const compiler::Cluster cluster(model, list_profile_of(arguments_, model));
    if (!session_.check(queries::equal_priorities(cluster))) return kNoVerdict;
    if (is_pair && is_about_network(model)) {
      const auto packets = parse_packets(arguments_.all("port"), arguments_.value("protocol"));
      if (!packets) return session_.refuse("bad-port", packets.error().message, "");
      return run_suggest_network(session_, options, cluster, *packets);
    }
    if (is_finding) return for_finding(cluster, options);
    if (model.endpoints.empty()) {
      return session_.refuse("no-workloads", "there are no pods or workloads to connect",
                             "give the workloads with the policies");
    }
    const suggest::Request request{cluster, session_.input().sources, has_windows()};
    if (is_namespace) return for_namespace(request);
    return for_pair(request);
  }

 private:
  /// The manifests, and intents about them.
  bool read(const InputOptions& options) {
    if (!arguments_.has("intents")) return session_.read(options);
    auto input = read_input(options, streams_.in);
    if (!input) {
      session_.refuse("input", input.error().message, "");
      return false;
    }
    auto intents = read_intents(arguments_.all("intents"), options.default_namespace, **input);
    if (!intents) {
      session_.refuse("input", intents.error().message, "");
      return false;
    }
    intents_ = std::move(*intents);
    return session_.accept(std::move(*input));
  }

  int check_arguments(bool is_pair) {
    if (is_pair && arguments_.positional.size() < 3) {
      return session_.refuse("usage", "a SOURCE, a DESTINATION and a PATH are needed",
                             "as in polreach suggest shop/web data/db k8s/");
    }
    for (const char* option : {"port", "protocol", "allow"}) {
      if (!is_pair && arguments_.has(option)) {
        return session_.refuse(
            "usage", fmt::format("--{} has no place without SOURCE and DESTINATION", option),
            "leave it out");
      }
    }
    return kYes;
  }

  /// Neither end is a pod, and there is a network.
  [[nodiscard]] bool is_about_network(const model::Model& model) const {
    if (session_.input().cloud.empty()) return false;
    if (!model.endpoints.empty() && arguments_.positional[0] == "any" &&
        arguments_.positional[1] == "any") {
      return false;
    }
    for (std::size_t i = 0; i < 2; ++i) {
      const std::string& text = arguments_.positional[i];
      if (text == "any") continue;
      const auto target = queries::resolve(model, text, arguments_.value("namespace"));
      if (target && !target->endpoints.empty()) return false;
    }
    return true;
  }

  [[nodiscard]] bool has_windows() const {
    const model::Cloud& cloud = session_.input().cloud;
    const auto cluster = queries::select_cluster(cloud, arguments_.value("cluster"));
    if (!cluster || !*cluster) return false;
    const auto& pools = cloud[**cluster].pools;
    return std::any_of(pools.begin(), pools.end(), [](const auto& pool) { return pool.windows; });
  }

  // SOURCE DESTINATION

  int for_pair(const suggest::Request& request) {
    const auto packets = parse_packets(arguments_.all("port"), arguments_.value("protocol"));
    if (!packets) return session_.refuse("bad-port", packets.error().message, "");
    if (packets->is_for_networks()) {
      return session_.refuse("bad-port", "policies know TCP, UDP and SCTP alone",
                             "ask about one of these");
    }
    const model::Model& model = session_.input().model;
    const auto source = resolve(request.cluster, arguments_.positional[0]);
    const auto destination = resolve(request.cluster, arguments_.positional[1]);
    for (const auto* target : {&source, &destination}) {
      if (*target) continue;
      const queries::ReferenceError& error = target->error();
      return session_.refuse(std::string(error.code), error.message, error.help);
    }
    if (source->asked) {
      return session_.refuse("bad-reference",
                             "a Service opens no connections: it cannot be the SOURCE",
                             "ask for the pods behind it");
    }
    if (source->endpoints.empty() && destination->endpoints.empty()) {
      return session_.refuse("bad-reference", "no end of these connections is a pod",
                             "NetworkPolicies act on pods alone");
    }
    const queries::Asked& asked = destination->asked ? *destination->asked : packets->asked;
    const auto traffic = traffic_of(model, asked, *destination);
    if (!traffic) {
      return session_.refuse("bad-port", traffic.error().message, "give the port as a number");
    }
    const bool allow = arguments_.has("allow");
    const std::string text =
        fmt::format("{} {} from {} to {}", allow ? "allow" : "close",
                    traffic->empty() ? "all traffic" : net::to_string(*traffic),
                    arguments_.positional[0], arguments_.positional[1]);
    return conclude(text, allow ? "allow" : "close",
                    best(request, *source, *destination, *traffic, allow));
  }

  /// A place of a network is its addresses: policies know no more of it.
  [[nodiscard]] tl::expected<Target, queries::ReferenceError> resolve(
      const compiler::Cluster& cluster, const std::string& text) const {
    const Input& input = session_.input();
    auto target = queries::resolve(input.model, text, arguments_.value("namespace"));
    if (target || !queries::is_site_reference(input.cloud, text)) return target;
    const auto around = surroundings_of(arguments_, input, cluster);
    if (!around) return target;
    const auto site = queries::resolve_site(**around, text);
    if (!site) return tl::unexpected(site.error());
    Target result;
    result.text = text;
    for (const compiler::Site& each : site->sites) result.addresses |= each.addresses;
    return result;
  }

  /// What all destinations understand by the packets asked about. Fails where they differ.
  static source::Result<net::Traffic> traffic_of(const model::Model& model,
                                                 const queries::Asked& asked,
                                                 const Target& destination) {
    if (asked.entries.empty()) return net::Traffic::all();
    std::optional<net::Traffic> result;
    const auto add = [&](const compiler::Party& party) {
      net::Traffic traffic = queries::traffic_of(model, asked, party);
      const bool same = !result || *result == traffic;
      result = std::move(traffic);
      return same;
    };
    bool same = destination.addresses.empty() || add(destination.addresses);
    for (const model::EndpointId pod : destination.endpoints) same = add(pod) && same;
    if (!same) return source::failure("the destinations call different ports so");
    if (!result || result->empty()) {
      return source::failure("no destination has a port of that name");
    }
    return *result;
  }

  /// At one end: the other is the peers.
  static Opening opening(const Target& self, const Target& other, Direction direction,
                         const net::Traffic& traffic) {
    Opening result;
    result.pods = self.endpoints;
    result.direction = direction;
    result.traffic = traffic;
    if (is_anyone(other)) return result;
    result.peers = other.endpoints;
    result.addresses = other.addresses;
    return result;
  }

  source::Result<Suggestion> best(const suggest::Request& request, const Target& source,
                                  const Target& destination, const net::Traffic& traffic,
                                  bool allow) const {
    const std::string at = arguments_.value("at");
    // Addresses among the destinations have no policies of their own.
    const bool can_source = !source.endpoints.empty() && source.addresses.empty();
    const bool can_destination = !destination.endpoints.empty() && destination.addresses.empty();
    const auto ask = [&](bool at_source) {
      const Opening what = at_source ? opening(source, destination, Direction::Egress, traffic)
                                     : opening(destination, source, Direction::Ingress, traffic);
      return allow ? suggest::open(request, what) : suggest::close(request, what);
    };
    if (at == "source" && source.endpoints.empty()) {
      return source::failure(source.text + " has no pods, whose policies could stop anything");
    }
    if (at == "destination" && destination.endpoints.empty()) {
      return source::failure(destination.text + " has no pods, whose policies could stop anything");
    }
    if (at == "source" || (at == "auto" && !can_destination)) {
      return ask(!source.endpoints.empty() && (can_source || destination.endpoints.empty()));
    }
    auto first = ask(false);
    if (allow || at == "destination" || !can_source || !first || first->is_exact() ||
        first->objects.empty()) {
      return first;
    }
    auto second = ask(true);
    return second && changes_less(*second, *first) ? second : first;
  }

  static bool changes_less(const Suggestion& a, const Suggestion& b) {
    const auto order = [](const Suggestion& each) {
      return std::tuple(!each.is_proven(), !each.effect.opened.empty(), !each.effect.cut.empty(),
                        each.effect.cut.size());
    };
    return order(a) < order(b);
  }

  // --default-deny NAMESPACE

  int for_namespace(const suggest::Request& request) {
    const model::Model& model = session_.input().model;
    const std::string name = arguments_.value("default-deny");
    std::vector<std::string> names;
    for (std::size_t i = 0; i < model.namespaces.size(); ++i) {
      names.emplace_back(model.text(model.namespaces[i].name));
      if (names.back() != name) continue;
      return conclude("deny what does not pass today in namespace " + name, "default-deny",
                      suggest::least_privilege(request, static_cast<model::NamespaceId>(i)));
    }
    return session_.refuse("unknown-reference",
                           "there is no namespace " + name + " in the input" +
                               source::did_you_mean(source::nearest(name, names)),
                           "");
  }

  // --finding FINDING

  /// The audit as `polreach audit` makes it, so that its fingerprints are found here.
  int for_finding(const compiler::Cluster& cluster, const InputOptions& options) {
    if (arguments_.has("intents")) {
      return run_suggest_intents(session_, options, cluster, has_windows(), intents_);
    }
    const std::string wanted = arguments_.value("finding");
    const Check* const check = solver::audit::find_check(wanted);
    const auto audit =
        run_audit(arguments_, session_.input(),
                  check != nullptr ? std::vector{check} : solver::audit::all_checks());
    if (!audit)
      return session_.refuse(audit.error().code, audit.error().message, audit.error().help);
    std::vector<const Finding*> found;
    for (const Finding& each : audit->findings) {
      if (check != nullptr || fingerprint(each) == wanted) found.push_back(&each);
    }
    if (found.empty()) {
      return session_.refuse("unknown-reference", "the audit has no finding " + wanted,
                             "polreach audit lists findings with their fingerprints");
    }
    if (found.size() > 1) {
      std::string list;
      for (const Finding* each : found) {
        list += "\n  " + fingerprint(*each) + "  " + each->subject + ": " + each->message;
      }
      return session_.refuse("ambiguous-reference",
                             fmt::format("{} findings are of the check {}", found.size(), wanted),
                             "say which by its fingerprint:" + list);
    }
    return close(*found.front(), cluster, options);
  }

  int close(const Finding& finding, const compiler::Cluster& cluster, const InputOptions& options) {
    const std::string remedy =
        finding.remedy.empty() ? std::string(finding.check->remedy) : finding.remedy;
    if (finding.opening && finding.opening->group) {
      return run_suggest_group(session_, options, cluster, finding);
    }
    if (!finding.opening || finding.opening->pods.empty()) {
      return session_.refuse("no-suggestion",
                             "no policy and no rule closes this: " + finding.message, remedy);
    }
    const suggest::Request request{cluster, session_.input().sources, has_windows()};
    auto suggestion = suggest::close(request, *finding.opening);
    const bool is_of_others = finding.example && !finding.example->pod.empty();
    if (suggestion && suggestion->objects.empty() && is_of_others) {
      return session_.refuse("no-suggestion",
                             "this is about pods that someone could create, and suggestions are "
                             "made for those that there are: " +
                                 finding.message,
                             remedy);
    }
    if (suggestion && finding.check->id == "namespace-open" && !suggestion->objects.empty()) {
      suggestion->notes.emplace_back(
          "this closes what is needed, too: --default-deny NAMESPACE keeps what passes today");
    }
    return conclude("close: " + finding.message, "close", suggestion);
  }

  int conclude(const std::string& asked, const std::string& kind,
               const source::Result<Suggestion>& suggestion) {
    if (!suggestion) return session_.refuse("no-verdict", suggestion.error().message, "");
    session_.lap("solve");
    const SuggestReport report{session_.input(), asked, kind, *suggestion, arguments_.has("force")};
    const int status = write_suggest(session_, report);
    session_.lap("report");
    return status;
  }

  const Arguments& arguments_;
  const Streams& streams_;
  Session session_;
  std::vector<intents::Intent> intents_;
};

}  // namespace

int run_suggest(const Arguments& arguments, const Streams& streams) {
  return SuggestCommand(arguments, streams).run();
}

}  // namespace polreach::cli
