// SPDX-License-Identifier: Apache-2.0
#include "cli/input.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "cli/compiled.h"
#include "cli/files.h"
#include "cli/reading.h"
#include "cli/render.h"
#include "cli/revisions.h"
#include "cli/snapshot.h"
#include "cli/uncompiled.h"
#include "compiler/resolve/engine.h"
#include "policies/azure/estate.h"
#include "policies/azure/link/link.h"
#include "policies/azure/loader.h"
#include "policies/git/repository.h"
#include "policies/kubernetes/assemble.h"
#include "policies/kubernetes/estate.h"
#include "policies/source/progress.h"
#include "solver/queries/site_reference.h"

namespace polreach::cli {
namespace {

namespace fs = std::filesystem;
using source::Text;

syntax::Format format_of(const std::string& path) {
  return path.ends_with(".json") ? syntax::Format::Json : syntax::Format::Auto;
}

/// What one set of manifests holds.
struct Gathered {
  kubernetes::Objects objects;
  azure::Resources resources;
  model::ServiceTags service_tags;
};

/// Gathers the texts of one set of manifests, then loads them. Several can share one Input.
class Reading {
 public:
  Reading(const InputOptions& options, std::istream& in, Input& input)
      : options_(options), in_(in), input_(&input) {}

  source::Result<Gathered> run(source::SymbolTable& symbols) {
    if (auto added = add_named(); !added) return tl::unexpected(added.error());
    if (auto added = options_.revision ? add_revision(*options_.revision) : add_paths(); !added) {
      return tl::unexpected(added.error());
    }
    return load(symbols);
  }

 private:
  struct Pending {
    source::FileId file;
    syntax::Format format;
  };
  /// A file of which nothing could be read.
  struct FileGap {
    std::string what;
    source::Span where;
  };

  /// Files that options name. Where they are among the PATHs, too, they are not read again.
  source::Result<void> add_named() {
    const auto add_each = [&](const std::vector<std::string>& paths,
                              std::vector<source::FileId>& files) -> source::Result<void> {
      for (const std::string& path : paths) {
        auto text = text_of(path);
        if (!text) return tl::unexpected(text.error());
        files.push_back(input_->sources.add(path, std::move(*text)));
        (void)is_new(path);
      }
      return {};
    };
    if (auto added = add_each(options_.parameters, parameters_); !added) return added;
    return add_each(options_.service_tags, service_tags_);
  }

  source::Result<void> add_paths() {
    for (const std::string& path : options_.paths) {
      if (auto added = path == "-" ? add_stdin() : add_path(path); !added) {
        return tl::unexpected(added.error());
      }
    }
    Snapshot* const snapshot = options_.snapshot.get();
    for (const std::string& folder : options_.kustomize) {
      const auto folders =
          snapshot != nullptr ? snapshot->kustomizations(folder) : find_kustomizations(folder);
      if (!folders) return tl::unexpected(folders.error());
      for (const std::string& each : *folders) {
        auto text = snapshot != nullptr ? snapshot->kustomized(each) : kustomize(each);
        if (!text) return tl::unexpected(text.error());
        add("<kustomize " + each + ">", std::move(*text));
      }
    }
    for (const std::string& chart : options_.helm) {
      auto text = snapshot != nullptr ? snapshot->rendered(chart) : helm_template(chart);
      if (!text) return tl::unexpected(text.error());
      add("<helm " + chart + ">", std::move(*text));
    }
    return {};
  }

  source::Result<void> add_revision(const RevisionInput& input) {
    if (!options_.kustomize.empty() || !options_.helm.empty()) {
      return source::failure(input.revision +
                             ": --kustomize and --helm render folders, not revisions; check the "
                             "revision out (git worktree add DIR REVISION)");
    }
    const auto repository = git::Repository::find(input.folder);
    if (!repository) return tl::unexpected(repository.error());
    const auto revision = repository->resolve(input.revision);
    if (!revision) return tl::unexpected(revision.error());
    auto found = read_revision(*repository, *revision, options_.paths);
    if (!found) return tl::unexpected(found.error());
    for (const AbsentPath& absent : found->absent) {
      if (!input.absent_paths) return source::failure(absent.message);
      input_->absent_paths.push_back(absent.path);
    }
    report_skipped("hidden entries, links and submodules of " + input.revision, found->skipped,
                   "check the revision out, and name them as PATHs of their own, if they count");
    warn_of_sources(found->uncompiled);
    if (found->files.empty() && found->absent.empty()) {
      return source::failure(input.revision + ": holds no .yaml, .yml or .json file" +
                             (options_.paths.empty() ? "" : " in these paths"));
    }
    for (RevisionFile& file : found->files) {
      const std::string name = input.revision + ":" + file.path;
      if (is_source_name(file.path)) {
        report_source(name, file.path);
        continue;
      }
      if (is_compiled(file.bytes)) {
        report_compiled(name);
        continue;
      }
      const source::FileId id = input_->sources.add(name, Text::own(std::move(file.bytes)));
      if (file.is_chart) {
        report_chart(id,
                     "check the revision out (git worktree add DIR REVISION), and render it: "
                     "--helm DIR");
      }
      pending_.push_back({id, format_of(file.path)});
    }
    return {};
  }

