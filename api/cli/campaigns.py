"""Campaigns at the command line."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Make, preview, launch and watch campaigns.")
CampaignId = Annotated[int, typer.Argument(help="From `takt campaign list`.")]
Why = Annotated[str, typer.Option(help="Kept on the record.")]
Lang = Annotated[str, typer.Option(help="Language of sentences: en or ru.")]
At = Annotated[str | None, typer.Option(help="As of this instant: 2026-03-03T10:00+03:00.")]


@app.command("list")
def list_campaigns() -> None:
    """List campaigns, newest first."""
    from api.cli.installation import services
    from api.cli.output import table
    from orchestrator import campaigns

    with services() as found, found.transaction() as session:
        known = campaigns.campaigns(session)
    table(
        ("id", "name", "state", "leads", "made by"),
        [(each.id, each.name, each.state, each.leads, each.created_by) for each in known],
    )


@app.command()
def create(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="JSON or TOML: name, offer_id, script_version_id, …")
    ],
) -> None:
    """Make a campaign from a file, as a draft; it calls nobody until it is launched."""
    from api.cli.installation import actor, services
    from api.cli.output import say
    from api.cli.reading import document, fields
    from orchestrator import campaigns
    from orchestrator.campaign_fields import CampaignSpec

    spec = fields(CampaignSpec, document(file), path=file)
    with services() as found, found.transaction() as session:
        made = campaigns.create(session, spec, by=actor(context), now=found.clock.now())
    say(f"Campaign {made.id} `{made.name}` is a draft. Next: takt import FILE --campaign {made.id}")


@app.command()
def show(campaign_id: CampaignId) -> None:
    """Show one campaign and every move it made."""
    from api.cli.installation import services
    from api.cli.output import table
    from orchestrator import campaigns

    with services() as found, found.transaction() as session:
        campaign = campaigns.get(session, campaign_id)
        moves = campaigns.events(session, campaign_id)
    columns = [column.key for column in type(campaign).__table__.columns]
    table(("field", "value"), [(name, getattr(campaign, name)) for name in columns])
    table(
        ("at", "by", "was", "became", "why"),
        [(move.at, move.by, move.was, move.became, move.why) for move in moves],
    )


@app.command()
def preview(campaign_id: CampaignId, at: At = None, lang: Lang = "en") -> None:
    """Count how many leads may be called, and why not the rest; writes nothing."""
    from api.cli.installation import services
    from api.cli.output import say, table
    from api.cli.reading import choice, instant
    from guardrails.sentences import Language
    from orchestrator import preview as previews

    language = choice(lang, Language, of="language")
    with services() as found:
        seen = previews.preview(found, campaign_id, at=instant(at))
    say(seen.says(language))
    if seen.first_later_at is not None:
        say(f"first later: {seen.first_later_at:%Y-%m-%d %H:%M} UTC")
    for heading, counts in (
        ("later, because", seen.first_of_later),
        ("not, because", seen.first_of_not),
    ):
        if counts:
            table(
                ("leads", heading, ""),
                [(each.leads, each.code, each.says(language)) for each in counts],
            )
    say(previews.CAVEAT[language])


@app.command("accept-script")
def accept_script(context: typer.Context, campaign_id: CampaignId) -> None:
    """Answer for a script nobody has reviewed; takes an officer, whose name is kept."""
    from api.cli.installation import actor, services
    from api.cli.output import say
    from orchestrator import campaigns

    by = actor(context)
    with services() as found, found.transaction() as session:
        campaigns.accept_script(session, campaign_id, by=by, now=found.clock.now())
    say(f"{by.name} answers for the script of campaign {campaign_id}.")


@app.command()
def launch(context: typer.Context, campaign_id: CampaignId) -> None:
    """Start calling; every lead still passes every guardrail before it is queued."""
    from api.cli.installation import actor, services
    from api.cli.output import say
    from orchestrator import campaigns

    with services() as found, found.transaction() as session:
        campaign = campaigns.launch(session, campaign_id, by=actor(context), now=found.clock.now())
    say(
        f"Campaign `{campaign.name}` is {campaign.state}. Watch: takt campaign progress "
        f"{campaign_id}"
    )


@app.command()
def pause(context: typer.Context, campaign_id: CampaignId, why: Why) -> None:
    """Stop calling until somebody resumes; what is queued is taken back at once."""
    _move(context, campaign_id, "pause", why=why)


@app.command()
def resume(context: typer.Context, campaign_id: CampaignId, why: Why) -> None:
    """Go on calling."""
    _move(context, campaign_id, "resume", why=why)


@app.command()
def stop(context: typer.Context, campaign_id: CampaignId, why: Why) -> None:
    """End a campaign for good; calls in progress run out."""
    _move(context, campaign_id, "stop", why=why)


@app.command()
def progress(campaign_id: CampaignId) -> None:
    """Count how far a campaign got."""
    from api.cli.installation import services
    from api.cli.output import table
    from orchestrator.progress import progress as count

    with services() as found, found.transaction() as session:
        far = count(session, campaign_id, now=found.clock.now())
    rows: list[tuple[str, object]] = [
        (name, getattr(far, name))
        for name in (
            "state",
            "at",
            "leads",
            "unscreened",
            "due",
            "waiting",
            "agent",
            "placed",
            "placed_last_day",
        )
    ]
    for name in ("closed", "live", "outcomes"):
        rows += [(f"{name}: {key}", many) for key, many in sorted(getattr(far, name).items())]
    table(("what", "how many"), rows)


def screen(campaign_id: CampaignId) -> None:
    """Decide every lead of a campaign again and write when each is next due."""
    from api.cli.installation import services
    from api.cli.output import say
    from orchestrator import screening

    with services() as found:
        done = screening.screen(
            found, campaign_id, on_batch=lambda so_far: say(f"{so_far.leads} leads …")
        )
    say(f"{done.leads} leads looked at, {done.clear} clear, {done.decisions} new decisions.")


def _move(context: typer.Context, campaign_id: int, verb: str, *, why: str) -> None:
    """Pause, resume or stop a campaign and say what it is now."""
    from api.cli.installation import actor, services
    from api.cli.output import say
    from orchestrator import campaigns

    move = {"pause": campaigns.pause, "resume": campaigns.resume, "stop": campaigns.stop}[verb]
    with services() as found, found.transaction() as session:
        campaign = move(session, campaign_id, why=why, by=actor(context), now=found.clock.now())
    say(f"Campaign `{campaign.name}` is {campaign.state}.")
