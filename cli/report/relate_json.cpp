// SPDX-License-Identifier: Apache-2.0
#include "cli/report/json.h"
#include "cli/report/map_report.h"
#include "cli/report/relate_report.h"

namespace polreach::cli {

namespace queries = solver::queries;

using queries::ChangeKind;
using queries::Claim;
using queries::Counterexample;
using queries::EndsKind;
using queries::Relation;

namespace {

constexpr std::string_view kRelateSchema = "polreach.relate/v1";

std::string_view relation_word(Relation relation) {
  switch (relation) {
    case Relation::AWithinB:
      return "a-within-b";
    case Relation::BWithinA:
      return "b-within-a";
    case Relation::Permits:
      return "a-permits-b";
    case Relation::Forbids:
      return "a-forbids-b";
    case Relation::BInterferes:
      return "b-does-not-interfere";
    case Relation::AInterferes:
      return "a-does-not-interfere";
  }
  return "";
}

std::string_view ends_word(EndsKind kind) {
  switch (kind) {
    case EndsKind::Kept:
      return "kept";
    case EndsKind::KeptOutside:
      return "kept-outside";
    case EndsKind::KeptOther:
      return "kept-other";
    case EndsKind::OtherOther:
      return "other-other";
    case EndsKind::OtherOutside:
      return "other-outside";
  }
  return "";
}

class RelateJsonWriter : private JsonWriter {
 public:
  explicit RelateJsonWriter(std::ostream& out) : JsonWriter(out) {}

  void relate(const RelateReport& report) {
    begin(kRelateSchema);
    text("verdict", verdict_of(report));
    if (!report.expect.empty()) text("expect", report.expect);
    list("sets", report.sets, [&](const RelateSet& each) { set(each); });
    json_.Key("claims");
    json_.StartArray();
    for (std::size_t i = 0; i < queries::kRelations; ++i) {
      const auto& each = report.related.claims.at(i);
      if (each) claim(report, static_cast<Relation>(i), *each);
    }
    json_.EndArray();
    list("changes", report.related.changes, [&](const ChangeKind& each) {
      json_.StartObject();
      text("change", each.gained ? "gained" : "lost");
      text("ends", ends_word(each.ends));
      json_.EndObject();
    });
    list("dependsOn", open_assumptions(report),
         [&](const auto& each) { assumption(report.input, each); });
    list("assumptions", standing_assumptions(*report.sets[0].cluster),
         [&](const auto& each) { assumption(report.input, each); });
    number("replayed", report.related.replayed);
    input(report.input);
    end();
  }

  void review(const ReviewReport& report) {
    begin(kRelateSchema);
    text("verdict", verdict_of(report));
    list("sets", std::array{report.set}, [&](const RelateSet& each) { set(each); });
    text("vacuous", word(report.vacuous.holds));
    list("empty", report.empty, [&](const auto& each) { part(report, each); });
    list("redundant", report.redundancy.found, [&](const auto& each) { part(report, each); });
    number("tried", report.redundancy.tried);
    number("untried", report.redundancy.untried);
    list("dependsOn", open_assumptions(report),
         [&](const auto& each) { assumption(report.input, each); });
    list("assumptions", standing_assumptions(*report.set.cluster),
         [&](const auto& each) { assumption(report.input, each); });
    input(report.input);
    end();
  }

 private:
  void set(const RelateSet& each) {
    json_.StartObject();
    text("name", each.name);
    flag("borrowsWorkloads", each.borrows);
    json_.EndObject();
  }

  void claim(const RelateReport& report, Relation relation, const Claim& claim) {
    json_.StartObject();
    text("claim", relation_word(relation));
    text("holds", word(claim.holds));
    number("broken", claim.broken);
    number("open", claim.open);
    list("counterexamples", claim.examples,
         [&](const Counterexample& each) { counterexample(report, each); });
    json_.EndObject();
  }

  void counterexample(const RelateReport& report, const Counterexample& each) {
    json_.StartObject();
    peer(report, "source", each.source);
    peer(report, "destination", each.destination);
    traffic("traffic", each.traffic);
    json_.Key("packet");
    json_.StartObject();
    text("protocol", net::to_string(each.protocol));
    number("port", each.port);
    json_.EndObject();
    flag("certain", each.certain);
    flag("replayed", each.replayed);
    for (std::size_t set = 0; set < 2; ++set) {
      const auto reasons = reasons_of(report, set, each);
      json_.Key(set == 0 ? "a" : "b");
      if (!reasons) {
        json_.Null();
        continue;
      }
      const Written written(report.input.sources, report.sets.at(set).cluster->model());
      json_.StartObject();
      direction(written, "egress", reasons->egress);
      direction(written, "ingress", reasons->ingress);
      json_.EndObject();
    }
    json_.EndObject();
  }

  void peer(const RelateReport& report, const char* key, const queries::RelatePeer& peer) {
    json_.Key(key);
    json_.StartObject();
    if (peer.is_outside()) {
      addresses("cidrs", peer.addresses);
    } else {
      const std::size_t side = peer.pod[0] ? 0 : 1;
      const model::Model& model = report.sets.at(side).cluster->model();
      const model::Endpoint& endpoint = model[*peer.pod.at(side)];
      const model::Workload& workload = model[endpoint.workload];
      text("namespace", model.text(model[workload.ns].name));
      text("name", model.text(workload.name));
      text("kind", model.text(workload.kind));
      if (endpoint.pod) text("pod", model.text(*endpoint.pod));
      number("pods", peer.alike);
      text("in", peer.pod[0] && peer.pod[1] ? "both" : (side == 0 ? "a" : "b"));
    }
    json_.EndObject();
  }

  template <typename Part>
  void part(const ReviewReport& report, const Part& part) {
    const model::Model& model = report.set.cluster->model();
    const model::Policy& policy = model[part.policy];
    json_.StartObject();
    policy_fields(model, part.policy);
    source::Span where = policy.where;
    if (part.direction) {
      const model::Rule& rule = (*policy.rules(*part.direction))[part.rule];
      text("direction", *part.direction == model::Direction::Ingress ? "ingress" : "egress");
      number("rule", rule.number);
      where = rule.where;
    }
    flag("certain", part.certain);
    place(report.input, "at", where);
    json_.EndObject();
  }
};

}  // namespace

void write_relate_json(std::ostream& out, const RelateReport& report) {
  RelateJsonWriter(out).relate(report);
}

void write_review_json(std::ostream& out, const ReviewReport& report) {
  RelateJsonWriter(out).review(report);
}

}  // namespace polreach::cli
