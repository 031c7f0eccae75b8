#!/usr/bin/env python3
"""Write a realistic cluster, as `kubectl get ... -o json` exports it, to standard output.

usage: bench/generate.py [--pods N | --deployments] [--namespaces N] [--workloads N] [--policies N]
                         [--seed N]

Equal arguments give equal bytes. Pods carry what exports carry (status, managedFields, many labels
that no policy names); workloads have power-law sizes; each namespace has a default deny, a policy
for DNS, and policies between workloads by label, by namespace, by named port and by ipBlock. With
--deployments there are no pods, but one Deployment a workload, as in a repository of manifests.
"""
import argparse
import json
import random
import sys


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pods", type=int, default=1000)
    parser.add_argument("--deployments", action="store_true")
    parser.add_argument("--namespaces", type=int, default=20)
    parser.add_argument("--workloads", type=int, default=100)
    parser.add_argument("--policies", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def managed_fields(rng):
    entry = {"manager": "kube-controller-manager", "operation": "Update", "apiVersion": "v1",
             "time": "2025-01-01T00:00:00Z", "fieldsType": "FieldsV1",
             "fieldsV1": {"f:metadata": {"f:labels": {f"f:l{i}": {} for i in range(6)}},
                          "f:spec": {f"f:s{i}": {} for i in range(rng.randint(8, 16))}}}
    return [entry, dict(entry, manager="kubelet", subresource="status")]


def namespace(index):
    return {"apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": f"ns-{index}",
                         "labels": {"kubernetes.io/metadata.name": f"ns-{index}",
                                    "team": f"team-{index % 7}",
                                    "env": ("prod", "test")[index % 2]}}}


def workload_labels(index):
    return {"app": f"app-{index}", "tier": ("web", "api", "db")[index % 3],
            "app.kubernetes.io/part-of": f"system-{index % 11}"}


def pod(rng, number, index, ns):
    address = f"10.{100 + (number >> 16 & 63)}.{number >> 8 & 255}.{number & 255}"
    node = number // 50
    return {"apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": f"app-{index}-7d9c8b6f5d-{number:06d}", "namespace": f"ns-{ns}",
                         "uid": f"00000000-0000-0000-0000-{number:012d}",
                         "labels": dict(workload_labels(index),
                                        **{"pod-template-hash": "7d9c8b6f5d"}),
                         "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet",
                                              "name": f"app-{index}-7d9c8b6f5d", "uid": "u",
                                              "controller": True}],
                         "managedFields": managed_fields(rng)},
            "spec": {"nodeName": f"node-{node}", "serviceAccountName": "default",
                     "containers": [{"name": "main", "image": f"registry.example.org/a:{index}",
                                     "env": [{"name": f"E{i}", "value": "x" * 20}
                                             for i in range(6)],
                                     "ports": [{"name": "http", "containerPort": 8080},
                                               {"name": "metrics", "containerPort": 9090}],
                                     "resources": {"requests": {"cpu": "100m"}}}],
                     "tolerations": [{"key": "node.kubernetes.io/not-ready",
                                      "operator": "Exists", "effect": "NoExecute"}]},
            "status": {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}],
                       "hostIP": f"10.0.{node >> 8 & 255}.{node & 255}",
                       "conditions": [{"type": t, "status": "True"} for t in
                                      ("Initialized", "Ready", "ContainersReady")]}}


def deployment(index, ns):
    labels = workload_labels(index)
    return {"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": f"app-{index}", "namespace": f"ns-{ns}"},
            "spec": {"replicas": 2, "selector": {"matchLabels": {"app": f"app-{index}"}},
                     "template": {"metadata": {"labels": labels},
                                  "spec": {"containers": [
                                      {"name": "main", "image": f"registry.example.org/a:{index}",
                                       "ports": [{"name": "http", "containerPort": 8080},
                                                 {"name": "metrics", "containerPort": 9090}]}]}}}}


def policy(name, ns, spec):
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": {"name": name, "namespace": f"ns-{ns}"}, "spec": spec}


def base_policies(ns):
    yield policy("default-deny", ns, {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]})
    yield policy("dns", ns, {"podSelector": {}, "policyTypes": ["Egress"], "egress": [
        {"to": [{"namespaceSelector": {"matchLabels": {
            "kubernetes.io/metadata.name": "kube-system"}}}],
         "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53}]}]})


def peer(rng, neighbours):
    kind = rng.randrange(4)
    if kind == 0:
        return {"podSelector": {"matchLabels": {"app": f"app-{rng.choice(neighbours)}"}}}
    if kind == 1:
        return {"namespaceSelector": {"matchLabels": {"team": f"team-{rng.randrange(7)}"}},
                "podSelector": {"matchLabels": {"tier": rng.choice(("web", "api", "db"))}}}
    if kind == 2:
        return {"namespaceSelector": {"matchExpressions": [
            {"key": "env", "operator": "In", "values": ["prod"]}]}}
    second = 16 + rng.randrange(16)
    return {"ipBlock": {"cidr": f"172.{second}.0.0/16",
                        "except": [f"172.{second}.{rng.randrange(256)}.0/24"]}}


def rule(rng, neighbours, direction):
    ports = rng.choice(([{"port": 8080}], [{"port": "http"}], [{"port": 9000, "endPort": 9100}],
                        [{"port": 53, "protocol": "UDP"}], []))
    result = {direction: [peer(rng, neighbours) for _ in range(rng.randint(1, 3))]}
    if ports:
        result["ports"] = ports
    return result


def workload_policy(rng, number, index, ns, neighbours):
    spec = {"podSelector": {"matchLabels": {"app": f"app-{index}"}},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [rule(rng, neighbours, "from") for _ in range(rng.randint(1, 3))],
            "egress": [rule(rng, neighbours, "to") for _ in range(rng.randint(1, 3))]}
    return policy(f"policy-{number}", ns, spec)


def objects(options):
    rng = random.Random(options.seed)
    yield from (namespace(i) for i in range(options.namespaces))
    home = [rng.randrange(options.namespaces) for _ in range(options.workloads)]
    weights = [1 / (i + 1) for i in range(options.workloads)]
    sizes = rng.choices(range(options.workloads), weights, k=max(0, options.pods -
                                                                 options.workloads))
    owners = list(range(options.workloads)) + sizes
    if options.deployments:
        yield from (deployment(index, home[index]) for index in range(options.workloads))
    else:
        for number, index in enumerate(owners[:options.pods]):
            yield pod(rng, number, index, home[index])
    neighbours = [[index for index in range(options.workloads) if home[index] == ns]
                  for ns in range(options.namespaces)]
    for ns in range(options.namespaces):
        yield from base_policies(ns)
    for number in range(max(0, options.policies - 2 * options.namespaces)):
        index = rng.randrange(options.workloads)
        yield workload_policy(rng, number, index, home[index], neighbours[home[index]])


def main():
    out = sys.stdout
    out.write('{"apiVersion":"v1","items":[')
    for number, each in enumerate(objects(arguments())):
        out.write(",\n" if number else "\n")
        json.dump(each, out, indent=1 if number % 3 else None)
    out.write('\n],"kind":"List","metadata":{"resourceVersion":""}}\n')


main()
