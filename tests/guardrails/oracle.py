"""What every guardrail means, said as plainly as possible and without looking at how it is built.

`says_no[code]` is a yes/no question about one instant. When an objection ends is found by asking
it again and again, not by calculating. Zones are read with plain zoneinfo arithmetic.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from guardrails.facts import Case
from guardrails.guardrail import Guardrail
from guardrails.policy import Policy
from tests.guardrails.names import NAMES
from tests.guardrails.places import zones

Question = Callable[[Guardrail, Case, datetime], bool]

SECOND = timedelta(seconds=1)
MICRO = timedelta(microseconds=1)
FAR = timedelta(days=4100)  # Beyond the longest rest and window a limit allows.
FINAL = ("do_not_call", "list_removal", "operator", "complaint")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MODES = ("preview", "progressive", "predictive", "agentless")


def objections(case: Case, policy: Policy) -> list[tuple[str, datetime | None]]:
    """Give code and until of every objection, in no particular order."""
    found = (objection(rule, case) for pack in policy.packs for rule in pack.guardrails)
    return sorted((one for one in found if one is not None), key=str)


def objection(rule: Guardrail, case: Case) -> tuple[str, datetime | None] | None:
    if rule.code == "hours.closed":
        return hours(rule, case)
    question = QUESTIONS[rule.code]
    if not question(rule, case, case.now):
        return None
    return name_of(rule, case), end_of(question, rule, case)


def name_of(rule: Guardrail, case: Case) -> str:
    if rule.code != "consent.missing":
        return rule.code
    said = [yes for yes in case.person.consents if counts(rule, case, yes)]
    ended = any(runs_until(rule, yes) <= case.now for yes in said)
    return "consent.expired" if ended else rule.code


def end_of(question: Question, rule: Guardrail, case: Case) -> datetime | None:
    """Give the first instant at which the answer is no longer yes.

    An answer can turn only at the instants that lie ahead in the facts, or, between two of them,
    once, from yes to no: then the turn is found by halving.
    """
    ahead = sorted(instant for instant in instants(case) if instant > case.now)
    since = case.now
    for until in [*ahead, case.now + FAR]:
        before = max(since, until - MICRO)
        if not question(rule, case, before):
            return halve(lambda at: question(rule, case, at), since, before)
        if not question(rule, case, until):
            return until
        since = until
    return None


def instants(case: Case) -> Iterator[datetime]:
    """Give the instants in the facts at which something begins or ends by itself."""
    if case.campaign.starts_at is not None:
        yield case.campaign.starts_at
    if case.lead.callback_at is not None:
        yield case.lead.callback_at
        yield case.lead.callback_at + timedelta(minutes=15)
    for consent in case.person.consents:
        for at in (consent.at, consent.expires_at):
            if at is not None:
                yield at


def halve(yes: Callable[[datetime], bool], low: datetime, high: datetime) -> datetime:
    """Give the first instant of no between a yes and a no, to the microsecond."""
    while high - low > MICRO:
        middle = low + (high - low) // 2
        if yes(middle):
            low = middle
        else:
            high = middle
    return high


# ---------------------------------------------------------------- refusals


def rests(rule: Guardrail, since: datetime, at: datetime) -> bool:
    return rule.rest_days is None or at - since < timedelta(days=rule.rest_days)


def offer_hit(refusal, case: Case) -> bool:
    if refusal.offer is not None:
        return refusal.offer == case.campaign.offer
    return refusal.topic in (None, case.campaign.topic)


def topic_hit(refusal, case: Case) -> bool:
    if refusal.offer is not None and refusal.offer == case.campaign.offer:
        return True
    return refusal.topic in (None, case.campaign.topic)


def cooldown(rule: Guardrail, case: Case, at: datetime) -> bool:
    hit = {"offer": offer_hit, "topic": topic_hit, "everything": lambda *_: True}[rule.scope]
    return any(
        refusal.kind in rule.kinds and hit(refusal, case) and rests(rule, refusal.at, at)
        for refusal in case.refusals
    )


def piled_up(rule: Guardrail, noes: list[datetime], at: datetime) -> bool:
    """Say whether some no was the last of enough within the span, and is not rested yet."""
    for last in noes:
        earlier = [no for no in noes if no <= last and last - no < timedelta(days=rule.within_days)]
        if len(earlier) >= rule.times and rests(rule, last, at):
            return True
    return False


def topic(rule: Guardrail, case: Case, at: datetime) -> bool:
    noes = [no.at for no in case.refusals if no.kind in rule.kinds and topic_hit(no, case)]
    return piled_up(rule, noes, at)


def repeat(rule: Guardrail, case: Case, at: datetime) -> bool:
    noes = [no.at for no in case.refusals if no.kind in rule.kinds]
    return case.campaign.purpose in rule.purposes and piled_up(rule, noes, at)


# ---------------------------------------------------------------- hours


def is_open(rule: Guardrail, case: Case, place: ZoneInfo, at: datetime) -> bool:
    local = at.astimezone(place)
    holiday = any(
        local.date() in calendar.holidays and local.date() <= calendar.horizon
        for calendar in case.calendars
    )
    day = "holiday" if holiday else WEEKDAYS[local.weekday()]
    clock = (local.hour * 60 + local.minute) * 60 + local.second
    for written in rule.hours.document[day]:
        opens, closes = (int(t[:2]) * 3600 + int(t[3:]) * 60 for t in written.split("-"))
        if opens <= clock < closes:
            return True
    return False


def may_ring(rule: Guardrail, case: Case, places: list[ZoneInfo], at: datetime) -> bool:
    """Say whether it is open everywhere at every second until the ringing has ended."""
    return all(
        is_open(rule, case, place, at + second * SECOND)
        for second in (0, *range(case.campaign.ring_seconds_max, 0, -1))
        for place in places
    )


def hours(rule: Guardrail, case: Case) -> tuple[str, datetime | None] | None:
    places = zones(case)
    if places is None:
        return "hours.zone_unknown", None
    if may_ring(rule, case, places, case.now):
        return None
    for at in openings(rule, case, places):
        if case.now < at <= case.now + timedelta(days=400) and may_ring(rule, case, places, at):
            return "hours.closed", at
    return ("hours.zone_unknown" if len(places) > 1 else "hours.closed"), None


def openings(rule: Guardrail, case: Case, places: list[ZoneInfo]) -> Iterator[datetime]:
    """Give every instant at which it might open somewhere, day after day."""
    times = {
        time(int(written[:2]), int(written[3:5]))
        for spans in rule.hours.document.values()
        for written in spans
    }
    times.add(time(0))
    for ahead in range(-1, 403):
        day = case.now.date() + timedelta(days=ahead)
        found = {
            datetime.combine(day, at, place).replace(fold=fold).astimezone(UTC)
            for at in times
            for place in places
            for fold in (0, 1)
        }
        for place in places:
            found.update(changes(place, day))
        yield from sorted(found)


def changes(place: ZoneInfo, day: date) -> list[datetime]:
    """Give the instants of a UTC day at which a zone's clock is put forward or back."""
    start = datetime.combine(day, time(0), UTC)
    end = start + timedelta(days=1)
    before = start.astimezone(place).utcoffset()
    if end.astimezone(place).utcoffset() == before:
        return []
    return [halve(lambda at: at.astimezone(place).utcoffset() == before, start, end)]


