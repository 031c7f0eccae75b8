// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/loader.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "policies/azure/effective.h"
#include "policies/azure/read_plain.h"
#include "policies/azure/recognise.h"
#include "policies/azure/resource_types.h"
#include "policies/azure/service_tags.h"

namespace polreach::azure {

using source::Diagnostic;
using source::Severity;
using syntax::Taken;
using syntax::Value;

namespace {

void report(source::Diagnostics& problems, Severity severity, std::string_view code,
            const Span& where, std::string message, std::string help) {
  problems.add({severity, code, std::move(message), where, "", std::move(help), {}, {}});
}

std::size_t number_in(const Value& root, std::string_view name) {
  const auto value = member(root, name);
  std::size_t number = 0;
  if (!value || !value->is(syntax::Type::Integer)) return 0;
  const std::string_view text = value->text();
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// What is missing at the end of an export must not go unsaid: an answer could be wrong for it.
void warn_of_rest(const Value& root, std::size_t items, source::Diagnostics& problems) {
  constexpr std::string_view kCode = "cut-export";
  if (const auto link = member(root, "nextLink"); link && !link->text().empty()) {
    report(problems, Severity::Warning, kCode, link->span(),
           "this export goes on at nextLink: only its first " + std::to_string(items) +
               " items are here",
           "ask for the rest (az rest --method get --url with the value of nextLink), and give all "
           "pages as PATHs");
    return;
  }
  for (const std::string_view name : {"skip_token", "$skipToken"}) {
    const auto token = member(root, name);
    if (!token || token->text().empty()) continue;
    report(problems, Severity::Warning, kCode, token->span(),
           "the results of this query go on: only " + std::to_string(items) + " are here",
           "ask for the rest (az graph query --first 1000 --skip-token with the value of it), and "
           "give all pages as PATHs");
    return;
  }
  const std::size_t total =
      std::max(number_in(root, "total_records"), number_in(root, "totalRecords"));
  if (total > items) {
    report(problems, Severity::Warning, kCode, root.span(),
           "the query has " + std::to_string(total) + " results: only " + std::to_string(items) +
               " are here",
           "ask again with --first 1000, and for the rest with --skip-token or --skip, and give "
           "all pages as PATHs");
  }
}

std::size_t size_of(const Value& list) {
  return static_cast<std::size_t>(std::distance(list.begin(), list.end()));
}

}  // namespace

/// Takes the documents of a file that an option names.
class Loader::Named : public syntax::Sink {
 public:
  using Use = bool (*)(Loader&, const Value&);
  Named(Loader& loader, Use use) : loader_(loader), use_(use) {}

  bool wanted(std::span<const std::string_view> /*path*/, const syntax::Tape& /*so_far*/) override {
    return true;
  }
  void object(const syntax::Tape& tape, std::string_view /*list_kind*/,
              std::string_view /*list_api_version*/) override {
    if (use_(loader_, tape.root())) {
      used_ = true;
    } else {
      failed_ = true;
    }
  }
  void unreadable(const Span& /*where*/) override { failed_ = true; }

  /// Nothing was wrong, but there was nothing in it, either.
  [[nodiscard]] bool is_empty() const { return !used_ && !failed_; }

