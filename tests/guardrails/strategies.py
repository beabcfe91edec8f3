"""Cases and policies weighted to where a verdict turns: at the limits, give or take a little.

Every duration an offset is made of is one a limit may have, so the instant of the turn itself, the
microsecond before it and the second after it all come up often.
"""

import dataclasses
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from guardrails import Case, Pack, Policy
from guardrails.facts import (
    CHANNELS,
    PURPOSES,
    REACHES,
    Calendar,
    Campaign,
    Consent,
    Jurisdiction,
    Lead,
    Number,
    Person,
    Refusal,
    Registry,
    Source,
    Touch,
    ZoneEvidence,
)
from guardrails.guardrail import REGISTRY
from guardrails.policy import read_guardrail
from tests.guardrails.names import NAMES

JITTER = st.sampled_from(
    [timedelta(0)] * 4
    + [timedelta(microseconds=us) for us in (-1, 1)] * 2
    + [timedelta(seconds=s) for s in (-60, -26, -25, -24, -1, 1, 25, 60, 3600)]
)
DAYS = (
    0,
    1,
    1,
    7,
    7,
    30,
    30,
    30,
    2,
    3,
    5,
    8,
    14,
    28,
    29,
    30,
    31,
    60,
    89,
    90,
    91,
    120,
    180,
    364,
    365,
    366,
    400,
)
SPANS = st.sampled_from([timedelta(days=days) for days in DAYS] + [timedelta(hours=6)])
# Half hours, quarter hours, clocks that change at midnight, by half an hour, in the south.
ZONES = (
    "Europe/Moscow", "Europe/London", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu",
    "Australia/Lord_Howe", "Africa/Cairo", "Asia/Beirut", "America/Havana", "America/Santiago",
    "Asia/Vladivostok", "Europe/Kaliningrad", "Pacific/Chatham", "America/St_Johns", "UTC",
    "Africa/Casablanca", "Pacific/Kiritimati", "Atlantic/Azores",
)  # fmt: skip
CHANGES = tuple(
    datetime.fromisoformat(text).replace(tzinfo=UTC)
    for text in (
        "2026-03-29 01:00", "2026-10-25 01:00", "2026-03-08 07:00", "2026-11-01 06:00",
        "2026-04-04 15:00", "2026-10-03 15:30", "2026-04-23 22:00", "2026-10-29 21:00",
        "2026-03-28 22:00", "2026-10-24 21:00", "2026-03-08 05:00", "2026-11-01 05:00",
        "2026-09-06 04:00", "2026-04-05 03:00", "2026-02-15 02:00", "2026-03-22 02:00",
    )
)  # fmt: skip
DATES = st.sampled_from(
    [date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1), date(2026, 12, 31), date(2027, 1, 1)]
    + [date(2026, 3, day) for day in range(1, 10)]
    + [change.date() for change in CHANGES]
    + [change.date() + timedelta(days=1) for change in CHANGES]
)
CLOCKS = ("00:00", "09:00", "20:00", "19:59", "10:00", "18:00", "12:30", "01:30", "23:30", "02:00")
LOCAL_TIMES = st.sampled_from([time.fromisoformat(text) for text in CLOCKS])
HOURS = (
    {"mon-fri": ["09:00-20:00"], "sat": ["10:00-18:00"]},
    {"mon-sun": ["00:00-24:00"], "holiday": ["00:00-24:00"]},
    {"mon-fri": ["10:00-13:00", "14:00-20:00"], "holiday": ["12:00-12:30"]},
    {"mon-sun": ["00:00-02:00", "22:00-24:00"], "holiday": ["01:30-02:30"]},
    {"sun": ["00:30-01:30"]},
    {"mon-sun": ["12:00-12:01", "12:02-12:04"]},
    {"holiday": ["09:00-20:00"]},
    {},
)
WINDOWS = (
    "rolling(PT24H)", "rolling(P1D)", "rolling(P7D)", "rolling(P30D)", "calendar(day)",
    "calendar(week)", "calendar(month)", "ever",
)  # fmt: skip
SHORT = (1, 2, 3, 7, 14, 24, 30, 90, 180, 365, 3650)


def at_local(zone: str, day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)


@st.composite
def instants(draw: st.DrawFn, zone: str) -> datetime:
    """An instant at which something turns for a person of this zone, or nearly."""
    if draw(st.integers(0, 3)) == 0:
        base = draw(st.sampled_from(CHANGES))
    else:
        base = at_local(zone, draw(DATES), draw(LOCAL_TIMES))
    return base + draw(JITTER)