# ---------------------------------------------------------------- frequency


def period(unit: str, place: ZoneInfo, at: datetime) -> tuple[int, ...]:
    local = at.astimezone(place).date()
    if unit == "day":
        return (local.toordinal(),)
    return local.isocalendar()[:2] if unit == "week" else (local.year, local.month)


def still_counts(rule: Guardrail, case: Case, touched: datetime, at: datetime) -> bool:
    """Say whether a touch still counts at an instant."""
    window = rule.window.document
    if window == "ever":
        return True
    kind, _, rest = window.partition("(")
    if kind == "calendar":
        places = zones(case) or [ZoneInfo(f"Etc/GMT{hour:+d}") for hour in range(-14, 13)]
        unit = rest.rstrip(")")
        return any(period(unit, place, at) <= period(unit, place, touched) for place in places)
    amount = int("".join(letter for letter in rest if letter.isdigit()))
    span = timedelta(hours=amount) if "H" in rest else timedelta(days=amount)
    return at - touched < span


def reached(rule: Guardrail, touch) -> bool:
    """Say whether a touch got far enough to count."""
    if touch.channel == "visit":
        return rule.unit == "conversation"
    if touch.channel != "call":
        return rule.unit == "message"
    if touch.reach == "live" or rule.unit == "attempt":
        return True
    if rule.unit == "answered":
        return touch.reach != "rang"
    return touch.reach == rule.unit


