// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "policies/image/contents.h"
#include "policies/image/fields.h"

/// What the section Settings holds beside Settings: written by writer.cpp, read by image.cpp.
namespace polreach::image {

template <typename A>
void fields(A& a, Settings& each) {
  parts(a, each.default_namespace, each.uses_default_namespace, each.kept_going, each.parameters,
        each.service_tags);
}

struct FileEntry {
  std::string name;
  std::uint64_t size = 0;
  /// Its number in the pool of texts and 1; 0: only lines of it are held.
  std::uint64_t text = 0;
};
template <typename A>
void fields(A& a, FileEntry& each) {
  parts(a, each.name, each.size, each.text);
}

/// A Diagnostic that owns its code.
struct Problem {
  source::Severity severity = source::Severity::Warning;
  std::string code;
  std::string message;
  Span where;
  std::string subject;
  std::string help;
  Span other;
  std::string other_message;
};
template <typename A>
void fields(A& a, Problem& each) {
  parts(a, each.severity, each.code, each.message, each.where, each.subject, each.help, each.other,
        each.other_message);
}

struct Problems {
  std::vector<Problem> kept;
  std::uint64_t dropped_warnings = 0;
  std::uint64_t dropped_notes = 0;
};
template <typename A>
void fields(A& a, Problems& each) {
  parts(a, each.kept, each.dropped_warnings, each.dropped_notes);
}

/// What a part of the file has to know of the rest.
struct Summary {
  /// The policies before the first of Tier::Network are of the admin tier; from first_baseline on
  /// they are of the baseline tier.
  std::uint64_t first_network = 0;
  std::uint64_t first_baseline = 0;
  bool has_cloud = false;
  /// The first endpoint of each sort, and the first Services, that questions ask about anywhere in
  /// a cluster.
  std::vector<std::uint32_t> endpoints;
  std::vector<std::uint32_t> services;
};
template <typename A>
void fields(A& a, Summary& each) {
  parts(a, each.first_network, each.first_baseline, each.has_cloud, each.endpoints, each.services);
}

/// The model without what is in tables.
struct Core {
  std::vector<model::Node> nodes;
  std::vector<model::Service> services;
  std::vector<model::Entrance> entrances;
  std::vector<model::Policy> policies;
  std::vector<model::Gap> gaps;
};
template <typename A>
void fields(A& a, Core& each) {
  parts(a, each.nodes, each.services, each.entrances, each.policies, each.gaps);
}

/// What of model::Estate is of a cluster.
struct Callers {
  std::vector<model::Account> accounts;
  std::vector<model::Entrance> callbacks;
};
template <typename A>
void fields(A& a, Callers& each) {
  parts(a, each.accounts, each.callbacks);
}

}  // namespace polreach::image
