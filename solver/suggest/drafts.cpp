// SPDX-License-Identifier: Apache-2.0
#include "solver/suggest/drafts.h"

#include <algorithm>

#include "compiler/resolve/engine.h"
#include "policies/kubernetes/assemble.h"
#include "policies/kubernetes/loader.h"
#include "policies/kubernetes/write_policy.h"
#include "solver/queries/reference.h"
#include "solver/queries/variants.h"

namespace polreach::solver::suggest {
namespace {

using model::Model;
using model::Policy;
using model::PolicyId;

/// Reads policies as any input is read; their places are no places of the input.
source::Result<Model> read_back(const Model& model, const std::string& text, std::size_t count) {
  source::SourceMap sources;
  source::Diagnostics diagnostics;
  const source::FileId file = sources.add("<suggestion>", source::Text::own(text));
  kubernetes::Loader loader(sources, *model.symbols, diagnostics, {});
  loader.load(file, syntax::Format::Yaml);
  loader.finish();
  Model read = kubernetes::assemble(loader.take_objects(), model.symbols, sources, diagnostics, {});
  if (diagnostics.errors() > 0) {
    return source::failure("what would be suggested is no valid NetworkPolicy: " +
                           diagnostics.all().front().message);
  }
  if (read.policies.size() != count || !read.gaps.empty()) {
    throw source::InternalError("a suggestion does not read back as it was written");
  }
  for (Policy& policy : read.policies) policy.where = {};
  return read;
}

/// Policies of the first that the other does not have, by what they are.
std::vector<PolicyId> find_added(const Model& model, const std::vector<Draft>& drafts) {
  std::vector<PolicyId> result;
  for (std::size_t i = 0; i < model.policies.size(); ++i) {
    const Policy& policy = model.policies[i];
    const bool is_draft = std::any_of(drafts.begin(), drafts.end(), [&](const Draft& draft) {
      return policy.tier == model::Tier::Network && draft.policy.ns == policy.ns &&
             draft.policy.name == policy.name;
    });
    if (is_draft) result.push_back(static_cast<PolicyId>(i));
  }
  return result;
}

Model changed(const Request& request, const Model& read, const std::vector<Draft>& drafts) {
  const Model& model = request.cluster.model();
  Model kept = model;
  std::vector<bool> gone(model.policies.size(), false);
  for (const Draft& draft : drafts) {
    if (draft.replaces) gone[static_cast<std::size_t>(*draft.replaces)] = true;
  }
  kept.policies.clear();
  for (std::size_t i = 0; i < gone.size(); ++i) {
    if (!gone[i]) kept.policies.push_back(model.policies[i]);
  }
  Model result = queries::together(kept, read);
  result.gaps.clear();
  compiler::enforce(result, model.engine, request.windows, {});
  return result;
}

/// Gaps that keep a change from being certain, of the input and of what the engine makes of the
/// suggestion: those that act on pods whose policies decide. To close something one end is enough.
std::vector<std::string> doubts_of(const Model& before, const Model& after,
                                   const std::vector<Draft>& drafts,
                                   const std::vector<Wanted>& wanted) {
  std::set<model::NamespaceId> where;
  for (const Draft& draft : drafts) where.insert(draft.policy.ns);
  bool opens = false;
  for (const Wanted& each : wanted) {
    if (each.wish != Wish::Open) continue;
    opens = true;
    for (const auto* pods : {&each.opening.pods, &each.opening.peers}) {
      for (const model::EndpointId pod : *pods) where.insert(before.namespace_of(pod));
    }
  }
  std::set<std::string> result;
  for (const Model* model : {&before, &after}) {
    for (const model::Gap& gap : model->gaps) {
      const bool counts = gap.effect == model::Gap::Effect::AllowOrDeny ||
                          (gap.effect == model::Gap::Effect::DenyOnly && opens);
      if (counts && (!gap.ns || where.contains(*gap.ns))) result.insert(gap.what);
    }
  }
  return {result.begin(), result.end()};
}

}  // namespace

Names::Names(const Model& model) : model_(model) {
  for (const Policy& policy : model.policies) {
    if (policy.tier == model::Tier::Network) {
      taken_.emplace(policy.ns, std::string(model.text(policy.name)));
    }
  }
}

model::Symbol Names::take(model::NamespaceId ns, const std::string& wish) {
  constexpr std::size_t kLongest = 240;
  std::string base = wish.substr(0, kLongest);
  while (!base.empty() && (base.back() == '-' || base.back() == '.')) base.pop_back();
  std::string name = base;
  for (std::size_t i = 2; !taken_.emplace(ns, name).second; ++i) {
    name = base + "-" + std::to_string(i);
  }
  return model_.symbols->intern(name);
}

std::string workloads_of(const Model& model, const std::vector<model::EndpointId>& pods) {
  std::set<std::string> names;
  for (const model::EndpointId pod : pods) {
    names.insert(queries::name_of(model, model[pod].workload));
  }
  if (names.empty()) return "nothing";
  const std::string& first = *names.begin();
  if (names.size() == 1) return first;
  if (names.size() == 2) return first + " and " + *names.rbegin();
  return first + " and " + std::to_string(names.size() - 1) + " others";
}

std::string word(model::Direction direction) {
  return direction == model::Direction::Ingress ? "ingress" : "egress";
}

std::optional<std::vector<model::Rule>>& rules_of(Policy& policy, model::Direction direction) {
  return direction == model::Direction::Ingress ? policy.ingress : policy.egress;
}

namespace {

/// The texts of drafts, as objects and as one.
struct Written {
  std::vector<Object> objects;
  std::string all;
  std::vector<PolicyId> gone;
};

Written write(const Request& request, const std::vector<Draft>& drafts) {
  const Model& model = request.cluster.model();
  Written result;
  for (const Draft& draft : drafts) {
    Object object;
    object.ns = model.text(model[draft.policy.ns].name);
    object.name = model.text(draft.policy.name);
    object.purpose = draft.purpose;
    kubernetes::KeptMetadata metadata;
    if (draft.replaces) {
      const Policy& old = model[*draft.replaces];
      metadata = kubernetes::metadata_at(request.sources, old.where);
      object.before = kubernetes::write_policy(model, old, metadata);
      object.replaces = old.where;
      result.gone.push_back(*draft.replaces);
    }
    object.yaml = kubernetes::write_policy(model, draft.policy, metadata);
    result.all += (result.all.empty() ? "" : "---\n") + object.yaml;
    result.objects.push_back(std::move(object));
  }
  return result;
}

source::Result<Model> read_into(const Request& request, const Written& written,
                                const std::vector<Draft>& drafts) {
  const auto read = read_back(request.cluster.model(), written.all, drafts.size());
  if (!read) return tl::unexpected(read.error());
  return changed(request, *read, drafts);
}

}  // namespace

source::Result<Model> with_drafts(const Request& request, const std::vector<Draft>& drafts) {
  return read_into(request, write(request, drafts), drafts);
}

source::Result<Suggestion> conclude(const Request& request, const std::vector<Draft>& drafts,
                                    const std::vector<Wanted>& wanted) {
  Written written = write(request, drafts);
  const auto after = read_into(request, written, drafts);
  if (!after) return tl::unexpected(after.error());
  const compiler::Cluster cluster(*after, request.cluster.profile());
  Suggestion result;
  result.objects = std::move(written.objects);
  result.effect =
      compare({request.cluster, cluster, written.gone, find_added(*after, drafts)}, wanted);
  result.doubts = doubts_of(request.cluster.model(), *after, drafts, wanted);
  return result;
}

}  // namespace polreach::solver::suggest
