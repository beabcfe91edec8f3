"""Measure Takt's speed and compare it with what is promised: `python -m tests.benchmarks`."""

import argparse
import os
import platform
import sys
import time
from collections.abc import Iterator

from tests.benchmarks import bulk, claims, growth, screening, startup, world
from tests.benchmarks.figures import Figure, table
from tests.benchmarks.ground import Place, Server, leave, server

PARTS = ("screening", "claims", "growth", "bulk", "startup")
DAYS = 90.0
MILLION = 1_000_000


def read_arguments(words: list[str]) -> argparse.Namespace:
    """Read what to measure."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--people", type=int, default=MILLION, help="people, and leads")
    parser.add_argument("--touches", type=int, default=10 * MILLION, help="touches in 90 days")
    parser.add_argument("--repetitions", type=int, default=5, help="of each measurement")
    parser.add_argument("--only", choices=PARTS, action="append", help="parts to measure")
    parser.add_argument("--quick", action="store_true", help="everything, too small to mean much")
    asked = parser.parse_args(words)
    asked.leads, asked.claims = 20_000, 2_000
    if asked.quick:
        asked.people, asked.touches, asked.repetitions = 20_000, 20_000, 1
        asked.leads, asked.claims = 500, 60
    return asked


def measure(asked: argparse.Namespace, parts: tuple[str, ...]) -> Iterator[list[Figure]]:
    """Measure the parts asked for, one after the other."""
    if "startup" in parts:
        yield startup.measure(repetitions=1 if asked.quick else 3)
    if set(parts) == {"startup"}:
        return
    with server() as ground:
        people = ground.make("people")
        world.settle(people.services, people=asked.people)
        told(f"{asked.people:,} people and leads are there")
        leave(people)
        if {"screening", "claims", "bulk"} & set(parts):
            yield from in_one_world(asked, parts, ground)
        if "growth" in parts:
            sizes = world.Sizes(asked.people, asked.touches // 10)
            young, old = growth.build(ground, people, sizes)
            told(f"{sizes.touches:,} touches in one world, {30 * sizes.touches:,} in another")
            yield growth.measure(
                young.services, old.services, leads=asked.leads, repetitions=asked.repetitions
            )
            leave(young)
            leave(old)


def in_one_world(
    asked: argparse.Namespace, parts: tuple[str, ...], ground: Server
) -> Iterator[list[Figure]]:
    """Measure what needs one world with its ledger."""
    place: Place = ground.make("main", like="people")
    sizes = world.Sizes(asked.people, asked.touches)
    world.live(place.services, sizes, from_days=0, to_days=DAYS, prefix="main")
    told(f"{asked.touches:,} touches are there")
    if "screening" in parts:
        yield screening.measure(place.services, leads=asked.leads, repetitions=asked.repetitions)
    if "bulk" in parts:
        yield bulk.measure(ground, place, people=asked.people, whole=asked.people >= MILLION)
    if "claims" in parts:
        if "bulk" not in parts:
            claims.make_due(place.services, leads=asked.claims * 40 * asked.repetitions)
        for kind in ("threads", "processes"):
            yield claims.measure(
                place, ground.home, claims=asked.claims, repetitions=asked.repetitions, kind=kind
            )
    leave(place)


begun = time.monotonic()


def told(what: str) -> None:
    """Say how far it got."""
    print(f"[{time.monotonic() - begun:6.0f} s, load {os.getloadavg()[0]:.1f}] {what}", flush=True)


def main(words: list[str]) -> int:
    """Measure, print tables, and say by the exit code whether every bound holds."""
    asked = read_arguments(words)
    parts = tuple(asked.only or PARTS)
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    figures: list[Figure] = []
    for found in measure(asked, parts):
        print(table(found), flush=True)
        figures += found
    missed = [figure.name.strip() for figure in figures if figure.holds is False]
    if missed:
        print("missed: " + "; ".join(missed))
    return 1 if missed and not asked.quick else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
