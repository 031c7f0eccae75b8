// SPDX-License-Identifier: Apache-2.0
#include "cli/suppressions.h"

#include <algorithm>
#include <cctype>
#include <sstream>

#include "cli/audit_run.h"
#include "cli/input.h"
#include "policies/source/nearest.h"
#include "solver/audit/audit.h"

namespace polreach::cli {

namespace audit = solver::audit;

namespace {

constexpr std::string_view kForm =
    "write the ids of checks, a colon and the reason, as in \"open-to-all: a public site\"; "
    "perhaps with \"until 2027-01-31\" at the end";

constexpr std::string_view kIgnoreTag = "polreach-ignore";

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

/// The day of "until YYYY-MM-DD" at the end, as it is written; empty where there is none.
std::string_view day_at_end(std::string_view reason) {
  constexpr std::string_view kUntil = "until ";
  constexpr std::size_t kLength = kUntil.size() + 10;
  if (reason.size() < kLength) return {};
  const std::string_view tail = reason.substr(reason.size() - kLength);
  const bool is_word = reason.size() == kLength || reason[reason.size() - kLength - 1] == ' ';
  const std::string_view day = tail.substr(kUntil.size());
  const bool is_day = day.find_first_not_of("0123456789-") == std::string_view::npos;
  return is_word && is_day && tail.starts_with(kUntil) ? day : std::string_view();
}

/// The namespace in "Deployment shop/web", and the name of a Namespace.
std::string_view namespace_in(std::string_view subject) {
  const std::size_t space = subject.find(' ');
  if (space == std::string_view::npos) return {};
  const std::string_view name = subject.substr(space + 1);
  if (matches_glob("namespace", subject.substr(0, space))) return name.substr(0, name.find(' '));
  const std::size_t slash = name.find('/');
  return slash == std::string_view::npos ? std::string_view() : name.substr(0, slash);
}

/// One line of an annotation.
void read_line(std::string_view line, const std::string& object, const source::Span& where,
               source::Diagnostics& diagnostics, std::vector<Suppression>& result) {
  const auto fail = [&](std::string message, std::string help) {
    diagnostics.add({source::Severity::Error,
                     "bad-suppression",
                     std::move(message),
                     where,
                     object,
                     std::move(help),
                     {},
                     {}});
  };
  const std::size_t colon = line.find(':');
  const std::string_view ids = trimmed(line.substr(0, colon));
  std::string_view reason =
      colon == std::string_view::npos ? std::string_view() : trimmed(line.substr(colon + 1));
  const std::string_view day = day_at_end(reason);
  const auto expires = parse_date(day);
  if (!day.empty()) {
    if (!expires) return fail("there is no day " + std::string(day), "write it as 2027-01-31");
    reason =
        trimmed(reason.substr(0, reason.size() - day.size() - std::string_view("until ").size()));
  }
  if (reason.empty()) return fail("a suppression without a reason", std::string(kForm));
  const std::vector<std::string> names = split_list({std::string(ids)});
  if (names.empty()) return fail("a suppression without a check", std::string(kForm));
  for (const std::string& name : names) {
    Suppression suppression;
    suppression.check = name;
    suppression.subject = object;
    suppression.whole_object = true;
    suppression.reason = reason;
    suppression.expires = expires;
    suppression.where = where;
    result.push_back(std::move(suppression));
  }
}

bool is_check(const Suppression& suppression, const std::string& object,
              source::Diagnostics& diagnostics) {
  if (audit::find_check(suppression.check) != nullptr) return true;
  std::vector<std::string> known;
  for (const audit::Check* const each : audit::all_checks()) known.emplace_back(each->id);
  diagnostics.add({source::Severity::Error,
                   "unknown-check",
                   "there is no check " + suppression.check +
                       source::did_you_mean(source::nearest(suppression.check, known)),
                   suppression.where,
                   object,
                   "polreach audit --list shows them all",
                   {},
                   {}});
  return false;
}

}  // namespace

bool matches_glob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;  // the last one, and how much it stands for so far
  std::size_t taken = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = t;
    } else if (p < pattern.size() && lower(pattern[p]) == lower(text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool covers(const Suppression& suppression, const std::string& subject) {
  if (!suppression.ns.empty() && namespace_in(subject) != suppression.ns) return false;
  if (suppression.subject.empty() || matches_glob(suppression.subject, subject)) return true;
  if (!suppression.whole_object) return false;
  return matches_glob(suppression.subject + " *", subject) ||
         matches_glob(suppression.subject + "/*", subject);
}

std::vector<Suppression> read_suppressions(const std::string& text, const std::string& object,
                                           const source::Span& where,
                                           source::Diagnostics& diagnostics) {
  std::vector<Suppression> result;
  std::istringstream lines(text);
  bool any = false;
  for (std::string line; std::getline(lines, line);) {
    if (trimmed(line).empty()) continue;
    any = true;
    read_line(trimmed(line), object, where, diagnostics, result);
  }
  if (!any) read_line("", object, where, diagnostics, result);
  return result;
}

std::vector<Suppression> suppressions_beside(const Input& input, source::Diagnostics& diagnostics) {
  std::vector<Suppression> result;
  const auto add = [&](const std::string& object, const std::string& ns, const std::string& text,
                       const source::Span& where) {
    for (Suppression& each : read_suppressions(text, object, where, diagnostics)) {
      if (!is_check(each, object, diagnostics)) continue;
      if (!ns.empty()) {
        each.subject.clear();
        each.ns = ns;
      }
      result.push_back(std::move(each));
    }
  };
  for (const kubernetes::IgnoreNote& note : input.ignored) {
    add(note.object, note.ns, note.is_text ? note.text : "", note.where);
  }
  for (const azure::Resource& resource : input.resources) {
    const azure::Node* const tags = resource.body.find("tags");
    const azure::Node* const note = tags == nullptr ? nullptr : tags->find(kIgnoreTag);
    if (note == nullptr) continue;
    std::string object = "* ";
    if (!resource.id.group.empty()) object += resource.id.group + "/";
    for (std::size_t i = 0; i < resource.id.names.size(); ++i) {
      object += (i == 0 ? "" : "/") + resource.id.names[i];
    }
    add(object, "", note->is(azure::Node::Type::String) ? note->text : "", note->where);
  }
  std::stable_sort(result.begin(), result.end(), [&](const Suppression& a, const Suppression& b) {
    if (a.check != b.check) return a.check < b.check;
    return input.sources.before(a.where, b.where);
  });
  return result;
}

}  // namespace polreach::cli
