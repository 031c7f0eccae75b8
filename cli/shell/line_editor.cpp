// SPDX-License-Identifier: Apache-2.0
#include "cli/shell/line_editor.h"

#include <histedit.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "cli/report/style.h"
#include "cli/report/wrap.h"
#include "cli/terminal.h"

namespace polreach::cli::shell {
namespace {

namespace fs = std::filesystem;

constexpr int kHistorySize = 1000;
constexpr std::size_t kMostListed = 200;

}  // namespace

struct LineEditor::Parts {
  EditLine* editor = nullptr;
  History* history = nullptr;
  HistEvent event{};
  std::FILE* out = nullptr;
  std::string file;
  std::string prompt;
  Complete complete;
  bool given_up = false;

  static Parts& of(EditLine* editor) {
    void* data = nullptr;
    el_get(editor, EL_CLIENTDATA, &data);
    return *static_cast<Parts*>(data);
  }

  static char* show_prompt(EditLine* editor) { return of(editor).prompt.data(); }

  /// Ctrl-C: the line is done, and nothing of it counts.
  static unsigned char give_up(EditLine* editor, int) {
    Parts& parts = of(editor);
    parts.given_up = true;
    std::fputs("^C\n", parts.out);
    return CC_EOF;
  }

  /// Ctrl-Z: libedit gives the terminal back on the way, and takes it again.
  static unsigned char suspend(EditLine*, int) {
    std::raise(SIGTSTP);
    return CC_REDISPLAY;
  }

  static unsigned char complete_word(EditLine* editor, int) {
    Parts& parts = of(editor);
    const LineInfo* line = el_line(editor);
    const std::string before(line->buffer, line->cursor);
    const Completion found = parts.complete(before);
    if (found.words.empty()) return CC_REFRESH_BEEP;
    const std::string word = before.substr(before.size() - found.length);
    std::string start = common_start(found.words);
    const bool one = found.words.size() == 1;
    if (one && found.ends) start += ' ';
    // The full form of a name need not start with what was written of it.
    const bool longer = start.size() > word.size() && (one || start.starts_with(word));
    if (longer) {
      el_deletestr(editor, static_cast<int>(found.length));
      el_insertstr(editor, start.c_str());
      return CC_REFRESH;
    }
    if (one) return CC_REFRESH_BEEP;
    parts.list(found.words);
    return CC_REDISPLAY;
  }

  /// In columns, below the line that is being written.
  void list(const std::vector<std::string>& words) const {
    std::size_t widest = 0;
    for (const std::string& each : words) widest = std::max(widest, columns_of(printable(each)));
    const std::size_t width = std::max<std::size_t>(terminal_width(fileno(out)), 20);
    const std::size_t columns = std::max<std::size_t>(width / (widest + 2), 1);
    std::fputc('\n', out);
    const std::size_t shown = std::min(words.size(), kMostListed);
    for (std::size_t i = 0; i < shown; ++i) {
      const std::string text = printable(words[i]);
      std::fputs(text.c_str(), out);
      const bool last = i + 1 == shown || (i + 1) % columns == 0;
      if (last) {
        std::fputc('\n', out);
      } else {
        std::fputs(std::string(widest + 2 - columns_of(text), ' ').c_str(), out);
      }
    }
    if (shown < words.size()) std::fprintf(out, "and %zu more\n", words.size() - shown);
  }
};

LineEditor::LineEditor(std::FILE* in, std::FILE* out, const std::string& history, Complete complete)
    : parts_(std::make_unique<Parts>()) {
  Parts& parts = *parts_;
  parts.out = out;
  parts.file = history;
  parts.complete = std::move(complete);
  parts.editor = el_init("polreach", in, out, stderr);
  if (parts.editor == nullptr) return;
  el_set(parts.editor, EL_CLIENTDATA, &parts);
  el_set(parts.editor, EL_EDITOR, "emacs");
  el_set(parts.editor, EL_SIGNAL, 1);
  el_set(parts.editor, EL_PROMPT, &Parts::show_prompt);
  // While a line is edited, Ctrl-C and Ctrl-Z are keys; while a question runs, they are the
  // terminal's signals.
  el_set(parts.editor, EL_SETTY, "-d", "-isig", nullptr);
  el_set(parts.editor, EL_ADDFN, "polreach-suspend", "Suspend the shell", &Parts::suspend);
  el_set(parts.editor, EL_BIND, "^Z", "polreach-suspend", nullptr);
  el_set(parts.editor, EL_ADDFN, "polreach-give-up", "Give the line up", &Parts::give_up);
  el_set(parts.editor, EL_BIND, "^C", "polreach-give-up", nullptr);
  el_set(parts.editor, EL_ADDFN, "polreach-complete", "Complete a word", &Parts::complete_word);
  el_set(parts.editor, EL_BIND, "\t", "polreach-complete", nullptr);
  el_set(parts.editor, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  parts.history = history_init();
  if (parts.history == nullptr) return;
  ::history(parts.history, &parts.event, H_SETSIZE, kHistorySize);
  ::history(parts.history, &parts.event, H_SETUNIQUE, 1);
  el_set(parts.editor, EL_HIST, ::history, parts.history);
  if (!history.empty()) ::history(parts.history, &parts.event, H_LOAD, history.c_str());
  el_source(parts.editor, nullptr);  // what the user has in ~/.editrc
}

LineEditor::~LineEditor() {
  if (parts_->editor != nullptr) el_end(parts_->editor);
  if (parts_->history != nullptr) history_end(parts_->history);
}

std::optional<std::string> LineEditor::read(const std::string& prompt) {
  Parts& parts = *parts_;
  if (parts.editor == nullptr) return std::nullopt;
  parts.prompt = prompt;
  parts.given_up = false;
  int length = 0;
  const char* line = el_gets(parts.editor, &length);
  if (parts.given_up) {
    el_set(parts.editor, EL_UNBUFFERED, 0);
    return "";
  }
  if (line == nullptr || length <= 0) {
    std::fputc('\n', parts.out);
    std::fflush(parts.out);
    return std::nullopt;
  }
  std::string text(line, static_cast<std::size_t>(length));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

void LineEditor::remember(const std::string& line) {
  Parts& parts = *parts_;
  if (parts.history == nullptr) return;
  ::history(parts.history, &parts.event, H_ENTER, line.c_str());
  if (parts.file.empty()) return;
  // The file is for nobody else to read, from its first byte.
  const mode_t before = umask(077);
  ::history(parts.history, &parts.event, H_SAVE, parts.file.c_str());
  umask(before);
}

std::string history_file() {
  const auto absolute = [](const char* value) {
    return value != nullptr && fs::path(value).is_absolute() ? fs::path(value) : fs::path();
  };
  fs::path folder = absolute(std::getenv("XDG_STATE_HOME"));
  if (folder.empty()) {
    const fs::path home = absolute(std::getenv("HOME"));
    if (home.empty()) return "";
    folder = home / ".local" / "state";
  }
  folder /= "polreach";
  const mode_t before = umask(077);
  std::error_code error;
  fs::create_directories(folder, error);
  umask(before);
  return error ? "" : (folder / "shell-history").string();
}

}  // namespace polreach::cli::shell
