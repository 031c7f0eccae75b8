// SPDX-License-Identifier: Apache-2.0
#include "cli/report/html/page.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "cli/report/html/template.h"
#include "cli/report/style.h"

#define RAPIDJSON_HAS_STDSTRING 1
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace polreach::cli::html {

namespace {

std::string_view group_kind_word(GroupKind kind) {
  switch (kind) {
    case GroupKind::Namespace:
      return "namespace";
    case GroupKind::Network:
      return "network";
    case GroupKind::Outside:
      return "outside";
  }
  return "?";
}

/// Small numbers are short: seven bits a byte, the low ones first, the high bit where more follow.
void append(std::string& bytes, std::uint32_t number) {
  for (; number >= 0x80U; number >>= 7U) bytes += static_cast<char>((number & 0x7FU) | 0x80U);
  bytes += static_cast<char>(number);
}

/// Names of one network or namespace come together, and those outside last.
auto order_of(const PageNode& node) {
  return std::tie(node.group_kind, node.group, node.label, node.kind, node.name);
}

class PageJsonWriter {
 public:
  explicit PageJsonWriter(const Page& page) : page_(page), json_(buffer_) {}

  std::string all() {
    json_.StartObject();
    text("command", page_.command);
    if (!page_.asked.empty()) text("asked", page_.asked);
    if (!page_.old_name.empty()) text("old", page_.old_name);
    if (!page_.new_name.empty()) text("new", page_.new_name);
    strings("summary", page_.summary);
    strings("notes", page_.notes);
    nodes();
    flows();
    reasons();
    links();
    flag("explained", page_.explained);
    places();
    notes("depends", page_.depends);
    notes("assumes", page_.assumes);
    notes("warnings", page_.warnings);
    list("cameOrWent", page_.came_or_went, [&](const auto& each) {
      json_.StartArray();
      number(static_cast<std::uint32_t>(each.first));
      string(each.second);
      json_.EndArray();
    });
    if (page_.has_findings) {
      list("findings", page_.findings, [&](const PageFinding& each) { finding(each); });
    }
    json_.EndObject();
    return {buffer_.GetString(), buffer_.GetSize()};
  }

 private:
  void string(std::string_view value) {
    json_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  }
  void number(std::uint32_t value) { json_.Uint(value); }
  void text(const char* key, std::string_view value) {
    json_.Key(key);
    string(value);
  }
  void flag(const char* key, bool value) {
    json_.Key(key);
    json_.Bool(value);
  }
  template <typename Range, typename Write>
  void array(const Range& range, Write write) {
    json_.StartArray();
    for (const auto& item : range) write(item);
    json_.EndArray();
  }
  template <typename Range, typename Write>
  void list(const char* key, const Range& range, Write write) {
    json_.Key(key);
    array(range, write);
  }
  void strings(const char* key, const std::vector<std::string>& values) {
    list(key, values, [&](const std::string& each) { string(each); });
  }
  void numbers(const std::vector<std::uint32_t>& values) {
    array(values, [&](std::uint32_t each) { number(each); });
  }

  void nodes() {
    std::vector<std::pair<GroupKind, std::string>> groups;
    Interned<std::string> kinds;
    json_.Key("nodes");
    json_.StartArray();
    for (const PageNode& node : page_.nodes) {
      const std::pair group{node.group_kind, node.group};
      if (groups.empty() || groups.back() != group) groups.push_back(group);
      json_.StartArray();
      string(node.name);
      string(node.label == node.name ? "" : node.label);
      number(static_cast<std::uint32_t>(groups.size() - 1));
      number(kinds.add(node.kind));
      number(static_cast<std::uint32_t>(node.change));
      number(node.egress);
      number(node.ingress);
      json_.EndArray();
    }
    json_.EndArray();
    list("groups", groups, [&](const auto& group) {
      json_.StartArray();
      string(group.second);
      string(group_kind_word(group.first));
      json_.EndArray();
    });
    strings("kinds", kinds.values());
  }

  void flows() {
    list("flows", page_.flows.values(), [&](const PageFlow& flow) {
      json_.StartObject();
      text("text", flow.text);
      if (!flow.before.empty()) text("before", flow.before);
      if (!flow.after.empty()) text("after", flow.after);
      if (flow.change != Change::Same) {
        json_.Key("change");
        number(static_cast<std::uint32_t>(flow.change));
      }
      if (flow.depends) flag("depends", true);
      if (!flow.conditions.empty()) strings("conditions", flow.conditions);
      list("ports", flow.ports, [&](const PagePorts& ports) {
        json_.StartArray();
        string(ports.protocol);
        number(ports.first);
        number(ports.last);
        json_.EndArray();
      });
      json_.EndObject();
    });
  }

  void reasons() {
    list("reasons", page_.reasons.values(), [&](const PageReason& reason) {
      json_.StartArray();
      string(reason.heading);
      string(reason.text);
      number(reason.place);
      json_.EndArray();
    });
    list("whys", page_.whys.values(), [&](const auto& why) { numbers(why); });
  }

  /// Sources with runs of destinations that have the same: how many are left out before, twice, and
  /// 1 more where they are several; how many they are then; flow; reasons, where there are some for
  /// each connection. All are numbers of append().
  void links() {
    json_.Key("rows");
    json_.StartArray();
    const auto& links = page_.links;
    for (auto link = links.begin(); link != links.end();) {
      const std::uint32_t source = link->source;
      std::string bytes;
      std::uint32_t next = 0;
      while (link != links.end() && link->source == source) {
        const PageLink first = *link;
        std::uint32_t count = 1;
        for (++link; link != links.end() && link->source == source && link->flow == first.flow &&
                     link->why == first.why && link->destination == first.destination + count;
             ++link) {
          ++count;
        }
        append(bytes, (first.destination - next) * 2 + (count > 1 ? 1 : 0));
        if (count > 1) append(bytes, count);
        append(bytes, first.flow);
        if (page_.explained) append(bytes, first.why);
        next = first.destination + count;
        // Several things can pass between two ends: the next run may start again here.
        if (link != links.end() && link->source == source && link->destination < next) break;
      }
      json_.StartArray();
      number(source);
      string(base64(bytes));
      json_.EndArray();
    }
    json_.EndArray();
  }

  void places() {
    list("places", page_.places.all(), [&](const Places::Place& place) {
      json_.StartArray();
      number(place.file);
      number(place.line);
      number(place.column);
      number(place.last);
      number(place.shown);
      if (!place.excerpt.empty()) string(place.excerpt);
      json_.EndArray();
    });
    list("files", page_.places.files(), [&](const Places::File& file) {
      json_.StartArray();
      string(file.name);
      std::string text;
      std::uint32_t first = 0;
      std::uint32_t next = 0;
      const auto flush = [&] {
        if (next == 0) return;
        number(first);
        string(text);
      };
      for (const auto& line : file.lines) {
        if (line.first == next) {
          text += "\n" + line.second;
        } else {
          flush();
          first = line.first;
          text = line.second;
        }
        next = line.first + 1;
      }
      flush();
      json_.EndArray();
    });
  }

  void note(const PageNote& note) {
    json_.StartObject();
    text("id", note.id);
    text("text", note.text);
    if (!note.settle.empty()) text("settle", note.settle);
    json_.Key("places");
    numbers(note.places);
    json_.EndObject();
  }

  void notes(const char* key, const std::vector<PageNote>& notes) {
    list(key, notes, [&](const PageNote& each) { note(each); });
  }

  void finding(const PageFinding& finding) {
    json_.StartObject();
    text("severity", finding.severity);
    text("check", finding.check);
    text("title", finding.title);
    text("subject", finding.subject);
    text("message", finding.message);
    json_.Key("place");
    number(finding.place);
    list("causes", finding.causes, [&](const PageCause& cause) {
      json_.StartArray();
      string(cause.text);
      number(cause.place);
      json_.EndArray();
    });
    const auto pair = [&](const auto& each) {
      json_.StartArray();
      string(each.first);
      string(each.second);
      json_.EndArray();
    };
    list("example", finding.example, pair);
    list("advice", finding.advice, pair);
    strings("also", finding.also);
    notes("restsOn", finding.rests_on);
    if (!finding.suppressed.empty()) text("suppressed", finding.suppressed);
    json_.Key("nodes");
    numbers(finding.nodes);
    json_.EndObject();
  }

  const Page& page_;
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> json_;
};

/// Gives nodes and connections the order of the page.
void sort(Page& page) {
  std::vector<std::uint32_t> order(page.nodes.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return order_of(page.nodes[a]) < order_of(page.nodes[b]);
  });
  std::vector<std::uint32_t> place(order.size());
  std::vector<PageNode> nodes;
  for (const std::uint32_t i : order) {
    place[i] = static_cast<std::uint32_t>(nodes.size());
    nodes.push_back(std::move(page.nodes[i]));
  }
  page.nodes = std::move(nodes);
  for (PageLink& link : page.links) {
    link.source = place[link.source];
    link.destination = place[link.destination];
  }
  std::sort(page.links.begin(), page.links.end());
  for (PageFinding& finding : page.findings) {
    for (std::uint32_t& node : finding.nodes) node = place[node];
  }
}

}  // namespace

