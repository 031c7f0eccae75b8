// SPDX-License-Identifier: Apache-2.0
#include "cli/triage.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace polreach::cli {

namespace audit = solver::audit;

using audit::Finding;

namespace {

std::vector<std::string> objects_of(const Finding& finding) {
  std::vector<std::string> objects{finding.subject};
  objects.insert(objects.end(), finding.also.begin(), finding.also.end());
  return objects;
}

KnownFinding entry_of(const Finding& finding, const std::string& object) {
  Finding one;
  one.check = finding.check;
  one.subject = object;
  one.key = finding.key;
  return {std::string(finding.check->id), audit::fingerprint(one)};
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

class Sorter {
 public:
  Sorter(const AuditRun& run, const Triage& how) : run_(run), how_(how) {
    used_.resize(how.suppressions.size(), false);
    for (std::size_t i = 0; i < how.suppressions.size(); ++i) {
      const Suppression& each = how.suppressions[i];
      if (has_expired(each)) continue;
      const bool literal =
          each.whole_object && each.ns.empty() && each.subject.find('*') == std::string::npos;
      (literal ? by_object_[each.check + " " + lower(each.subject)] : by_check_[each.check])
          .push_back(i);
    }
  }

  Triaged sort() {
    std::vector<Finding> all = run_.findings;
    for (Finding& each : all) {
      const auto severity = how_.severities.find(each.check->id);
      if (severity != how_.severities.end()) each.severity = severity->second;
    }
    audit::sort(all);
    for (Finding& each : all) take(std::move(each));
    finish();
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool has_expired(const Suppression& suppression) const {
    return suppression.expires && *suppression.expires < how_.today;
  }

  void take(Finding finding) {
    std::vector<std::string> left;
    const Suppression* by = nullptr;
    for (const std::string& object : objects_of(finding)) {
      if (const Suppression* const found = suppression_of(finding, object)) {
        if (by == nullptr) by = found;
      } else {
        left.push_back(object);
      }
    }
    if (left.empty()) {
      result_.suppressed.push_back({std::move(finding), by->reason, by->where, by->external});
      return;
    }
    std::vector<std::string> fresh;
    for (const std::string& object : left) {
      const KnownFinding entry = entry_of(finding, object);
      result_.found.push_back(entry);
      if (how_.baseline && how_.baseline->contains(entry)) {
        result_.known.push_back(entry);
      } else {
        fresh.push_back(object);
      }
    }
    if (fresh.empty()) {
      ++result_.known_findings;
    } else if (finding.severity > how_.shown) {
      ++result_.hidden;
    } else {
      narrow(finding, fresh);
      result_.findings.push_back(std::move(finding));
    }
  }

  /// Every suppression of it counts as used, also where one would do.
  const Suppression* suppression_of(const Finding& finding, const std::string& object) {
    const Suppression* found = nullptr;
    const auto use = [&](const std::vector<std::size_t>& candidates) {
      for (const std::size_t i : candidates) {
        const Suppression& each = how_.suppressions[i];
        if (!covers(each, object)) continue;
        used_[i] = true;
        if (found == nullptr) found = &each;
      }
    };
    // What stands beside objects is looked up, since there may be as much of it as findings: by the
    // object, and by each object that it can be a part of.
    const std::string id(finding.check->id);
    const std::string name = id + " " + lower(object);
    for (std::size_t end = id.size() + 1; end <= name.size() && !by_object_.empty(); ++end) {
      if (end < name.size() && name[end] != ' ' && name[end] != '/') continue;
      const auto beside = by_object_.find(std::string_view(name).substr(0, end));
      if (beside != by_object_.end()) use(beside->second);
    }
    const auto others = by_check_.find(id);
    if (others != by_check_.end()) use(others->second);
    return found;
  }

  /// Leaves objects out of a finding. What it says of its first object it then says of another,
  /// unless its sentence names that one.
  void narrow(Finding& finding, const std::vector<std::string>& objects) const {
    const bool has_first = objects.front() == finding.subject;
    if (has_first) {
      finding.also.assign(objects.begin() + 1, objects.end());
      return;
    }
    const std::size_t space = finding.subject.find(' ');
    const std::string name =
        space == std::string::npos ? finding.subject : finding.subject.substr(space + 1);
    if (!how_.place || finding.message.find(name) != std::string::npos) {
      finding.also = objects;
      return;
    }
    finding.subject = objects.front();
    finding.also.assign(objects.begin() + 1, objects.end());
    finding.where = how_.place(finding.subject);
    finding.example.reset();
  }

  void finish() {
    for (auto* list : {&result_.found, &result_.known}) {
      std::sort(list->begin(), list->end());
      list->erase(std::unique(list->begin(), list->end()), list->end());
    }
    if (how_.baseline) {
      for (const KnownFinding& each : *how_.baseline) {
        const bool stands = std::binary_search(result_.found.begin(), result_.found.end(), each);
        if (!stands && was_made(each.check)) ++result_.gone;
      }
    }
    for (std::size_t i = 0; i < how_.suppressions.size(); ++i)
      report(how_.suppressions[i], used_[i]);
    audit::sort(result_.findings);
  }

  /// Whether a check was asked for and has an answer.
  [[nodiscard]] bool was_made(std::string_view id) const {
    const auto is = [&](const audit::Check* check) { return check->id == id; };
    return std::any_of(run_.checks.begin(), run_.checks.end(), is) &&
           std::none_of(run_.unchecked.begin(), run_.unchecked.end(),
                        [&](const audit::Unchecked& each) { return is(each.check); });
  }

  void report(const Suppression& suppression, bool used) {
    const auto warn = [&](std::string_view code, std::string message, std::string help) {
      result_.warnings.push_back({source::Severity::Warning,
                                  code,
                                  std::move(message),
                                  suppression.where,
                                  "",
                                  std::move(help),
                                  {},
                                  {}});
    };
    if (has_expired(suppression)) {
      constexpr std::string_view kCode = "expired-suppression";
      warn(kCode,
           "the suppression of " + suppression.check + " held until " +
               to_string(*suppression.expires),
           "mend what it was about, or say until when it is to be lived with");
    } else if (!used && was_made(suppression.check)) {
      constexpr std::string_view kCode = "unused-suppression";
      warn(kCode, "nothing is found that the suppression of " + suppression.check + " is about",
           "remove it");
    }
  }

  const AuditRun& run_;
  const Triage& how_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> by_object_;  // "check object"
  std::map<std::string_view, std::vector<std::size_t>> by_check_;           // all others
  std::vector<bool> used_;
  Triaged result_;
};

}  // namespace

Triaged triage(const AuditRun& run, const Triage& how) { return Sorter(run, how).sort(); }

}  // namespace polreach::cli
