// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "policies/azure/arm/expression.h"
#include "policies/azure/arm/scope.h"
#include "policies/azure/arm/symbol.h"
#include "policies/azure/arm/template.h"

namespace polreach::azure::arm {

/// Evaluates what stands in a template. Values of parameters, variables and outputs are computed
/// when they are asked for, once.
///
/// Evaluation calls itself, as an expression in a variable in an expression does;
/// kDeepestEvaluation bounds it, and kMostSteps, kMostNodes and kMostBytes what it makes. Beyond a
/// bound there is one diagnostic, and everything else is Unknown.
class Evaluator {
 public:
  Evaluator(const TemplateOptions& options, source::Diagnostics& diagnostics)
      : options_(options), diagnostics_(diagnostics) {}

  /// A value of a template with all expressions in it. Its root is where `written` is.
  Value document(const Node& written, const Context& context);

  /// That a string will not live on: what was parsed is kept by its place in memory.
  void forget(const Node& written) { parsed_.erase(&written); }

  /// The scope of the whole template.
  Scope& root(const Node& document);
  /// The resources of a scope, in document order, with those that are written inside of others.
  std::span<Instance> instances(Scope& scope);
  /// The template that a deployment nests; nullptr where it is elsewhere.
  Scope* nested(Scope& scope, Instance& deployment);
  /// Where expressions of a scope's resources and outputs stand.
  static Context context_of(Scope& scope);

  void problem(source::Severity severity, std::string_view code, std::string message,
               const Span& where, std::string help = {});
  void limit(std::string message, const Span& where);
  [[nodiscard]] bool exhausted() const { return exhausted_; }

  /// While one of these lives nothing is reported, since what is evaluated may not be deployed, or
  /// says nothing of networks. What could not be evaluated is Unknown all the same.
  class Quiet {
   public:
    Quiet(Evaluator& evaluator, bool on) : quiet_(evaluator.quiet_), on_(on) { quiet_ += on_; }
    ~Quiet() { quiet_ -= on_; }
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;

   private:
    int& quiet_;
    int on_;
  };

 private:
  friend class Quiet;
  /// One level of evaluation inside of another.
  class Deeper {
   public:
    Deeper(Evaluator& evaluator, const Span& where);
    ~Deeper() { --depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;

   private:
    std::size_t& depth_;
  };
  /// An expression, and the string that it is.
  struct Text {
    const Expression& expression;
    const Node& source;
    [[nodiscard]] const Term& term(std::uint32_t i) const { return expression.terms[i]; }
    [[nodiscard]] Span span(const Term& term) const;
  };
  struct Lambda {
    std::vector<std::string> names;
    std::uint32_t body = 0;
  };
  /// A call that is being evaluated.
  struct Site {
    const Text& text;
    const Term& term;
    const Context& context;
  };
  using Special = Value (Evaluator::*)(const Site&);

  // evaluator.cpp: documents
  Value object(const Node& written, const Context& context);
  Value array(const Node& written, const Context& context);
  Value expression(const Node& written, const Context& context);
  Value copies(const Node& copy, const Context& context);
  Value copied(const Node& copy, const Value& count, const Context& context);
  std::string key(const Node::Member& member, const Context& context);
  const Expression* parsed(const Node& written);

  // evaluate_term.cpp: expressions
  Value term(const Text& text, std::uint32_t index, const Context& context);
  Value call(const Site& site);
  Value plain_call(const Site& site, std::string_view lower_name);
  Value defined_call(const Site& site);
  Value access(const Text& text, std::uint32_t index, const Context& context);
  Value step(const Value& value, const Value& key, const Span& where);
  std::vector<Value> arguments(const Site& site);
  Value argument(const Site& site, std::size_t i);
  static Special special(std::string_view lower_name);
  Value fail(const Site& site, std::string message);
  Value admit(Node node, const Span& where);

  // evaluate_logic.cpp: what evaluates only some of its arguments, lambdas
  Value if_(const Site& site);
  Value and_(const Site& site);
  Value or_(const Site& site);
  Value any_of(const Site& site, bool decisive);
  std::optional<Lambda> lambda(const Site& site, std::size_t i, std::size_t most);
  Value apply(const Site& site, const Lambda& lambda, std::span<const Value> values);
  Value lambda_variables(const Site& site);
  Value map(const Site& site);
  Value filter(const Site& site);
  Value reduce(const Site& site);
  Value sort(const Site& site);
  Value to_object(const Site& site);
  Value group_by(const Site& site);
  Value map_values(const Site& site);

  // evaluate_names.cpp: parameters, variables, loops
  Value parameters(const Site& site);
  Value variables(const Site& site);
  Value copy_index(const Site& site);
  Value parameter(Scope& scope, const std::string& name, const Node& declared);
  Value written_parameter(Scope& scope, const std::string& name);
  Value given_parameter(Scope& scope, const std::string& name, const Node& declared);
  Value variable(Scope& scope, const std::string& name, const Node* written, const Node* copy);
  Value output(Scope& scope, const std::string& name);
  Value check_parameter(Value value, const std::string& name, const Node& declared);

  // evaluate_deployment.cpp: ids, and what is known of where it is deployed
  Value resource_id(const Site& site);
  Value subscription_resource_id(const Site& site);
  Value tenant_resource_id(const Site& site);
  Value management_group_resource_id(const Site& site);
  Value extension_resource_id(const Site& site);
  Value id_of(const Site& site, const std::vector<Value>& values, std::size_t type_at,
              Symbol prefix, const Node* because);
  Value resource_group(const Site& site);
  Value subscription(const Site& site);
  Value deployment(const Site& site);
  Value tenant(const Site& site);

  // evaluate_reference.cpp
  Value reference(const Site& site);
  Value resource_info(const Site& site);
  /// `used`: how many of the keys behind the call it has applied.
  Value reference_to(const Site& site, std::span<const Value> keys, std::size_t& used);
  Value deployment_state(Scope& owner, Instance& instance, std::span<const Value> keys,
                         std::size_t& used, const Value& open);
  Value resource_state(const Instance& instance, bool full, std::span<const Value> keys,
                       std::size_t& used, const Value& open);
  std::pair<Scope*, Instance*> find_instance(Scope& from, const Node& target);
  bool is_at(const Scope& scope, const Instance& instance, const ResourceId& id);
  /// Whether it is deployed: not where its condition is false.
  Truth is_deployed(const Instance& instance);

  // instances.cpp
  struct Pending;
  void enumerate(Scope& scope);
  void add_instances(Scope& scope, const Pending& pending, std::vector<Pending>& open);
  void add_instance(Scope& scope, const Pending& pending, std::vector<Pending>& children);

  const TemplateOptions& options_;
  source::Diagnostics& diagnostics_;
  std::deque<Scope> scopes_;
  std::unordered_map<const Node*, Expression> parsed_;  // never iterated
  std::set<std::tuple<std::string_view, source::FileId, std::uint32_t, std::string>> reported_;
  std::set<std::string> unsupported_;
  int quiet_ = 0;
  std::size_t suppressed_ = 0;
  std::size_t depth_ = 0;
  std::size_t steps_ = 0;
  std::size_t nodes_ = 0;
  std::size_t bytes_ = 0;
  std::size_t resources_ = 0;
  bool exhausted_ = false;
};

}  // namespace polreach::azure::arm
