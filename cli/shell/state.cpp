// SPDX-License-Identifier: Apache-2.0
#include "cli/shell/state.h"

#include <algorithm>
#include <set>
#include <utility>

#include "policies/source/result.h"

namespace polreach::cli::shell {
namespace {

using kubernetes::ObjectName;

/// The group of the policies' kinds, as the loader names it.
ObjectName name_of(const NamedObject& object) {
  const bool network_policy = object.kind == "NetworkPolicy";
  return {object.is_policy && !network_policy ? "policy.networking.k8s.io" : "", object.kind,
          object.ns, object.name};
}

/// Keeps all but these.
kubernetes::ObjectFilter all_but(std::set<ObjectName> names) {
  if (names.empty()) return {};
  return [names = std::move(names)](const ObjectName& name) { return !names.contains(name); };
}

std::string first_error(const Input& input) {
  for (const source::Diagnostic& each : input.diagnostics.sorted(input.sources)) {
    if (each.severity != source::Severity::Error) continue;
    const std::string place =
        each.where.exists() ? " (" + input.sources.place(each.where) + ")" : "";
    return each.message + place;
  }
  return "";
}

}  // namespace

State::State(InputOptions options, std::istream& in) : options_(std::move(options)), in_(in) {
  if (!options_.snapshot) options_.snapshot = std::make_shared<Snapshot>();
}

source::Result<std::unique_ptr<Input>> State::read() { return read_input(options_, in_); }

void State::accept(std::unique_ptr<Input> input) {
  auto version = std::make_shared<Version>();
  version->input = std::move(input);
  version->names = std::make_unique<Names>(*version->input);
  version->name = "as it was read";
  versions_ = {std::move(version)};
  changes_.clear();
}

source::Result<State::Reread> State::read_again() {
  Reread result;
  InputOptions options = options_;
  result.snapshot = std::make_shared<Snapshot>();
  result.snapshot->keep_standard_input_of(*options_.snapshot);
  options.snapshot = result.snapshot;
  auto input = read_input(options, in_);
  if (!input) return tl::unexpected(input.error());
  result.input = std::move(*input);
  const auto& before = options_.snapshot->texts();
  const auto& after = result.snapshot->texts();
  for (const auto& [name, bytes] : after) {
    const auto found = before.find(name);
    if (found == before.end()) {
      result.files.push_back("new " + name);
    } else if (found->second != bytes) {
      result.files.push_back("changed " + name);
    }
  }
  for (const auto& [name, bytes] : before) {
    if (!after.contains(name)) result.files.push_back("gone " + name);
  }
  return result;
}

void State::accept(Reread reread) {
  options_.snapshot = std::move(reread.snapshot);
  accept(std::move(reread.input));
}

tl::expected<void, Mistake> State::remove(const NamedObject& object) {
  const std::size_t before = now()->input->ledger.read();
  auto changed = change({{name_of(object)}, {}}, "without " + object.kind + " " + object.path());
  if (changed && now()->input->ledger.read() >= before) {
    throw source::InternalError(object.kind + " " + object.path() +
                                " was not taken out of the input");
  }
  return changed;
}

tl::expected<void, Mistake> State::apply(const std::string& path) {
  auto text = read_text(path);
  if (!text) return tl::unexpected(Mistake{"input", text.error().message, ""});
  AddedText added{path, std::string((*text)->bytes()), {}};
  const auto names = names_in(added);
  if (!names) return tl::unexpected(names.error());
  return change({*names, std::move(added)}, "with " + path);
}

bool State::undo() {
  if (changes_.empty()) return false;
  changes_.pop_back();
  versions_.pop_back();
  return true;
}

tl::expected<void, Mistake> State::change(Change change, std::string name) {
  changes_.push_back(std::move(change));
  auto input = read_changed();
  const bool failed = !input || (*input)->diagnostics.errors() > 0;
  if (failed) {
    changes_.pop_back();
    if (!input) return tl::unexpected(Mistake{"input", input.error().message, ""});
    return tl::unexpected(Mistake{"input",
                                  "that leaves an input with errors: " + first_error(**input),
                                  "nothing was changed"});
  }
  auto version = std::make_shared<Version>();
  version->input = std::move(*input);
  version->names = std::make_unique<Names>(*version->input);
  version->name = changes() == 0 ? std::move(name) : now()->name + ", " + name;
  versions_.push_back(std::move(version));
  return {};
}

source::Result<std::unique_ptr<Input>> State::read_changed() {
  InputOptions options = options_;
  std::set<ObjectName> gone;
  // From the last change to the first: each text is without what later changes take out.
  for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) {
    if (change->added) {
      AddedText text = *change->added;
      text.filter = all_but(gone);
      options.added.insert(options.added.begin(), std::move(text));
    }
    gone.insert(change->names.begin(), change->names.end());
  }
  options.filter = all_but(gone);
  return read_input(options, in_);
}

tl::expected<std::vector<ObjectName>, Mistake> State::names_in(const AddedText& text) const {
  source::SourceMap sources;
  source::SymbolTable symbols;
  source::Diagnostics problems;
  std::vector<ObjectName> names;
  kubernetes::LoadOptions options;
  options.default_namespace = options_.default_namespace;
  options.filter = [&](const ObjectName& name) {
    names.push_back(name);
    return true;
  };
  bool cloud = false;
  options.guest = [&](const syntax::Value&, std::string_view, std::string_view,
                      source::Diagnostics&) {
    cloud = true;
    return syntax::Taken{};
  };
  kubernetes::Loader loader(sources, symbols, problems, options);
  const bool json = text.name.ends_with(".json");
  loader.load(sources.add(text.name, source::Text::own(text.bytes)),
              json ? syntax::Format::Json : syntax::Format::Auto);
  for (const source::Diagnostic& each : problems.sorted(sources)) {
    if (each.severity != source::Severity::Error) continue;
    const std::string place = each.where.exists() ? sources.place(each.where) : text.name;
    return tl::unexpected(Mistake{std::string(each.code), place + ": " + each.message, each.help});
  }
  if (cloud) {
    return tl::unexpected(
        Mistake{"input", text.name + " holds more than Kubernetes objects",
                "changes are tried with manifests of Kubernetes; compare networks with polreach "
                "diff"});
  }
  if (names.empty()) {
    return tl::unexpected(Mistake{"no-objects", text.name + " holds no Kubernetes objects", ""});
  }
  return names;
}

}  // namespace polreach::cli::shell