 private:
  Loader& loader_;
  Use use_;
  bool used_ = false;
  bool failed_ = false;
};

Loader::Loader(const source::SourceMap& sources, source::Diagnostics& diagnostics,
               LoadOptions options)
    : sources_(sources), diagnostics_(diagnostics), options_(std::move(options)) {}

Taken Loader::take(const Value& root, std::string_view api_version, std::string_view kind,
                   source::Diagnostics& problems) {
  if (is_operator_object(api_version) && !kind.empty()) {
    return languages_.add_operator_object(Node::of(root), api_version, kind);
  }
  switch (recognise(root)) {
    case Form::None:
      return Taken::not_ours();
    case Form::Template:
      languages_.add_template(Node::of(root), std::string(sources_.name(root.span().file)));
      return Taken::one_used();
    case Form::Parameters:
      report(problems, Severity::Warning, "unused-parameters", root.span(),
             "a parameters file is used only where it is named as one: the defaults of templates "
             "count instead of its values",
             "give it with --parameters if it is what templates are deployed with");
      return Taken::one_irrelevant();
    case Form::Terraform:
      if (!has_string_with_prefix(root, "azurerm_") && !has_string_with_prefix(root, "azapi_")) {
        return Taken::one_irrelevant();
      }
      languages_.add_terraform(Node::of(root));
      return Taken::one_used();
    case Form::TerraformState:
      if (!has_string_with_prefix(root, "azurerm_")) return Taken::one_irrelevant();
      report(problems, Severity::Error, "not-compiled", root.span(),
             "this is the state file of Terraform, whose form is Terraform's own",
             "give what Terraform shows of it: terraform show -json > state.json");
      return Taken::one_rejected();
    case Form::Wrapped:
      return take_item(*root.begin(), problems);
    case Form::List:
      return take_page(root, "value", problems);
    case Form::GraphRows:
      return take_page(root, "data", problems);
    case Form::GraphTable:
      report(problems, Severity::Error, "bad-query-result", root.span(),
             "these results of Resource Graph are in the older form with columns and rows",
             "ask for resultFormat objectArray, as az graph query does");
      return Taken::one_rejected();
    case Form::ServiceTags:
      return take_service_tags_of(root, problems);
    case Form::Resource:
    case Form::EffectiveRules:
      return take_item(root, problems);
  }
  throw source::InternalError("a document of no form");
}

Taken Loader::take_item(const Value& item, source::Diagnostics& problems) {
  switch (recognise(item)) {
    case Form::Resource:
      return read_plain(item, problems, resources_);
    case Form::EffectiveRules:
      return read_effective(item, problems, resources_);
    default:
      return Taken::one_irrelevant();
  }
}

Taken Loader::take_page(const Value& root, std::string_view items, source::Diagnostics& problems) {
  const auto list = member(root, items);
  Taken taken;
  taken.ours = true;
  if (!list) return taken;
  for (const Value item : *list) taken += take_item(item, problems);
  warn_of_rest(root, size_of(*list), problems);
  if (list->empty()) ++taken.irrelevant;
  return taken;
}

bool Loader::add_tags(const Value& root, source::Diagnostics& problems,
                      std::vector<FoundTags>& found) {
  FoundTags tags;
  tags.where = root.span();
  tags.tags.file = sources_.name(root.span().file);
  if (!read_service_tags(root, problems, tags.tags)) return false;
  warn_of_rest(root, tags.tags.tags.size(), problems);
  found.push_back(std::move(tags));
  return true;
}

Taken Loader::take_service_tags_of(const Value& root, source::Diagnostics& problems) {
  if (tags_are_named_) return Taken::one_irrelevant();
  return add_tags(root, problems, found_tags_) ? Taken::one_used() : Taken::one_rejected();
}

void Loader::load_parameters(source::FileId file) {
  Named sink(*this, [](Loader& loader, const Value& root) {
    const auto parameters = member(root, "parameters");
    const bool ours = recognise(root) == Form::Parameters;
    if (ours && parameters && parameters->is(syntax::Type::Mapping)) {
      loader.languages_.add_parameters(Node::of(root));
      return true;
    }
    report(loader.diagnostics_, Severity::Error, "bad-parameters", root.span(),
           "this is no ARM parameters file",
           "its $schema is that of deploymentParameters.json, and its parameters are "
           "{\"NAME\": {\"value\": ...}}; of a .bicepparam file: bicep build-params FILE");
    return false;
  });
  syntax::read(sources_, file, syntax::Format::Auto, options_.limits, diagnostics_, sink);
  if (sink.is_empty()) {
    report(diagnostics_, Severity::Error, "bad-parameters", {file, 0, 0},
           "this parameters file is empty", "");
  }
}

void Loader::load_service_tags(source::FileId file) {
  tags_are_named_ = true;
  Named sink(*this, [](Loader& loader, const Value& root) {
    if (recognise(root) == Form::ServiceTags) {
      return loader.add_tags(root, loader.diagnostics_, loader.named_tags_);
    }
    report(loader.diagnostics_, Severity::Error, "bad-service-tags", root.span(),
           "this is no file of service tags",
           "give the file as Microsoft publishes it, or the answer of az network "
           "list-service-tags");
    return false;
  });
  syntax::read(sources_, file, syntax::Format::Auto, options_.limits, diagnostics_, sink);
  if (sink.is_empty()) {
    report(diagnostics_, Severity::Error, "bad-service-tags", {file, 0, 0},
           "this file of service tags is empty",
           "give the file as Microsoft publishes it, or the answer of az network "
           "list-service-tags");
  }
}

/// Tags of two states cannot both hold: nobody knows which are those of today.
void Loader::choose_tags(source::Diagnostics& problems) {
  std::vector<FoundTags>& found = tags_are_named_ ? named_tags_ : found_tags_;
  if (found.empty()) return;
  std::sort(found.begin(), found.end(), [&](const FoundTags& a, const FoundTags& b) {
    return sources_.before(a.where, b.where);
  });
  for (const FoundTags& other : found) {
    if (other.tags.change_number == found.front().tags.change_number) continue;
    problems.add({Severity::Error, "several-service-tags",
                  "service tags of two states, " + found.front().tags.change_number + " and " +
                      other.tags.change_number,
                  other.where, "", "name the file that counts with --service-tags",
                  found.front().where, "the first of them is here"});
    return;
  }
  tags_ = std::move(found.front().tags);
}

void Loader::finish() {
  source::Diagnostics problems;
  choose_tags(problems);
  languages_.finish(problems, resources_);
  for (Diagnostic diagnostic : problems.all()) {
    if (diagnostic.severity == Severity::Error) {
      rejected_.push_back(diagnostic.where);
      if (options_.keep_going) diagnostic.severity = Severity::Warning;
    }
    diagnostics_.add(std::move(diagnostic));
  }
}

}  // namespace polreach::azure
