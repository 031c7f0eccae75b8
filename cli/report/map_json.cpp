// SPDX-License-Identifier: Apache-2.0
#include "cli/report/json.h"
#include "cli/report/map_report.h"
#include "cli/report/network_report.h"

namespace polreach::cli {

namespace queries = solver::queries;

using queries::MapConnection;
using queries::MapFlow;
using queries::MapPeer;

namespace {

class MapJsonWriter : private NetworkJson {
 public:
  MapJsonWriter(std::ostream& out, const MapReport& report) : NetworkJson(out), report_(report) {}

  void all() {
    begin("polreach.map/v1");
    if (!report_.asked.empty()) text("asked", report_.asked);
    // What could be open besides what is listed nobody knows then.
    flag("complete", report_.map.gaps.empty());
    list("connections", report_.map.connections,
         [&](const MapConnection& each) { connection(each); });
    list("dependsOn", open_assumptions(report_),
         [&](const auto& each) { assumption(report_.input, each); });
    if (report_.has_pods) {
      list("assumptions", standing_assumptions(report_.cluster),
           [&](const auto& each) { assumption(report_.input, each); });
    } else {
      list("assumptions", std::vector<int>(), [](int) {});
    }
    number("proofs", report_.map.proofs);
    number("unproven", report_.map.unproven);
    if (report_.network != nullptr) network(report_.input, *report_.network);
    input(report_.input);
    end();
  }

 private:
  void connection(const MapConnection& each) {
    json_.StartObject();
    peer("source", report_.map.peers[each.source]);
    peer("destination", report_.map.peers[each.destination]);
    const MapFlow& flow = report_.map.flows[each.flow];
    traffic("allowed", flow.allowed);
    if (!flow.conditional.empty()) {
      traffic("conditional", flow.conditional);
      list("condition", conditions_of(flow), [&](const std::string& id) { string(id); });
    }
    if (report_.explain) {
      const queries::MapReasons reasons = queries::explain(report_.cluster, report_.map, each);
      direction(report_.input, "egress", reasons.egress);
      direction(report_.input, "ingress", reasons.ingress);
    }
    json_.EndObject();
  }

  void peer(const char* key, const MapPeer& peer) {
    json_.Key(key);
    json_.StartObject();
    const model::Model& model = report_.input.model;
    if (peer.is_controller) {
      text("kind", "IngressController");
    } else if (peer.is_outside()) {
      addresses("cidrs", peer.addresses);
    } else {
      text("namespace", model.text(model[peer.ns].name));
      text("name", model.text(peer.name));
      text("kind", model.text(peer.kind));
    }
    if (!peer.whole) {
      list("pods", peer.endpoints, [&](model::EndpointId id) {
        if (model[id].pod) string(model.text(*model[id].pod));
      });
    }
    json_.EndObject();
  }

  const MapReport& report_;
};

}  // namespace

void write_map_json(std::ostream& out, const MapReport& report) {
  MapJsonWriter(out, report).all();
}

}  // namespace polreach::cli
