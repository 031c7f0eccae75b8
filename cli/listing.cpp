// SPDX-License-Identifier: Apache-2.0
#include "cli/listing.h"

#include "cli/ports.h"
#include "policies/source/nearest.h"

namespace polreach::cli {
namespace {

namespace queries = solver::queries;

tl::expected<std::optional<queries::Target>, ListingError> target_of(const Arguments& arguments,
                                                                     std::string_view option,
                                                                     const model::Model& model) {
  if (!arguments.has(option)) return std::nullopt;
  auto target =
      queries::resolve(model, arguments.value(option), arguments.value("default-namespace"));
  if (target) return std::move(*target);
  const queries::ReferenceError& error = target.error();
  return tl::unexpected(ListingError{std::string(error.code), error.message, error.help});
}

tl::expected<std::optional<model::NamespaceId>, ListingError> namespace_of(
    const Arguments& arguments, const model::Model& model) {
  if (!arguments.has("namespace")) return std::nullopt;
  const std::string name = arguments.value("namespace");
  std::vector<std::string> names;
  for (std::size_t i = 0; i < model.namespaces.size(); ++i) {
    names.emplace_back(model.text(model.namespaces[i].name));
    if (names.back() == name) return static_cast<model::NamespaceId>(i);
  }
  return tl::unexpected(ListingError{
      "unknown-reference",
      "there is no namespace " + name + source::did_you_mean(source::nearest(name, names)), ""});
}

/// A name that no pod gives to a port is a mistake, not an empty list.
std::optional<ListingError> unknown_port(const queries::Asked& asked, const model::Model& model) {
  for (const queries::Asked::Entry& entry : asked.entries) {
    const auto* name = std::get_if<std::string>(&entry.ports);
    if (name == nullptr) continue;
    bool found = false;
    for (const model::Endpoint& endpoint : model.endpoints) {
      for (const model::NamedPort& port : endpoint.ports) {
        found = found || (port.protocol == entry.protocol && model.text(port.name) == *name);
      }
    }
    if (!found) return ListingError{"no-verdict", "no destination has a port of that name", ""};
  }
  return std::nullopt;
}

}  // namespace

tl::expected<Listing, ListingError> listing_of(const Arguments& arguments,
                                               const model::Model& model, bool in_network) {
  Listing listing;
  const auto packets = parse_packets(arguments.all("port"), arguments.value("protocol"));
  if (!packets) return tl::unexpected(ListingError{"bad-port", packets.error().message, ""});
  listing.is_for_networks = packets->is_for_networks();
  listing.protocols = packets->protocols;
  if (listing.is_for_networks && !in_network) {
    return tl::unexpected(ListingError{"bad-port", "policies of pods know TCP, UDP and SCTP alone",
                                       "ask about one of these, or about places of a network"});
  }
  listing.options.asked = packets->asked;
  if (!packets->asked.entries.empty() || listing.is_for_networks) listing.asked = packets->text;
  if (listing.is_for_networks && !model.endpoints.empty()) {
    listing.asked += " (pods left out: their policies know TCP, UDP and SCTP alone)";
  }
  if (const auto unknown = unknown_port(packets->asked, model)) return tl::unexpected(*unknown);
  auto from = target_of(arguments, "from", model);
  if (!from) return tl::unexpected(from.error());
  listing.options.from = std::move(*from);
  auto to = target_of(arguments, "to", model);
  if (!to) return tl::unexpected(to.error());
  listing.options.to = std::move(*to);
  if (listing.options.from && listing.options.from->asked) {
    return tl::unexpected(ListingError{"bad-reference",
                                       "a Service opens no connections: it cannot be the SOURCE",
                                       "ask for the pods behind it"});
  }
  if (listing.options.to && listing.options.to->asked) {
    // A Service comes with its port.
    if (arguments.has("port") || arguments.has("protocol")) {
      return tl::unexpected(ListingError{
          "usage", "the port of a Service is behind its name: --port has no place here",
          "leave --port and --protocol out"});
    }
    listing.options.asked = *listing.options.to->asked;
    listing.asked = describe(listing.options.asked);
  }
  const auto ns = namespace_of(arguments, model);
  if (!ns) return tl::unexpected(ns.error());
  listing.options.ns = *ns;
  listing.options.itself = arguments.has("itself");
  listing.options.prove = arguments.has("prove");
  if (arguments.value("owners") == "immediate") {
    listing.options.grouping = queries::Grouping::Owners;
  }
  if (arguments.has("pods")) listing.options.grouping = queries::Grouping::Pods;
  return listing;
}

}  // namespace polreach::cli