def elsewhere(rule: Guardrail, case: Case) -> bool:
    """Say whether the person is surely not where the cap protects people."""
    if rule.jurisdiction is None or not case.jurisdictions:
        return False
    for place in case.jurisdictions:
        if place.region == "ZZ":
            return False
        if place.region == rule.jurisdiction:
            return False
        wide, narrow = sorted((place.region, rule.jurisdiction), key=len)
        if "-" not in wide and narrow.split("-")[0] == wide:
            return False
    return True


SUBJECTS = {
    "number": lambda touch, case: touch.number in (None, case.number.id),
    "person": lambda *_: True,
    "offer": lambda touch, case: touch.offer in (None, case.campaign.offer),
    "topic": lambda touch, case: touch.topic in (None, case.campaign.topic),
    "campaign": lambda touch, case: touch.campaign == case.campaign.id,
    "purpose": lambda touch, case: touch.purpose in (None, case.campaign.purpose),
}


def cap(rule: Guardrail, case: Case, at: datetime) -> bool:
    mine = SUBJECTS[rule.code.partition(".")[2]]
    asked = case.lead.callback_at
    if rule.waivable and asked is not None and asked <= at < asked + timedelta(minutes=15):
        return False
    if elsewhere(rule, case):
        return False
    counted = [
        touch.at
        for touch in case.touches
        if touch.channel in rule.channels
        and reached(rule, touch)
        and (touch.outbound or rule.inbound)
        and mine(touch, case)
    ]
    if sum(still_counts(rule, case, one, at) for one in counted) >= rule.max:
        return True
    for place, filling in enumerate(counted):
        so_far = counted[: place + 1]
        full = sum(still_counts(rule, case, one, filling) for one in so_far) >= rule.max
        if full and at - filling < timedelta(hours=rule.lock_hours):
            return True
    return False


# ---------------------------------------------------------------- consent


def counts(rule: Guardrail, case: Case, yes) -> bool:
    """Say whether a yes is one at all for this rule, whenever."""
    purpose = case.campaign.purpose
    if not yes.given or yes.purpose not in (None, purpose):
        return False
    if rule.evidence and (yes.at is None or not yes.evidence):
        return False
    if rule.age_max_days is not None and yes.at is None:
        return False
    for no in case.person.consents:
        if no.given or no.purpose not in (None, purpose):
            continue
        if no.at is None or yes.at is None or no.at >= yes.at:
            return False
    return True


def runs_until(rule: Guardrail, yes) -> datetime:
    never = datetime(9999, 1, 1, tzinfo=UTC)
    ends = yes.expires_at or never
    if rule.age_max_days is not None:
        ends = min(ends, yes.at + timedelta(days=rule.age_max_days))
    return ends


def consent(rule: Guardrail, case: Case, at: datetime) -> bool:
    if case.campaign.purpose not in rule.purposes:
        return False
    return not any(
        counts(rule, case, one) and (one.at is None or one.at <= at) and at < runs_until(rule, one)
        for one in case.person.consents
    )


class Shown:
    """The demand of a register's override: a consent with evidence, of any age."""

    evidence = True
    age_max_days = None
    purposes = ("marketing", "service", "collection", "survey", "fundraising")


def listed(rule: Guardrail, case: Case, at: datetime) -> bool:
    number = case.number
    for cause in (case.person.suppressed, number.suppressed, number.sharer_suppressed):
        if cause is not None:
            return True
    if not number.listed_in:
        return False
    return not rule.consent_lifts_listing or consent(Shown, case, at)


# ---------------------------------------------------------------- the rest


def wilson(successes: int, trials: int) -> float:
    """Solve (p - rate)² = z² p (1 - p) / n for the greater p."""
    z2 = 1.959963984540054**2
    rate = successes / trials
    a, b, c = 1 + z2 / trials, -(2 * rate + z2 / trials), rate * rate
    return (-b + (b * b - 4 * a * c) ** 0.5) / (2 * a)


