// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "policies/net/traffic.h"

/// Ports at which machines are administered and data is kept: the port numbers that IANA or the
/// software's documentation gives them.
namespace polreach::solver::audit::kubernetes {

struct SensitivePort {
  net::Protocol protocol = net::Protocol::Tcp;
  net::Port port = 1;
  std::string_view what;  // "PostgreSQL"
};

/// By number.
[[nodiscard]] std::span<const SensitivePort> sensitive_ports();
/// All of them.
[[nodiscard]] const net::Traffic& sensitive_traffic();
/// "5432/tcp".
[[nodiscard]] std::string key_of(const SensitivePort& port);

}  // namespace polreach::solver::audit::kubernetes
