// SPDX-License-Identifier: Apache-2.0
#include "policies/syntax/yaml_writer.h"

#include <doctest/doctest.h>

namespace polreach::syntax {
namespace {

std::string written(std::string_view value) {
  YamlWriter yaml;
  yaml.open_map();
  yaml.key("k");
  yaml.string(value);
  yaml.close_map();
  return yaml.text();
}

}  // namespace

TEST_CASE("YAML: texts that another reader would take for something else are quoted") {
  for (const char* plain :
       {"web", "app.kubernetes.io/name", "pod-template-hash", "v1.2", "10.0.0.0/8", "TCP", "a_b"}) {
    CHECK(written(plain) == std::string("k: ") + plain + "\n");
  }
  // YAML 1.1, section 10.2 and the types repository: booleans, null, numbers, base 60.
  for (const char* quoted :
       {"",  "true", "False", "yes", "No",    "on",   "OFF", "null", "y",    "N",
        "1", "1.5",  "0x1f",  "1e3", "12:30", "::/0", "-",   "- a",  "a: b", "a #b",
        "*", "&a",   "!x",    "{}",  "~",     ".5",   "=",   " a"}) {
    CHECK(written(quoted) == std::string("k: \"") + quoted + "\"\n");
  }
  CHECK(written("a\"b\n") == "k: \"a\\\"b\\n\"\n");
}

TEST_CASE("YAML: maps and lists in block style, empty ones in braces") {
  YamlWriter yaml;
  yaml.open_map();
  yaml.key("list");
  yaml.open_list();
  yaml.open_map();
  yaml.key("port");
  yaml.number(80);
  yaml.close_map();
  yaml.empty_map();
  yaml.close_list();
  yaml.key("none");
  yaml.empty_list();
  yaml.close_map();
  CHECK(yaml.text() == "list:\n  - port: 80\n  - {}\nnone: []\n");
}

}  // namespace polreach::syntax
