// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/input.h"
#include "compiler/path/surroundings.h"
#include "solver/audit/audit.h"

/// Runs the audit on manifests, without the command line.
namespace polreach::support {

class Audited {
 public:
  /// Files and folders, or the text of manifests. `only`: a check; empty: all of them.
  static std::unique_ptr<Audited> of_paths(const std::vector<std::string>& paths,
                                           model::Engine engine = model::Engine::Unstated,
                                           const std::string& only = "");
  static std::unique_ptr<Audited> of_text(const std::string& text,
                                          model::Engine engine = model::Engine::Unstated);

  [[nodiscard]] const solver::audit::Audit& audit() const { return audit_; }
  [[nodiscard]] const cli::Input& input() const { return *input_; }

  /// "medium namespace-open | Namespace shop | key", in the order of the audit.
  [[nodiscard]] std::vector<std::string> lines() const;
  /// Those of one check, with what else a reader sees: subject, key, message, also.
  [[nodiscard]] std::vector<const solver::audit::Finding*> of(const std::string& check) const;
  /// Everything, for the message of a test that fails.
  [[nodiscard]] std::string shown() const;
  /// "file:line" of a place.
  [[nodiscard]] std::string place(const model::Span& span) const;

 private:
  /// Fails the test where the input cannot be read.
  explicit Audited(std::unique_ptr<cli::Input> input);
  void run(const std::string& only);

  std::unique_ptr<cli::Input> input_;
  std::unique_ptr<compiler::Cluster> cluster_;
  std::unique_ptr<compiler::Surroundings> around_;
  solver::audit::Audit audit_;
};

[[nodiscard]] std::string line_of(const solver::audit::Finding& finding);

}  // namespace polreach::support
