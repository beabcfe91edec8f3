"""Tell what the demonstration found, for somebody who sees Takt for the first time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from api.demo.figures import Figures
from api.demo.timing import MOSCOW
from api.demo.verdicts import Explained

SHOWN_MAX: Final = 12
MARKS: Final = {"ok": "ok", "broken": "BROKEN", "not applicable": "not applicable yet"}
# What each reason of the preview means, in a few words; its guardrail's page says it in full.
IN_SHORT: Final[Mapping[str, str]] = {
    "refusal.final": "said never to call again",
    "refusal.cooldown": "refused lately, and the offer rests",
    "refusal.topic": "refused this topic twice within a year",
    "suppression.listed": "on the do-not-call list",
    "consent.missing": "no consent that can be shown",
    "frequency.person": "called often enough already",
    "history.recent_touch": "spoke with us less than two days ago",
    "history.owned": "have the card already",
    "history.open_case": "have a complaint or a repair open",
    "hours.closed": "it is too late in the day where they are",
    "hours.zone_unknown": "nobody knows what time it is where they are",
    "quality.score": "too unlikely to say yes",
    "quality.level": "from a bought or a partner's list",
    "quality.stale": "the signal is missing or old",
    "personal.name": "nobody knows their name",
    "personal.reason": "no reason of their own to be called",
    "personal.variables": "the script would have a blank",
    "person.protected": "must not be sold anything",
}


def tell_preview(console: Console, preview: Mapping[str, Any]) -> None:
    """Say how many may be called and why not the rest."""
    may = preview["clear_now"] + preview["clear_later"]
    console.print(
        f"\n[bold]{may:,} of {preview['leads']:,} may be called[/bold]"
        f" ({preview['clear_now']:,} now, {preview['clear_later']:,} later today);"
        f" {preview['not_callable']:,} may not, by the reason that binds longest:"
    )
    table = Table(box=None, show_header=False, padding=(0, 1))
    table.add_column(justify="right")
    for each in (*preview["first_of_not"], *preview["first_of_later"]):
        table.add_row(f"{each['leads']:,}", IN_SHORT.get(each["code"], ""), each["code"])
    console.print(table)
    if preview["settled"]:
        console.print(
            f"{preview['settled']:,} are on the do-not-call list and were closed at once."
        )


def tell(console: Console, figures: Figures) -> None:
    """Print the whole report."""
    _tell_calls(console, figures)
    _tell_silenced(console, figures)
    console.print("\n[bold]Three verdicts[/bold]")
    for verdict in figures.verdicts:
        _tell_verdict(console, verdict)
    console.print("\n[bold]Every promise, checked over everything that was done[/bold]")
    for name, says, result, count in figures.promises:
        style = {"ok": "green", "broken": "bold red"}.get(result, "dim")
        many = f" ({count})" if result == "broken" else ""
        console.print(f"  [{style}]{MARKS[result]}{many}[/{style}]  {name}  {says}")
    whole = "[green]whole[/green]" if figures.chain_is_whole else "[bold red]BROKEN[/bold red]"
    console.print(f"  The chain over decisions and deeds is {whole}.")


def _tell_calls(console: Console, figures: Figures) -> None:
    console.print(
        f"\n[bold]{figures.calls:,} calls[/bold], {figures.answered:,} conversations,"
        f" [green]{figures.accepted:,} said yes[/green], {figures.refused:,} said no."
        " Nobody's telephone rang twice."
        if figures.holds
        else f"\n[bold]{figures.calls:,} calls[/bold], {figures.answered:,} conversations,"
        f" {figures.accepted:,} said yes, {figures.refused:,} said no."
    )
    ends = ", ".join(f"{word} {count:,}" for word, count in figures.outcomes.items())
    console.print(f"  by outcome: {ends}")
    console.print(
        f"  {figures.waiting:,} leads wait (for their callback, another day, or a fact to change),"
        f" {figures.agent:,} wait for a person to decide"
    )


def _tell_silenced(console: Console, figures: Figures) -> None:
    if not figures.silenced:
        return
    console.print(
        f"\n[bold]{len(figures.silenced)} will never be called again[/bold]: on no number of"
        " theirs, in no campaign, from the moment they said so"
    )
    shown = {no.words: no for no in reversed(figures.silenced)}
    for no in list(reversed(shown.values()))[:SHOWN_MAX]:
        said = f"“{no.words}”" if no.words else "their network reported the call as unwanted"
        console.print(f"  {no.number}  {said}", markup=False)
    if len(figures.silenced) > SHOWN_MAX:
        console.print("  … and others in words like these")


def _tell_verdict(console: Console, verdict: Explained) -> None:
    style = {"clear": "green", "held": "yellow", "blocked": "red"}[verdict.ruling]
    who = f"{verdict.name} {verdict.number}".strip()
    console.print(f"  [{style}]{verdict.ruling}[/{style}]  lead {verdict.lead_id}, {who}")
    for code, text, until in dict.fromkeys(verdict.reasons):
        ends = f", until {_local(until)}" if until else ""
        console.print(f"      {text} ({code}{ends})", markup=False)
    if verdict.note:
        console.print(f"      {verdict.note}", markup=False)
    if verdict.ruling == "held" and verdict.next_clear:
        console.print(f"      may be called from {_local(verdict.next_clear)}")


def _local(instant: str) -> str:
    """Show an instant as a clock in Moscow does."""
    return f"{datetime.fromisoformat(instant).astimezone(MOSCOW):%a %d %b %Y %H:%M} Moscow"
