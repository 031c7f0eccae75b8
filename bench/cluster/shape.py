# SPDX-License-Identifier: Apache-2.0
"""What a generated cluster holds, before any object is written: namespaces with the habits of their
teams, workloads with power-law sizes, and the addresses of nodes and pods. Memory grows with the
number of workloads, never with that of pods."""
import math
import random
import zlib
from dataclasses import dataclass, field

TIERS = ("web", "api", "db")
HABITS = ("plain", "recommended", "helm", "mixed")
SAFE = "bcdfghjklmnpqrstvwxz2456789"  # k8s.io/apimachinery/pkg/util/rand
PODS_OF_A_NODE = 50  # Azure CNI Overlay, at the largest cluster
MOST_OF_A_NODE = 250
# Which names a workload gives its ports, and the numbers behind them.
PORTS = ((("http", 8080), ("metrics", 9090)), (("http", 8080),), (("grpc", 9000), ("http", 8081)),
         (("sql", 5432), ("metrics", 9187)))


def draw(*key):
    """A generator for one thing, so that it is the same whatever else is generated."""
    return random.Random(zlib.crc32(repr(key).encode()))


def hash_of(*key, length=10):
    rng = draw("hash", *key)
    return "".join(rng.choice(SAFE) for _ in range(length))


@dataclass
class Namespace:
    index: int
    name: str
    team: str
    env: str
    habit: str
    workloads: list = field(default_factory=list)

    @property
    def labels(self):
        return {"env": self.env, "kubernetes.io/metadata.name": self.name, "team": self.team}


@dataclass
class Workload:
    index: int
    name: str
    kind: str  # Deployment, StatefulSet, DaemonSet, CronJob
    ns: Namespace
    pods: int
    first_pod: int  # pods are numbered through the cluster
    host_network: bool = False

    @property
    def tier(self):
        return TIERS[self.index % len(TIERS)]

    @property
    def ports(self):
        return PORTS[self.index % len(PORTS)]

    @property
    def identity(self):
        """The labels that selectors name."""
        key = "app" if self.ns.habit in ("plain", "mixed") else "app.kubernetes.io/name"
        return {key: self.name}

    @property
    def labels(self):
        habit = self.ns.habit
        labels = {}
        if habit in ("plain", "mixed"):
            labels.update({"app": self.name, "tier": self.tier})
        if habit == "mixed":
            labels.update({"team": self.ns.team, "env": self.ns.env, "version": "v2"})
        if habit in ("recommended", "helm"):
            labels.update({
                "app.kubernetes.io/component": self.tier,
                "app.kubernetes.io/instance": f"{self.name}-{self.ns.env}",
                "app.kubernetes.io/managed-by": "Helm" if habit == "helm" else "kustomize",
                "app.kubernetes.io/name": self.name,
                "app.kubernetes.io/part-of": f"system-{self.index % 11}",
                "app.kubernetes.io/version": f"1.{self.index % 30}.{self.index % 7}"})
        if habit == "helm":
            labels["helm.sh/chart"] = f"{self.name}-0.{self.index % 9}.1"
        return dict(sorted(labels.items()))


class Shape:
    """INVARIANT: the pods of the workloads are numbered from 0 without a gap."""

    def __init__(self, options):
        self.seed = options.seed
        self.pods = options.pods
        self.policies = options.policies
        self.plain = options.plain    # numbers alone for ports
        self.ranges = options.ranges  # ipBlocks
        self.nodes = options.nodes or max(3, math.ceil(options.pods / PODS_OF_A_NODE))
        if options.pods > self.nodes * MOST_OF_A_NODE:
            raise SystemExit(f"a node has at most {MOST_OF_A_NODE} pods: give --nodes")
        self.namespaces = [self._namespace(i) for i in range(options.namespaces)]
        self.system = Namespace(len(self.namespaces), "kube-system", "platform", "prod", "plain")
        self.workloads = []
        self._add_workloads(options.workloads, options.host_network)

    def _namespace(self, index):
        rng = draw(self.seed, "namespace", index)
        return Namespace(index, f"ns-{index}", f"team-{index % 7}", ("prod", "test")[index % 2],
                         "plain" if index == 0 else rng.choice(HABITS))

    def _add_workloads(self, count, host_network):
        left = self.pods
        # At most a tenth of the pods are the cluster's own.
        agents = self.nodes if host_network and self.nodes * 10 <= self.pods else 0
        for name, kind, pods, host in (("coredns", "Deployment", min(2, left // 10), False),
                                       ("kube-proxy", "DaemonSet", agents, True)):
            if host and not host_network:
                continue
            self._add(Workload(len(self.workloads), name, kind, self.system, pods,
                               self.pods - left, host))
            left -= pods
        for index, pods in enumerate(self._sizes(count, left)):
            rng = draw(self.seed, "workload", index)
            # The largest two and the smallest are neighbours: scripts ask about them.
            named = index in (0, 1, count - 1)
            ns = self.namespaces[0 if named else rng.randrange(len(self.namespaces))]
            kind = "Deployment" if named else rng.choices(
                ("Deployment", "StatefulSet", "CronJob"), (85, 10, 5))[0]
            name = "app-last" if index == count - 1 and index > 1 else f"app-{index}"
            self._add(Workload(index, name, kind, ns, pods, self.pods - left))
            left -= pods

    def _add(self, workload):
        self.workloads.append(workload)
        workload.ns.workloads.append(workload)

    @staticmethod
    def _sizes(count, pods):
        """Sizes by a power law; each workload has a pod as long as there are enough."""
        if not count:
            return []
        weights = [(i + 1) ** -0.8 for i in range(count)]
        spare = max(0, pods - count)
        total = sum(weights)
        sizes, given, reached = [], 0, 0.0
        for index, weight in enumerate(weights):
            reached += weight
            upto = int(spare * reached / total + 0.5)
            sizes.append(upto - given + (1 if index < pods else 0))
            given = upto
        return sizes

    # Nodes have a /24 of the pods' network each.
    def node_of(self, pod):
        return pod * 7 % self.nodes if self.nodes % 7 else pod % self.nodes

    def node_name(self, node):
        pool = self.pool_of(node)
        return f"aks-{pool}-{30000000 + self.seed % 1000}-vmss{_base36(node):0>6}"

    def pool_of(self, node):
        return "system" if node < 3 else f"user{node * 4 // self.nodes + 1}"

    @staticmethod
    def node_address(node):
        return f"10.{224 + (node >> 14)}.{4 + (node >> 8 & 63)}.{node & 255}"

    def pod_address(self, pod):
        node = self.node_of(pod)
        return f"10.{128 + (node >> 8)}.{node & 255}.{pod // self.nodes + 2}"


def _base36(number):
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits
