// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/compile.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <utility>

#include "cli/compiled.h"
#include "cli/output_file.h"
#include "cli/reading.h"
#include "cli/report/diagnostics.h"
#include "cli/report/style.h"
#include "cli/session.h"
#include "cli/snapshot.h"
#include "policies/image/writer.h"

namespace polreach::cli {
namespace {

namespace fs = std::filesystem;

/// A namespace that no object can be in: what is found there has named none.
constexpr std::string_view kNowhere = "\x01nowhere";

/// An input with what there was before its cloud was linked.
struct Compiled {
  std::unique_ptr<Input> input;
  source::Diagnostics diagnostics;
  model::ServiceTags service_tags;
};

class CompileCommand {
 public:
  CompileCommand(const Arguments& arguments, const Streams& streams)
      : arguments_(arguments),
        streams_(streams),
        session_(arguments, streams, "polreach.compile/v1"),
        options_(session_.input_options(arguments.value("default-namespace"))) {
    options_.paths = arguments.positional;
    settings_.default_namespace = options_.default_namespace;
  }

  int run() {
    if (output().empty()) {
      return session_.refuse("usage", "compile needs a file to write", "say which: -o FILE");
    }
    // What cannot be read twice is kept.
    const auto& paths = options_.paths;
    const bool is_rendered = !options_.kustomize.empty() || !options_.helm.empty();
    if (is_rendered || std::find(paths.begin(), paths.end(), "-") != paths.end()) {
      options_.snapshot = std::make_shared<Snapshot>();
    }
    auto read = read_as_needed();
    if (!read) return session_.refuse("input", read.error().message, "");
    if (!session_.accept(std::move(read->input))) return kNoVerdict;
    if (overwrites_input()) {
      return session_.refuse("output", output() + ": is one of the files that were read",
                             "write to another file");
    }
    return write(*read);
  }

 private:
  [[nodiscard]] std::string output() const { return arguments_.value("output"); }

  source::Result<Compiled> read_once(bool keep_going) {
    InputOptions options = options_;
    options.keep_going = keep_going;
    if (!settings_.uses_default_namespace) options.default_namespace = kNowhere;
    auto read = read_unlinked(options, streams_.in);
    if (!read) return tl::unexpected(read.error());
    Compiled result{std::move(read->input), {}, {}};
    result.diagnostics = result.input->diagnostics;
    result.service_tags = read->service_tags;
    link_cloud(*result.input, std::move(read->service_tags), options);
    return result;
  }

  /// Reads without what options allow first, so that the file knows whether they have mattered:
  /// mostly they have not, and then it can be asked about with others.
  source::Result<Compiled> read_as_needed() {
    while (true) {
      auto read = read_once(settings_.kept_going);
      if (!read) return read;
      if (!settings_.uses_default_namespace && mentions_nowhere(*read->input)) {
        settings_.uses_default_namespace = true;
      } else if (options_.keep_going && !settings_.kept_going &&
                 read->input->diagnostics.errors() > 0) {
        settings_.kept_going = true;
      } else {
        return read;
      }
    }
  }

  static bool mentions_nowhere(const Input& input) {
    if (input.model.symbols->find(kNowhere)) return true;
    const auto mentions = [](const std::string& text) {
      return text.find(kNowhere) != std::string::npos;
    };
    const auto& problems = input.diagnostics.all();
    const auto& ignored = input.ignored;
    return std::any_of(problems.begin(), problems.end(),
                       [&](const source::Diagnostic& each) {
                         return mentions(each.message) || mentions(each.subject) ||
                                mentions(each.help) || mentions(each.other_message);
                       }) ||
           std::any_of(ignored.begin(), ignored.end(),
                       [&](const auto& each) { return mentions(each.object); });
  }

  [[nodiscard]] bool overwrites_input() const {
    const source::SourceMap& sources = session_.input().sources;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      std::error_code error;
      const std::string name(sources.name(static_cast<source::FileId>(i)));
      if (fs::equivalent(name, output(), error)) return true;
    }
    return false;
  }

  int write(const Compiled& compiled) {
    for (const auto& [paths, hashes] :
         {std::pair{&options_.parameters, &settings_.parameters},
          std::pair{&options_.service_tags, &settings_.service_tags}}) {
      const auto found = hashes_of(*paths);
      if (!found) return session_.refuse("input", found.error().message, "");
      *hashes = *found;
    }
    const Input& input = session_.input();
    const auto bytes =
        image::write({input.sources, compiled.diagnostics, input.ledger, input.model, input.estate,
                      input.resources, compiled.service_tags, input.ignored, settings_});
    if (!bytes) return session_.refuse("output", bytes.error().message, "");
    session_.lap("compile");
    if (output() == "-") {
      session_.out() << *bytes;
      return kYes;
    }
    if (const auto written = write_file(output(), *bytes); !written) {
      return session_.refuse("output", written.error().message, "");
    }
    session_.lap("write");
    if (!session_.is_quiet()) {
      session_.out() << fmt::format("{}: {} kB, {}\n", printable(output()),
                                    (bytes->size() + 999) / 1000, describe(input.ledger));
    }
    return kYes;
  }

  const Arguments& arguments_;
  const Streams& streams_;
  Session session_;
  InputOptions options_;
  image::Settings settings_;
};

}  // namespace

int run_compile(const Arguments& arguments, const Streams& streams) {
  return CompileCommand(arguments, streams).run();
}

}  // namespace polreach::cli
