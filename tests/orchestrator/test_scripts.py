"""Scripts are kept as immutable versions; the same document is kept once."""

import copy
import threading

import pytest
from sqlalchemy import func, select

from orchestrator import scripts
from orchestrator.errors import NotFound
from orchestrator.roles import RoleForbidden
from orchestrator.scripts import ScriptUnreadable
from orchestrator.tables import ScriptVersion
from tests import make


def document(**changes):
    return {**copy.deepcopy(make.SCRIPT_BODY), **changes}


def add(services, script, by=make.MANAGER):
    with services.transaction() as session:
        return scripts.add(session, script, by=by, now=make.NOON)


def test_a_script_becomes_version_one_with_its_variables(services):
    version = add(services, document())
    assert (version.script, version.version, version.language) == ("short", 1, "ru")
    assert (version.variables, version.required) == (["first_name"], ["first_name"])


def test_a_changed_script_is_the_next_version(services):
    add(services, document())
    assert add(services, document(title="Другой")).version == 2


def test_the_same_script_again_is_the_version_it_has(services):
    first = add(services, document())
    add(services, document(title="Другой"))
    assert add(services, document()).id == first.id


def test_versions_added_at_once_get_numbers_of_their_own(services):
    threads = [
        threading.Thread(target=add, args=(services, document(title=f"Версия {place}")))
        for place in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with services.transaction() as session:
        numbers = session.scalars(select(ScriptVersion.version)).all()
        assert session.scalar(select(func.count()).select_from(ScriptVersion)) == 6
    assert sorted(numbers) == [1, 2, 3, 4, 5, 6]


def test_an_unreadable_script_says_where(services):
    with pytest.raises(ScriptUnreadable) as caught:
        add(services, document(start="nowhere"))
    assert caught.value.fields["path"] == "start"


def test_an_agent_adds_no_script(services):
    with pytest.raises(RoleForbidden):
        add(services, document(), by=make.AGENT)


def test_an_unknown_version_is_not_found(services):
    with services.transaction() as session, pytest.raises(NotFound):
        scripts.version(session, 99)


def test_versions_come_newest_first_a_page_at_a_time(services):
    ids = [add(services, document(title=f"Версия {place}")).id for place in range(3)]
    with services.transaction() as session:
        page = scripts.versions(session, script="short", limit=2)
        rest = scripts.versions(session, script="short", before_id=page[-1].id, limit=2)
    assert [version.id for version in [*page, *rest]] == ids[::-1]
