// SPDX-License-Identifier: Apache-2.0
#include "cli/shell/executor.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <sstream>
#include <utility>

#include "cli/commands/can.h"
#include "cli/commands/diff.h"
#include "cli/commands/exposure.h"
#include "cli/commands/map.h"
#include "cli/profile.h"
#include "cli/report/diagnostics.h"
#include "cli/session.h"
#include "policies/source/nearest.h"

namespace polreach::cli::shell {
namespace {

/// What a command leaves in the problems of an input is its own.
class DiagnosticsGuard {
 public:
  explicit DiagnosticsGuard(Input& input) : input_(input), before_(input.diagnostics) {}
  DiagnosticsGuard(const DiagnosticsGuard&) = delete;
  DiagnosticsGuard& operator=(const DiagnosticsGuard&) = delete;
  ~DiagnosticsGuard() { input_.diagnostics = std::move(before_); }

 private:
  Input& input_;
  source::Diagnostics before_;
};

std::string schema_of(const CommandSpec& spec) {
  return "polreach." + std::string(spec.name) + "/v1";
}

bool has_option(const CommandSpec& spec, std::string_view name) {
  return std::any_of(spec.options.begin(), spec.options.end(),
                     [&](const OptionSpec& option) { return option.name == name; });
}

void set(Arguments& arguments, std::string_view option, std::string value) {
  arguments.values.insert_or_assign(std::string(option),
                                    std::vector<std::string>{std::move(value)});
}

/// What the short form of an answer leaves out, or the deep one adds, where the command knows it.
void set_depth(const CommandSpec& spec, Arguments& arguments, bool deep) {
  const auto flag = [&](std::string_view name, bool given) {
    if (given && has_option(spec, name)) arguments.values[std::string(name)];
  };
  // The length of what `can` says has three steps: see Session::set_length.
  flag("quiet", !deep && &spec != &kCan);
  flag("no-reasons", !deep);
  flag("explain", deep);
  flag("examples", deep);
}

}  // namespace

bool is_available(const QuestionSpec& spec) {
  if (spec.kind != Kind::Audit) return true;
  const CommandSpec* audit = find_command("audit");
  return audit != nullptr && audit->ask != nullptr;
}

Executor::Executor(const Arguments& arguments, const Streams& streams, State& state)
    : arguments_(arguments), streams_(streams), state_(state) {
  runner_ = [](const std::function<Computed()>& compute) { return compute(); };
}

bool Executor::is_json() const { return arguments_.value("format") == "json"; }

Style Executor::style() const {
  return Style(wants_colour(arguments_.value("color"), streams_.out_is_terminal));
}

Answer Executor::answer(std::string_view line) {
  const auto question = parse(line);
  Answer answer = question ? run(*question) : mistaken(question.error());
  if (question) answer.id = spec_of(question->kind).id;
  if (!answer.cited.empty()) cited_ = answer.cited;
  return answer;
}

Answer Executor::run(const Question& question) {
  switch (question.kind) {
    case Kind::Can:
      return can(question);
    case Kind::Reaches:
    case Kind::Reached:
      return list(question);
    case Kind::Why:
      return why();
    case Kind::Again:
      return again();
    case Kind::Delete:
    case Kind::Apply:
      return what_if(question);
    case Kind::Undo:
      return undo();
    case Kind::Exposure:
      return exposure(question);
    case Kind::Show:
      return show(question);
    case Kind::Source:
      return source(question);
    case Kind::Map:
      return map(question);
    case Kind::Audit:
      return audit();
    case Kind::Reload:
      return reload();
    case Kind::Help:
      return help(question);
    case Kind::Quit: {
      Answer answer = told("");
      answer.quit = true;
      return answer;
    }
  }
  return {};
}

// What the commands answer ------------------------------------------------------------------------

Executor::Query Executor::query(const CommandSpec& spec) const {
  Query query;
  query.spec = &spec;
  query.about = state_.now();
  query.arguments.options = spec.options;
  for (const auto& [name, values] : arguments_.values) {
    const bool own = name == "format" || name == "namespace" || name == "quiet";
    if (!own && has_option(spec, name)) query.arguments.values[name] = values;
  }
  // `can` calls the namespace of names without one by another word than the lists.
  const bool lists = has_option(spec, "default-namespace");
  set(query.arguments, lists ? "default-namespace" : "namespace", arguments_.value("namespace"));
  if (is_json()) set(query.arguments, "format", "json");
  return query;
}

tl::expected<std::string, Mistake> Executor::place(const std::string& text) const {
  const bool chosen = arguments_.has("namespace");
  return state_.now()->names->place(text, chosen ? arguments_.value("namespace") : "");
}

Answer Executor::can(const Question& question) {
  Query asked = query(kCan);
  for (std::size_t i : {0U, 1U}) {
    auto found = place(question.words[i]);
    if (!found) return mistaken(found.error());
    asked.arguments.positional.push_back(std::move(*found));
  }
  if (question.words.size() > 2) set(asked.arguments, "port", question.words[2]);
  return ask(std::move(asked));
}

Answer Executor::list(const Question& question) {
  Query asked = query(kMap);
  auto found = place(question.words[0]);
  if (!found) return mistaken(found.error());
  set(asked.arguments, question.kind == Kind::Reaches ? "to" : "from", std::move(*found));
  if (question.words.size() > 1) set(asked.arguments, "port", question.words[1]);
  return ask(std::move(asked));
}

Answer Executor::map(const Question& question) {
  Query asked = query(kMap);
  if (!question.words.empty()) {
    auto found = state_.now()->names->space(question.words[0]);
    if (!found) return mistaken(found.error());
    set(asked.arguments, "namespace", std::move(*found));
  }
  return ask(std::move(asked));
}

Answer Executor::exposure(const Question& question) {
  Query asked = query(kExposure);
  if (!question.words.empty()) {
    const std::string& text = question.words[0];
    if (state_.now()->names->is_space(text)) {
      set(asked.arguments, "namespace", text);
    } else {
      auto found = place(text);
      if (!found) return mistaken(found.error());
      set(asked.arguments, "workload", std::move(*found));
    }
  }
  return ask(std::move(asked));
}

Answer Executor::audit() {
  if (!is_available(spec_of(Kind::Audit))) {
    return mistaken({"usage", "this polreach has no audit", "help shows what can be asked"});
  }
  return ask(query(*find_command("audit")));
}

Answer Executor::ask(Query query) {
  Answer answer = ask(query, false);
  question_ = query;
  last_ = std::move(query);
  return answer;
}

Answer Executor::ask(const Query& query, bool deep) {
  const auto computed = runner_([&] { return compute(query, deep); });
  if (!computed) return mistaken({"no-verdict", "the question was given up", ""});
  Answer answer;
  answer.answered = computed->answered;
  if (is_json()) {
    answer.document = computed->text;
    answer.cited = places_of_json(answer.document);
  } else {
    answer.text = number_places(computed->text, query.about->input->sources, style(), answer.cited);
  }
  if (!answer.cited.empty()) {
    cited_in_ = query.about;
    cited_before_ = query.before;
  }
  return answer;
}

Computed Executor::compute(const Query& query, bool deep) const {
  std::istringstream nothing;
  std::ostringstream out;
  std::ostream& err = is_json() ? streams_.err : static_cast<std::ostream&>(out);
  const Streams streams{nothing, out, err, streams_.out_is_terminal, streams_.out_is_terminal};
  Arguments arguments = query.arguments;
  set_depth(*query.spec, arguments, deep);
  Computed result;
  const DiagnosticsGuard guard(*query.about->input);
  try {
    Session session(arguments, streams, schema_of(*query.spec));
    session.use(*query.about->input);
    session.set_length(deep ? Length::Full : Length::Answer);
    if (query.before) {
      const DiagnosticsGuard other(*query.before->input);
      Session before(arguments, streams, schema_of(*query.spec));
      before.use(*query.before->input);
      ask_diff(before, session);
      result.answered = before.was_answered() && session.was_answered();
    } else {
      query.spec->ask(session);
      result.answered = session.was_answered();
    }
    result.text = out.str();
  } catch (const source::InternalError& error) {
    err << "error[internal]: " << error.what()
        << ". No answer is given. Please report this with the input.\n";
    result = {false, is_json() ? "" : out.str()};
  } catch (const std::bad_alloc&) {
    result = {false, is_json() ? "" : "error[usage]: out of memory\n"};
  }
  return result;
}

Answer Executor::why() {
  if (!last_) return mistaken({"usage", "nothing has been answered yet", "ask something first"});
  return ask(*last_, true);
}

Answer Executor::again() {
  if (!question_) return mistaken({"usage", "nothing has been asked yet", "ask something first"});
  question_->about = state_.now();
  return ask(*question_);
}

// Changes -----------------------------------------------------------------------------------------

Executor::Query Executor::difference(std::shared_ptr<Version> before) const {
  Query query = this->query(kDiff);
  query.before = std::move(before);
  query.arguments.positional = {query.before->name, query.about->name};
  if (query.before->name == query.about->name) query.arguments.positional = {"before", "now"};
  return query;
}

Answer Executor::difference_answer(std::string heading, std::shared_ptr<Version> before) {
  Query asked = difference(std::move(before));
  Answer answer = ask(asked, false);
  last_ = std::move(asked);
  answer.text = std::move(heading) + answer.text;
  return answer;
}

Answer Executor::what_if(const Question& question) {
  const std::shared_ptr<Version> before = state_.now();
  if (question.kind == Kind::Delete) {
    const auto object = before->names->object(question.words[0], false);
    if (!object) return mistaken(object.error());
    if (auto changed = state_.remove(**object); !changed) return mistaken(changed.error());
  } else if (auto changed = state_.apply(question.words[0]); !changed) {
    return mistaken(changed.error());
  }
  const std::string heading = "From here on: the cluster " +
                              style().bold(printable(state_.now()->name)) +
                              ". undo takes it back.\n";
  return difference_answer(heading, before);
}

Answer Executor::undo() {
  if (!state_.undo()) return mistaken({"usage", "there is no change to take back", ""});
  return told("From here on: the cluster " + style().bold(printable(state_.now()->name)) + ".\n");
}

Answer Executor::reload() {
  auto reread = state_.read_again();
  if (!reread) return mistaken({"input", reread.error().message, "the cluster stays as it was"});
  std::ostringstream out;
  const bool json = is_json();
  write_diagnostics(json ? streams_.err : static_cast<std::ostream&>(out), style(),
                    reread->input->sources, reread->input->diagnostics, true);
  if (reread->input->diagnostics.errors() > 0) {
    Answer answer = mistaken({"input", "the files have errors now", "the cluster stays as it was"});
    answer.text = out.str() + answer.text;
    return answer;
  }
  const std::shared_ptr<Version> before = state_.base();
  const bool had_changes = state_.changes() > 0;
  for (const std::string& file : reread->files) out << printable(file) << "\n";
  const bool same = reread->files.empty();
  if (same) out << "no file has changed\n";
  if (had_changes) out << "changes of what if are given up\n";
  std::vector<std::string> files = reread->files;
  state_.accept(std::move(*reread));
  // The same texts mean the same; programs get the comparison all the same.
  Answer answer = same && !json ? told(out.str()) : difference_answer(out.str(), before);
  answer.files = std::move(files);
  return answer;
}

// Files ------------------------------------------------------------------------------------------

Answer Executor::excerpt(Excerpt excerpt) const {
  std::ostringstream out;
  write_text(out, style(), excerpt);
  Answer answer = told(out.str());
  answer.excerpt = std::move(excerpt);
  return answer;
}

Answer Executor::show(const Question& question) {
  const auto object = state_.now()->names->object(question.words[0], true);
  if (!object) return mistaken(object.error());
  return excerpt(lines_of_object(state_.now()->input->sources, (*object)->where));
}

Answer Executor::source(const Question& question) {
  const std::string& text = question.words[0];
  const bool is_number = text.find_first_not_of("0123456789") == std::string::npos;
  std::optional<Citation> place;
  std::shared_ptr<Version> version = state_.now();
  if (!is_number) {
    place = parse_place(text);
    if (!place) return mistaken({"usage", "\"" + text + "\" is no place", "write source N"});
  } else {
    const std::size_t index = text.size() > 6 ? 0 : std::stoul(text);
    if (index == 0 || index > cited_.size()) {
      const std::string known =
          cited_.empty() ? "no answer has named a place yet"
                         : fmt::format("the last answer names the places 1 to {}", cited_.size());
      return mistaken({"usage", "there is no place " + text, known});
    }
    place = cited_[index - 1];
    version = place->before && cited_before_ ? cited_before_ : cited_in_;
  }
  const auto& sources = version->input->sources;
  const auto file = file_called(sources, place->file);
  if (!file) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      names.emplace_back(sources.name(static_cast<source::FileId>(i)));
    }
    return mistaken({"usage",
                     "no file of the input is called " + place->file +
                         source::did_you_mean(source::nearest(place->file, names)),
                     ""});
  }
  auto lines = lines_around(sources, *file, place->line);
  if (!lines) {
    return mistaken({"usage", fmt::format("{} has no line {}", place->file, place->line), ""});
  }
  return excerpt(std::move(*lines));
}

