// SPDX-License-Identifier: Apache-2.0
// What simdjson alone takes to walk a JSON file: every value is visited, every key and string
// unescaped, every number read. The file is mapped, with the padding that simdjson wants behind
// it; its structural index is made for the whole file at once, as simdjson does by default.
//
// usage: walk_json FILE

#include <fcntl.h>
#include <simdjson.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <string_view>

namespace {

struct Walked {
  std::uint64_t values = 0;
  std::uint64_t bytes = 0;  // of keys and strings
};

/// Recursion is fine here: the input is a generated one.
void walk(simdjson::ondemand::value value, Walked& walked) {
  ++walked.values;
  switch (value.type()) {
    case simdjson::ondemand::json_type::array:
      for (auto each : value.get_array()) walk(each.value(), walked);
      break;
    case simdjson::ondemand::json_type::object:
      for (auto field : value.get_object()) {
        const std::string_view key = field.unescaped_key();
        walked.bytes += key.size();
        walk(field.value(), walked);
      }
      break;
    case simdjson::ondemand::json_type::string: {
      const std::string_view text = value.get_string();
      walked.bytes += text.size();
      break;
    }
    case simdjson::ondemand::json_type::number:
      walked.bytes += value.raw_json_token().size();
      break;
    case simdjson::ondemand::json_type::boolean:
      walked.bytes += value.get_bool() ? 1U : 0U;
      break;
    default:
      walked.bytes += value.is_null() ? 1U : 0U;
  }
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) {
    std::fprintf(stderr, "usage: walk_json FILE\n");
    return 2;
  }
  const int file = open(words[1], O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (file < 0 || fstat(file, &status) != 0) {
    std::perror(words[1]);
    return 2;
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  // Zero pages behind the file, then the file over their start.
  const std::size_t capacity = size + simdjson::SIMDJSON_PADDING;
  void* const pages = mmap(nullptr, capacity, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED ||
      mmap(pages, size, PROT_READ, MAP_PRIVATE | MAP_FIXED, file, 0) == MAP_FAILED) {
    std::perror(words[1]);
    return 2;
  }
  try {
    simdjson::ondemand::parser parser;
    simdjson::ondemand::document document =
        parser.iterate(static_cast<const char*>(pages), size, capacity);
    Walked walked;
    walk(document.get_value(), walked);
    std::printf("%llu values, %llu bytes of text\n", static_cast<unsigned long long>(walked.values),
                static_cast<unsigned long long>(walked.bytes));
  } catch (const simdjson::simdjson_error& error) {
    std::fprintf(stderr, "%s: %s\n", words[1], error.what());
    return 1;
  }
  return 0;
}