  void add(const std::string& name, std::string bytes) {
    pending_.push_back(
        {input_->sources.add(name, Text::own(std::move(bytes))), syntax::Format::Auto});
  }

  source::Result<void> add_stdin() {
    if (stdin_used_) return {};
    stdin_used_ = true;
    auto bytes =
        options_.snapshot ? options_.snapshot->standard_input(in_) : read_stream(in_, "<stdin>");
    if (!bytes) return tl::unexpected(bytes.error());
    if (is_compiled(*bytes)) {
      report_compiled("<stdin>");
    } else {
      add("<stdin>", std::move(*bytes));
    }
    return {};
  }

  source::Result<void> add_path(const std::string& path) {
    const auto found = options_.snapshot ? options_.snapshot->find(path) : find_files(path);
    if (!found) return tl::unexpected(found.error());
    report_skipped("hidden entries and links that lead out of " + path, found->skipped,
                   "name them as PATHs of their own if they count");
    std::vector<std::string> uncompiled;
    for (const std::string& each : found->sources) {
      std::error_code error;
      const std::string compiled = compiled_name(each);
      if (!compiled.empty() && fs::exists(compiled, error)) continue;
      const auto text = text_of(each);
      if (!text) return tl::unexpected(text.error());
      if (describes_azure_network(each, (*text)->bytes())) uncompiled.push_back(each);
    }
    if (found->files.empty() && !uncompiled.empty()) {
      for (const std::string& each : uncompiled) report_source(each, each);
      return {};
    }
    warn_of_sources(uncompiled);
    if (found->files.empty()) {
      return source::failure(path + ": holds no .yaml, .yml or .json file");
    }
    for (const FoundFile& file : found->files) {
      if (!is_new(file.path)) continue;
      if (auto added = add_file(file); !added) return added;
    }
    return {};
  }

  bool is_new(const std::string& path) {
    std::error_code error;
    const fs::path canonical = fs::weakly_canonical(path, error);
    return seen_.insert(error ? fs::path(path) : canonical).second;
  }

  void warn_of_sources(const std::vector<std::string>& paths) {
    if (auto warning = not_compiled_warning(paths)) {
      input_->diagnostics.add(std::move(*warning));
    }
  }

  /// A source was named as an input: what it says is missing.
  void report_source(const std::string& name, const std::string& path) {
    const source::Span where{input_->sources.add(name, Text::own("")), 0, 0};
    source::Diagnostic diagnostic = not_compiled_error(path, where);
    if (options_.keep_going) diagnostic.severity = source::Severity::Warning;
    has_error_of_file_ = has_error_of_file_ || !options_.keep_going;
    input_->diagnostics.add(std::move(diagnostic));
    file_gaps_.push_back({"source", where});
  }

  /// What might hold a policy and is not read must not go unsaid.
  void report_skipped(const std::string& what, const std::vector<std::string>& skipped,
                      const std::string& help) {
    if (skipped.empty()) return;
    constexpr std::size_t kMostNames = 5;
    std::string names;
    for (std::size_t i = 0; i < skipped.size() && i < kMostNames; ++i) {
      names += (i == 0 ? "" : ", ") + skipped[i];
    }
    if (skipped.size() > kMostNames) {
      names += " and " + std::to_string(skipped.size() - kMostNames) + " more";
    }
    input_->diagnostics.add({source::Severity::Warning,
                             "skipped-entry",
                             what + " are not read: " + names,
                             {},
                             "",
                             help,
                             {},
                             {}});
  }

  source::Result<std::unique_ptr<Text>> text_of(const std::string& path) {
    if (!options_.snapshot) return read_text(path);
    auto bytes = options_.snapshot->text(path);
    if (!bytes) return tl::unexpected(bytes.error());
    return Text::own(std::move(*bytes));
  }