@st.composite
def before(draw: st.DrawFn, now: datetime, zone: str = "UTC") -> datetime:
    """An instant in the past, at a limit's distance, or at a local midnight."""
    then = now - draw(SPANS)
    if draw(st.integers(0, 3)) == 0:
        then = at_local(zone, then.date(), time(0))
    return min(now, then + draw(JITTER))


@st.composite
def touches(draw: st.DrawFn, now: datetime, zone: str) -> Touch:
    return Touch(
        draw(before(now, zone)),
        channel=draw(st.sampled_from(("call",) * 12 + CHANNELS)),
        outbound=draw(st.sampled_from((True,) * 5 + (False,))),
        reach=draw(st.sampled_from(REACHES)),
        number=draw(st.sampled_from((1, 1, 2, None))),
        offer=draw(st.sampled_from((1, 1, 2, None))),
        topic=draw(st.sampled_from((1, 1, 2, None))),
        campaign=draw(st.sampled_from((1, 2, None))),
        purpose=draw(st.sampled_from(("marketing", "service", None))),
        talk_seconds=draw(st.sampled_from((0, 59, 60, 61, 600, 1800))),
    )


REFUSALS = (
    "soft", "soft", "soft", "explicit", "decline", "do_not_call", "complaint",
    "operator", "list_removal",
)  # fmt: skip


@st.composite
def refusals(draw: st.DrawFn, now: datetime) -> Refusal:
    return Refusal(
        draw(before(now)),
        draw(st.sampled_from(REFUSALS)),
        draw(st.sampled_from((1, 1, 2, None))),
        draw(st.sampled_from((1, 1, 2, None))),
    )


def ordered(strategy: st.SearchStrategy, most: int) -> st.SearchStrategy:
    some = st.lists(strategy, max_size=most)
    return some.map(lambda found: tuple(sorted(found, key=lambda one: one.at)))


@st.composite
def consents(draw: st.DrawFn, now: datetime) -> Consent:
    at = draw(st.none() | before(now) | SPANS.map(lambda span: now + span))
    ends = st.none() | SPANS.map(lambda span: now + span) | before(now)
    purposes = st.sampled_from(("marketing", "marketing", "service", None))
    given = draw(st.sampled_from((True, True, True, False)))
    return Consent(given, at, draw(purposes), draw(st.booleans()), draw(ends))


EVIDENCE = st.builds(
    ZoneEvidence,
    st.sampled_from(("declared", "address", "registry", "prefix")),
    st.one_of(
        st.lists(st.sampled_from(ZONES[:3]), min_size=1, max_size=2).map(tuple),
        st.lists(st.sampled_from(ZONES), min_size=1, max_size=2).map(tuple),
        st.sampled_from((("Nowhere/Land",), (), ("Europe",), ("Factory",), ("Europe/Moscow",))),
    ),
)
PLACES = st.builds(
    Jurisdiction,
    st.sampled_from(("RU", "US-FL", "US", "GB", "ZZ")),
    st.sampled_from(("pack", "pack", "pack", None)),
)


@st.composite
def campaigns(draw: st.DrawFn, now: datetime) -> Campaign:
    edge = st.none() | st.none() | SPANS.map(lambda span: now + span) | before(now)
    registries = st.lists(st.builds(Registry, st.sampled_from(("dnc", "tps")), before(now)))
    return Campaign(
        id=1,
        state=draw(st.sampled_from(("running",) * 5 + ("paused",))),
        purpose=draw(st.sampled_from(("marketing", "marketing", *PURPOSES))),
        offer=1,
        topic=1,
        mode=draw(st.sampled_from(("preview", "progressive", "predictive", "agentless"))),
        product=draw(st.sampled_from((None, "sim"))),
        category=draw(st.sampled_from((None, None, None, 1, 2, 3))),
        starts_at=draw(edge),
        ends_at=draw(edge),
        ring_seconds_max=draw(st.sampled_from((10, 25, 25, 60, 120))),
        robot=draw(st.booleans()),
        robot_disclosed=draw(st.booleans()),
        script_accepted=draw(st.sampled_from((True, True, False))),
        script_variables=draw(st.sampled_from(((), ("district",), ("district", "price")))),
        company="Ромашка",
        leads=draw(st.sampled_from((0, 1, 9, 10, 11, 1000))),
        registries=tuple(draw(registries)),
    )