// The rest ----------------------------------------------------------------------------------------

Answer Executor::help(const Question& question) {
  std::ostringstream out;
  if (question.words.empty()) {
    std::size_t width = 0;
    for (const QuestionSpec& each : questions()) width = std::max(width, each.form.size());
    for (const QuestionSpec& each : questions()) {
      if (is_available(each)) out << fmt::format("  {:<{}}  {}\n", each.form, width, each.summary);
    }
    out << "\nTab completes names; help WORD says more.\n";
    return told(out.str());
  }
  const std::string& word = question.words[0];
  std::vector<std::string> words;
  for (const QuestionSpec& each : questions()) {
    const std::vector<std::string> start = split(each.form);
    words.push_back(start[0]);
    if ((start[0] != word && each.id != word) || !is_available(each)) continue;
    out << "  " << each.form << "\n      " << each.summary << "\n";
    if (!each.more.empty()) out << "      " << each.more << "\n";
  }
  if (out.str().empty()) {
    return mistaken(
        {"usage",
         "there is no help on " + word + source::did_you_mean(source::nearest(word, words)),
         "help shows what can be asked"});
  }
  return told(out.str());
}

Answer Executor::mistaken(Mistake mistake) const {
  const Style style = this->style();
  Answer answer;
  answer.text = style.red("error[" + mistake.code + "]") + ": " +
                style.bold(printable(mistake.message)) + "\n";
  if (!mistake.help.empty()) answer.text += "  help: " + printable(mistake.help) + "\n";
  answer.mistake = std::move(mistake);
  return answer;
}

Answer Executor::told(std::string text) const {
  Answer answer;
  answer.answered = true;
  answer.text = std::move(text);
  return answer;
}

}  // namespace polreach::cli::shell
