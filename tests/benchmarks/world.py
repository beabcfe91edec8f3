"""A made-up country of any size: people, a campaign with a lead each, a ledger of touches.

Everything is made by a few statements over `generate_series`, seeded, so the same sizes give the
same world. State rows are made from the ledger by the product itself.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from orchestrator import policies
from orchestrator.services import Services
from orchestrator.store import history
from tests import make

# A Tuesday, noon in Moscow; shops in the far east have just closed.
INSTANT = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
PEOPLE_AT_ONCE = 20_000
OUT_OF_STEP = 15_485_863  # A prime: leads come in another order than people.

PEOPLE = """
INSERT INTO person (name, language, region, declared_zone, address_zone, owned, open_case,
    protected, created_at)
SELECT
    CASE WHEN i % 97 = 0 THEN 'Клиент' WHEN i % 101 = 0 THEN NULL ELSE
        (ARRAY['Анна','Егор','Мария','Иван','Ольга','Пётр','Софья'])[1 + i % 7] || ' ' ||
        (ARRAY['Белова','Ким','Орлова','Ким','Нечай','Швец','Дорн','Лось'])[1 + i % 8] END,
    'ru', 'RU',
    CASE WHEN i % 10 = 0 THEN (ARRAY['Europe/Moscow','Asia/Omsk'])[1 + i / 10 % 2] END,
    CASE WHEN i % 7 > 0 THEN (ARRAY['Europe/Moscow','Europe/Samara','Asia/Yekaterinburg',
        'Europe/Moscow','Asia/Novosibirsk','Europe/Moscow','Asia/Vladivostok','Europe/Moscow',
        'Asia/Kamchatka','Europe/Moscow'])[1 + (i * 31 % 1000)::int / 100] END,
    CASE WHEN i % 50 = 0 THEN ARRAY['sim'] ELSE ARRAY[]::text[] END,
    CASE WHEN i % 71 = 0 THEN 'complaint' END,
    CASE WHEN i % 499 = 0 THEN 'minor' END, :now - interval '2 years'
FROM generate_series(1, CAST(:people AS bigint)) i
"""
# One person in 33 shares the number of the one before; one in 20 has a second number.
NUMBERS = """
INSERT INTO number (e164, kind, region, prefix_zones, created_at)
SELECT '+79' || lpad((i / 10000)::text, 2, '0') || '000' || lpad((i % 10000)::text, 4, '0'),
    'mobile', 'RU', ARRAY['Europe/Moscow'], :now
FROM generate_series(0, CAST(:people AS bigint) - 1) i;
INSERT INTO number (e164, kind, region, prefix_zones, created_at)
SELECT '+7' || (301 + i / 10000)::text || '000' || lpad((i % 10000)::text, 4, '0'),
    'fixed', 'RU', ARRAY['Europe/Moscow'], :now
FROM generate_series(0, CAST(:people AS bigint) / 20 - 1) i;
INSERT INTO person_number (person_id, number_id, rank, linked_at)
SELECT i, CASE WHEN i % 33 = 0 THEN i - 1 ELSE i END, 0, :now
FROM generate_series(1, CAST(:people AS bigint)) i;
INSERT INTO person_number (person_id, number_id, rank, linked_at)
SELECT i * 20, :people + i, 1, :now FROM generate_series(1, CAST(:people AS bigint) / 20) i
"""
CONSENTS = """
INSERT INTO consent (person_id, given, given_at, how, wording, evidence, source, fingerprint,
    recorded_by, recorded_at)
SELECT i, i % 41 > 0, :now - random() * interval '700 days', 'form', 'Согласен на звонки',
    CASE WHEN i % 19 > 0 THEN 'document ' || i END, 'crm', 'made-up', 'takt', :now
FROM generate_series(1, CAST(:people AS bigint)) i WHERE i % 13 > 0
"""
REFUSALS = """
INSERT INTO refusal (person_id, number_id, at, kind, offer_id, topic_id, channel, taken_by, source,
    external_id, recorded_at)
SELECT i, i, at, kind, 1, 1, 'call', 'agent', 'dialer', 'refusal ' || i, at
FROM (SELECT i, :now - random() * interval '365 days' AS at,
        (ARRAY['soft','decline','explicit','soft','do_not_call','complaint'])[1 + i / 16 % 6]
            AS kind
      FROM generate_series(16, CAST(:people AS bigint), 16) i) made;
INSERT INTO suppression (person_id, cause, refusal_id, source, recorded_at, recorded_by)
SELECT person_id, kind, id, 'dialer', at, 'takt' FROM refusal
WHERE kind IN ('do_not_call', 'complaint');
INSERT INTO suppression (number_id, cause, source, recorded_at, recorded_by)
SELECT i, 'list', 'dialer', :now, 'takt' FROM generate_series(60, CAST(:people AS bigint), 60) i;
INSERT INTO registry_extract (register, extracted_at, is_complete)
VALUES ('register', :now - interval '3 days', true);
INSERT INTO registry_listing (extract_id, e164)
SELECT 1, e164 FROM number WHERE id % 83 = 0
"""
LEADS = """
INSERT INTO lead_source (name, conversations, acceptances)
VALUES ('crm', 4000, 310), ('site', 900, 80), ('partner', 40, 3), ('bought', 9000, 40);
INSERT INTO lead (campaign_id, person_id, reason, reason_hash, reason_facts, variables, score,
    level, signal, signal_at, source, created_at)
