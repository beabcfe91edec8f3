"""Noes and suppressions, by hand."""

from typing import Annotated
from uuid import uuid4

import typer

Who = Annotated[str, typer.Argument(help="A number, or `person:17`.")]


def refuse(
    context: typer.Context,
    who: Who,
    kind: Annotated[
        str,
        typer.Option(
            help="soft, explicit, decline, do_not_call, list_removal, operator or complaint."
        ),
    ],
    words: Annotated[str | None, typer.Option(help="What was said, as it was said.")] = None,
    channel: Annotated[
        str, typer.Option(help="call, sms, email, push, messenger or visit.")
    ] = "call",
    taken_by: Annotated[str | None, typer.Option(help="Who heard it.")] = None,
) -> None:
    """Record a no. It acts at once: nothing queued is dialled, and what rings is stopped."""
    from api.cli.installation import actor, services
    from api.cli.output import say
    from api.cli.people import subjects
    from api.cli.reading import choice
    from guardrails.facts import Channel, RefusalKind
    from orchestrator import refusals
    from orchestrator.outcomes.receiving import cancel

    by, told = actor(context), uuid4().hex
    no, heard_by = choice(kind, RefusalKind, of="kind of refusal"), taken_by or by.name
    heard_on = choice(channel, Channel, of="channel")
    with services() as found:
        with found.transaction() as session:
            now = found.clock.now()
            meant = subjects(session, who, settings=found.settings, now=now)
            for person_id in meant.people:
                refusals.record(
                    session, person_id=person_id, number_id=meant.number_id,
                    kind=no, at=now, channel=heard_on, words=words, taken_by=heard_by,
                    source="command line",
                    external_id=f"{told}:{person_id}", by=by, now=now,
                )  # fmt: skip
            ringing = refusals.still_ringing(session, person_ids=meant.people)
        cancel(found, ringing)
    people = ", ".join(f"person:{person_id}" for person_id in meant.people)
    say(f"Recorded for {people}. See: takt explain {who}")


def suppress(
    context: typer.Context,
    who: Who,
    cause: Annotated[str, typer.Option(help="Why nobody may call; kept on the record.")],
) -> None:
    """Forbid calls to a number, or to a person on all their numbers."""
    from api.cli.installation import actor, services
    from api.cli.output import say
    from api.cli.people import person_or_number
    from orchestrator import refusals
    from orchestrator.outcomes.receiving import cancel

    with services() as found:
        with found.transaction() as session:
            person_id, e164 = person_or_number(session, who, settings=found.settings)
            kept = refusals.suppress(
                session, person_id=person_id, e164=e164, cause=cause, source="command line",
                by=actor(context), now=found.clock.now(),
            )  # fmt: skip
            ringing = refusals.still_ringing(
                session,
                person_ids=[kept.person_id] if kept.person_id else [],
                number_ids=[kept.number_id] if kept.number_id else [],
            )
        cancel(found, ringing)
    say(f"Nobody calls {who} any more (suppression {kept.id}).")
