// SPDX-License-Identifier: Apache-2.0
#include "solver/z3/transcript.h"

#include <algorithm>

namespace polreach::solver::z3 {
namespace {

std::string_view status(Transcript::Answer answer) {
  switch (answer) {
    case Transcript::Answer::Sat:
      return "sat";
    case Transcript::Answer::Unsat:
      return "unsat";
    case Transcript::Answer::Unknown:
      break;
  }
  return "unknown";
}

/// Names come from the input: none may end its comment.
void write_comment(std::ostream& out, std::string_view text) {
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  out << "; " << line << "\n";
}

/// Z3 writes a status of its own, which is "unknown" always, and an empty comment.
std::string without_status(std::string text) {
  std::size_t at = 0;
  while (text.starts_with(";")) text.erase(0, text.find('\n') + 1);
  while ((at = text.find("(set-info", at)) != std::string::npos) {
    text.erase(at, text.find('\n', at) + 1 - at);
  }
  return text;
}

}  // namespace

void Transcript::add(std::string_view what, std::string text, Answer answer) {
  questions_.push_back({std::string(what), without_status(std::move(text)), answer});
}

void Transcript::add_constant(std::string_view what, bool holds) {
  add(what, std::string("(assert ") + (holds ? "true" : "false") + ")\n(check-sat)\n",
      holds ? Answer::Sat : Answer::Unsat);
}

void Transcript::write(std::ostream& out, std::string_view about) const {
  write_comment(out, about);
  write_comment(out, std::to_string(questions_.size()) +
                         " questions; unsat: there is no such packet; sat: there is one");
  for (const Question& question : questions_) {
    out << "\n(reset)\n";
    write_comment(out, question.what);
    out << "(set-logic QF_BV)\n(set-info :status " << status(question.answer) << ")\n"
        << question.text;
  }
}

}  // namespace polreach::solver::z3
