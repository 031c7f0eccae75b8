// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <istream>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "cli/input.h"
#include "cli/shell/names.h"
#include "cli/shell/question.h"
#include "cli/snapshot.h"

namespace polreach::cli::shell {

/// The cluster at one moment: what was read, or what would be read after a change. Does not change.
struct Version {
  std::unique_ptr<Input> input;
  std::unique_ptr<Names> names;
  std::string name;  // "as it was read", "without NetworkPolicy data/db"
};

/// The cluster that questions are about: what was read, and a stack of changes that are only
/// thought of. INVARIANT: each version is what `polreach` would read from the files with the
/// objects taken out of them and put into them: it is read from the same texts by the same reader.
class State {
 public:
  /// Reads nothing yet. `in` is only read where "-" is among the paths.
  State(InputOptions options, std::istream& in);

  /// Reads the input, which may hold errors: then there is no version.
  source::Result<std::unique_ptr<Input>> read();
  /// Takes input without errors as what questions are about, and gives up all changes.
  void accept(std::unique_ptr<Input> input);
  /// The files, read anew.
  struct Reread {
    std::unique_ptr<Input> input;
    std::shared_ptr<Snapshot> snapshot;
    std::vector<std::string> files;  // "changed a.yaml", "new b.yaml", "gone c.yaml"
  };
  /// Nothing changes until it is accepted.
  source::Result<Reread> read_again();
  void accept(Reread reread);

  [[nodiscard]] const std::shared_ptr<Version>& now() const { return versions_.back(); }
  /// Without any change.
  [[nodiscard]] const std::shared_ptr<Version>& base() const { return versions_.front(); }
  [[nodiscard]] std::size_t changes() const { return versions_.size() - 1; }

  /// The cluster without an object. The state is the same where it fails.
  tl::expected<void, Mistake> remove(const NamedObject& object);
  /// The cluster after the manifests of a file.
  tl::expected<void, Mistake> apply(const std::string& path);
  /// False where there is nothing to take back.
  bool undo();

 private:
  /// Takes objects out, or puts a text in and takes out what it replaces.
  struct Change {
    std::vector<kubernetes::ObjectName> names;
    std::optional<AddedText> added;
  };
  tl::expected<void, Mistake> change(Change change, std::string name);
  source::Result<std::unique_ptr<Input>> read_changed();
  tl::expected<std::vector<kubernetes::ObjectName>, Mistake> names_in(const AddedText& text) const;

  InputOptions options_;
  std::istream& in_;
  std::vector<Change> changes_;
  std::vector<std::shared_ptr<Version>> versions_;
};

}  // namespace polreach::cli::shell