void Page::because(std::vector<std::uint32_t>& why, const source::SourceMap& sources,
                   std::string_view heading, std::string_view text, const source::Span& where) {
  const std::uint32_t id =
      reasons.add({std::string(heading), printable(text), places.add(sources, where)});
  if (std::find(why.begin(), why.end(), id) == why.end()) why.push_back(id);
}

void Page::add(std::vector<PageNote>& to, const source::SourceMap& sources,
               const solver::queries::NamedAssumption& assumption) {
  PageNote note{
      std::string(assumption.id), printable(assumption.text), printable(assumption.settle), {}};
  for (const source::Span& where : assumption.where) {
    if (where.exists()) note.places.push_back(places.add(sources, where));
  }
  to.push_back(std::move(note));
}

std::vector<PagePorts> ports_of(const net::Traffic& traffic) {
  std::vector<PagePorts> ports;
  for (const net::Protocol protocol : net::kProtocols) {
    for (const auto& range : traffic[protocol].intervals()) {
      ports.push_back({net::to_string(protocol), range.first, range.last});
    }
  }
  return ports;
}

void add_ports(std::vector<PagePorts>& ports, const solver::sets::FlowBoxes& boxes) {
  for (const solver::sets::FlowBox& box : boxes.boxes) {
    for (const auto& range : box.destination_ports.intervals()) {
      if (box.protocols == net::ProtocolSet::all()) {
        ports.push_back({"any", range.first, range.last});
        continue;
      }
      for (const net::IpProtocol protocol : net::kIpProtocols) {
        if (!box.protocols.contains(protocol)) continue;
        ports.push_back({net::to_string(protocol), range.first, range.last});
      }
    }
  }
}

void tidy(std::vector<PagePorts>& ports) {
  std::sort(ports.begin(), ports.end());
  ports.erase(std::unique(ports.begin(), ports.end()), ports.end());
}

std::string safe_in_script(std::string_view json) {
  std::string result;
  result.reserve(json.size() + json.size() / 16);
  for (std::size_t i = 0; i < json.size(); ++i) {
    const std::string_view rest = json.substr(i, 3);
    if (json[i] == '<') {
      result += "\\u003c";
    } else if (json[i] == '>') {
      result += "\\u003e";
    } else if (json[i] == '&') {
      result += "\\u0026";
    } else if (rest == "\xE2\x80\xA8" || rest == "\xE2\x80\xA9") {
      result += rest[2] == '\xA8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      result += json[i];
    }
  }
  return result;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = group << 8U | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      const bool is_padding = i + j > bytes.size();
      result += is_padding ? '=' : kDigits[group >> (18U - 6U * j) & 0x3FU];
    }
  }
  return result;
}

void write_page(std::ostream& out, Page page) {
  sort(page);
  out << before_data() << safe_in_script(PageJsonWriter(page).all()) << after_data();
}

}  // namespace polreach::cli::html
