// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "policies/model/model.h"
#include "policies/source/result.h"

namespace polreach::solver::queries {

/// The packets asked about. A port name means what each destination calls so.
struct Asked {
  struct Entry {
    net::Protocol protocol = net::Protocol::Tcp;
    std::variant<net::PortSet, std::string> ports;
  };
  std::vector<Entry> entries;  // none: every packet
};

/// A port of a Service: positions in Model::services and in its ports.
struct ServiceTarget {
  std::size_t service = 0;
  std::size_t port = 0;
};

/// What someone means by one end of a question: endpoints, outside addresses, or both.
struct Target {
  std::string text;                          // as it was written
  std::vector<model::EndpointId> endpoints;  // in model order
  /// As they were asked for, in few prefixes; empty where nothing of them but `left_out` is left.
  net::AddressSet addresses;
  /// Addresses of pods and Services in between, which are not meant: pods are asked for by name.
  net::AddressSet left_out;
  bool is_one_pod = false;  // a single pod was named, not its workload
  /// Where a port of a Service was named: the ports that it stands for at the endpoints.
  std::optional<Asked> asked;
  std::optional<ServiceTarget> service;  // where it was one port
  std::vector<std::string> notes;        // what the answer should say about the choice
};

/// A reference that means nothing, or more than one thing. `code` as in docs/diagnostics.md.
struct ReferenceError {
  std::string_view code;
  std::string message;
  std::string help;
};

/// The error, as the result of whoever understands references.
[[nodiscard]] tl::unexpected<ReferenceError> refuse(std::string_view code, std::string message,
                                                    std::string help = {});

/// Understands
///   namespace/name            a workload, or a pod (then its variant of the workload)
///   namespace/kind/name       the same where several kinds share a name; kubectl's short names too
///   name                      in the default namespace
///   namespace/*               every workload of a namespace
///   svc/namespace/name:port   what a port of a Service leads to
///   10.0.0.7, 2001:db8::1     an address; of a pod where one has it
///   10.0.0.0/8                addresses, without those of pods in the input
///   internet                  net::internet_addresses()
///   any                       all endpoints and all other addresses
[[nodiscard]] tl::expected<Target, ReferenceError> resolve(const model::Model& model,
                                                           std::string_view text,
                                                           std::string_view default_namespace);

/// "shop/web", or "shop/deployment/web" where another kind in the namespace has the same name.
[[nodiscard]] std::string name_of(const model::Model& model, model::WorkloadId id);

}  // namespace polreach::solver::queries
