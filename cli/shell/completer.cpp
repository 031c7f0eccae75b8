// SPDX-License-Identifier: Apache-2.0
#include "cli/shell/completer.h"

#include <algorithm>
#include <filesystem>

#include "cli/shell/executor.h"

namespace polreach::cli::shell {
namespace {

namespace fs = std::filesystem;

/// The words with which a question can go on after these.
std::vector<std::string> next_words(const std::vector<std::string>& before) {
  std::vector<std::string> result;
  for (const QuestionSpec& spec : questions()) {
    if (!is_available(spec)) continue;
    std::size_t start = 0;
    while (start <= spec.starts.size()) {
      const std::size_t end = std::min(spec.starts.find('|', start), spec.starts.size());
      const std::vector<std::string> words = split(spec.starts.substr(start, end - start));
      const bool fits =
          words.size() > before.size() && std::equal(before.begin(), before.end(), words.begin());
      if (fits) result.push_back(words[before.size()]);
      start = end + 1;
    }
  }
  return result;
}

/// Files and folders whose path goes on from what was written.
std::vector<std::string> paths(const std::string& written) {
  constexpr std::size_t kMost = 1000;
  const std::size_t slash = written.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : written.substr(0, slash + 1);
  std::vector<std::string> result;
  std::error_code error;
  fs::directory_iterator at(folder.empty() ? "." : folder, error);
  for (; !error && at != fs::directory_iterator() && result.size() < kMost; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.starts_with('.') && written.substr(folder.size()).empty()) continue;
    // What would not come back as one word, or not as what it is, is not offered.
    const bool plain = std::none_of(name.begin(), name.end(), [](char c) {
      return c == '"' || static_cast<unsigned char>(c) <= ' ' || c == 0x7F;
    });
    if (plain) result.push_back(folder + name + (at->is_directory(error) ? "/" : ""));
  }
  return result;
}

std::string bare(const std::string& full) {
  const std::size_t slash = full.rfind('/');
  return slash == std::string::npos ? full : full.substr(slash + 1);
}

/// Objects by path; behind a kind, those of the kind; before it, the kinds too.
std::vector<std::string> objects(const Names& names, const std::vector<std::string>& words,
                                 bool policies) {
  std::vector<std::string> result;
  std::string kind;
  if (words.size() > 1) {
    kind = kind_of(words[0]);
  } else {
    result = kind_words(policies);
  }
  for (const NamedObject& each : names.objects()) {
    if ((!policies || each.is_policy) && (kind.empty() || each.kind == kind)) {
      result.push_back(each.path());
    }
  }
  return result;
}

std::vector<std::string> candidates(const Beginning& beginning, const Names& names,
                                    std::size_t citations) {
  const QuestionSpec& spec = *beginning.spec;
  const std::size_t at = beginning.words.size() - 1;
  if (spec.kind == Kind::Delete || spec.kind == Kind::Show) {
    if (at > 1) return {};
    return objects(names, beginning.words, spec.kind == Kind::Delete);
  }
  if (at >= spec.slots.size()) return {};
  switch (spec.slots[at]) {
    case Slot::Place:
      return names.places();
    case Slot::Port:
      return names.ports();
    case Slot::Scope: {
      std::vector<std::string> all = names.spaces();
      for (const NamedObject& each : names.objects()) {
        const bool pods = !each.is_policy && each.kind != "Service" && !each.ns.empty();
        if (pods) all.push_back(each.path());
      }
      return all;
    }
    case Slot::Space:
      return names.spaces();
    case Slot::File:
      return paths(beginning.words[at]);
    case Slot::Citation: {
      std::vector<std::string> numbers;
      for (std::size_t i = 1; i <= citations; ++i) numbers.push_back(std::to_string(i));
      return numbers;
    }
    case Slot::Word:
      return next_words({});
    case Slot::Policy:
    case Slot::Object:
      return {};  // above
  }
  return {};
}

bool names_places(const Beginning& beginning) {
  const QuestionSpec* spec = beginning.spec;
  if (spec == nullptr) return false;
  if (spec->kind == Kind::Delete || spec->kind == Kind::Show) return true;
  const std::size_t at = beginning.words.size() - 1;
  return at < spec->slots.size() &&
         (spec->slots[at] == Slot::Place || spec->slots[at] == Slot::Scope);
}

}  // namespace

Completion complete(std::string_view line, const Names& names, std::size_t citations) {
  const Beginning beginning = beginning_of(line);
  const std::string& word = beginning.words.back();
  std::vector<std::string> before = split(line);
  if (!word.empty() && !before.empty()) before.pop_back();
  std::vector<std::string> all = next_words(before);
  if (beginning.spec != nullptr) {
    const std::vector<std::string> more = candidates(beginning, names, citations);
    all.insert(all.end(), more.begin(), more.end());
  }
  Completion result;
  result.length = word.size();
  for (const std::string& each : all) {
    if (each.starts_with(word)) result.words.push_back(each);
  }
  // "redis<Tab>": the namespace comes with the name.
  const bool is_bare = !word.empty() && word.find('/') == std::string::npos;
  if (is_bare && names_places(beginning)) {
    for (const std::string& each : all) {
      const bool service = each.starts_with("svc/");  // its pods are meant more often
      if (!service && bare(each).starts_with(word)) result.words.push_back(each);
    }
  }
  std::sort(result.words.begin(), result.words.end());
  result.words.erase(std::unique(result.words.begin(), result.words.end()), result.words.end());
  result.ends = result.words.size() != 1 || !result.words[0].ends_with('/');
  return result;
}

std::string common_start(const std::vector<std::string>& words) {
  if (words.empty()) return "";
  std::string start = words[0];
  for (const std::string& each : words) {
    const auto [end, other] = std::mismatch(start.begin(), start.end(), each.begin(), each.end());
    start.erase(end, start.end());
  }
  return start;
}

}  // namespace polreach::cli::shell