SELECT 1, person, reason, decode(md5(reason), 'hex'), CASE WHEN i % 43 = 0 THEN 0 ELSE 1 END,
    jsonb_build_object('tariff', 'Домашний ' || 100 * (1 + i % 9), 'contract', i),
    CASE WHEN i % 3 > 0 THEN 0.03 + (i * 7 % 100) / 600.0 END,
    (ARRAY[3, 4, 3, 5, 4, 3, 2, 4, 3, 4])[1 + i % 10], 'search',
    :now - (i % 40) * interval '1 day',
    (ARRAY['crm','site','crm','partner','crm','site','crm','site','crm','bought'])
        [1 + (i / 10 % 100)::int / 10], :now
FROM (SELECT i, 1 + (i * :step) % :people AS person,
        'Домашний интернет подключён ' || to_char(:now - (i % 700) * interval '1 day',
            'DD.MM.YYYY') || ' по договору ' || i AS reason
      FROM generate_series(0, CAST(:people AS bigint) - 1) i) made
"""
# Half of the touches fall on everybody alike, half on some much more than on others.
TOUCHES = """
INSERT INTO touch (person_id, number_id, at, channel, outbound, reach, disposition, offer_id,
    topic_id, campaign_id, purpose, talk_seconds, source, external_id, recorded_at, recorded_by)
SELECT person, CASE WHEN person % 33 = 0 THEN person - 1 ELSE person END, at,
    (ARRAY['call','sms','call','email','push','sms','call','call','sms','call'])[1 + kind / 10],
    kind % 11 > 0,
    CASE WHEN kind / 10 IN (0, 2, 6, 7, 9)
        THEN (ARRAY['rang','rang','rang','answered','rang','conversation'])[1 + kind % 6]
        ELSE 'message' END,
    'no_answer', 1 + kind % 2, 1 + kind % 2, NULL, 'marketing',
    CASE WHEN kind % 6 = 5 THEN 40 ELSE 0 END, 'dialer', CAST(:prefix AS text) || i, at, 'takt'
FROM (SELECT i, 1 + floor(:people * CASE WHEN i % 2 = 0 THEN random()
            ELSE power(random(), 1.3) END)::bigint AS person,
        :now - interval '1 day' * (CAST(:since AS float8)
            + random() * (CAST(:until AS float8) - CAST(:since AS float8))) AS at,
        floor(random() * 100)::int AS kind
      FROM generate_series(1, CAST(:touches AS bigint)) i) made
"""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large a world is."""

    people: int
    touches: int


def settle(services: Services, *, people: int) -> None:
    """Make people, their numbers, consents, refusals and leads in a fresh database."""
    with services.transaction() as session:
        policies.in_force(session)
        make.an_acceptance(session)
        topic = make.a_topic(session)
        make.a_topic(session)
        offer = make.an_offer(session, topic=topic, product="sim")
        script = make.a_script(session, required=["first_name", "tariff"])
        make.a_campaign(session, offer=offer, script_version_id=script.id)
    statements = f"{PEOPLE};{NUMBERS};{CONSENTS};{REFUSALS};{LEADS}".split(";")
    run(services, *statements, "ANALYZE", people=people, now=INSTANT, step=OUT_OF_STEP)


def live(
    services: Services, sizes: Sizes, *, from_days: float, to_days: float, prefix: str
) -> None:
    """Let touches happen between so many and so many days ago; state rows follow."""
    # Filled without its indexes, which are made at the end: that is how much time a bench has.
    with services.sessions() as session:
        found = session.execute(
            text(
                "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'touch'"
                " AND indexname LIKE 'ix_%'"
            )
        ).all()
    run(
        services,
        *(f"DROP INDEX {name}" for name, _ in found),
        TOUCHES,
        *(definition for _, definition in found),
        "ANALYZE touch",
        people=sizes.people, touches=sizes.touches, now=INSTANT, prefix=prefix,
        since=from_days, until=to_days,
    )  # fmt: skip
    remember(services, sizes.people)
    run(services, "VACUUM ANALYZE", "CHECKPOINT")


def remember(services: Services, people: int) -> None:
    """Make every state row from the ledger, as long as the policy in force looks back."""
    with services.transaction() as session:
        needed = policies.window_needed(policies.in_force(session)) or timedelta(days=3660)
        highest = session.scalars(text("SELECT max(id) FROM number")).one()
    for first in range(1, max(people, highest) + 1, PEOPLE_AT_ONCE):
        last = first + PEOPLE_AT_ONCE - 1
        with services.transaction() as session:
            history.rebuild(session, first, last, kept_from=INSTANT - needed)
            history.refresh_numbers(session, range(first, last + 1))


def run(services: Services, *statements: str, **values: object) -> None:
    """Carry out statements one by one, not checking references that are right by making."""
    engine = services.sessions.kw["bind"]
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text("SET maintenance_work_mem = '512MB'"))
        connection.execute(text("SELECT setseed(0.5)"))
        connection.execute(text("ALTER TABLE lead ENABLE ALWAYS TRIGGER count_leads"))
        for statement in statements:
            needed = {name: value for name, value in values.items() if f":{name}" in statement}
            connection.execute(text(statement), needed)
        connection.execute(text("ALTER TABLE lead ENABLE TRIGGER count_leads"))
        connection.execute(text("RESET ALL"))
