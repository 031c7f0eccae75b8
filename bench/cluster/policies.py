# SPDX-License-Identifier: Apache-2.0
"""The policies of a cluster: those of its namespaces, and the admin and baseline tiers."""
from .objects import metadata
from .shape import TIERS, draw


def _policy(name, ns, spec, seed):
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": metadata(name, ns, None, seed), "spec": spec}


def _base(ns, seed):
    yield _policy("default-deny", ns.name,
                  {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}, seed)
    yield _policy("dns", ns.name, {
        "egress": [{"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}],
                    "to": [{"namespaceSelector": {"matchLabels": {
                        "kubernetes.io/metadata.name": "kube-system"}}}]}],
        "podSelector": {}, "policyTypes": ["Egress"]}, seed)


def _peer(rng, neighbours, ranges):
    kind = rng.randrange(4)
    if kind == 0 and neighbours:
        return {"podSelector": {"matchLabels": rng.choice(neighbours).identity}}
    if kind == 1:
        return {"namespaceSelector": {"matchLabels": {"team": f"team-{rng.randrange(7)}"}},
                "podSelector": {"matchLabels": {"tier": rng.choice(TIERS)}}}
    if kind == 2:
        return {"namespaceSelector": {"matchExpressions": [
            {"key": "env", "operator": "In", "values": ["prod"]}]}}
    second = 16 + rng.randrange(16)
    if not ranges:
        return {"namespaceSelector": {"matchLabels": {"team": f"team-{second % 7}"}}}
    return {"ipBlock": {"cidr": f"172.{second}.0.0/16",
                        "except": [f"172.{second}.{rng.randrange(256)}.0/24"]}}


def _rule(rng, shape, workload, direction):
    name = workload.ports[0] if direction == "from" else ("http", 8080)
    ports = rng.choice(([{"port": 8080, "protocol": "TCP"}],
                        [{"port": name[shape.plain], "protocol": "TCP"}],
                        [{"endPort": 9100, "port": 9000, "protocol": "TCP"}],
                        [{"port": 53, "protocol": "UDP"}], []))
    peers = [_peer(rng, workload.ns.workloads, shape.ranges) for _ in range(rng.randint(1, 3))]
    return {direction: peers, "ports": ports} if direction == "from" and ports else (
        {"ports": ports, direction: peers} if ports else {direction: peers})


def network_policies(shape, seed):
    """By namespaces, in their order. As many as were asked for: the default deny and DNS of each
    namespace come first, then those of workloads."""
    count = shape.policies
    based = shape.namespaces[:count // 2]
    left = count - 2 * len(based)
    choices = [each for ns in shape.namespaces for each in ns.workloads]
    extra = {}
    rng = draw(shape.seed, "policies")
    for number in range(left if choices else 0):
        workload = rng.choice(choices)
        extra.setdefault(workload.ns.index, []).append((number, workload))
    bases = {ns.index for ns in based}
    for ns in shape.namespaces:
        if ns.index in bases:
            yield from _base(ns, seed)
        for number, workload in extra.get(ns.index, ()):
            yield _of_workload(shape, number, workload, seed)


def _of_workload(shape, number, workload, seed):
    rng = draw(shape.seed, "policy", number)
    return _policy(f"{workload.name}-{number}", workload.ns.name, {
        "egress": [_rule(rng, shape, workload, "to") for _ in range(rng.randint(1, 3))],
        "ingress": [_rule(rng, shape, workload, "from") for _ in range(rng.randint(1, 3))],
        "podSelector": {"matchLabels": workload.identity},
        "policyTypes": ["Ingress", "Egress"]}, seed)


def tiers(seed):
    """Admin and baseline: monitoring always gets in, tests never into production, and where nobody
    says anything, namespaces of other teams do not."""
    api = "policy.networking.k8s.io/v1alpha1"
    prod = {"namespaces": {"matchLabels": {"env": "prod"}}}
    for name, priority, spec in (
            ("monitoring", 10, {"ingress": [{
                "action": "Allow", "from": [{"namespaces": {"matchLabels": {
                    "kubernetes.io/metadata.name": "kube-system"}}}], "name": "scrape",
                "ports": [{"portNumber": {"port": 9090, "protocol": "TCP"}}]}],
                "subject": {"namespaces": {}}}),
            ("no-tests-in-production", 20, {"ingress": [{
                "action": "Deny", "from": [{"namespaces": {"matchLabels": {"env": "test"}}}],
                "name": "tests"}], "subject": prod}),
            ("databases", 30, {"ingress": [{
                "action": "Pass", "from": [{"pods": {"namespaceSelector": {}, "podSelector": {
                    "matchLabels": {"tier": "api"}}}}], "name": "api"}],
                "subject": {"pods": {"namespaceSelector": {}, "podSelector": {
                    "matchLabels": {"tier": "db"}}}}})):
        yield {"apiVersion": api, "kind": "AdminNetworkPolicy",
               "metadata": metadata(name, None, None, seed), "spec": {"priority": priority, **spec}}
    yield {"apiVersion": api, "kind": "BaselineAdminNetworkPolicy",
           "metadata": metadata("default", None, None, seed),
           "spec": {"ingress": [{"action": "Deny", "from": [{"namespaces": {
               "matchLabels": {"env": "test"}}}], "name": "tests"}],
               "subject": {"namespaces": {}}}}
