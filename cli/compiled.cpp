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
#include "policies/image/find.h"
#include "policies/image/load.h"
#include "solver/queries/reference.h"

namespace polreach::cli {
namespace {

namespace fs = std::filesystem;
namespace queries = solver::queries;
using image::Image;
using source::Diagnostic;

constexpr const char* kCompileAgain = "compile it again: polreach compile PATH... -o FILE";

Diagnostic error(std::string_view code, std::string message, std::string help) {
  return {source::Severity::Error, code, std::move(message), {}, "", std::move(help), {}, ""};
}

bool starts_compiled(const std::string& path) {
  std::error_code status;
  if (!fs::is_regular_file(path, status)) return false;
  std::ifstream stream(path, std::ios::binary);
  std::array<char, image::kMagic.size()> start{};
  return stream.read(start.data(), start.size()) && is_compiled({start.data(), start.size()});
}

source::Result<std::unique_ptr<source::Text>> bytes_of(const InputOptions& options) {
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

/// Finds what the ends of a question can mean, without reading the rest.
class Ends {
 public:
  Ends(const Image& image, std::string default_namespace)
      : image_(image), default_namespace_(std::move(default_namespace)) {}

  /// False where that takes all of it. In the order of queries::resolve.
  bool add(const std::string& end) {
    if (end == "any") return false;
    if (end == "internet") return add_at(net::internet_addresses());
    const std::vector<std::string> parts = split(end);
    if (parts.size() > 1 && parts[0] == "svc") return add_service(parts);
    if (const auto address = net::Address::parse(end)) {
      return add_at(net::AddressSet(*address, *address));
    }
    if (const auto prefix = net::Prefix::parse(end)) return add_at(net::addresses_of(*prefix));
    return add_name(parts);
  }

  [[nodiscard]] const image::Wanted& wanted() const { return wanted_; }

 private:
  static std::vector<std::string> split(const std::string& end) {
    std::vector<std::string> parts{""};
    for (const char c : end) {
      if (c == '/') {
        parts.emplace_back();
      } else {
        parts.back() += c;
      }
    }
    return parts;
  }

  static void append(std::vector<std::uint32_t>& to, const std::vector<std::uint32_t>& more) {
    to.insert(to.end(), more.begin(), more.end());
  }
  static void append(std::vector<std::uint32_t>& to, const image::Range& more) {
    for (std::uint32_t i = more.first; i < more.last; ++i) to.push_back(i);
  }

  bool add_at(const net::AddressSet& addresses) {
    append(wanted_.endpoints, image::endpoints_at(image_, addresses));
    append(wanted_.services, image::services_at(image_, addresses));
    return true;
  }

  /// A Service selects pods of its own namespace.
  bool add_service(const std::vector<std::string>& parts) {
    if (image::find_namespace(image_, "svc")) return false;
    const auto ns = image::find_namespace(image_, parts.size() > 2 ? parts[1] : default_namespace_);
    if (!ns) return false;
    append(wanted_.workloads, image::workloads_in(image_, *ns));
    append(wanted_.services, image::services_in(image_, *ns));
    return true;
  }

  /// What a workload is called comes before the names of pods and owners; where a kind is named,
  /// both can be meant.
  bool add_name(const std::vector<std::string>& parts) {
    const auto ns =
        image::find_namespace(image_, parts.size() == 1 ? default_namespace_ : parts[0]);
    if (!ns) return false;
    const image::Range all = image::workloads_in(image_, *ns);
    const std::string& name = parts.back();
    if (name == "*") {
      append(wanted_.workloads, all);
      return !all.empty();
    }
    const std::vector<std::uint32_t> named = image::workloads_named(image_, all, name);
    append(wanted_.workloads, named);
    if (!named.empty() && parts.size() != 3) return true;
    const std::vector<std::uint32_t> pods = image::pods_named(image_, all, name);
    append(wanted_.endpoints, pods);
    return !named.empty() || !pods.empty();
  }

  const Image& image_;
  std::string default_namespace_;
  image::Wanted wanted_;
};

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
  auto text = bytes_of(options);
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
  // Cilium takes the addresses of all nodes out of blocks: they are those of pods, too. Where
  // nothing enforces policies, the answer names all of them.
  const bool is_about_all =
      options.engine == model::Engine::Cilium || options.engine == model::Engine::None;
  if (is_about_all || !names_compiled_file(options)) return nullptr;
  auto text = bytes_of(options);
  if (!text || !is_compiled((*text)->bytes())) return nullptr;
  auto image = Image::open(std::move(*text));
  if (!image) return nullptr;
  const auto settings = image::load_settings(**image);
  if (!settings) return nullptr;
  const auto found = contradiction(options, *settings);
  if (!found || *found) return nullptr;
  Ends found_ends(**image, default_namespace);
  for (const std::string& end : ends) {
    if (!found_ends.add(end)) return nullptr;
  }
  auto loaded = image::load(*image, found_ends.wanted());
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
