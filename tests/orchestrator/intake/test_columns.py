"""Which column is which field; and clear words when that cannot be told."""

import tomllib
from collections import Counter
from importlib.resources import files

import pytest

from orchestrator.intake.columns import FIELDS, Kind, find, plain
from orchestrator.intake.refused import ImportRefused


def leads(*header, **mapping):
    return find(header, kind=Kind.LEADS, mapping=mapping)


def refused(*header, kind=Kind.LEADS, **mapping):
    with pytest.raises(ImportRefused) as caught:
        find(header, kind=kind, mapping=mapping)
    return caught.value


@pytest.mark.parametrize(
    "title", ["Телефон", " ТЕЛЕФОН ", "Номер телефона", "phone_number", "Tel."]
)
def test_the_number_is_found_under_any_usual_title(title):
    assert leads("x", title).phones == (1,)


def test_case_spaces_signs_and_yo_do_not_matter():
    columns = leads("phone", "ЛИЦЕВОЙ  СЧЁТ", "Дата-согласия", "time_zone")
    assert dict(columns.singles) == {"external_id": 1, "consent_at": 2, "time_zone": 3}


def test_several_number_columns_are_tried_in_their_order():
    assert leads("Телефон 2", "имя", "телефон_1", "Мобильный телефон").phones == (0, 2, 3)


def test_a_column_that_is_no_field_is_a_variable_of_the_offer():
    assert leads("phone", "Текущий тариф", "var.Score").variables == (
        ("текущий_тариф", 1),
        ("score", 2),
    )


def test_a_mapping_goes_before_the_known_names():
    columns = leads("a", "phone", "имя", phone="a", reason="имя")
    assert columns.phones == (0,)
    assert dict(columns.singles) == {"reason": 2}
    assert columns.variables == (("phone", 1),)


def test_a_mapping_can_switch_a_field_off_and_name_a_variable():
    columns = leads("phone", "score", "t", **{"score": "", "var.tariff": "t"})
    assert columns.singles == {}
    assert columns.variables == (("score", 1), ("tariff", 2))


def test_a_missing_number_column_lists_the_titles_that_were_seen():
    error = refused("name", "city")
    assert error.code == "import.number_column_missing"
    assert "`name`, `city`" in error.detail
    assert "`name`, `city`" in error.sentences["ru"]


def test_a_number_that_stands_where_a_title_should_is_not_repeated():
    assert "9120001234" not in refused("+79120001234", "Anna").detail


def test_two_columns_for_one_field_are_named():
    error = refused("phone", "name", "ФИО")
    assert error.code == "import.column_ambiguous"
    assert "`name`, `ФИО`" in error.detail


def test_a_mapping_to_a_column_that_is_not_there_is_refused():
    assert refused("phone", reason="why").code == "import.column_unknown"


def test_a_mapping_of_a_field_that_does_not_exist_is_refused():
    assert refused("phone", colour="phone").code == "import.field_unknown"


def test_a_history_needs_a_time_and_an_ending():
    assert refused("phone", "at", kind=Kind.HISTORY).code == "import.column_missing"


def test_a_history_can_name_people_by_id_alone():
    assert find(("id", "at", "result"), kind=Kind.HISTORY, mapping={}).phones == ()


def test_a_word_that_means_something_in_a_history_is_a_variable_of_a_lead():
    assert leads("phone", "status").variables == (("status", 1),)


def test_no_title_stands_under_two_fields():
    text = files("orchestrator.intake").joinpath("columns.toml").read_text(encoding="utf-8")
    fields = tomllib.loads(text)["fields"]
    titles = Counter(
        title
        for name, given in fields.items()
        for title in {plain(each) for each in (name, *given)}
    )
    assert [title for title, times in titles.items() if times > 1] == []
    assert set(fields) == {name for names in FIELDS.values() for name in names}
