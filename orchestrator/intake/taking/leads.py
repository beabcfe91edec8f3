"""Write a chunk of leads: who they are, what they agreed to, and why they are to be called."""

import msgspec
from psycopg.types.json import Jsonb

from orchestrator.intake import reason, values
from orchestrator.intake.consents import Statements
from orchestrator.intake.identities import Facts, Identities, Somebody, add_facts
from orchestrator.intake.leads import LeadRow
from orchestrator.intake.options import DEFAULT_SOURCE
from orchestrator.intake.person import Who
from orchestrator.intake.taking.chunk import Desk, Taken
from orchestrator.store import history
from orchestrator.store import imports as store
from orchestrator.tables import Campaign

LEAD = (
    "COPY lead (campaign_id, person_id, reason, reason_hash, reason_facts, variables, score,"
    " level, signal, signal_at, source, import_id, row_number, created_at) FROM STDIN"
)
# States in which a campaign screens what is added at once, instead of at its launch.
UNDER_WAY = frozenset({"running", "paused"})


def take(desk: Desk, rows: list[LeadRow]) -> Taken:
    """Write these rows; a person is a lead of a campaign once, whatever the files repeat."""
    taken = Taken()
    whose = [Who(row.external_id, row.numbers) for row in rows]
    identities = Identities(desk.session, whose, source=desk.source)
    people = []
    for row, who in zip(rows, whose, strict=True):
        somebody = identities.of(who, name=row.name)
        add_facts(somebody, _facts(row), is_told=row.external_id is not None)
        people.append(somebody)
        taken.warnings += row.warnings
    new = {somebody for somebody in people if somebody.is_new}
    changed = identities.write(now=desk.now)
    statements = Statements(desk, known={somebody.id for somebody in people} - _ids(new))
    for row, somebody in zip(rows, people, strict=True):
        if row.consent is not None:
            statements.add(row.row, somebody.id, row.consent)
    taken.warnings += statements.write()
    changed |= statements.changed - _ids(new)
    if desk.campaign_id is None:
        seen: set[Somebody] = set()
        for somebody in people:
            is_new = somebody not in seen and (somebody in new or somebody.id in changed)
            taken.count(is_new=is_new)
            seen.add(somebody)
        added: set[int] = set()
    else:
        added = _add_leads(desk, desk.campaign_id, list(zip(rows, people, strict=True)), taken)
    _refresh(desk, _ids(new), changed, added)
    return taken


def _add_leads(
    desk: Desk, campaign_id: int, rows: list[tuple[LeadRow, Somebody]], taken: Taken
) -> set[int]:
    """Add leads for people who are none yet; gives who is to be screened at once."""
    campaign = desk.session.get_one(Campaign, campaign_id)
    template = campaign.reason_template
    zone = values.file_zone(desk.opened.options.zone)
    source = desk.source if desk.source != DEFAULT_SOURCE else None
    are_leads = store.leads_of(desk.session, campaign_id, {each.id for _, each in rows})
    leads = []
    for row, somebody in rows:
        is_new = somebody.id not in are_leads
        taken.count(is_new=is_new)
        if not is_new:
            continue
        are_leads.add(somebody.id)
        words, facts = reason.render(row, template, zone=zone)
        leads.append(
            (
                *(campaign_id, somebody.id, words, reason.fingerprint(words), facts),
                *(Jsonb(row.variables, dumps=msgspec.json.encode), row.score, row.level),
                *(row.signal, row.signal_at, row.source or source, desk.import_id, row.row),
                desk.now,
            )
        )
    named = {row.source or source for row, _ in rows}
    store.add_sources(desk.session, (name for name in named if name is not None))
    store.copy_rows(desk.session, LEAD, leads)
    return {lead[1] for lead in leads} if campaign.state in UNDER_WAY else set()


def _refresh(desk: Desk, new: set[int], changed: set[int], added: set[int]) -> None:
    """Make the states of everybody new or changed, and have their leads looked at again."""
    history.begin(desk.session, new)
    history.refresh(desk.session, changed)
    if changed or added:
        concerned = history.company_of(desk.session, changed) | added
        history.touch_leads(desk.session, concerned, desk.now)


def _facts(row: LeadRow) -> Facts:
    return Facts(
        row.name,
        row.language,
        row.region,
        row.zone if row.is_zone_declared else None,
        None if row.is_zone_declared else row.zone,
        row.protected,
        row.open_case,
        row.owned,
    )


def _ids(people: set[Somebody]) -> set[int]:
    return {somebody.id for somebody in people}
