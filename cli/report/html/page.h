// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cli/report/dot.h"
#include "policies/net/flow.h"
#include "policies/source/source_map.h"
#include "solver/queries/assumptions.h"
#include "solver/sets/flow_boxes.h"

/// What a page of HTML shows, ready to be drawn: names, words and places, and nothing that a script
/// would have to work out beyond where to draw it and what a filter leaves.
///
/// INVARIANT: equal reports give equal pages. All text is for people: it has been through
/// printable(), and write_page() lets none of it end the data or become markup.
namespace polreach::cli::html {

enum class GroupKind : std::uint8_t { Namespace, Network, Outside };

struct PageNode {
  std::string name;   // unique: "shop/web", "10.0.0.0/8"
  std::string label;  // in its group: "web"
  std::string group;
  GroupKind group_kind = GroupKind::Namespace;
  std::string kind;  // "Deployment", "Subnet"
  Change change = Change::Same;
  /// Where connections have no reasons of their own: what acts on what leaves it and enters it.
  std::uint32_t egress = 0;  // into whys
  std::uint32_t ingress = 0;
};

/// Ports for the filter: of one protocol, or of any.
struct PagePorts {
  std::string_view protocol;  // "any" for all of them
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  friend auto operator<=>(const PagePorts&, const PagePorts&) = default;
};

/// What passes, in words.
struct PageFlow {
  std::string text;
  std::string before;  // of a change
  std::string after;
  Change change = Change::Same;
  bool depends = false;  // some of it rests on what is not known
  std::vector<std::string> conditions;
  std::vector<PagePorts> ports;
  friend auto operator<=>(const PageFlow&, const PageFlow&) = default;
};

struct PageLink {
  std::uint32_t source = 0;
  std::uint32_t destination = 0;
  std::uint32_t flow = 0;
  std::uint32_t why = 0;
  friend auto operator<=>(const PageLink&, const PageLink&) = default;
};

struct PageReason {
  std::string heading;  // "egress", "ingress, before"
  std::string text;
  std::uint32_t place = 0;
  friend auto operator<=>(const PageReason&, const PageReason&) = default;
};

/// A line of the legend below the connections: what they rest on, or take for granted.
struct PageNote {
  std::string id;
  std::string text;
  std::string settle;
  std::vector<std::uint32_t> places;
};

struct PageCause {
  std::string text;
  std::uint32_t place = 0;
};

struct PageFinding {
  std::string severity;
  std::string check;
  std::string title;
  std::string subject;
  std::string message;
  std::uint32_t place = 0;
  std::vector<PageCause> causes;
  std::vector<std::pair<std::string, std::string>> example;  // "Packet", "TCP 10.0.0.4 -> ..."
  std::vector<std::pair<std::string, std::string>> advice;   // "What to do", ...
  std::vector<std::string> also;
  std::vector<PageNote> rests_on;
  std::string suppressed;  // why somebody decided to live with it; empty: nobody did
  std::vector<std::uint32_t> nodes;
};

/// A list with an index for each different value. Index 0 is that of the value made by default.
template <typename T>
class Interned {
 public:
  Interned() { add(T{}); }
  std::uint32_t add(const T& value) {
    const auto [at, is_new] = ids_.try_emplace(value, static_cast<std::uint32_t>(values_.size()));
    if (is_new) values_.push_back(value);
    return at->second;
  }
  [[nodiscard]] const std::vector<T>& values() const { return values_; }

 private:
  std::map<T, std::uint32_t> ids_;
  std::vector<T> values_;
};

/// Places with the lines that are shown of them: the lines cited, and some around them.
class Places {
 public:
  /// 0: nowhere.
  std::uint32_t add(const source::SourceMap& sources, const source::Span& where);

  struct Place {
    std::uint32_t file = 0;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::uint32_t last = 0;   // the last line that is marked
    std::uint32_t shown = 0;  // the last line that is shown
    std::string excerpt;      // of a line that is too long to be shown: the part around the place
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  struct File {
    std::string name;
    std::map<std::uint32_t, std::string> lines;
  };
  [[nodiscard]] const std::vector<Place>& all() const { return places_.values(); }
  [[nodiscard]] const std::vector<File>& files() const { return files_; }

 private:
  std::uint32_t file_of(const source::SourceMap& sources, source::FileId id);
  Interned<Place> places_;
  /// Two revisions have files of one name.
  std::map<std::pair<const source::SourceMap*, source::FileId>, std::uint32_t> file_ids_;
  std::vector<File> files_;
};

struct Page {
  std::string command;  // "map", "diff", "audit"
  std::string asked;    // "TCP 80"; empty: everything
  std::string old_name;
  std::string new_name;
  std::vector<std::string> summary;
  std::vector<std::string> notes;
  std::vector<PageNode> nodes;
  Interned<PageFlow> flows;
  Interned<PageReason> reasons;
  Interned<std::vector<std::uint32_t>> whys;  // of reasons
  std::vector<PageLink> links;
  /// False where connections are too many: nodes have the reasons then.
  bool explained = true;
  Places places;
  std::vector<PageNote> depends;
  std::vector<PageNote> assumes;
  std::vector<PageNote> warnings;  // id: "warning[code]"
  std::vector<std::pair<Change, std::string>> came_or_went;
  bool has_findings = false;  // whether findings were looked for
  std::vector<PageFinding> findings;

  /// Adds a reason to a list of them.
  void because(std::vector<std::uint32_t>& why, const source::SourceMap& sources,
               std::string_view heading, std::string_view text, const source::Span& where);
  void add(std::vector<PageNote>& to, const source::SourceMap& sources,
           const solver::queries::NamedAssumption& assumption);
};

/// Of more connections than this, nodes have the reasons instead of each connection.
inline constexpr std::size_t kMostExplained = 50'000;

/// What the filter of ports looks at.
[[nodiscard]] std::vector<PagePorts> ports_of(const net::Traffic& traffic);
void add_ports(std::vector<PagePorts>& ports, const solver::sets::FlowBoxes& boxes);
/// Sorted, each once.
void tidy(std::vector<PagePorts>& ports);

/// The file: the template of cli/report/html with the data of the page. Sorts nodes and links.
void write_page(std::ostream& out, Page page);

/// JSON that can stand in a <script> element: nothing in it ends the element, or a line of it in
/// any version of JavaScript. Only for JSON, in whose strings alone these characters can be.
[[nodiscard]] std::string safe_in_script(std::string_view json);

/// Bytes as base64 (RFC 4648, section 4).
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace polreach::cli::html
