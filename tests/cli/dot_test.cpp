// SPDX-License-Identifier: Apache-2.0
// Graphs in the DOT language: hostile names, order, and what Graphviz makes of them.
#include "cli/report/dot.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <boost/process/environment.hpp>
#include <boost/process/search_path.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cli/render.h"
#include "policies/source/result.h"

namespace polreach {
namespace {

namespace fs = std::filesystem;
using cli::Change;
using cli::Graph;
using cli::NodeShape;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

Graph shop() {
  Graph graph;
  graph.nodes = {{"shop/web", "web", "shop", NodeShape::Workload, Change::Same},
                 {"shop/db", "db", "shop", NodeShape::Workload, Change::Removed},
                 {"ops/job", "job", "ops", NodeShape::Workload, Change::Added},
                 {"internet", "internet", "", NodeShape::Addresses, Change::Same},
                 {"gate", "gate", "", NodeShape::Entrance, Change::Same}};
  graph.edges = {{"shop/web", "shop/db", "TCP 5432", Change::Removed, false},
                 {"internet", "gate", "TCP 443", Change::Same, false},
                 {"gate", "shop/web", "TCP 80", Change::Changed, true},
                 {"gate", "shop/web", "TCP 8080", Change::Added, true}};
  return graph;
}

/// Names that would break out of quotes, of HTML, of XML, or of UTF-8.
const std::vector<std::string> kHostile = {"\"];\n evil [label=\"x",
                                           "\\",
                                           "ends in a backslash\\",
                                           "\\\"",
                                           "\\N\\G\\l",
                                           "<b>bold</b>",
                                           "<<table>>",
                                           "a&lt;b&#65;&",
                                           "-->",
                                           "]]>",
                                           "a:n",
                                           "a -> b",
                                           "node",
                                           "subgraph",
                                           "%1",
                                           "",
                                           "x\ny",
                                           std::string("nul\0", 4),
                                           "\x1b[31m",
                                           "\\x1b[31m",
                                           "\xff\xfe",
                                           "\xc3",
                                           "\xed\xa0\x80",
                                           "\xe0\x80\xaf",
                                           "\xef\xbf\xbf",
                                           "\xf4\x90\x80\x80",
                                           "\xe2\x80\xae turned",
                                           "\xc2\x85",
                                           "gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\x8b",
                                           "/* */ // #",
                                           std::string(20'000, 'x'),
                                           std::string(20'001, 'x'),
                                           std::string(20'000, '\\'),
                                           std::string(20'000, '\x01')};

Graph hostile() {
  Graph graph;
  graph.is_diff = true;
  graph.title = "</td>\"<&\n\x01";
  for (const std::string& name : kHostile) {
    graph.nodes.push_back({name, name, name, NodeShape::Workload, Change::Changed});
    graph.edges.push_back({name, kHostile.front(), name, Change::Removed, true});
  }
  return graph;
}

/// Without `dot` on this machine, says so.
bool without_dot() {
  if (!boost::process::search_path("dot").empty()) return false;
  MESSAGE("skipped: dot is not installed");
  return true;
}

/// A program called dot, first on the PATH; or with no script, a PATH that is an empty folder.
class FakeDot {
 public:
  explicit FakeDot(const std::string& script) {
    const char* path = std::getenv("PATH");
    path_ = path != nullptr ? path : "";
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    if (!script.empty()) {
      std::ofstream(folder_ / "dot") << "#!/bin/sh\n" << script << "\n";
      fs::permissions(folder_ / "dot", fs::perms::owner_all);
    }
    setenv("PATH", folder_.c_str(), 1);
  }
  FakeDot(const FakeDot&) = delete;
  FakeDot& operator=(const FakeDot&) = delete;
  ~FakeDot() {
    setenv("PATH", path_.c_str(), 1);
    fs::remove_all(folder_);
  }

 private:
  std::string path_;
  fs::path folder_ =
      fs::temp_directory_path() / ("polreach-dot-" + std::to_string(boost::this_process::get_id()));
};

std::string failure_of(const source::Result<std::string>& result) {
  REQUIRE_FALSE(result.has_value());
  return result.error().message;
}

}  // namespace

TEST_CASE("strings of DOT") {
  CHECK(cli::dot_id("shop/web") == "\"shop/web\"");
  CHECK(cli::dot_id("a\"b\\c") == R"("a\"b\\c")");
  CHECK(cli::dot_id("a\nb") == R"("a\x0ab")");
  CHECK(cli::dot_id("&") == "\"&\"");
  CHECK(cli::dot_label("a\"b\\N") == R"("a\"b\\N")");
  CHECK(cli::dot_label("a\nb") == R"("a\nb")");
  CHECK(cli::dot_label("a&lt;") == R"("a&amp;lt;")");
  CHECK(cli::dot_label("\x1b[m") == R"("\\x1b[m")");
  CHECK(cli::dot_label("\t") == R"("\\x09")");
  CHECK(cli::dot_label("\xff") == R"("\\xff")");
  CHECK(cli::dot_label("\xed\xa0\x80") == R"("\\xed\\xa0\\x80")");
  CHECK(cli::dot_label("\xe2\x80\xae") == R"("\\xe2\\x80\\xae")");
  CHECK(cli::dot_label("gr\xc3\xbc\xc3\x9f") == "\"gr\xc3\xbc\xc3\x9f\"");
  CHECK(cli::dot_label(std::string(5000, 'x')) == "\"" + std::string(1000, 'x') + "...\"");
  CHECK(cli::dot_label("\xf0\x9f\x90\x8b") == "\"\xf0\x9f\x90\x8b\"");
}

TEST_CASE("different names have different identifiers") {
  std::vector<std::string> ids;
  for (const std::string& name : kHostile) ids.push_back(cli::dot_id(name));
  std::sort(ids.begin(), ids.end());
  CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
  CHECK(cli::dot_id("\x01") != cli::dot_id("\\x01"));
}

TEST_CASE("the order of nodes and edges does not matter") {
  Graph graph = shop();
  const std::string dot = cli::to_dot(graph);
  std::reverse(graph.nodes.begin(), graph.nodes.end());
  std::reverse(graph.edges.begin(), graph.edges.end());
  CHECK(cli::to_dot(graph) == dot);
  std::rotate(graph.nodes.begin(), graph.nodes.begin() + 2, graph.nodes.end());
  std::rotate(graph.edges.begin(), graph.edges.begin() + 1, graph.edges.end());
  CHECK(cli::to_dot(graph) == dot);
}

TEST_CASE("a graph has one box a group, and changes have a sign and a line as well as a colour") {
  const std::string dot = cli::to_dot(shop());
  CHECK(dot.starts_with("digraph polreach {\n  rankdir=LR;\n"));
  CHECK(dot.ends_with("}\n"));
  CHECK(count(dot, "subgraph \"cluster_") == 2);
  CHECK(dot.find("\"cluster_ops\"") < dot.find("\"cluster_shop\""));
  CHECK(has(dot, "\"internet\" -> \"gate\" [label=\"TCP 443\", style=\"solid\""));
  CHECK(has(dot, "label=\"+ TCP 8080\", style=\"bold,dashed\""));
  CHECK(has(dot, "label=\"\xE2\x88\x92 TCP 5432\", style=\"dashed\""));
  CHECK(has(dot, "label=\"~ TCP 80\", style=\"dashed\""));
  CHECK(count(dot, "arrowhead=onormal") == 2);
}

TEST_CASE("only a diff has a legend") {
  Graph graph = shop();
  CHECK_FALSE(has(cli::to_dot(graph), "removed"));
  graph.title = "shop \"1\" <x>";
  CHECK(has(cli::to_dot(graph), R"(  label="shop \"1\" <x>"; labelloc=t;)"));
  graph.is_diff = true;
  const std::string dot = cli::to_dot(graph);
  CHECK(has(dot, "removed (dashed)"));
  CHECK(has(dot, "<b>shop &quot;1&quot; &lt;x&gt;</b>"));
}

TEST_CASE("a graph that contradicts itself is a bug") {
  Graph twice = shop();
  twice.nodes.push_back(twice.nodes.front());
  CHECK_THROWS_AS(static_cast<void>(cli::to_dot(twice)), source::InternalError);
  Graph loose = shop();
  loose.edges.push_back({"shop/web", "nowhere", "", Change::Same, false});
  CHECK_THROWS_AS(static_cast<void>(cli::to_dot(loose)), source::InternalError);
}

TEST_CASE("Graphviz draws what is written, with every node and edge of it and no others") {
  if (without_dot()) return;
  for (Graph graph : {shop(), Graph{}, hostile()}) {
    for (const bool is_diff : {false, true}) {
      graph.is_diff = is_diff;
      const auto drawn = cli::svg(cli::to_dot(graph));
      REQUIRE_MESSAGE(drawn.has_value(), drawn.error().message);
      CHECK(count(*drawn, "class=\"node\"") == graph.nodes.size());
      CHECK(count(*drawn, "class=\"edge\"") == graph.edges.size());
      CHECK(has(*drawn, "removed (dashed)") == is_diff);
    }
  }
}

TEST_CASE("names are drawn as they are") {
  if (without_dot()) return;
  const auto drawn = cli::svg(cli::to_dot(hostile()));
  REQUIRE(drawn.has_value());
  for (const char* shown : {"&lt;b&gt;bold&lt;/b&gt;", "\\N\\G\\l<", "a&amp;lt;b&amp;#65;&amp;<",
                            "\\x1b[31m<", "gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\x8b<"}) {
    CHECK_MESSAGE(has(*drawn, shown), shown);
  }
  CHECK_FALSE(has(*drawn, "\x1b"));
}

TEST_CASE("without dot, the failure says what to do") {
  const FakeDot none("");
  CHECK(failure_of(cli::svg("digraph {}")) ==
        "--format svg needs dot, which is not on the PATH: install graphviz, or use --format dot");
}

TEST_CASE("what dot does wrong is a failure") {
  {
    const FakeDot failing("echo 'Error: broken\nmore' >&2; exit 3");
    CHECK(failure_of(cli::svg("digraph {}")) ==
          "dot -Tsvg failed with exit status 3: Error: broken; use --format dot");
  }
  {
    const FakeDot silent("exit 0");
    CHECK(has(failure_of(cli::svg("digraph {}")), "wrote no SVG document"));
  }
  {
    const FakeDot cut("echo '<svg><g>'");
    CHECK(has(failure_of(cli::svg("digraph {}")), "wrote no SVG document"));
  }
  {
    const FakeDot slow("exec /bin/sleep 60");
    const auto start = std::chrono::steady_clock::now();
    const std::string message = failure_of(cli::svg("digraph {}", std::chrono::milliseconds(100)));
    CHECK(has(message, "--from, --to"));
    CHECK(has(message, "--format dot"));
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(30));
  }
  {
    // Reads nothing of a large input.
    const FakeDot deaf("echo '<svg></svg>'");
    const auto drawn = cli::svg(std::string(10'000'000, ' '));
    REQUIRE(drawn.has_value());
    CHECK(*drawn == "<svg></svg>\n");
  }
}

}  // namespace polreach
