# SPDX-License-Identifier: Apache-2.0
"""The network around the cluster, as `az ... -o json` exports it: the managed cluster with its node
pools, the virtual network, network security groups, and a file of service tags."""
from .shape import draw

_GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/apps/providers"
_NETWORK = f"{_GROUP}/Microsoft.Network"
_POD_RANGE = "10.128.0.0/11"
_NODE_RANGE = "10.224.0.0/16"
_TAGS = ("Storage", "Sql", "AzureMonitor", "AzureContainerRegistry", "AzureKeyVault")


def _rule(name, access, direction, priority, protocol, source, destination, ports):
    def side(role, value):
        single = isinstance(value, str)
        return {f"{role}AddressPrefix": value if single else "",
                f"{role}AddressPrefixes": [] if single else value}
    return {"access": access, "direction": direction, "name": name, "priority": priority,
            "protocol": protocol, **side("source", source), **side("destination", destination),
            "sourcePortRange": "*", "sourcePortRanges": [], "destinationPortRange": ports,
            "destinationPortRanges": []}


def security_groups(count, seed):
    """The first is that of the nodes, the others those of subnets around them."""
    for index in range(max(1, count)):
        rng = draw(seed, "group", index)
        rules = []
        for number in range(rng.randint(4, 20)):
            source = rng.choice(("VirtualNetwork", f"10.{rng.randrange(64)}.0.0/16",
                                 [f"10.{64 + i}.{rng.randrange(256)}.0/24" for i in range(5)]))
            rules.append(_rule(f"allow-{number}", "Allow", "Inbound", 100 + 10 * number, "Tcp",
                               source, "*", str(rng.choice((22, 443, 1433, 5432, 8080)))))
        rules.append(_rule("nodes", "Allow", "Inbound", 3000, "*", [_NODE_RANGE, _POD_RANGE],
                           [_NODE_RANGE, _POD_RANGE], "*"))
        rules.append(_rule("deny-network", "Deny", "Inbound", 4000, "*", "VirtualNetwork", "*",
                           "*"))
        rules.append(_rule("storage", "Allow", "Outbound", 100, "Tcp", "*", rng.choice(_TAGS),
                           "443"))
        name = "nsg-nodes" if index == 0 else f"nsg-{index}"
        yield {"id": f"{_NETWORK}/networkSecurityGroups/{name}", "name": name,
               "resourceGroup": "apps", "location": "westeurope", "defaultSecurityRules": [],
               "securityRules": rules}


def networks(count):
    subnets = []
    for index in range(max(1, count)):
        name = "nodes" if index == 0 else f"subnet-{index}"
        group = "nsg-nodes" if index == 0 else f"nsg-{index}"
        prefix = _NODE_RANGE if index == 0 else f"10.{225 + (index >> 8)}.{index & 255}.0/24"
        subnets.append({
            "id": f"{_NETWORK}/virtualNetworks/vnet/subnets/{name}", "name": name,
            "resourceGroup": "apps", "addressPrefix": prefix, "delegations": [],
            "networkSecurityGroup": {"id": f"{_NETWORK}/networkSecurityGroups/{group}",
                                     "resourceGroup": "apps"},
            "privateEndpointNetworkPolicies": "Disabled", "serviceEndpoints": []})
    return [{"id": f"{_NETWORK}/virtualNetworks/vnet", "name": "vnet", "resourceGroup": "apps",
             "location": "westeurope", "addressSpace": {"addressPrefixes": ["10.224.0.0/12"]},
             "enableDdosProtection": False, "subnets": subnets,
             "virtualNetworkPeerings": []}]


def cluster(shape):
    subnet = f"{_NETWORK}/virtualNetworks/vnet/subnets/nodes"
    counts = {}
    for node in range(shape.nodes):
        pool = shape.pool_of(node)
        counts[pool] = counts.get(pool, 0) + 1
    pools = [{"name": pool, "mode": "System" if pool == "system" else "User", "osType": "Linux",
              "count": count, "maxPods": 250, "enableNodePublicIp": False, "vnetSubnetId": subnet,
              "podSubnetId": None} for pool, count in counts.items()]
    return {"id": f"{_GROUP}/Microsoft.ContainerService/managedClusters/bench", "name": "bench",
            "type": "Microsoft.ContainerService/ManagedClusters", "resourceGroup": "apps",
            "location": "westeurope", "kubernetesVersion": "1.32.4",
            "nodeResourceGroup": "MC_apps_bench_westeurope", "agentPoolProfiles": pools,
            "apiServerAccessProfile": None,
            "networkProfile": {"networkPlugin": "azure", "networkPluginMode": "overlay",
                               "networkPolicy": "cilium", "networkDataplane": "cilium",
                               "outboundType": "loadBalancer", "loadBalancerSku": "standard",
                               "serviceCidr": "10.0.0.0/16", "serviceCidrs": ["10.0.0.0/16"],
                               "dnsServiceIp": "10.0.0.10", "ipFamilies": ["IPv4"],
                               "podCidr": _POD_RANGE, "podCidrs": [_POD_RANGE]}}


def service_tags(seed):
    """Tags with some hundred prefixes each, like the weekly file."""
    values = []
    for name in _TAGS:
        for suffix in ("", ".WestEurope", ".NorthEurope"):
            rng = draw(seed, "tag", name, suffix)
            blocks = sorted(rng.sample(range(1 << 14), 300 if not suffix else 60))
            prefixes = [f"{20 + (each >> 12)}.{each >> 4 & 255}.{(each & 15) << 4}.0/22"
                        for each in blocks]
            region = suffix[1:].lower()
            values.append({"name": name + suffix, "id": name + suffix, "properties": {
                "changeNumber": 7, "region": region, "regionId": 0, "platform": "Azure",
                "systemService": name, "addressPrefixes": prefixes, "networkFeatures": ["NSG"]}})
    return {"changeNumber": 374, "cloud": "Public", "values": values}
