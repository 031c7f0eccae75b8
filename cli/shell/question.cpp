// SPDX-License-Identifier: Apache-2.0
#include "cli/shell/question.h"

#include <algorithm>
#include <array>
#include <optional>

#include "policies/source/nearest.h"

namespace polreach::cli::shell {
namespace {

constexpr std::array kTwoPlaces = {Slot::Place, Slot::Place, Slot::Port};
constexpr std::array kOnePlace = {Slot::Place, Slot::Port};
constexpr std::array kDelete = {Slot::Policy};
constexpr std::array kApply = {Slot::File};
constexpr std::array kScope = {Slot::Scope};
constexpr std::array kShow = {Slot::Object};
constexpr std::array kSource = {Slot::Citation};
constexpr std::array kSpace = {Slot::Space};
constexpr std::array kWord = {Slot::Word};

constexpr std::array<QuestionSpec, 16> kQuestions = {{
    {Kind::Can, "can", "can SOURCE DESTINATION [PORT]",
     "can one reach the other, and by which rules",
     "Also: can pod SOURCE reach DESTINATION on port PORT. SOURCE and DESTINATION are workloads "
     "(namespace/name, or the name alone where there is only one), namespace/* for a whole "
     "namespace, svc/namespace/name:port, addresses, internet, any; with a network of Azure also "
     "subnet/NETWORK/NAME and the like. PORT is 80, 8000-8080, a port's name, 53/udp.",
     "can", kTwoPlaces, 2},
    {Kind::Reaches, "reaches", "who reaches DESTINATION [PORT]", "everything that can reach it",
     "Also: what reaches DESTINATION; DESTINATION may be internet. Connections between the pods of "
     "one workload, and what comes from a pod's own node, are left out.",
     "who reaches|what reaches|who can reach|what can reach", kOnePlace, 1},
    {Kind::Reached, "reached", "what does SOURCE reach [PORT]", "everything that it can reach",
     "Also: SOURCE reaches what.", "what does|what can", kOnePlace, 1},
    {Kind::Why,
     "why",
     "why",
     "the last answer in depth",
     "Also: why not. The rules with their lines, near misses, a packet that passes, and what the "
     "answer assumes.",
     "why",
     {},
     0},
    {Kind::Again,
     "again",
     "again",
     "the last question about connections once more",
     "After a change: the same question on the changed cluster.",
     "again",
     {},
     0},
    {Kind::Delete, "what-if-delete", "what if delete netpol NAME",
     "go on as if the policy were not there",
     "Says which connections that changes. NAME is namespace/name, or the name alone where there "
     "is only one; a cluster-wide policy has no namespace. No file is touched.",
     "what if delete|what if remove", kDelete, 1},
    {Kind::Apply, "what-if-apply", "what if apply FILE", "go on as if the manifests were applied",
     "Says which connections that changes. Objects of the file take the place of those with the "
     "same kind, namespace and name; the others are new. Nothing is written anywhere.",
     "what if apply|what if add", kApply, 1},
    {Kind::Undo, "undo", "undo", "take the last change back", "", "undo", {}, 0},
    {Kind::Exposure, "exposure", "exposure [NAMESPACE]",
     "what the workloads are open to, besides what exists", "A workload may stand in its place.",
     "exposure", kScope, 0},
    {Kind::Show, "show", "show netpol NAME", "the manifest's lines",
     "Of policies; and of deploy, sts, ds, pod, svc, ns and the like.", "show", kShow, 1},
    {Kind::Source, "source", "source N", "the file around a rule that the last answer cites",
     "N is the number behind the place in the answer; or give FILE:LINE of a file that was read.",
     "source", kSource, 1},
    {Kind::Map, "map", "map [NAMESPACE]", "every connection that the policies allow", "", "map",
     kSpace, 0},
    {Kind::Audit, "audit", "audit", "what is wrong with the policies", "", "audit", {}, 0},
    {Kind::Reload,
     "reload",
     "reload",
     "read the files again, and say what changed in connectivity",
     "Changes of what if are given up.",
     "reload",
     {},
     0},
    {Kind::Help, "help", "help [WORD]", "this list, or more on one of them", "", "help", kWord, 0},
    {Kind::Quit, "quit", "quit", "end; so does Ctrl-D", "", "quit|exit", {}, 0},
}};

std::vector<std::string_view> choices(std::string_view text) {
  std::vector<std::string_view> result;
  std::size_t start = 0;
  while (start <= text.size()) {
    const std::size_t end = std::min(text.find('|', start), text.size());
    result.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return result;
}

bool starts_with(const std::vector<std::string>& words, const std::vector<std::string>& start) {
  return words.size() >= start.size() && std::equal(start.begin(), start.end(), words.begin());
}

/// The question whose start the words have, the longest first: "what can" is the start of "what can
/// reach" too.
const QuestionSpec* find(const std::vector<std::string>& words, std::size_t& length) {
  const QuestionSpec* best = nullptr;
  length = 0;
  for (const QuestionSpec& spec : kQuestions) {
    for (const std::string_view each : choices(spec.starts)) {
      const std::vector<std::string> start = split(each);
      if (start.size() <= length || !starts_with(words, start)) continue;
      best = &spec;
      length = start.size();
    }
  }
  return best;
}

void drop(std::vector<std::string>& words, std::size_t at) {
  words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
}

/// Drops the word at a position if it is one of these, and enough words are left without it.
bool drop_if(std::vector<std::string>& words, std::size_t at,
             std::initializer_list<std::string_view> fillers, std::size_t least) {
  if (words.size() <= least || at >= words.size()) return false;
  if (std::find(fillers.begin(), fillers.end(), words[at]) == fillers.end()) return false;
  drop(words, at);
  return true;
}

/// Leaves of "on port 80" the 80.
void drop_before_port(std::vector<std::string>& words, std::size_t at) {
  drop_if(words, at, {"on", "at"}, at + 1);
  drop_if(words, at, {"port"}, at + 1);
}

/// Leaves of "pod A reach B on port 80" the three that matter.
void drop_fillers(Kind kind, std::vector<std::string>& words) {
  switch (kind) {
    case Kind::Can: {
      drop_if(words, 0, {"pod", "workload"}, 2);
      if (drop_if(words, 1, {"reach", "to", "connect", "talk"}, 2)) drop_if(words, 1, {"to"}, 2);
      drop_if(words, 1, {"pod", "workload"}, 2);
      return drop_before_port(words, 2);
    }
    case Kind::Reaches:
      drop_if(words, 0, {"pod", "workload"}, 1);
      return drop_before_port(words, 1);
    case Kind::Reached:
      drop_if(words, 0, {"pod", "workload"}, 1);
      drop_if(words, 1, {"reach"}, 1);
      return drop_before_port(words, 1);
    case Kind::Why:
      if (words == std::vector<std::string>{"not"}) words.clear();
      return;
    case Kind::Delete:
      // The kind is only a word: names of policies are enough, where no two kinds share one.
      if (words.size() == 2) words = {words[0] + " " + words[1]};
      return;
    case Kind::Show:
      if (words.size() == 2) words = {words[0] + " " + words[1]};
      return;
    case Kind::Apply:
      drop_if(words, 0, {"-f"}, 1);
      return;
    default:
      return;
  }
}

/// "shop/web reaches what" as "what does shop/web reach".
std::vector<std::string> usual_order(std::vector<std::string> words) {
  if (words.size() == 3 && (words[1] == "reaches") && words[2] == "what") {
    return {"what", "does", words[0], "reach"};
  }
  return words;
}

Mistake unknown(const std::vector<std::string>& words) {
  std::vector<std::string> known;
  for (const QuestionSpec& spec : kQuestions) {
    for (const std::string_view each : choices(spec.starts)) known.emplace_back(each);
  }
  std::string near;
  for (std::size_t count = std::min<std::size_t>(3, words.size()); count > 0; --count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : " ") + words[i];
    near = source::did_you_mean(source::nearest(text, known));
    if (!near.empty()) break;
  }
  return {"usage", "\"" + words[0] + "\" is no question" + near, "help shows what can be asked"};
}

}  // namespace

std::span<const QuestionSpec> questions() { return kQuestions; }

const QuestionSpec& spec_of(Kind kind) {
  return *std::find_if(kQuestions.begin(), kQuestions.end(),
                       [&](const QuestionSpec& spec) { return spec.kind == kind; });
}

std::vector<std::string> split(std::string_view line) {
  std::vector<std::string> words;
  std::optional<std::string> word;
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
      if (!word) word.emplace();
    } else if (!quoted && (c == ' ' || c == '\t' || c == '\r')) {
      if (word) words.push_back(std::move(*word));
      word.reset();
    } else {
      if (!word) word.emplace();
      *word += c;
    }
  }
  if (word) words.push_back(std::move(*word));
  return words;
}

