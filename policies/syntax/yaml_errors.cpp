// SPDX-License-Identifier: Apache-2.0
#include "policies/syntax/yaml_errors.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

namespace polreach::syntax {
namespace {

constexpr const char* kCode = "yaml-syntax";

struct Wording {
  std::string_view library;  // how yaml-cpp's message starts
  std::string_view message;
  std::string_view help;
};

constexpr std::array kWordings = {
    Wording{"illegal map value", "a mapping value is not allowed here",
            "check the indentation of this line; put values that contain `: ` in quotes"},
    Wording{"illegal map key", "a key is not allowed here", "check the indentation of this line"},
    Wording{"illegal block entry", "a list item is not allowed here",
            "check the indentation of the `-`, and that the brackets before it are closed"},
    Wording{"end of map not found", "expected the next key of the mapping, or its end",
            "check the indentation of this line, and the quotes before it"},
    Wording{"end of sequence not found", "expected the next item of the list, or its end",
            "check the indentation of this line, and the quotes before it"},
    Wording{"illegal flow end", "this bracket closes nothing", "remove it, or open it before"},
    Wording{"unknown token", "a value cannot start with this character", "put the value in quotes"},
    Wording{"unknown escape character", "this is not an escape sequence",
            "write `\\\\` for a backslash, or use single quotes"},
    Wording{"cannot set zero indentation", "the indentation of a block cannot be 0",
            "use a number from 1 to 9, or none"},
    Wording{"unexpected character in block scalar", "unexpected text after `|` or `>`",
            "start the text of the block on the next line"},
};

/// A tab in the indentation of the line of an offset, or of the one before it; else npos.
std::size_t find_tab(std::string_view bytes, std::size_t begin, std::size_t at) {
  for (int lines = 0; lines < 2; ++lines) {
    const std::size_t newline = at == 0 ? std::string_view::npos : bytes.rfind('\n', at - 1);
    const std::size_t start =
        newline == std::string_view::npos || newline < begin ? begin : newline + 1;
    const std::size_t text = bytes.find_first_not_of(" \t", start);
    const std::size_t tab = bytes.find('\t', start);
    if (tab < text) return tab;
    if (start == begin) break;
    at = start - 1;
  }
  return std::string_view::npos;
}

/// The first quote after an offset that opens a scalar and is not closed; else npos.
std::size_t find_open_quote(std::string_view bytes, std::size_t from, std::size_t end) {
  constexpr std::string_view kBefore = " \t\r\n[{,:";
  for (std::size_t at = from; at < end; ++at) {
    const char quote = bytes[at];
    if (quote != '"' && quote != '\'') continue;
    if (at > from && kBefore.find(bytes[at - 1]) == std::string_view::npos) continue;
    std::size_t close = at + 1;
    for (; close < end && bytes[close] != quote; ++close) {
      if (quote == '"' && bytes[close] == '\\') ++close;
    }
    if (close >= end) return at;
    at = close;
  }
  return std::string_view::npos;
}

/// The brackets from an offset on that are not closed where the first one is, or the text, ends.
std::vector<std::size_t> find_open_brackets(std::string_view bytes, std::size_t from,
                                            std::size_t end) {
  std::vector<std::size_t> open;
  for (std::size_t at = from; at < end; ++at) {
    const char c = bytes[at];
    if (c == '[' || c == '{') open.push_back(at);
    if ((c == ']' || c == '}') && !open.empty()) open.pop_back();
    if (c == '"' || c == '\'') {
      const std::size_t close = bytes.find(c, at + 1);
      if (close < end) at = close;
    }
    if (open.empty()) break;
  }
  return open;
}

void never_closed(const Input& input, const source::Span& opening, std::size_t noticed) {
  const char bracket = input.bytes[opening.begin];
  input.fail(kCode, std::string("this `") + bracket + "` is never closed", opening,
             std::string("add the missing `") + (bracket == '[' ? ']' : '}') +
                 "`, or the comma before the next entry",
             input.at(noticed), "the reader gave up here");
}

std::string alias_name(std::string_view bytes, std::size_t at) {
  const std::size_t end = std::min(bytes.find_first_of(" \t\r\n,[]{}", at), bytes.size());
  return std::string(bytes.substr(at, std::min<std::size_t>(end - at, 80)));
}

/// The library's own words, as one line.
std::string one_line(std::string message) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  return message.empty() ? "this is not YAML" : message;
}

/// Errors whose cause is before the place where yaml-cpp noticed. False: there is none.
bool explain_cause(const Input& input, const YamlFailure& failure) {
  const std::size_t end = failure.document.end;
  const std::string_view message = failure.message;
  const bool unfinished = message.starts_with("end of ") || message.find("EOF") != message.npos;
  if (unfinished && failure.at + 1 >= end) {
    const std::size_t quote = find_open_quote(input.bytes, failure.last_event, end);
    if (quote != std::string_view::npos) {
      input.fail(kCode, "this quote is never closed", input.at(quote), "add the closing quote");
      return true;
    }
  }
  if (message.find("flow not found") != std::string_view::npos && failure.open_flow.exists()) {
    never_closed(input, failure.open_flow, std::min(failure.at, end - 1));
    return true;
  }
  const std::size_t tab = find_tab(input.bytes, failure.document.begin, failure.at);
  if (tab != std::string_view::npos) {
    input.fail(kCode, "a tab is used for indentation; YAML allows only spaces", input.at(tab),
               "replace the tab by spaces");
    return true;
  }
  return false;
}

}  // namespace

