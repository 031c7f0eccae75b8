// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/kubernetes/sensitive.h"

#include <array>

#include "solver/audit/kubernetes/context.h"

namespace polreach::solver::audit::kubernetes {
namespace {

using net::Protocol;

constexpr std::array<SensitivePort, 35> kPorts = {{
    {Protocol::Tcp, 21, "FTP"},
    {Protocol::Tcp, 22, "SSH"},
    {Protocol::Tcp, 23, "Telnet"},
    {Protocol::Tcp, 389, "LDAP"},
    {Protocol::Tcp, 445, "SMB"},
    {Protocol::Tcp, 1433, "SQL Server"},
    {Protocol::Tcp, 1521, "Oracle Database"},
    {Protocol::Tcp, 2049, "NFS"},
    {Protocol::Tcp, 2181, "ZooKeeper"},
    {Protocol::Tcp, 2375, "Docker"},
    {Protocol::Tcp, 2376, "Docker"},
    {Protocol::Tcp, 2379, "etcd"},
    {Protocol::Tcp, 2380, "etcd"},
    {Protocol::Tcp, 3306, "MySQL"},
    {Protocol::Tcp, 3389, "RDP"},
    {Protocol::Tcp, 5432, "PostgreSQL"},
    {Protocol::Tcp, 5672, "AMQP"},
    {Protocol::Tcp, 5900, "VNC"},
    {Protocol::Tcp, 5984, "CouchDB"},
    {Protocol::Tcp, 5985, "WinRM"},
    {Protocol::Tcp, 5986, "WinRM"},
    {Protocol::Tcp, 6379, "Redis"},
    {Protocol::Tcp, 8200, "Vault"},
    {Protocol::Tcp, 8500, "Consul"},
    {Protocol::Tcp, 9042, "Cassandra"},
    {Protocol::Tcp, 9092, "Kafka"},
    {Protocol::Tcp, 9200, "Elasticsearch"},
    {Protocol::Tcp, 9300, "Elasticsearch"},
    {Protocol::Tcp, 10250, "the kubelet"},
    {Protocol::Tcp, 10260, "DocumentDB"},
    {Protocol::Tcp, 11211, "memcached"},
    {Protocol::Udp, 11211, "memcached"},
    {Protocol::Tcp, 15672, "the management of RabbitMQ"},
    {Protocol::Tcp, 26257, "CockroachDB"},
    {Protocol::Tcp, 27017, "MongoDB"},
}};

}  // namespace

std::span<const SensitivePort> sensitive_ports() { return kPorts; }

const net::Traffic& sensitive_traffic() {
  static const net::Traffic all = [] {
    net::Traffic result;
    for (const SensitivePort& each : kPorts) {
      result[each.protocol] |= net::PortSet(each.port, each.port);
    }
    return result;
  }();
  return all;
}

std::string key_of(const SensitivePort& port) {
  return key_of(net::Traffic(port.protocol, net::PortSet(port.port, port.port)));
}

}  // namespace polreach::solver::audit::kubernetes
