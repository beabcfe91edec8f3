"""Why a person may or may not be called, reason by reason."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from guardrails.sentences import Language
    from orchestrator.people import Standing
    from orchestrator.services import Services


def explain(
    who: Annotated[str, typer.Argument(help="A number, `person:17` or `lead:42`.")],
    lang: Annotated[str, typer.Option(help="Language of sentences: en or ru.")] = "en",
    at: Annotated[
        str | None, typer.Option(help="As of this instant: 2026-03-03T10:00+03:00.")
    ] = None,
) -> None:
    """Say what we did to a person, whether we may call now, why not, and when again."""
    from api.cli.installation import services
    from api.cli.people import meant
    from api.cli.reading import choice, instant
    from guardrails.sentences import Language

    language = choice(lang, Language, of="language")
    with services() as found, found.transaction() as session:
        now = instant(at) or found.clock.now()
        people, lead_id = meant(session, who, settings=found.settings)
        for person_id in people:
            _tell(session, found, person_id, lead_id=lead_id, lang=language, now=now)


def _tell(
    session: "Session",
    found: "Services",
    person_id: int,
    *,
    lead_id: int | None,
    lang: "Language",
    now: datetime,
) -> None:
    """Print one person's history in short, then the answer for each campaign."""
    from api.cli.output import say, table
    from orchestrator import people

    dossier = people.about(session, person_id)
    numbers = ", ".join(number.e164 for number in dossier.numbers) or "no number"
    say(f"person:{person_id} {dossier.person.name or '(no name)'}, {numbers}")
    if dossier.is_silenced:
        say(
            "Никто не звонит этому человеку: навсегда."
            if lang == "ru"
            else "Nobody calls this person, for good."
        )
    if dossier.touches:
        table(
            ("contact", "channel", "ended as", "by"),
            [
                (f"{touch.at:%Y-%m-%d %H:%M}", touch.channel, touch.disposition, touch.source)
                for touch in dossier.touches[:10]
            ],
        )
    for refusal, words in dossier.refusals:
        lifted = " (lifted)" if refusal.lifted_at else ""
        said = f": «{words}»" if words else ""
        say(f"no on {refusal.at:%Y-%m-%d}, {refusal.kind}{lifted}{said}")
    for standing in people.standings(session, person_id, settings=found.settings, now=now):
        if lead_id is None or standing.lead_id == lead_id:
            _answer(standing, lang)


def _answer(standing: "Standing", lang: "Language") -> None:
    """Print the answer for one campaign: every reason, its code, its end."""
    from api.cli.output import say
    from api.reasons import zone_of
    from guardrails.sentences import say_instant, sentence

    verdict, zone = standing.answer.verdict, zone_of(standing.answer)
    campaign = standing.campaign
    say(f"\nlead:{standing.lead_id} campaign {campaign.id} `{campaign.name}`: {verdict.ruling}")
    for reason in verdict.reasons:
        until = "" if reason.until is None else f" until {reason.until:%Y-%m-%d %H:%M} UTC"
        say(f"  {reason.code:<24} {sentence(reason, lang, zone)} [{reason.pack}{until}]")
    if verdict.reasons:
        again = standing.answer.next_clear
        when = "—" if again is None else say_instant(again, lang, zone)
        say(f"  {'когда можно' if lang == 'ru' else 'clear again'}: {when}")
