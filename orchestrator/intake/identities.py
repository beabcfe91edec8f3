"""Say whose row it is, in the order of the rows, and write the people this makes.

The same external id of a source joins numbers to one person; different ids that share a number
stay two people. A row without an id belongs to the person who was first linked to its number.
The same name on the same number under two ids is a proposal to merge, never a merge. Somebody of
whom only a number is known is the person of the first id that comes with it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import count

from sqlalchemy.orm import Session

from orchestrator.intake.person import Who
from orchestrator.numbering import Number
from orchestrator.store import history, merges
from orchestrator.store import imports as store

PERSON = (
    "COPY person (id, name, language, region, declared_zone, address_zone, protected, owned,"
    " open_case, created_at) FROM STDIN"
)
KEY = "COPY person_key (source, external_id, person_id) FROM STDIN"
NUMBER = "COPY number (id, e164, kind, region, prefix_zones, holders, created_at) FROM STDIN"
LINK = "COPY person_number (person_id, number_id, rank, extension, linked_at) FROM STDIN"

# Facts that a newer statement replaces, and those that stand until a person lifts them.
REPLACED = ("name", "language", "region", "declared_zone", "address_zone")
KEPT = ("protected", "open_case")


@dataclass(slots=True)
class Facts:
    """What files say about a person; None means that none of them did."""

    name: str | None = None
    language: str | None = None
    region: str | None = None
    declared_zone: str | None = None
    address_zone: str | None = None
    protected: str | None = None
    open_case: str | None = None
    owned: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class Somebody:
    """A person of this chunk, known before or new."""

    id: int  # Below zero until a new person is written.
    told: Facts = field(default_factory=Facts)  # By rows that know the person by id.
    guessed: Facts = field(default_factory=Facts)  # By rows that know only a number of theirs.
    links: dict[str, str | None] = field(default_factory=dict)  # New numbers, with extensions.
    keys: list[str] = field(default_factory=list)  # New external ids.

    @property
    def is_new(self) -> bool:
        """Say whether this chunk is the first to name them."""
        return self.id < 0


class Identities:
    """Who is who among the rows of one chunk. Ask row by row, in order; then `write`."""

    def __init__(self, session: Session, whose: Iterable[Who], *, source: str) -> None:
        self._session = session
        self._source = source
        self._new_ids = count(-1, -1)
        people: dict[int, Somebody] = {}
        rows = list(whose)
        ids = {who.external_id for who in rows if who.external_id is not None}
        e164s = {number.e164 for who in rows for number in who.numbers}
        self._by_key: dict[str, Somebody] = {
            external_id: people.setdefault(person_id, Somebody(person_id))
            for external_id, person_id in store.people_by_key(session, source, sorted(ids)).items()
        }
        self.number_ids = store.number_ids(session, sorted(e164s))
        self._new_numbers: dict[str, Number] = {}
        # Everybody on a number, first linked first, with the name they go by.
        self._holders: dict[str, dict[Somebody, str | None]] = {}
        self._strangers: set[Somebody] = set()
        for holder in store.holders(session, list(self.number_ids.values())):
            somebody = people.setdefault(holder.person_id, Somebody(holder.person_id))
            self._holders.setdefault(holder.e164, {})[somebody] = holder.name
            if holder.is_stranger:
                self._strangers.add(somebody)
        self._proposals: list[tuple[Somebody, Somebody, str]] = []
        self._named: dict[int, Somebody] = {}

    def of(self, who: Who, *, name: str | None = None) -> Somebody:
        """Say whose row it is; its numbers become theirs."""
        somebody = self._known(who)
        if somebody is None:
            somebody = Somebody(next(self._new_ids))
        if who.external_id is not None and who.external_id not in self._by_key:
            self._by_key[who.external_id] = somebody
            somebody.keys.append(who.external_id)
        for number in who.numbers:
            self._link(somebody, number, name)
        self._named[somebody.id] = somebody
        return somebody

    def known(self) -> list[Somebody]:
        """Give the people of this chunk who were known before it."""
        return [somebody for somebody in self._named.values() if not somebody.is_new]

    def _known(self, who: Who) -> Somebody | None:
        if who.external_id is not None:
            return self._by_key.get(who.external_id) or self._stranger(who)
        for number in who.numbers:
            for somebody in self._holders.get(number.e164, ()):
                return somebody
        return None

    def _stranger(self, who: Who) -> Somebody | None:
        """Find somebody of whom only a number of this row is known: the first id names them.

        So a no that came by number alone covers the person's other numbers, whichever list was
        taken in first.
        """
        for number in who.numbers:
            for somebody in self._holders.get(number.e164, ()):
                if somebody in self._strangers and not somebody.keys:
                    return somebody
        return None

    def _link(self, somebody: Somebody, number: Number, name: str | None) -> None:
        if number.e164 not in self.number_ids:
            self._new_numbers.setdefault(number.e164, number)
        holding = self._holders.setdefault(number.e164, {})
        if somebody not in holding:
            somebody.links[number.e164] = number.extension
            holding[somebody] = None
        name = name or holding[somebody]
        if name is None or len(holding) == 1:
            holding[somebody] = name
            return
        holding[somebody] = name
        plain = _plain(name)
        for other, known_as in holding.items():
            if other is not somebody and known_as is not None and _plain(known_as) == plain:
                self._proposals.append((somebody, other, number.e164))

    # -------------------------------------------------------------------------- writing

    def write(self, *, now: datetime) -> set[int]:
        """Write new people, ids, numbers and links; gives the known people that changed."""
        session, named = self._session, list(self._named.values())
        changed = self._update(named)
        # People before numbers, as everywhere: whoever suppresses a number does it in this order.
        history.lock(session, changed)
        added = [somebody for somebody in named if somebody.is_new]
        for somebody, person_id in zip(
            added, store.new_ids(session, "person", len(added)), strict=True
        ):
            somebody.id = person_id
        fresh = zip(
            self._new_numbers.values(),
            store.new_ids(session, "number", len(self._new_numbers)),
            strict=True,
        )
        fresh_ids = {number.e164: number_id for number, number_id in fresh}
        self.number_ids |= fresh_ids
        store.copy_rows(session, PERSON, (_person(each, now) for each in added))
        store.copy_rows(
            session,
            KEY,
            ((self._source, key, each.id) for each in named for key in each.keys),
        )
        store.copy_rows(session, NUMBER, self._number_rows(fresh_ids, now))
        ranks = store.numbers_held(
            session, [each.id for each in named if each.links and each.id in changed]
        )
        store.copy_rows(session, LINK, self._link_rows(named, ranks, now))
        more = {
            self.number_ids[e164] for each in named for e164 in each.links if e164 not in fresh_ids
        }
        linked = [each.id for each in named if each.links and each.id in changed]
        more |= set(merges.share_numbers(session, linked, now=now)) if linked else set()
        history.refresh_numbers(session, more)
        store.add_proposals(
            session,
            {(one.id, other.id, self.number_ids[e164]) for one, other, e164 in self._proposals},
            now=now,
        )
        return changed

    def _number_rows(
        self, fresh_ids: dict[str, int], now: datetime
    ) -> Iterator[tuple[object, ...]]:
        for e164, number_id in fresh_ids.items():
            number = self._new_numbers[e164]
            holders = len(self._holders.get(e164, ()))
            yield (
                *(number_id, e164, number.kind.value, number.region, _array(number.zones)),
                *(holders, now),
            )

    def _link_rows(
        self, named: list[Somebody], ranks: dict[int, int], now: datetime
    ) -> Iterator[tuple[object, ...]]:
        for somebody in named:
            for rank, (e164, extension) in enumerate(
                somebody.links.items(), start=ranks.get(somebody.id, 0)
            ):
                yield somebody.id, self.number_ids[e164], rank, extension, now

    def _update(self, named: list[Somebody]) -> set[int]:
        """Bring known people up to date; gives those of whom anything changed."""
        known = {somebody.id: somebody for somebody in named if not somebody.is_new}
        changed = {each.id for each in known.values() if each.links or each.keys}
        updates = []
        for person_id, person in store.people(self._session, known).items():
            told, guessed = known[person_id].told, known[person_id].guessed
            now: dict[str, object] = {}
            for fact in REPLACED:
                # A row that knows only the number may fill a gap, not say who somebody is.
                now[fact] = getattr(told, fact) or getattr(person, fact) or getattr(guessed, fact)
            for fact in KEPT:
                now[fact] = getattr(person, fact) or getattr(told, fact) or getattr(guessed, fact)
            now["owned"] = list(dict.fromkeys((*person.owned, *told.owned, *guessed.owned)))
            if any(value != getattr(person, fact) for fact, value in now.items()):
                updates.append(now | {"person_id": person_id})
                changed.add(person_id)
        store.update_people(self._session, updates)
        return changed


def add_facts(somebody: Somebody, new: Facts, *, is_told: bool) -> None:
    """Add what a row says of a person; of two rows that know them by id, the later one holds."""
    facts = somebody.told if is_told else somebody.guessed
    for fact in REPLACED:
        value = getattr(new, fact)
        if value is not None and (is_told or getattr(facts, fact) is None):
            setattr(facts, fact, value)
    facts.protected = facts.protected or new.protected
    facts.open_case = facts.open_case or new.open_case
    if new.owned:
        facts.owned = tuple(dict.fromkeys((*facts.owned, *new.owned)))


def _person(somebody: Somebody, now: datetime) -> tuple[object, ...]:
    told, guessed = somebody.told, somebody.guessed
    facts = Facts(*(getattr(told, fact) or getattr(guessed, fact) for fact in REPLACED + KEPT))
    facts.owned = tuple(dict.fromkeys((*told.owned, *guessed.owned)))
    return (
        *(somebody.id, facts.name, facts.language, facts.region, facts.declared_zone),
        *(facts.address_zone, facts.protected, list(facts.owned) or "{}", facts.open_case, now),
    )


@lru_cache(maxsize=1024)
def _array(zones: tuple[str, ...]) -> str:
    """Write the names of zones as PostgreSQL reads an array; they need no quotes."""
    return "{" + ",".join(zones) + "}"


def _plain(name: str) -> str:
    """Reduce a name to what is compared."""
    return " ".join(sorted(name.casefold().replace("ё", "е").split()))
