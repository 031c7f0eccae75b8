// SPDX-License-Identifier: Apache-2.0
#include "policies/syntax/json_export.h"

#include <algorithm>
#include <optional>

#include "policies/syntax/characters.h"
#include "policies/syntax/json_splitter.h"
#include "policies/syntax/json_team.h"

namespace polreach::syntax {
namespace {

/// Shorter lists are not worth threads.
constexpr std::size_t kShortest = std::size_t{4} << 20U;
/// How much there may be before and behind the items.
constexpr std::size_t kLongestHead = std::size_t{1} << 16U;
constexpr std::size_t kLongestTail = std::size_t{1} << 16U;

struct List {
  ByteRange elements;
  std::string kind;
  std::string api_version;
  bool known = false;  // kind and apiVersion are certain
};

/// Reads the list without its items, supposing that they end at the last `]`.
std::optional<List> find_list(const Input& input, std::size_t begin) {
  const std::string_view bytes = input.bytes;
  JsonSplitter splitter(bytes.substr(0, std::min(bytes.size(), begin + kLongestHead)),
                        input.sources.text(input.file), begin, input.limits.depth);
  JsonSplitter::Document head;
  if (splitter.next(head) != JsonSplitter::Found::Broken || !head.has_elements) return std::nullopt;
  const std::size_t end = bytes.find_last_not_of(kJsonSpace) + 1;
  const std::size_t bracket = bytes.rfind(']');
  if (bracket == std::string_view::npos || bracket <= head.elements_begin) return std::nullopt;
  if (end - bracket > kLongestTail) return std::nullopt;
  List list;
  list.elements = {head.elements_begin, bracket};
  if (bytes[head.begin] == '[') {
    list.known = true;  // there is no list around the objects
    return bracket + 1 == end ? std::optional(list) : std::nullopt;
  }
  source::Diagnostics unsaid;
  const Input trial{input.sources, input.file, bytes, input.limits, unsaid, input.sink};
  ObjectBuilder builder(trial);
  JsonWalker walker(trial, builder);
  builder.begin(ObjectBuilder::Lists::Split);
  const auto outcome = walker.walk({head.begin, head.elements_begin}, {bracket, end});
  if (outcome != JsonWalker::Outcome::Good || !builder.is_list()) return std::nullopt;
  list.kind = builder.list_kind();
  list.api_version = builder.list_api_version();
  list.known = builder.list_known_before(head.elements_begin);
  return list;
}

bool says_what_it_is(const Tape& tape) {
  const Value root = tape.root();
  for (const std::string_view key : {"kind", "apiVersion"}) {
    const std::optional<Value> member = root.find(key);
    if (!member || !member->is(Type::String) || member->text().empty()) return false;
  }
  return true;
}

}  // namespace

std::size_t read_json_export(const Input& input, std::size_t begin) {
  if (input.bytes.size() - begin < kShortest || !input.sink.selection()) return begin;
  const std::optional<List> list = find_list(input, begin);
  if (!list) return begin;
  JsonTeam team(input, list->elements);
  const std::size_t end = team.run([&](const Objects& objects) {
    for (std::size_t i = 0; !list->known && i < objects.size(); ++i) {
      if (!says_what_it_is(objects[i])) return false;
    }
    for (std::size_t i = 0; i < objects.size(); ++i) {
      input.sink.object(objects[i], list->kind, list->api_version);
    }
    return true;
  });
  return end == list->elements.end ? input.bytes.size() : end;
}

}  // namespace polreach::syntax
