// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "cli/input.h"
#include "cli/shell/question.h"

namespace polreach::cli::shell {

/// An object of the input that has a name.
struct NamedObject {
  std::string kind;  // as it is written in manifests
  std::string ns;    // empty for what is in no namespace
  std::string name;
  source::Span where;
  bool is_policy = false;

  /// "data/db"
  [[nodiscard]] std::string path() const { return ns.empty() ? name : ns + "/" + name; }
};

/// Every name of an input, for completion, and to find what someone means who leaves the namespace
/// out. Does not outlive the input.
class Names {
 public:
  explicit Names(const Input& input);

  /// What `polreach can` understands, from what was written: a name without a namespace becomes the
  /// only workload, pod, Service port, subnet, interface, machine or node pool that is called so.
  /// One in `preferred`, where it is not empty, comes first. Whatever else is left as it is. A
  /// mistake where there are several, or none.
  [[nodiscard]] tl::expected<std::string, Mistake> place(const std::string& text,
                                                         const std::string& preferred) const;
  /// "netpol data/db", "data/db", "db": one policy, or with `any_kind` one object. The pointer is
  /// into the names.
  [[nodiscard]] tl::expected<const NamedObject*, Mistake> object(const std::string& text,
                                                                 bool any_kind) const;
  [[nodiscard]] tl::expected<std::string, Mistake> space(const std::string& text) const;
  [[nodiscard]] bool is_space(std::string_view text) const;

  [[nodiscard]] const std::vector<std::string>& spaces() const { return spaces_; }
  /// As they are written in full.
  [[nodiscard]] const std::vector<std::string>& places() const { return places_; }
  [[nodiscard]] const std::vector<std::string>& ports() const { return ports_; }
  [[nodiscard]] const std::vector<NamedObject>& objects() const { return objects_; }

 private:
  struct Bare {
    std::string name;
    std::string full;
  };
  void add_pods();
  void add_services();
  void add_network();
  void add_objects();
  [[nodiscard]] std::vector<std::string> called(std::string_view name) const;
  [[nodiscard]] Mistake nothing_called(const std::string& text) const;

  const Input& input_;
  std::vector<std::string> spaces_;
  std::vector<std::string> places_;
  std::vector<std::string> ports_;
  std::vector<Bare> workloads_;
  std::vector<Bare> pods_;
  std::vector<Bare> service_ports_;  // "svc/db:postgres"
  std::vector<Bare> sites_;
  std::vector<NamedObject> objects_;
};

/// The kind that kubectl's names for it mean: "netpol" is a NetworkPolicy; empty where none is.
[[nodiscard]] std::string kind_of(std::string_view written);
/// Those names, for completion. `policies`: of policies alone.
[[nodiscard]] std::vector<std::string> kind_words(bool policies);

}  // namespace polreach::cli::shell
