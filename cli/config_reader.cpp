// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <utility>

#include "cli/audit_run.h"
#include "cli/config.h"
#include "policies/kubernetes/fields.h"
#include "policies/source/nearest.h"
#include "policies/syntax/reader.h"
#include "solver/audit/audit.h"

namespace polreach::cli {
namespace {

namespace audit = solver::audit;
namespace fs = std::filesystem;

using kubernetes::Fields;
using syntax::Type;
using syntax::Value;

class ConfigReader : public syntax::Sink {
 public:
  explicit ConfigReader(Config& config)
      : config_(config), fields_(config.diagnostics, std::string(kConfigName)) {}

  bool wanted(std::span<const std::string_view> /*path*/, const syntax::Tape& /*so_far*/) override {
    return true;
  }

  void object(const syntax::Tape& tape, std::string_view /*list_kind*/,
              std::string_view /*list_api_version*/) override {
    const Value root = tape.root();
    if (seen_) {
      fields_.error("bad-config", root.span(), "a configuration is one document",
                    "join them, or remove one");
      return;
    }
    seen_ = true;
    if (!fields_.expect(root, Type::Mapping, "the configuration")) return;
    fields_.only(root, {"audit", "service-tags", "parameters", "engine", "cluster", "intents"});
    read_root(root);
  }

  void unreadable(const source::Span& /*where*/) override { seen_ = true; }

 private:
  void read_root(const Value& root) {
    choice(root, "engine", "auto|none|azure|calico|cilium", config_.common);
    if (const auto name = fields_.get(root, "cluster", Type::String)) {
      config_.common["cluster"].push_back({std::string(name->text()), name->span()});
    }
    for (const char* name : {"service-tags", "parameters"}) {
      auto files = paths(root, name);
      if (!files.empty()) config_.common[name] = std::move(files);
    }
    config_.intents = paths(root, "intents");
    if (const auto section = fields_.get(root, "audit", Type::Mapping)) read_audit(*section);
  }

  void read_audit(const Value& section) {
    fields_.only(section, {"only", "skip", "severity", "fail-on", "severities", "suppress"});
    for (const char* name : {"only", "skip"}) {
      for (const Value each : strings(section, name)) {
        if (is_check(each)) {
          config_.audit[name].push_back({std::string(each.text()), each.span()});
        }
      }
    }
    choice(section, "severity", "critical|high|medium|low|info", config_.audit);
    choice(section, "fail-on", "critical|high|medium|low|never", config_.audit);
    if (const auto levels = fields_.get(section, "severities", Type::Mapping)) {
      for (const Value each : *levels) read_severity(each);
    }
    if (const auto list = fields_.get(section, "suppress", Type::Sequence)) {
      for (const Value each : *list) read_suppression(each);
    }
  }

  void read_severity(const Value& member) {
    if (!known_check(member.key(), member.key_span())) return;
    if (!fields_.expect(member, Type::String, member.key())) return;
    if (const auto severity = severity_of(member.text())) {
      config_.severities.emplace(member.key(), *severity);
    } else {
      bad_choice(member, "critical|high|medium|low|info");
    }
  }

  void read_suppression(const Value& entry) {
    if (!fields_.expect(entry, Type::Mapping, "an entry of suppress")) return;
    fields_.only(entry, {"check", "subject", "namespace", "reason", "expires"});
    Suppression result;
    result.external = true;
    const auto check = fields_.require(entry, "check", Type::String);
    const auto reason = fields_.require(entry, "reason", Type::String);
    if (!check || !reason || !is_check(*check)) return;
    if (reason->text().find_first_not_of(" \t\n") == std::string_view::npos) {
      fields_.error("bad-suppression", reason->span(), "a suppression without a reason",
                    "say why it can be lived with");
      return;
    }
    result.check = check->text();
    result.where = check->span();
    result.reason = reason->text();
    if (const auto subject = fields_.get(entry, "subject", Type::String)) {
      result.subject = subject->text();
    }
    if (const auto ns = fields_.get(entry, "namespace", Type::String)) result.ns = ns->text();
    if (const auto expires = fields_.get(entry, "expires", Type::String)) {
      result.expires = parse_date(expires->text());
      if (!result.expires) {
        fields_.error("bad-suppression", expires->span(),
                      "there is no day " + std::string(expires->text()), "write it as 2027-01-31");
        return;
      }
    }
    config_.suppressions.push_back(std::move(result));
  }

  bool is_check(const Value& value) { return known_check(value.text(), value.span()); }

  bool known_check(std::string_view id, const source::Span& where) {
    if (audit::find_check(id) != nullptr) return true;
    std::vector<std::string> known;
    for (const audit::Check* const each : audit::all_checks()) known.emplace_back(each->id);
    fields_.error(
        "unknown-check", where,
        "there is no check " + std::string(id) + source::did_you_mean(source::nearest(id, known)),
        "polreach audit --list shows them all");
    return false;
  }

  void choice(const Value& parent, const char* name, std::string_view choices,
              std::map<std::string, std::vector<ConfigText>, std::less<>>& into) {
    const auto value = fields_.get(parent, name, Type::String);
    if (!value) return;
    if (is_choice(choices, value->text())) {
      into[name].push_back({std::string(value->text()), value->span()});
    } else {
      bad_choice(*value, choices);
    }
  }

  void bad_choice(const Value& value, std::string_view choices) {
    std::string words(choices);
    std::replace(words.begin(), words.end(), '|', ' ');
    fields_.error("bad-config", value.span(),
                  std::string(value.key()) + " cannot be " +
                      (value.text().empty() ? "empty" : std::string(value.text())),
                  "it is one of: " + words);
  }

  static bool is_choice(std::string_view choices, std::string_view value) {
    const std::string all = "|" + std::string(choices) + "|";
    return !value.empty() && value.find('|') == std::string_view::npos &&
           all.find("|" + std::string(value) + "|") != std::string::npos;
  }

  /// A string, or a list of them.
  std::vector<Value> strings(const Value& parent, const char* name) {
    std::vector<Value> result;
    const auto value = Fields::get(parent, name);
    if (!value) return result;
    if (value->is(Type::String)) return {*value};
    if (!fields_.expect(*value, Type::Sequence, name)) return result;
    for (const Value each : *value) {
      if (fields_.expect(each, Type::String, std::string("an entry of ") + name)) {
        result.push_back(each);
      }
    }
    return result;
  }

  /// Files, written relative to the configuration.
  std::vector<ConfigText> paths(const Value& parent, const char* name) {
    std::vector<ConfigText> result;
    const fs::path folder = fs::path(config_.path).parent_path();
    for (const Value each : strings(parent, name)) {
      const fs::path path = (folder / std::string(each.text())).lexically_normal();
      std::error_code error;
      if (each.text().empty() || !fs::exists(path, error)) {
        fields_.error("bad-config", each.span(), path.generic_string() + ": no such file",
                      "paths are relative to the folder of " + std::string(kConfigName));
        continue;
      }
      result.push_back({path.generic_string(), each.span()});
    }
    return result;
  }

  Config& config_;
  Fields fields_;
  bool seen_ = false;
};

}  // namespace

source::Result<std::unique_ptr<Config>> read_config(const std::string& path) {
  auto text = source::Text::map(path);
  if (!text) return tl::unexpected(text.error());
  auto config = std::make_unique<Config>();
  config->path = path;
  const source::FileId file = config->sources.add(path, std::move(*text));
  ConfigReader reader(*config);
  syntax::read(config->sources, file, syntax::Format::Yaml, {}, config->diagnostics, reader);
  return config;
}

}  // namespace polreach::cli
