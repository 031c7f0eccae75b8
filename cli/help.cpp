// SPDX-License-Identifier: Apache-2.0
#include "cli/help.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <sstream>

namespace polreach::cli {
namespace {

constexpr std::size_t kWidth = 88;
constexpr std::size_t kIndent = 6;

/// Breaks a text at spaces, keeping its paragraphs, and lines that start with a space.
void write_wrapped(std::ostream& out, std::string_view text, std::size_t indent) {
  std::size_t column = 0;
  std::size_t start = 0;
  while (start < text.size()) {
    if (text[start] == '\n') {
      out << "\n";
      column = 0;
      ++start;
      continue;
    }
    const bool line_starts = start == 0 || text[start - 1] == '\n';
    if (line_starts && text[start] == ' ') {
      const std::size_t end = std::min(text.find('\n', start), text.size());
      out << text.substr(start, end - start);
      start = end;
      continue;
    }
    const std::size_t end = std::min(text.find_first_of(" \n", start), text.size());
    const std::string_view word = text.substr(start, end - start);
    if (column > 0 && column + 1 + word.size() > kWidth) {
      out << "\n";
      column = 0;
    }
    if (column == 0) {
      out << std::string(indent, ' ') << word;
      column = indent + word.size();
    } else {
      out << " " << word;
      column += 1 + word.size();
    }
    start = end < text.size() && text[end] == ' ' ? end + 1 : end;
  }
  out << "\n";
}

std::string flags_of(const OptionSpec& option) {
  std::string text;
  if (option.letter != '\0') text = fmt::format("-{}, ", option.letter);
  text += fmt::format("--{}", option.name);
  if (option.argument.empty()) return text;
  return text + fmt::format("={}", option.choices.empty() ? option.argument : option.choices);
}

std::string help_of(const OptionSpec& option) {
  std::string text(option.help);
  if (!option.fallback.empty()) text += fmt::format(" (default: {})", option.fallback);
  return text;
}

// The manual page --------------------------------------------------------------------------------

/// Text for groff: dashes that stay dashes, no line taken for a request.
std::string roff(std::string_view text) {
  std::string result;
  for (char c : text) {
    if (c == '-') {
      result += "\\-";
    } else if (c == '\\') {
      result += "\\e";
    } else {
      result += c;
    }
    if (c == '\n') result += ".PP\n";
  }
  return !result.empty() && (result[0] == '.' || result[0] == '\'') ? "\\&" + result : result;
}

void write_man(std::ostream& out) {
  fmt::print(out, ".TH POLREACH 1 \"\" \"polreach {}\" \"User Commands\"\n", kVersion);
  out << ".SH NAME\npolreach \\- prove what network policies allow\n.SH SYNOPSIS\n";
  for (const CommandSpec* const each : commands()) {
    const CommandSpec& command = *each;
    if (command.hidden) continue;
    fmt::print(out, ".B polreach {}\n[OPTION]... {}\n", command.name, roff(command.synopsis));
  }
  out << ".SH DESCRIPTION\nReads Kubernetes manifests, compiles their network policies to symbolic "
         "constraints and proves with Z3 which connections they allow, and because of which "
         "line.\n";
  for (const CommandSpec* const each : commands()) {
    const CommandSpec& command = *each;
    if (command.hidden) continue;
    fmt::print(out, ".SH {}\n{}\n", command.name, roff(command.description));
    for (const OptionSpec& option : command.options) {
      fmt::print(out, ".TP\n.B {}\n{}.\n", roff(flags_of(option)), roff(help_of(option)));
    }
  }
  // Tables keep their lines.
  for (const Topic& topic : topics()) {
    fmt::print(out, ".SH {}\n.nf\n", topic.name);
    std::ostringstream text;
    write_wrapped(text, topic.text(), 0);
    std::istringstream lines(text.str());
    for (std::string line; std::getline(lines, line);) out << roff(line) << "\n";
    out << ".fi\n";
  }
  out << ".SH ENVIRONMENT\n.TP\nNO_COLOR\nno colours, unless \\-\\-color=always is given.\n";
}

// Completions ------------------------------------------------------------------------------------

std::string spaced(std::string_view choices) {
  std::string text(choices);
  std::replace(text.begin(), text.end(), '|', ' ');
  return text;
}

std::string topic_names() {
  std::string text;
  for (const Topic& topic : topics()) text += fmt::format(" {}", topic.name);
  return text;
}

std::string first_words() {
  std::string text = "help version";
  for (const CommandSpec* const each : commands()) {
    const CommandSpec& command = *each;
    if (!command.hidden) text += fmt::format(" {}", command.name);
  }
  return text;
}

void write_bash(std::ostream& out) {
  out << "# bash completion for polreach\n_polreach() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
         "  COMPREPLY=()\n"
         "  [[ $before == = ]] && before=${COMP_WORDS[COMP_CWORD-2]}\n"
         "  [[ $word == = ]] && word=\n"
         "  case $before in\n";
  for (const CommandSpec* const each : commands()) {
    const CommandSpec& command = *each;
    for (const OptionSpec& option : command.options) {
      if (option.choices.empty()) continue;
      fmt::print(out,
                 "    --{}) mapfile -t COMPREPLY < <(compgen -W '{}' -- \"$word\"); return ;;\n",
                 option.name, spaced(option.choices));
    }
  }
  fmt::print(out,
             "  esac\n  if ((COMP_CWORD == 1)); then\n"
             "    mapfile -t COMPREPLY < <(compgen -W '{}' -- \"$word\")\n    return\n  fi\n"
             "  if [[ ${{COMP_WORDS[1]}} == help ]]; then\n"
             "    mapfile -t COMPREPLY < <(compgen -W '{}' -- \"$word\")\n    return\n  fi\n"
             "  if [[ $word == -* ]]; then\n    case ${{COMP_WORDS[1]}} in\n",
             first_words(), first_words() + topic_names());
  for (const CommandSpec* const each : commands()) {
    const CommandSpec& command = *each;
    if (command.hidden) continue;
    std::string options;
    for (const OptionSpec& option : command.options) options += fmt::format("--{} ", option.name);
    fmt::print(out, "      {}) mapfile -t COMPREPLY < <(compgen -W '{}' -- \"$word\") ;;\n",
               command.name, options);
  }
  out << "    esac\n    return\n  fi\n"
         "  mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n}\n"
         "complete -o filenames -F _polreach polreach\n";
}

/// Text inside single quotes of a shell, without what zsh's _arguments gives a meaning.
std::string zsh_text(std::string_view text) {
  std::string result;
  for (char c : text) {
    if (c == '\'') {
      result += "'\\''";
    } else if (c == '[' || c == ']' || c == ':') {
      result += '\\';
      result += c;
    } else {
      result += c;
    }
  }
  return result;
}

void write_zsh(std::ostream& out) {
  fmt::print(out,
             "#compdef polreach\n_polreach() {{\n  if ((CURRENT == 2)); then\n"
             "    compadd {}\n    return\n  fi\n  case $words[2] in\n    help) compadd {} ;;\n",
             first_words(), first_words() + topic_names());
  for (const CommandSpec* const each : commands()) {
    const CommandSpec& command = *each;
    if (command.hidden) continue;
    fmt::print(out, "    {})\n      _arguments", command.name);
    for (const OptionSpec& option : command.options) {
      fmt::print(out, " \\\n        '--{}{}[{}]", option.name, option.argument.empty() ? "" : "=",
                 zsh_text(option.help));
      if (!option.choices.empty()) {
        fmt::print(out, ":{}:({})", zsh_text(option.argument), spaced(option.choices));
      } else if (!option.argument.empty()) {
        fmt::print(out, ":{}:_files", zsh_text(option.argument));
      }
      out << "'";
    }
    out << " \\\n        '*:file:_files'\n      ;;\n";
  }
  out << "  esac\n}\n_polreach \"$@\"\n";
}

std::string fish_text(std::string_view text) {
  std::string result;
  for (char c : text) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

void write_fish(std::ostream& out) {
  out << "# fish completion for polreach\n";
  fmt::print(out, "complete -c polreach -n '__fish_seen_subcommand_from help' -f -a '{}'\n",
             first_words() + topic_names());
  for (const CommandSpec* const each : commands()) {
    const CommandSpec& command = *each;
    if (command.hidden) continue;
    fmt::print(out, "complete -c polreach -n __fish_use_subcommand -f -a {} -d '{}'\n",
               command.name, fish_text(command.summary));
    for (const OptionSpec& option : command.options) {
      fmt::print(out, "complete -c polreach -n '__fish_seen_subcommand_from {}' -l {}",
                 command.name, option.name);
      if (option.letter != '\0') fmt::print(out, " -s {}", option.letter);
      if (!option.choices.empty()) {
        fmt::print(out, " -x -a '{}'", spaced(option.choices));
      } else if (!option.argument.empty()) {
        out << " -r";
      }
      fmt::print(out, " -d '{}'\n", fish_text(option.help));
    }
  }
}

}  // namespace

void write_overview(std::ostream& out) {
  fmt::print(out,
             "polreach {}: proves what network policies allow\n\n"
             "usage: polreach COMMAND [OPTION]... ARGUMENT...\n\n",
             kVersion);
  for (const CommandSpec* const each : commands()) {
    const CommandSpec& command = *each;
    if (!command.hidden) fmt::print(out, "  {:<8} {}\n", command.name, command.summary);
  }
  out << "\npolreach help TOPIC says more of:\n";
  for (const Topic& topic : topics()) fmt::print(out, "  {:<11} {}\n", topic.name, topic.summary);
  out << "\nexamples:\n"
         "  polreach can shop/web shop/db --port 5432 k8s/\n"
         "  kubectl get ns,pods,deploy,netpol,svc -A -o json | polreach can shop/web internet -\n"
         "\nexit status: 0 allowed, 1 denied or partly, 2 no verdict\n"
         "polreach COMMAND --help says more.\n";
}

void write_help(std::ostream& out, const CommandSpec& command) {
  fmt::print(out, "usage: polreach {} [OPTION]... {}\n\n", command.name, command.synopsis);
  write_wrapped(out, command.description, 0);
  out << "\noptions:\n";
  for (const OptionSpec& option : command.options) {
    out << "  " << flags_of(option) << "\n";
    write_wrapped(out, help_of(option), kIndent);
  }
}

void write_topic(std::ostream& out, const Topic& topic) {
  fmt::print(out, "{}: {}\n\n", topic.name, topic.summary);
  write_wrapped(out, topic.text(), 0);
}

bool write_generated(std::ostream& out, std::string_view what) {
  if (what == "man") {
    write_man(out);
  } else if (what == "bash") {
    write_bash(out);
  } else if (what == "zsh") {
    write_zsh(out);
  } else if (what == "fish") {
    write_fish(out);
  } else {
    return false;
  }
  return true;
}

}  // namespace polreach::cli
