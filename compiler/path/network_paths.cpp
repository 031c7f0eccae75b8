// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/network_paths.h"

#include <algorithm>
#include <utility>

#include "compiler/path/routed.h"

namespace polreach::compiler {
namespace {

void note(std::vector<std::string>& notes, std::string text) {
  if (std::find(notes.begin(), notes.end(), text) == notes.end()) notes.push_back(std::move(text));
}

bool is_guarded(const Site& site) {
  return std::any_of(site.stands.begin(), site.stands.end(),
                     [](const Stand& stand) { return !stand.guards.empty(); });
}

void note_open_ends(const Site& site, std::vector<std::string>& notes) {
  if (site.kind == Site::Kind::Outside) {
    note(notes, "in no subnet of the input, so that no filter there is known: " + site.name);
  } else if (!is_guarded(site)) {
    note(notes, "no security group acts at " + site.name);
  }
  for (const std::string& each : site.notes) note(notes, each);
}

}  // namespace

void assume_network(Surroundings& around, Connection& connection) {
  assume(connection, "A-platform-exempt",
         "headers to 168.63.129.16 and 169.254.169.254 pass every rule that does not name them by "
         "their own service tag");
  assume(connection, "A-PEERING-COMPLETE",
         "VirtualNetwork holds no networks but those that the input connects");
  assume(connection, "A-NO-AVNM", "no network manager has rules besides those of the input");
  assume(connection, "A-NEW-FLOWS", "flows that were open before the rules changed may go on");
  assume(connection, "A-ASG-NODES-ONLY", "application security groups hold no pods");
  const std::vector<model::VirtualNetwork>& networks = around.cloud().networks;
  if (std::any_of(networks.begin(), networks.end(), [](const auto& n) { return n.has_gateway; })) {
    assume(connection, "A-GATEWAY-PRIVATE",
           "gateways bring private addresses into VirtualNetwork: no default route, and no public "
           "addresses");
  }
  const model::ServiceTags& tags = around.cloud().service_tags;
  if (!tags.tags.empty()) {
    assume(connection, "A-TAGS",
           "service tags are those of the file with change number " + tags.change_number);
  }
}

bool set_ends(Path& path, const net::AddressSet& source, bool source_is_asked,
              const net::AddressSet& destination, bool destination_is_asked,
              std::vector<std::string>& notes) {
  path.source = of_common_family(source, destination);
  path.destination = of_common_family(destination, source);
  path.source_is_asked = source_is_asked;
  path.destination_is_asked = destination_is_asked;
  if (path.source.empty() || path.destination.empty()) {
    path.source = source;
    path.destination = destination;
    add_gate(path, "the network", {}, "the ends have no family of addresses in common");
    path.has_no_packets = true;
    return false;
  }
  if (path.source != source || path.destination != destination) {
    note(notes, "addresses of a family that the other end does not have are left out");
  }
  return true;
}

bool leave_out_ways(Surroundings& around, Connection& connection, std::size_t count,
                    const Ends& ends) {
  if (count <= kMostWays) return false;
  const auto unknown = around.unknowns().add(
      {model::Unknown::Scope::World, "A-placement",
       "there are more places for the ends than are looked at: " + std::to_string(count),
       "ask about one interface or node pool, or export the pods with their nodes",
       source::Span::none()});
  Path path;
  (void)set_ends(path, ends.source, ends.source_is_asked, ends.destination,
                 ends.destination_is_asked, connection.notes);
  add_gate(path, "the network", unknown, "where the ends are is not known");
  connection.ways.push_back(std::move(path));
  return true;
}

Connection network_connection(Surroundings& around, const Site& source, const Site& destination) {
  Connection connection;
  connection.source = source.name;
  connection.destination = destination.name;
  note_open_ends(source, connection.notes);
  note_open_ends(destination, connection.notes);
  assume_network(around, connection);
  const bool is_itself = source.interface && source.interface == destination.interface &&
                         source.addresses == destination.addresses && source.is_asked;
  if (is_itself) connection.notes.push_back("an interface reaches itself without any filter");
  connection.routed = routed_between(around, source, destination);
  const bool too_many = leave_out_ways(
      around, connection, source.stands.size() * destination.stands.size(),
      {source.addresses, source.is_asked, destination.addresses, destination.is_asked});
  if (too_many) return connection;
  for (const Stand& from : source.stands) {
    for (const Stand& to : destination.stands) {
      Path path;
      path.label = join_labels(from.label.empty() ? "" : "from: " + from.label,
                               to.label.empty() ? "" : "to: " + to.label);
      const bool possible = set_ends(path, source.addresses, source.is_asked, destination.addresses,
                                     destination.is_asked, connection.notes);
      if (possible && !is_itself) {
        add_guards(around, path, from.guards, model::Direction::Egress, packet_header());
        add_guards(around, path, to.guards, model::Direction::Ingress, packet_header());
      }
      connection.ways.push_back(std::move(path));
    }
  }
  return connection;
}

}  // namespace polreach::compiler