void explain(const Input& input, const YamlFailure& failure) {
  if (failure.message.starts_with("bad file")) {
    input.fail("too-deep", "collections are nested too deep here", input.at(failure.at),
               "flatten the document");
    return;
  }
  if (explain_cause(input, failure)) return;
  const source::Span where = input.at(failure.at);
  if (failure.message.starts_with("the referenced anchor")) {
    input.fail(kCode, "the alias `" + alias_name(input.bytes, failure.at) + "` has no anchor",
               where, "define the anchor before this line, or put the text in quotes");
    return;
  }
  for (const Wording& wording : kWordings) {
    if (failure.message.starts_with(wording.library)) {
      input.fail(kCode, std::string(wording.message), where, std::string(wording.help));
      return;
    }
  }
  input.fail(kCode, one_line(failure.message), where, "correct the YAML at this place");
}

bool explain_collection_key(const Input& input, const source::Span& opening, std::size_t end) {
  const std::string_view bytes = input.bytes;
  const std::size_t quote = find_open_quote(bytes, opening.begin, end);
  if (quote != std::string_view::npos) {
    return input.fail(kCode, "this quote is never closed", input.at(quote),
                      "add the closing quote");
  }
  const char first = bytes[std::min<std::size_t>(opening.begin, end - 1)];
  const auto open = first == '[' || first == '{' ? find_open_brackets(bytes, opening.begin, end)
                                                 : std::vector<std::size_t>();
  if (!open.empty()) {
    never_closed(input, input.at(open.back()), end - 1);
    return false;
  }
  return input.fail(kCode, "a key cannot be a list or a mapping", opening,
                    "if this is a template such as `{{ ... }}`, render it first");
}

bool check_characters(const Input& input, const YamlDocuments::Document& document) {
  for (std::size_t at = document.begin; at < document.end; ++at) {
    const auto c = static_cast<unsigned char>(input.bytes[at]);
    if (c >= 0x20 || c == '\n' || c == '\t') continue;
    if (c == '\r') {
      if (at + 1 == document.end || input.bytes[at + 1] == '\n') continue;
      return input.fail(kCode, "a carriage return without a line feed", input.at(at),
                        "use line feeds at the ends of lines");
    }
    std::array<char, 8> name{};
    std::snprintf(name.data(), name.size(), "U+%04X", static_cast<unsigned>(c));
    return input.fail(kCode,
                      std::string("YAML does not allow the control character ") + name.data(),
                      input.at(at), "remove it, or write it as an escape in double quotes");
  }
  return true;
}

}  // namespace polreach::syntax