def score(rule: Guardrail, case: Case, _: datetime) -> bool:
    lead = case.lead
    if lead.score is not None:
        return lead.score < rule.floor
    return lead.level is None and (lead.source is None or lead.source.conversations == 0)


def level(rule: Guardrail, case: Case, _: datetime) -> bool:
    category, has = case.campaign.category, case.lead.level
    if category is None:
        return has is not None and not rule.level_min <= has <= 5
    if category == 1:
        return has != 5
    if category == 2:
        return has is None or not max(3, rule.level_min) <= has <= 5
    return True


def stale(rule: Guardrail, case: Case, at: datetime) -> bool:
    if case.lead.level != 4:
        return False
    signal = case.lead.signal_at
    return signal is None or at >= signal + timedelta(days=rule.age_max_days)


def source(rule: Guardrail, case: Case, _: datetime) -> bool:
    of = case.lead.source
    return (
        of is not None
        and of.conversations > 0
        and (wilson(of.acceptances, of.conversations) < rule.floor)
    )


def reason(rule: Guardrail, case: Case, _: datetime) -> bool:
    lead = case.lead
    everybodys = lead.reason_shared_by >= 2 and (
        lead.reason_shared_by > rule.share_max * case.campaign.leads
    )
    return (lead.reason or "").strip() == "" or lead.reason_facts < rule.facts_min or everybodys


def recent(rule: Guardrail, case: Case, at: datetime) -> bool:
    return any(
        touch.channel in rule.channels
        and (rule.inbound or touch.outbound)
        and at - touch.at < timedelta(hours=rule.rest_hours)
        for touch in case.touches
    )


def talk(rule: Guardrail, case: Case, at: datetime) -> bool:
    talked = sum(
        touch.talk_seconds
        for touch in case.touches
        if touch.outbound and at - touch.at < timedelta(days=rule.within_days)
    )
    return talked >= rule.minutes_max * 60


def robot(rule: Guardrail, case: Case, _: datetime) -> bool:
    campaign = case.campaign
    if not (campaign.robot or campaign.mode == "agentless") or rule.allowed == "always":
        return False
    return rule.allowed == "never" or not campaign.robot_disclosed


def not_running(_rule: Guardrail, case: Case, at: datetime) -> bool:
    starts_at = case.campaign.starts_at
    return case.campaign.state != "running" or (starts_at is not None and at < starts_at)


def registry_stale(rule: Guardrail, case: Case, at: datetime) -> bool:
    return not any(
        one.name == rule.registry and at - one.extracted_at < timedelta(days=rule.age_max_days)
        for one in case.campaign.registries
    )


QUESTIONS: dict[str, Question] = {
    "campaign.not_running": not_running,
    "campaign.expired": lambda _, case, at: (case.campaign.ends_at or at + SECOND) <= at,
    "consent.missing": consent,
    "delivery.mode": lambda rule, case, _: (
        MODES.index(case.campaign.mode) > MODES.index(rule.most)
    ),
    "delivery.robot": robot,
    **{f"frequency.{subject}": cap for subject in SUBJECTS},
    "history.open_case": lambda _, case, __: case.person.open_case is not None,
    "history.owned": lambda _, case, __: case.campaign.product in case.person.owned,
    "history.recent_touch": recent,
    "history.talk_time": talk,
    "jurisdiction.uncovered": lambda _, case, __: (
        not case.jurisdictions or any(place.covered_by is None for place in case.jurisdictions)
    ),
    "number.invalid": lambda _, case, __: not case.number.valid,
    "number.kind": lambda rule, case, _: case.number.kind not in rule.kinds,
    "person.protected": lambda _, case, __: case.person.protected is not None,
    "personal.name": lambda _, case, __: not NAMES[case.person.name],
    "personal.reason": reason,
    "personal.variables": lambda _, case, __: bool(
        set(case.campaign.script_variables) - set(case.lead.variables)
    ),
    "quality.level": level,
    "quality.score": score,
    "quality.source": source,
    "quality.stale": stale,
    "refusal.cooldown": cooldown,
    "refusal.final": lambda _, case, __: any(no.kind in FINAL for no in case.refusals),
    "refusal.repeat": repeat,
    "refusal.topic": topic,
    "script.not_approved": lambda _, case, __: not case.campaign.script_accepted,
    "suppression.listed": listed,
    "suppression.registry_stale": registry_stale,
}  # fmt: skip