Beginning beginning_of(std::string_view line) {
  std::vector<std::string> words = split(line);
  if (line.empty() || line.back() == ' ' || line.back() == '\t') words.emplace_back();
  std::vector<std::string> before(words.begin(), words.end() - (words.empty() ? 0 : 1));
  std::size_t length = 0;
  Beginning result;
  result.spec = find(before, length);
  result.words.assign(words.begin() + static_cast<std::ptrdiff_t>(length), words.end());
  if (result.words.empty()) result.words.emplace_back();
  if (result.spec == nullptr) return result;
  const std::string last = std::move(result.words.back());
  result.words.pop_back();
  // One slot more than there are words is being filled: what a filler word is shows from there.
  result.words.emplace_back("?");
  if (result.spec->kind != Kind::Delete && result.spec->kind != Kind::Show) {
    drop_fillers(result.spec->kind, result.words);
  }
  result.words.back() = last;
  return result;
}

tl::expected<Question, Mistake> parse(std::string_view line) {
  std::vector<std::string> words = split(line);
  if (!words.empty() && words.back() == "?") words.pop_back();
  if (!words.empty() && words.back().size() > 1 && words.back().back() == '?') {
    words.back().pop_back();
  }
  if (words.empty()) return tl::unexpected(Mistake{"usage", "nothing was asked", "try help"});
  words = usual_order(std::move(words));
  std::size_t length = 0;
  const QuestionSpec* spec = find(words, length);
  if (spec == nullptr) return tl::unexpected(unknown(words));
  Question question;
  question.kind = spec->kind;
  question.words.assign(words.begin() + static_cast<std::ptrdiff_t>(length), words.end());
  drop_fillers(spec->kind, question.words);
  const bool too_few = question.words.size() < spec->least;
  if (too_few || question.words.size() > spec->slots.size()) {
    const std::string message = too_few ? std::string("something is missing")
                                        : "\"" + question.words.back() + "\" has no place here";
    return tl::unexpected(Mistake{"usage", message, "write " + std::string(spec->form)});
  }
  return question;
}

}  // namespace polreach::cli::shell
