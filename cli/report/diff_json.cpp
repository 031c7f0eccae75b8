// SPDX-License-Identifier: Apache-2.0
#include "cli/report/diff_report.h"
#include "cli/report/network_diff_report.h"

namespace polreach::cli {

namespace queries = solver::queries;

using queries::DiffChange;
using queries::DiffFlow;
using queries::DiffPeer;

namespace {

class DiffJsonWriter : private NetworkDiffJson {
 public:
  DiffJsonWriter(std::ostream& out, const DiffReport& report)
      : NetworkDiffJson(out), report_(report) {}

  void all() {
    begin("polreach.diff/v1");
    text("old", report_.old_name);
    text("new", report_.new_name);
    if (!report_.asked.empty()) text("asked", report_.asked);
    list("changes", report_.diff.changes, [&](const DiffChange& each) { change(each); });
    list("workloads", report_.diff.workloads, [&](const queries::DiffWorkload& each) {
      json_.StartObject();
      text("change", word(each.what));
      text("namespace", each.ns);
      text("name", each.name);
      text("kind", each.kind);
      json_.EndObject();
    });
    if (report_.network != nullptr) network(report_);
    side("oldInput", report_.old_input);
    side("newInput", report_.new_input);
    end();
  }

 private:
  void side(const char* key, const Input& given) {
    json_.Key(key);
    json_.StartObject();
    input(given);
    json_.EndObject();
  }

  void change(const DiffChange& change) {
    json_.StartObject();
    text("change", word(change.what));
    peer("source", change.source);
    peer("destination", change.destination);
    flow("old", change.before);
    flow("new", change.after);
    if (report_.explain) reasons(change);
    json_.EndObject();
  }

  void peer(const char* key, const DiffPeer& peer) {
    json_.Key(key);
    json_.StartObject();
    if (peer.is_controller) {
      text("kind", "IngressController");
    } else if (peer.is_outside()) {
      addresses("cidrs", peer.addresses);
    } else {
      text("namespace", peer.ns);
      text("name", peer.name);
      text("kind", peer.kind);
      if (!peer.pods.empty()) text("pods", peer.pods);
      if (peer.workload) text("workload", word(*peer.workload));
    }
    json_.EndObject();
  }

  void flow(const char* key, const DiffFlow& flow) {
    json_.Key(key);
    json_.StartObject();
    traffic("allowed", flow.allowed);
    if (!flow.conditional.empty()) {
      traffic("conditional", flow.conditional);
      list("condition", flow.condition, [&](const std::string& id) { string(id); });
    }
    json_.EndObject();
  }

  void reasons(const DiffChange& change) {
    list("reasons", queries::explain(report_.before, report_.after, change),
         [&](const queries::DiffReason& reason) {
           json_.StartObject();
           const auto& any = reason.after ? *reason.after : *reason.before;
           text("direction", any.direction == model::Direction::Egress ? "egress" : "ingress");
           if (reason.before) direction(report_.old_input, "old", *reason.before);
           if (reason.after) direction(report_.new_input, "new", *reason.after);
           json_.EndObject();
         });
  }

  const DiffReport& report_;
};

}  // namespace

void write_diff_json(std::ostream& out, const DiffReport& report) {
  DiffJsonWriter(out, report).all();
}

}  // namespace polreach::cli