  source::Result<void> add_file(const FoundFile& file) {
    if (is_source_name(file.path)) {
      report_source(file.path, file.path);
      return {};
    }
    auto text = text_of(file.path);
    if (!text) return tl::unexpected(text.error());
    if (is_compiled((*text)->bytes())) {
      report_compiled(file.path);
      return {};
    }
    const source::FileId id = input_->sources.add(file.path, std::move(*text));
    if (file.is_chart) {
      const std::string folder = fs::path(file.path).parent_path().string();
      report_chart(id, "render it: polreach ... --helm " + folder + ", or helm template " + folder +
                           " | polreach ... -");
    }
    pending_.push_back({id, format_of(file.path)});
    return {};
  }

  void report_compiled(const std::string& name) {
    has_error_of_file_ = true;
    input_->diagnostics.add(compiled_is_not_alone(name));
  }

  void report_chart(source::FileId file, const std::string& help) {
    has_error_of_file_ = has_error_of_file_ || !options_.keep_going;
    input_->diagnostics.add(
        {options_.keep_going ? source::Severity::Warning : source::Severity::Error,
         "helm-template",
         "this folder is a Helm chart, whose templates have not been rendered",
         {file, 0, 0},
         "",
         help,
         {},
         {}});
    file_gaps_.push_back({"Helm chart", {file, 0, 0}});
  }

  Gathered load(source::SymbolTable& symbols) {
    azure::Loader azure(input_->sources, input_->diagnostics, {options_.keep_going, {}});
    const auto guest = [&](const syntax::Value& root, std::string_view api_version,
                           std::string_view kind, source::Diagnostics& problems) {
      return azure.take(root, api_version, kind, problems);
    };
    kubernetes::Loader loader(input_->sources, symbols, input_->diagnostics,
                              {options_.default_namespace,
                               options_.keep_going,
                               {},
                               options_.revision.has_value(),
                               guest,
                               options_.filter});
    const std::size_t errors_before = input_->diagnostics.errors();
    for (const source::FileId file : parameters_) azure.load_parameters(file);
    for (const source::FileId file : service_tags_) azure.load_service_tags(file);
    load_pending(loader);
    for (const AddedText& each : options_.added) {
      loader.set_filter(each.filter);
      loader.load(input_->sources.add(each.name, Text::own(each.bytes)), format_of(each.name));
    }
    loader.finish();
    azure.finish();
    add_to_ledger(loader.ledger());
    kubernetes::Objects objects = loader.take_objects();
    if (options_.keep_going) {
      for (const source::Span& where : azure.rejected()) file_gaps_.push_back({"document", where});
      for (const FileGap& gap : file_gaps_) {
        objects.gaps.push_back({model::Gap::Why::Unreadable,
                                model::Gap::Effect::AllowOrDeny,
                                gap.what,
                                {},
                                gap.where});
      }
    }
    if (loader.ledger().read() == 0 && input_->diagnostics.errors() == errors_before &&
        !has_error_of_file_ && input_->absent_paths.empty()) {
      input_->diagnostics.add({source::Severity::Error,
                               "no-objects",
                               "the input holds no Kubernetes objects",
                               {},
                               "",
                               "give files or folders with manifests, or pipe kubectl get -o json "
                               "into polreach with - as PATH",
                               {},
                               {}});
    }
    return {std::move(objects), azure.take_resources(), azure.take_service_tags()};
  }

  void load_pending(kubernetes::Loader& loader) {
    std::uint64_t bytes = 0;
    for (const Pending& each : pending_) bytes += input_->sources.bytes(each.file).size();
    source::Progress reading("reading", "bytes", bytes);
    std::uint64_t done = 0;
    for (const Pending& each : pending_) {
      reading.part(done);
      loader.load(each.file, each.format);
      done += input_->sources.bytes(each.file).size();
    }
  }

  void add_to_ledger(const kubernetes::Ledger& more) {
    input_->ledger.used += more.used;
    input_->ledger.irrelevant += more.irrelevant;
    input_->ledger.unsupported += more.unsupported;
    input_->ledger.rejected += more.rejected;
  }

