#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write a realistic cluster, up to the largest that AKS runs.

    bench/generate.py --pods 1000 >cluster.json
    bench/generate.py --size aks-largest >cluster.json          # 5,000 nodes, 250,000 pods, 2 GB
    bench/generate.py --pods 1000 --format yaml --output manifests/
    bench/generate.py --deployments --workloads 200 --format yaml --output repository/

Equal arguments give equal bytes, and memory does not grow with the number of pods. Namespaces have
the habits of their teams (which labels, which charts); workloads have power-law sizes; Deployments
have ReplicaSets, old ones too; most namespaces have a default deny, a policy for DNS, and policies
between workloads by label, by namespace, by named port and by ipBlock; above them are an admin and a
baseline tier. Pods carry all that exports carry. With --deployments there are no pods, nodes and
ReplicaSets, but what a repository of manifests holds.

ns-0/app-0 and ns-0/app-1 are the largest workloads, ns-0/app-last is the smallest.
"""
import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cluster import azure, objects, policies, text  # noqa: E402
from cluster.shape import Shape  # noqa: E402

SIZES = {  # pods, nodes, namespaces, workloads, policies
    "small": (1000, 20, 20, 100, 200),
    "medium": (10000, 200, 100, 1000, 1000),
    "large": (50000, 1000, 250, 4000, 4000),
    "aks-largest": (250000, 5000, 1000, 12000, 10000),
}
MOST_IN_A_FILE = 500  # objects of a YAML file


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0], epilog="\n".join(
        __doc__.split("\n")[1:]), formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="small",
                        help="what the following have where they are not given: pods, nodes, "
                             "namespaces, workloads, policies")
    for name in ("pods", "nodes", "namespaces", "workloads", "policies"):
        parser.add_argument(f"--{name}", type=int)
    parser.add_argument("--deployments", action="store_true",
                        help="manifests of a repository in place of an export")
    parser.add_argument("--no-tiers", dest="tiers", action="store_false",
                        help="NetworkPolicies alone")
    parser.add_argument("--no-host-network", dest="host_network", action="store_false",
                        help="without the DaemonSet of pods that use the network of their nodes")
    parser.add_argument("--plain", action="store_true",
                        help="policies with numbers alone for ports: not every tool can tell what a "
                             "name stands for")
    parser.add_argument("--no-ranges", dest="ranges", action="store_false",
                        help="policies without ipBlocks")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--format", choices=("json", "compact", "yaml"), default="json",
                        help="one List as kubectl prints it, one compact List, or a folder")
    parser.add_argument("--output", metavar="PATH",
                        help="the folder of --format yaml; else a file, in place of stdout")
    parser.add_argument("--azure", metavar="FOLDER",
                        help="also write the network around the cluster there, as az exports it, "
                             "with a file of service tags")
    parser.add_argument("--groups", type=int, default=10, help="network security groups")
    options = parser.parse_args()
    if options.format == "yaml" and not options.output:
        parser.error("--format yaml needs --output FOLDER")
    given = options.pods is not None
    for name, value in zip(("pods", "nodes", "namespaces", "workloads", "policies"),
                           SIZES[options.size]):
        if getattr(options, name) is None:
            setattr(options, name, 0 if name == "nodes" and given else value)
    if options.deployments:
        options.pods = options.nodes = 0
        options.host_network = False
    if options.namespaces < 1 or min(options.pods, options.workloads, options.policies) < 0:
        parser.error("a cluster has a namespace, and nothing less than 0 times")
    return options


def everything(shape, options, render):
    """(file, rendered objects) in the order in which kubectl lists kinds. `render` makes text of an
    object."""
    seed = None if options.deployments else shape.seed
    spaces = shape.namespaces + [shape.system]
    for ns in spaces:
        yield f"{ns.name}/namespace", render(objects.namespace(ns, seed))
    if not options.deployments:
        for index in range(shape.nodes):
            yield f"nodes/{index // MOST_IN_A_FILE}", render(objects.node(index, shape))
    for policy in policies.network_policies(shape, seed):
        yield f"{policy['metadata']['namespace']}/policies", render(policy)
    if options.tiers:
        for policy in policies.tiers(seed):
            yield "tiers", render(policy)
    if not options.deployments:
        for ns in spaces:
            for workload in ns.workloads:
                yield from pods(shape, workload, render)
    for ns in spaces:
        for workload in ns.workloads:
            if workload.kind != "CronJob":
                yield f"{ns.name}/services", render(objects.service(workload, seed))
    for ns in spaces:
        for workload in ns.workloads:
            yield f"{ns.name}/workloads", render(objects.controller(workload, seed))
            if workload.kind == "Deployment" and not options.deployments:
                for each in objects.replica_sets(workload, seed):
                    yield f"{ns.name}/replicasets", render(each)


def pods(shape, workload, render):
    template = render(objects.pod_template(workload, shape.seed))
    file = f"{workload.ns.name}/pods-{workload.name}"
    for number, values in enumerate(objects.pod_values(workload, shape.seed, shape)):
        yield f"{file}-{number // MOST_IN_A_FILE}", template % values


def write_list(shape, options):
    compact = options.format == "compact"
    out = open(options.output, "w", encoding="utf-8") if options.output else sys.stdout
    if compact:
        head, between, tail = '{"apiVersion":"v1","items":[', ",", \
            '],"kind":"List","metadata":{"resourceVersion":""}}\n'
    else:
        head, between, tail = '{\n    "apiVersion": "v1",\n    "items": [\n', ",\n", \
            '\n    ],\n    "kind": "List",\n    "metadata": {\n        "resourceVersion": ""\n' \
            '    }\n}\n'
    out.write(head)
    first = True
    for _, each in everything(shape, options, text.compact if compact else text.json_item):
        if not first:
            out.write(between)
        out.write(each)
        first = False
    out.write(tail)
    out.flush()
    if out is not sys.stdout:
        out.close()


def write_folder(shape, options):
    """A file holds neighbours of one kind; one that comes up again is appended to."""
    out, current, seen = None, None, set()
    for file, each in everything(shape, options, text.yaml):
        if file != current:
            if out:
                out.close()
            path = os.path.join(options.output, file + ".yaml")
            os.makedirs(os.path.dirname(path), exist_ok=True)
            out = open(path, "a" if file in seen else "w", encoding="utf-8")
            current = file
        if file in seen:
            out.write("---\n")
        seen.add(file)
        out.write(each)
    if out:
        out.close()


def write_azure(shape, options):
    os.makedirs(options.azure, exist_ok=True)
    for name, value in (("nsgs", list(azure.security_groups(options.groups, shape.seed))),
                        ("vnets", azure.networks(options.groups)),
                        ("cluster", azure.cluster(shape)),
                        ("service-tags", azure.service_tags(shape.seed))):
        with open(os.path.join(options.azure, name + ".json"), "w", encoding="utf-8") as out:
            out.write(text.json.dumps(value, indent=2) + "\n")


def main():
    options = arguments()
    shape = Shape(options)
    if options.azure:
        write_azure(shape, options)
    if options.format == "yaml":
        write_folder(shape, options)
    else:
        write_list(shape, options)


main()
