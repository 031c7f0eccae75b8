#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether lists of connections by different tools say the same, as sets of packets.

    bench/compare/agree.py polreach=MAP.json netpol-analyzer=LIST.txt nca=LIST.txt

MAP.json is what `polreach map --format json` writes, one LIST.txt is that of netpol-analyzer's
`netpolicy list`, the other that of network-config-analyzer's `nca --connectivity -o
txt_no_fw_rules`. All are held against the first. Compared are TCP, UDP and SCTP between workloads,
and between workloads and IPv4 addresses, address by address; a workload's connections to itself are
left out, since the tools list them or not as they like. Exit status 0: all agree; 1: they do not.
"""
import ipaddress
import json
import re
import sys

LINE = re.compile(r"^(?P<source>\S+) => (?P<destination>\S+) : (?P<what>.+)$")
WORKLOAD = re.compile(r"^(?P<name>[^/\s]+/[^\[\s]+)\[(?P<kind>\w+)\]$")
PROTOCOLS = ("SCTP", "TCP", "UDP")
EVERYTHING = frozenset((protocol, 1, 65535) for protocol in PROTOCOLS)


def spans(text, protocol):
    for part in text.split(","):
        first, _, last = part.partition("-")
        yield protocol, int(first), int(last or first)


def flows_of_netpol_analyzer(text):
    """`TCP 80,8080-8090,UDP 53`, or `All Connections`."""
    if text == "All Connections":
        return EVERYTHING
    found, protocol = set(), None
    for part in text.split(","):
        word, _, ports = part.rpartition(" ")
        protocol = word or protocol
        found.update(spans(ports, protocol))
    return found


def flows_of_nca(text):
    """`{protocols:TCP, UDP,dst_ports:53}`, or `All connections`."""
    if text.lower() == "all connections":
        return EVERYTHING
    found = set()
    for block in re.findall(r"\{(.*?)\}", text):
        match = re.fullmatch(r"protocols:(?P<protocols>[A-Z, ]+?)(?:,dst_ports:(?P<ports>[\d,-]+))?",
                             block)
        if not match:
            raise ValueError(f"not understood: {text}")
        for protocol in match["protocols"].split(","):
            if protocol.strip() in PROTOCOLS:
                found.update(spans(match["ports"] or "1-65535", protocol.strip()))
    return found


class Connections:
    """Packets between ends. An end is a workload, or cut out of the IPv4 addresses."""

    def __init__(self):
        self.between = {}   # (workload, workload) -> flows
        self.outside = {}   # (workload, "from" | "to") -> [(first, last, flows)]

    def add(self, source, destination, flows):
        if isinstance(source, str) and isinstance(destination, str):
            if source != destination:
                self.between.setdefault((source, destination), set()).update(flows)
        elif isinstance(source, str):
            self.outside.setdefault((source, "to"), []).append((*destination, flows))
        elif isinstance(destination, str):
            self.outside.setdefault((destination, "from"), []).append((*source, flows))

    def normal(self):
        """Equal for equal sets: [(key, ...)] -> intervals that are sorted, apart and merged."""
        found = {pair: merged(flows) for pair, flows in self.between.items() if flows}
        for key, ranges in self.outside.items():
            cuts = sorted({first for first, _, _ in ranges} | {last + 1 for _, last, _ in ranges})
            place = {cut: index for index, cut in enumerate(cuts)}
            cells = [set() for _ in cuts]
            for first, last, flows in ranges:
                for index in range(place[first], place[last + 1]):
                    cells[index].update(flows)
            pieces = []
            for index, flows in enumerate(cells[:-1]):
                if not flows:
                    continue
                piece = [cuts[index], cuts[index + 1] - 1, merged(flows)]
                if pieces and pieces[-1][1] + 1 == piece[0] and pieces[-1][2] == piece[2]:
                    pieces[-1][1] = piece[1]
                else:
                    pieces.append(piece)
            if pieces:
                found[key] = pieces
        return found


def merged(flows):
    out = []
    for protocol, first, last in sorted(flows):
        if out and out[-1][0] == protocol and first <= out[-1][2] + 1:
            out[-1] = (protocol, out[-1][1], max(out[-1][2], last))
        else:
            out.append((protocol, first, last))
    return tuple(out)


def end_of_line(text):
    """A workload's name, a range of IPv4 addresses, or None for what is not compared."""
    workload = WORKLOAD.match(text)
    if workload:
        return workload["name"]
    first, dash, last = text.replace("[External]", "").partition("-")
    try:
        if "/" in text:
            block = ipaddress.IPv4Network(text)
            return int(block[0]), int(block[-1])
        return (int(ipaddress.IPv4Address(first)),
                int(ipaddress.IPv4Address(last if dash else first)))
    except ValueError:
        return None


def read_lines(path, flows):
    found = Connections()
    with open(path) as lines:
        for line in lines:
            match = LINE.match(line.strip())
            if not match:
                continue
            if "-livesim[" in line:  # a pod that network-config-analyzer adds of its own accord
                continue
            ends = [end_of_line(match[side]) for side in ("source", "destination")]
            if None not in ends:
                found.add(*ends, flows(match["what"]))
    return found


def read_map(path):
    found = Connections()
    with open(path) as file:
        answer = json.load(file)
    for connection in answer["connections"]:
        ends = []
        for side in ("source", "destination"):
            end = connection[side]
            if "name" in end:
                ends.append([f'{end["namespace"]}/{end["name"]}'])
            else:
                blocks = [ipaddress.ip_network(block) for block in end.get("cidrs", ())]
                ends.append([(int(b[0]), int(b[-1])) for b in blocks if b.version == 4])
        flows = {span for entry in connection["allowed"] if entry["protocol"] in PROTOCOLS
                 for ports in entry["ports"] for span in spans(ports, entry["protocol"])}
        for source in ends[0]:
            for destination in ends[1]:
                found.add(source, destination, flows)
    return found


READERS = {
    "polreach": read_map,
    "netpol-analyzer": lambda path: read_lines(path, flows_of_netpol_analyzer),
    "nca": lambda path: read_lines(path, flows_of_nca),
}


def main():
    lists = []
    for argument in sys.argv[1:]:
        tool, equals, path = argument.partition("=")
        if not equals or tool not in READERS:
            sys.exit(__doc__)
        lists.append((tool, READERS[tool](path).normal()))
    if len(lists) < 2:
        sys.exit(__doc__)
    first_tool, first = lists[0]
    status = 0
    for tool, other in lists[1:]:
        wrong = sorted((key for key in first.keys() | other.keys()
                        if first.get(key) != other.get(key)), key=str)
        for key in wrong[:5]:
            print(f"{key}\n  {first_tool}: {first.get(key)}\n  {tool}: {other.get(key)}")
        if wrong:
            print(f"{tool}: {len(wrong)} of {len(first.keys() | other.keys())} differ")
            status = 1
        else:
            print(f"{tool}: agrees, {len(first)} entries")
    return status


if __name__ == "__main__":
    sys.exit(main())