  const InputOptions& options_;
  std::istream& in_;
  Input* input_;
  std::vector<Pending> pending_;
  std::vector<source::FileId> parameters_;
  std::vector<source::FileId> service_tags_;
  std::vector<FileGap> file_gaps_;
  std::set<fs::path> seen_;
  bool stdin_used_ = false;
  bool has_error_of_file_ = false;
};

model::Cloud cloud_of(const azure::Resources& resources, model::ServiceTags tags,
                      const InputOptions& options, Input& input) {
  return azure::link(resources, std::move(tags), {options.keep_going}, input.sources,
                     input.diagnostics);
}

/// The cluster of the manifests; nothing where there is none, or several (which a command that asks
/// about the network says).
std::optional<model::ManagedClusterId> cluster_of(const model::Cloud& cloud,
                                                  const std::string& name) {
  return solver::queries::select_cluster(cloud, name).value_or(std::nullopt);
}

/// The option, or what the only cluster of the input says.
model::Engine enforcing_engine(const InputOptions& options, const model::Cloud& cloud) {
  if (options.engine != model::Engine::Unstated) return options.engine;
  const auto cluster = cluster_of(cloud, options.cluster);
  // Where a part of it could not be evaluated, its engine may be that part.
  const bool known = cluster && cloud[*cluster].open.empty();
  return known ? cloud[*cluster].engine : model::Engine::Unstated;
}

bool has_windows(const InputOptions& options, const model::Cloud& cloud) {
  const auto cluster = cluster_of(cloud, options.cluster);
  if (!cluster) return false;
  const auto& pools = cloud[*cluster].pools;
  return std::any_of(pools.begin(), pools.end(), [](const auto& pool) { return pool.windows; });
}

void enforce_policies(model::Model& model, const InputOptions& options, const model::Cloud& cloud) {
  compiler::enforce(model, enforcing_engine(options, cloud), has_windows(options, cloud), {});
}

/// A set without workloads is about those of the other: it gets everything of it but policies.
bool borrow(kubernetes::Objects& own, const kubernetes::Objects& other) {
  if (!own.pods.empty() || !own.workloads.empty()) return false;
  if (other.pods.empty() && other.workloads.empty()) return false;
  std::set<source::Symbol> declared;
  for (const auto& each : own.namespaces) declared.insert(each.metadata.name);
  for (const auto& each : other.namespaces) {
    if (!declared.contains(each.metadata.name)) own.namespaces.push_back(each);
  }
  own.pods = other.pods;
  own.workloads = other.workloads;
  return true;
}

}  // namespace

source::Result<Unlinked> read_unlinked(const InputOptions& options, std::istream& in) {
  auto input = std::make_unique<Input>();
  auto symbols = std::make_shared<source::SymbolTable>();
  auto read = Reading(options, in, *input).run(*symbols);
  if (!read) return tl::unexpected(read.error());
  input->model = kubernetes::assemble(read->objects, symbols, input->sources, input->diagnostics,
                                      {options.keep_going});
  kubernetes::add_estate(read->objects, input->model, input->sources, input->estate);
  input->ignored = std::move(read->objects.ignored);
  input->resources = std::move(read->resources);
  return Unlinked{std::move(input), std::move(read->service_tags)};
}

void link_cloud(Input& input, model::ServiceTags tags, const InputOptions& options) {
  azure::add_estate(input.resources, input.sources, input.estate);
  input.cloud = cloud_of(input.resources, std::move(tags), options, input);
}

void enforce(Input& input, const InputOptions& options) {
  enforce_policies(input.model, options, input.cloud);
}

source::Result<std::unique_ptr<Input>> read_input(const InputOptions& options, std::istream& in) {
  if (names_compiled_file(options)) return read_compiled(options);
  auto read = read_unlinked(options, in);
  if (!read) return tl::unexpected(read.error());
  link_cloud(*read->input, std::move(read->service_tags), options);
  enforce(*read->input, options);
  return std::move(read->input);
}

source::Result<InputPair> read_pair(const InputOptions& first, const InputOptions& second,
                                    std::istream& in) {
  InputPair result;
  result.input = std::make_unique<Input>();
  Input& input = *result.input;
  auto symbols = std::make_shared<source::SymbolTable>();
  auto a = Reading(first, in, input).run(*symbols);
  if (!a) return tl::unexpected(a.error());
  auto b = Reading(second, in, input).run(*symbols);
  if (!b) return tl::unexpected(b.error());
  result.first_borrows = borrow(a->objects, b->objects);
  result.second_borrows = borrow(b->objects, a->objects);
  input.model = kubernetes::assemble(a->objects, symbols, input.sources, input.diagnostics,
                                     {first.keep_going});
  result.second = kubernetes::assemble(b->objects, symbols, input.sources, input.diagnostics,
                                       {second.keep_going});
  input.cloud = cloud_of(a->resources, std::move(a->service_tags), first, input);
  result.second_cloud = cloud_of(b->resources, std::move(b->service_tags), second, input);
  enforce_policies(input.model, first, input.cloud);
  enforce_policies(result.second, second, result.second_cloud);
  return result;
}

}  // namespace polreach::cli