@st.composite
def leads(draw: st.DrawFn, now: datetime) -> Lead:
    return Lead(
        score=draw(st.none() | st.sampled_from((0.0, 0.0499999, 0.05, 0.0500001, 0.5, 1.0))),
        level=draw(st.sampled_from((None, 1, 2, 3, 4, 4, 5))),
        signal_at=draw(st.none() | before(now)),
        source=draw(
            st.none()
            | st.sampled_from(
                ((0, 0), (100, 0), (1000, 40), (1000, 30), (80, 1), (70, 0), (7, 7))
            ).map(lambda rate: Source("list", *rate))
        ),
        reason=draw(st.sampled_from(("You looked at flats in May", "You asked", "", " ", None))),
        reason_facts=draw(st.sampled_from((0, 1, 2))),
        reason_shared_by=draw(st.sampled_from((1, 2, 3, 200, 201))),
        variables=draw(st.sampled_from((("district", "price"), ("price",), ()))),
        callback_at=draw(st.none() | st.none() | SPANS.map(lambda span: now + span) | before(now)),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    zone = draw(st.sampled_from(ZONES))
    now = draw(instants(zone))
    plain = st.just((ZoneEvidence("address", (zone,)),))
    rarely = st.sampled_from((None,) * 6 + ("yes",))
    person = Person(
        name=draw(st.sampled_from(list(NAMES))),
        protected=draw(rarely),
        zones=draw(plain | plain | st.lists(EVIDENCE, max_size=3).map(tuple)),
        consents=tuple(draw(st.lists(consents(now), max_size=3))),
        owned=draw(st.sampled_from(((), ("sim",)))),
        open_case=draw(rarely),
        suppressed=draw(rarely),
    )
    number = Number(
        id=1,
        valid=draw(st.sampled_from((True, True, True, False))),
        kind=draw(st.sampled_from(("mobile", "fixed", "premium", "unknown"))),
        listed_in=draw(st.sampled_from(((), ("dnc",)))),
        suppressed=draw(rarely),
        sharer_suppressed=draw(rarely),
    )
    return Case(
        now,
        draw(campaigns(now)),
        draw(leads(now)),
        person,
        number,
        draw(ordered(touches(now, zone), 6)),
        draw(ordered(refusals(now), 4)),
        tuple(draw(st.lists(PLACES, max_size=2))),
        draw(calendars(now)),
    )


@st.composite
def calendars(draw: st.DrawFn, now: datetime) -> tuple[Calendar, ...]:
    days = st.sampled_from([now.date() + timedelta(days=ahead) for ahead in range(-1, 4)])
    horizons = st.sampled_from([now.date() + timedelta(days=ahead) for ahead in (0, 1, 400)])
    one = st.builds(Calendar, st.just("RU"), st.frozensets(days), horizons)
    return tuple(draw(st.lists(one, max_size=2)))


def values_of(field: "dataclasses.Field") -> st.SearchStrategy:
    """Every value a field may have in a document, the short ones by preference."""
    declared = field.metadata
    if field.name == "hours":
        return st.sampled_from(HOURS)
    if field.name == "window":
        return st.sampled_from(WINDOWS)
    if field.name == "max":
        return st.sampled_from((1, 1, 2, 3))
    if "unit" in declared:
        low, high = declared["between"]
        if "float" in str(field.type):
            numbers = st.sampled_from((low, 0.05, 0.2, high))
        else:
            few = [number for number in SHORT if low <= number <= high]
            numbers = st.sampled_from([low, *few])
        return st.none() | numbers if declared["optional"] else numbers
    if declared.get("several"):
        words = st.lists(st.sampled_from(declared["of"]), min_size=1, unique=True)
        return words | st.just(list(declared["of"]))
    if declared["stricter"] in ("true", "false"):
        return st.booleans()
    if declared["of"] is not None:
        return st.sampled_from(declared["of"])
    named = {"registry": ("dnc", "tps"), "jurisdiction": (None, "RU", "US", "US-FL")}
    return st.sampled_from(named[field.name])


def entries(code: str) -> st.SearchStrategy[dict]:
    fields = {field.name: values_of(field) for field in dataclasses.fields(REGISTRY[code])}
    return st.fixed_dictionaries({"code": st.just(code), **fields})


ENTRIES = st.sampled_from(sorted(REGISTRY)).flatmap(entries)
GUARDRAILS = ENTRIES.map(lambda entry: read_guardrail("generated", 1, entry))
PACKS = st.lists(GUARDRAILS, max_size=6).map(lambda rules: Pack("generated", tuple(rules)))
POLICIES = PACKS.map(lambda pack: Policy((pack,)))
