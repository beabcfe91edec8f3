"""What was measured, beside what was promised."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured quantity: every repetition, and the bound it is held against, if any."""

    name: str
    unit: str
    values: tuple[float, ...]
    at_least: float | None = None
    at_most: float | None = None
    load: float = field(default_factory=lambda: os.getloadavg()[0])

    @property
    def value(self) -> float:
        """Give the median of the repetitions."""
        return median(self.values)

    @property
    def holds(self) -> bool | None:
        """Say whether the bound is kept; None without one."""
        if self.at_least is not None:
            return self.value >= self.at_least
        return None if self.at_most is None else self.value <= self.at_most

    @property
    def bound(self) -> str:
        """Write the bound."""
        if self.at_least is not None:
            return f">= {written(self.at_least)}"
        return "" if self.at_most is None else f"<= {written(self.at_most)}"

    def line(self) -> str:
        """Write it as a row of a table."""
        verdict = {None: "", True: "ok", False: "MISSED"}[self.holds]
        spread = f"{written(min(self.values))} .. {written(max(self.values))}"
        return (
            f"| {self.name:<58} | {written(self.value):>9} {self.unit:<7} | {spread:>19} |"
            f" {self.bound:>8} | {verdict:<6} | {self.load:>4.1f} |"
        )


def written(value: float) -> str:
    """Write a number with as many digits as it deserves."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def table(figures: Iterable[Figure]) -> str:
    """Write figures as a table: median, least and largest, bound, load of the machine."""
    head = (
        f"| {'figure':<58} | {'median':>17} | {'least .. largest':>19} | {'bound':>8} |"
        f" {'':<6} | load |\n|{'-' * 60}|{'-' * 19}|{'-' * 21}|{'-' * 10}|{'-' * 8}|{'-' * 6}|"
    )
    return "\n".join([head, *(figure.line() for figure in figures)])
