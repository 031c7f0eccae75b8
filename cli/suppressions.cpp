// SPDX-License-Identifier: Apache-2.0
#include "cli/suppressions.h"

#include <algorithm>
#include <cctype>
#include <sstream>

#include "cli/audit_run.h"
#include "policies/source/nearest.h"
#include "solver/audit/audit.h"

namespace polreach::cli {

namespace audit = solver::audit;

using source::Severity;

namespace {

constexpr std::string_view kForm =
    "write the ids of checks, a colon and the reason, as in \"open-to-all: a public site\"; "
    "perhaps with \"until 2027-01-31\" at the end";

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

/// Takes "until YYYY-MM-DD" off the end.
std::optional<Date> take_date(std::string_view& reason) {
  constexpr std::string_view kUntil = "until ";
  constexpr std::size_t kLength = kUntil.size() + 10;
  if (reason.size() < kLength) return std::nullopt;
  const std::string_view tail = reason.substr(reason.size() - kLength);
  const bool is_word = reason.size() == kLength || reason[reason.size() - kLength - 1] == ' ';
  if (!is_word || !tail.starts_with(kUntil)) return std::nullopt;
  const auto date = parse_date(tail.substr(kUntil.size()));
  if (date) reason = trimmed(reason.substr(0, reason.size() - kLength));
  return date;
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
    diagnostics.add({Severity::Error, "bad-suppression", std::move(message), where, object,
                     std::move(help), {}, {}});
  };
  const std::size_t colon = line.find(':');
  const std::string_view ids = trimmed(line.substr(0, colon));
  std::string_view reason =
      colon == std::string_view::npos ? std::string_view() : trimmed(line.substr(colon + 1));
  const auto expires = take_date(reason);
  if (reason.empty()) return fail("a suppression without a reason", std::string(kForm));
  const std::vector<std::string> names = split_list({std::string(ids)});
  if (names.empty()) return fail("a suppression without a check", std::string(kForm));
  for (const std::string& name : names) {
    if (audit::find_check(name) == nullptr) {
      std::vector<std::string> known;
      for (const audit::Check* const each : audit::all_checks()) known.emplace_back(each->id);
      fail("there is no check " + name + source::did_you_mean(source::nearest(name, known)),
           "polreach audit --list shows them all");
      continue;
    }
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

}  // namespace polreach::cli
