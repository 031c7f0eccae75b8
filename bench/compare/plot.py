#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draw what bench/compare/run.sh measured: seconds by workloads, a curve for each tool.

    bench/compare/plot.py build/bench/compare.csv docs/performance/

writes compare-SHAPE.svg for each shape of manifests in the file. Needs matplotlib. Equal
measurements give equal bytes.
"""
import csv
import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({"svg.hashsalt": "polreach", "svg.fonttype": "none",
                            "font.family": "sans-serif", "font.size": 11})
from matplotlib import pyplot  # noqa: E402
from matplotlib.ticker import FuncFormatter, NullFormatter  # noqa: E402

COLOURS = {"polreach": "#0b6e4f", "netpol-analyzer": "#c05621", "network-config-analyzer": "#6b46c1"}
TITLES = {"ranges": "All connections, manifests with ipBlocks",
          "no-ranges": "All connections, manifests without ipBlocks"}


def read(path):
    shapes = {}
    with open(path) as file:
        for row in csv.DictReader(file):
            if row["seconds"] == "-":
                continue
            curve = shapes.setdefault(row["shape"], {}).setdefault(row["tool"], {})
            curve[int(row["workloads"])] = float(row["seconds"])  # the last run counts
    return shapes


def draw(title, curves, path):
    figure, axes = pyplot.subplots(figsize=(7.5, 4.5))
    sizes = sorted({size for curve in curves.values() for size in curve})
    for tool, curve in sorted(curves.items()):
        points = sorted(curve.items())
        axes.plot(*zip(*points), marker="o", linewidth=2, color=COLOURS.get(tool))
        axes.annotate(tool, points[-1], xytext=(8, 0), textcoords="offset points", va="center",
                      color=COLOURS.get(tool))
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(sizes)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g} s"))
    axes.set_xlim(right=sizes[-1] * 2.2)
    axes.set_xlabel("workloads (twice as many policies)")
    axes.set_title(title, loc="left")
    axes.grid(True, which="major", color="#dddddd", linewidth=0.7)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    pyplot.close(figure)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder = Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for shape, curves in sorted(read(sys.argv[1]).items()):
        draw(TITLES.get(shape, shape), curves, folder / f"compare-{shape}.svg")


if __name__ == "__main__":
    main()
