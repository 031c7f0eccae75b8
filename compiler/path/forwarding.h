// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "compiler/path/surroundings.h"

/// Groups that stand for what is no security group: something that lets pass what it says.
namespace polreach::compiler {

/// A group of one inbound rule, which lets pass what it says; what it does not name is any.
[[nodiscard]] model::SecurityGroup group_of_one(std::string name, model::SecurityRule rule,
                                                model::Span where);

/// One port, as a load balancer, a node port or a host port leads it on.
struct Forwarded {
  std::string place;  // "node port of Service shop/web"
  std::string rule;   // "port 30080 of Service shop/web"
  net::Protocol protocol = net::Protocol::Tcp;
  net::Port port = 1;
  model::Span where;
};
/// Lets pass packets to this port only. It sees the packet's own header.
void add_forwarding(Surroundings& around, Path& path, const Forwarded& only);

}  // namespace polreach::compiler
