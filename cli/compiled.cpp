// SPDX-License-Identifier: Apache-2.0
#include "cli/compiled.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>

#include "cli/reading.h"
#include "cli/snapshot.h"
#include "policies/image/load.h"
#include "solver/queries/reference.h"

namespace polreach::cli {
namespace {

namespace fs = std::filesystem;
namespace queries = solver::queries;
using image::Image;
using image::WorkloadRange;
using source::Diagnostic;
using source::Severity;

constexpr const char* kCompileAgain = "compile it again: polreach compile PATH... -o FILE";

Diagnostic error(std::string_view code, std::string message, std::string help) {
  return {Severity::Error, code, std::move(message), {}, "", std::move(help), {}, ""};
}

bool starts_compiled(const std::string& path) {
  std::error_code status;
  if (!fs::is_regular_file(path, status)) return false;
  std::ifstream stream(path, std::ios::binary);
  std::array<char, image::kMagic.size()> start{};
  return stream.read(start.data(), start.size()) && is_compiled({start.data(), start.size()});
}

source::Result<std::unique_ptr<source::Text>> text_of(const InputOptions& options) {
  const std::string& path = options.paths.front();
  if (!options.snapshot) return source::Text::map(path);
  auto bytes = options.snapshot->text(path);
  if (!bytes) return tl::unexpected(bytes.error());
  return source::Text::own(std::move(*bytes));
}

Diagnostic refused(const std::string& path, image::Refusal why) {
  if (why == image::Refusal::OtherVersion) {
    return error("compiled-version", path + " was compiled by another version of polreach",
                 kCompileAgain);
  }
  return error("compiled-damaged",
               path + " is damaged: it is not what polreach compile has written", kCompileAgain);
}

/// What options ask for that was settled when the file was written, if anything.
source::Result<std::optional<Diagnostic>> contradiction(const InputOptions& options,
                                                        const image::Settings& settings) {
  const std::string& path = options.paths.front();
  const auto refuse = [&](std::string message, std::string help) {
    return error("compiled-options", path + " " + std::move(message), std::move(help));
  };
  if (settings.uses_default_namespace && settings.default_namespace != options.default_namespace) {
    return refuse("was compiled with objects that name no namespace in " +
                      settings.default_namespace + ", not in " + options.default_namespace,
                  "compile it with --default-namespace " + options.default_namespace +
                      ", or ask with " + settings.default_namespace);
  }
  if (settings.kept_going && !options.keep_going) {
    return refuse("was compiled with --keep-going: some documents could not be read",
                  "mend them and compile it again, or use --keep-going to see what does not "
                  "depend on them");
  }
  const auto differs = [&](const std::vector<std::string>& paths,
                           const std::vector<std::uint64_t>& known) -> source::Result<bool> {
    if (paths.empty()) return false;
    const auto hashes = hashes_of(paths);
    if (!hashes) return tl::unexpected(hashes.error());
    return *hashes != known;
  };
  for (const auto& [option, paths, known] :
       {std::tuple{"--parameters", &options.parameters, &settings.parameters},
        std::tuple{"--service-tags", &options.service_tags, &settings.service_tags}}) {
    const auto other = differs(*paths, *known);
    if (!other) return tl::unexpected(other.error());
    if (*other) {
      return refuse(std::string("was compiled with other files of ") + option,
                    std::string("compile it again with these ") + option + ", or leave them out");
    }
  }
  if (options.filter || !options.added.empty()) {
    return error("compiled-fixed",
                 path + " is a compiled file: nothing can be added to it or taken out",
                 "read the manifests that it was compiled from");
  }
  return std::nullopt;
}

std::unique_ptr<Input> input_of(image::Loaded loaded, const InputOptions& options) {
  auto input = std::make_unique<Input>();
  input->sources = std::move(loaded.sources);
  input->diagnostics = std::move(loaded.diagnostics);
  input->ledger = loaded.ledger;
  input->model = std::move(loaded.model);
  input->estate = std::move(loaded.estate);
  input->resources = std::move(loaded.resources);
  input->ignored = std::move(loaded.ignored);
  link_cloud(*input, std::move(loaded.service_tags), options);
  enforce(*input, options);
  return input;
}

/// Whether policies may contradict each other, which is asked of all pods that there are.
bool has_equal_priorities(const model::Model& model) {
  const auto& all = model.policies;
  return std::adjacent_find(all.begin(), all.end(), [](const auto& a, const auto& b) {
           return a.tier == b.tier && a.tier != model::Tier::Network && a.priority == b.priority;
         }) != all.end();
}

/// Adds the workloads that an end can mean; false where that takes all of them.
bool add_wanted(Image& image, const std::string& end, const std::string& default_namespace,
                image::Wanted& wanted) {
  const auto add = [&](const std::vector<std::uint32_t>& more) {
    wanted.insert(wanted.end(), more.begin(), more.end());
    return true;
  };
  const auto add_at = [&](const net::AddressSet& addresses) {
    const auto found = image.workloads_at(addresses);
    return found && add(*found);
  };
  const auto add_all = [&](const std::optional<WorkloadRange>& range) {
    if (!range || range->first == range->last) return false;
    for (std::uint32_t i = range->first; i < range->last; ++i) wanted.push_back(i);
    return true;
  };
  // In the order of queries::resolve.
  if (end == "any") return false;
  if (end == "internet") return add_at(net::internet_addresses());
  std::vector<std::string> parts{""};
  for (const char c : end) {
    if (c == '/') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  if (parts.size() > 1 && parts[0] == "svc") {
    // A Service selects pods of its own namespace.
    if (image.workloads_in("svc")) return false;
    return add_all(image.workloads_in(parts.size() > 2 ? parts[1] : default_namespace));
  }
  if (const auto address = net::Address::parse(end)) {
    return add_at(net::AddressSet(*address, *address));
  }
  if (const auto prefix = net::Prefix::parse(end)) {
    return add_at(net::addresses_of(*prefix));
  }
  const bool with_kind = parts.size() == 3;
  const auto range = image.workloads_in(parts.size() == 1 ? default_namespace : parts[0]);
  if (!range) return false;
  const std::vector<std::uint32_t> named = image.workloads_named(*range, parts.back());
  // What a workload is called comes before the names of pods and owners.
  if (!with_kind && !named.empty()) return add(named);
  return add_all(range);
}

}  // namespace

bool is_compiled(std::string_view bytes) { return Image::starts(bytes); }

bool names_compiled_file(const InputOptions& options) {
  return options.paths.size() == 1 && !options.revision && options.kustomize.empty() &&
         options.helm.empty() && starts_compiled(options.paths.front());
}

Diagnostic compiled_is_not_alone(const std::string& name) {
  return error("compiled-mixed", name + " is a compiled file: it has to be the only PATH",
               "give the file alone, or compile all PATHs together: polreach compile PATH... -o "
               "FILE");
}

source::Result<std::unique_ptr<Input>> read_compiled(const InputOptions& options) {
  const std::string& path = options.paths.front();
  auto problems = std::make_unique<Input>();
  auto text = text_of(options);
  if (!text) return tl::unexpected(text.error());
  if (!is_compiled((*text)->bytes())) return source::failure(path + ": has changed meanwhile");
  auto image = Image::open(std::move(*text));
  if (!image) {
    problems->diagnostics.add(refused(path, image.error()));
    return problems;
  }
  const auto settings = image::load_settings(**image);
  if (settings) {
    auto found = contradiction(options, *settings);
    if (!found) return tl::unexpected(found.error());
    if (*found) {
      problems->diagnostics.add(std::move(**found));
      return problems;
    }
  }
  auto loaded = settings ? image::load(*image, std::nullopt) : std::nullopt;
  if (!loaded) {
    problems->diagnostics.add(refused(path, image::Refusal::Damaged));
    return problems;
  }
  return input_of(std::move(*loaded), options);
}

std::unique_ptr<Input> read_compiled_part(const InputOptions& options,
                                          const std::vector<std::string>& ends,
                                          const std::string& default_namespace) {
  // Cilium takes the addresses of all nodes out of blocks: they are those of pods, too.
  if (!names_compiled_file(options) || options.engine == model::Engine::Cilium) return nullptr;
  auto text = text_of(options);
  if (!text || !is_compiled((*text)->bytes())) return nullptr;
  auto image = Image::open(std::move(*text));
  if (!image) return nullptr;
  const auto settings = image::load_settings(**image);
  if (!settings || (*image)->has_cloud()) return nullptr;
  const auto found = contradiction(options, *settings);
  if (!found || *found) return nullptr;
  image::Wanted wanted;
  for (const std::string& end : ends) {
    if (!add_wanted(**image, end, default_namespace, wanted)) return nullptr;
  }
  auto loaded = image::load(*image, wanted);
  if (!loaded || has_equal_priorities(loaded->model)) return nullptr;
  auto input = input_of(std::move(*loaded), options);
  // What to suggest for a name that there is not takes all names.
  const bool is_resolved = std::all_of(ends.begin(), ends.end(), [&](const std::string& end) {
    return queries::resolve(input->model, end, default_namespace).has_value();
  });
  return is_resolved ? std::move(input) : nullptr;
}

source::Result<std::vector<std::uint64_t>> hashes_of(const std::vector<std::string>& paths) {
  std::vector<std::uint64_t> result;
  for (const std::string& path : paths) {
    const auto text = read_text(path);
    if (!text) return tl::unexpected(text.error());
    result.push_back(image::hash_of((*text)->bytes()));
  }
  return result;
}

}  // namespace polreach::cli
