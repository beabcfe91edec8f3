"""One row of each kind of file: what it becomes, and what is left out of it."""

from datetime import UTC, datetime

import pytest

from orchestrator.intake.columns import Kind
from orchestrator.intake.contacts import dispositions
from orchestrator.intake.reading import ListedRow, open_file
from orchestrator.intake.refused import ImportRefused, Rejection

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def read(tmp_path):
    def read(*lines, kind=Kind.LEADS, now=NOW, **written):
        path = tmp_path / "list.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        opened = open_file(
            path, filename="list.csv", kind=kind, written=written, region="RU", company="Телеком"
        )
        return list(opened.rows(now=now))

    return read


def test_first_and_last_name_make_one_name_and_a_variable(read):
    (lead,) = read("phone;first name;фамилия", "89120001234;Анна;Ли")
    assert (lead.name, lead.variables) == ("Анна Ли", {"first_name": "Анна"})


def test_a_last_name_that_is_in_the_name_already_is_not_said_twice(read):
    (lead,) = read("phone;фио;фамилия", "89120001234;Ли Анна;Ли")
    assert lead.name == "Ли Анна"


def test_a_missing_name_reason_consent_or_score_is_unknown(read):
    (lead,) = read("phone,name,reason,consent,score", "89120001234,,,,")
    assert (lead.name, lead.reason, lead.consent, lead.score) == (None, None, None, None)


def test_the_name_of_the_company_is_not_the_name_of_a_person(read):
    (lead,) = read("phone,name", "89120001234,телеком абонент Иванов")
    assert lead.name is None
    assert [warned.code for warned in lead.warnings] == ["name_placeholder"]


@pytest.mark.parametrize("day", ["31.02.2026", "01.01.2999", "soon", "23.11.2026"])
def test_a_yes_with_an_impossible_or_future_date_is_no_consent(read, day):
    (lead,) = read("phone,consent,consent date", f"89120001234,yes,{day}")
    assert lead.consent is None
    assert [warned.code for warned in lead.warnings] == ["consent_date"]


def test_a_no_with_an_impossible_date_is_still_a_no(read):
    (lead,) = read("phone,consent,consent date", "89120001234,no,31.02.2026")
    assert lead.consent is not None
    assert (lead.consent.given, lead.consent.at) == (False, None)


def test_an_undated_yes_is_kept_without_a_date(read):
    (lead,) = read("phone,consent,consent how", "89120001234,yes,web form")
    assert (lead.consent.given, lead.consent.at, lead.consent.how) == (True, None, "web form")


def test_a_zone_column_is_evidence_of_address_unless_the_mapping_says_declared(read):
    lines = ("phone,time zone", "89120001234,Asia/Omsk")
    assert [lead.is_zone_declared for lead in read(*lines)] == [False]
    assert [lead.is_zone_declared for lead in read(*lines, time_zone_is="declared")] == [True]


def test_a_region_with_one_zone_gives_the_zone(read):
    (lead,) = read("phone,region", "89120001234,Омская область")
    assert (lead.region, lead.zone) == ("RU", "Asia/Omsk")


def test_products_and_flags_are_read(read):
    first, second = read(
        "phone;products;protected;open case",
        "89120001234;Internet, TV;несовершеннолетний;да",
        "89120001235;;нет;",
    )
    assert (first.owned, first.protected, first.open_case) == (
        ("Internet", "TV"),
        "несовершеннолетний",
        "yes",
    )
    assert (second.owned, second.protected, second.open_case) == ((), None, None)


def test_the_rejection_keeps_row_field_reason_and_raw_text(read):
    (rejection,) = read("phone,name,score", "89120001234,Анна,1.7")
    assert rejection == Rejection(2, "score", "bad_value", "1.7", ("89120001234", "Анна", "1.7"))
    assert rejection.sentence("en") == "`1.7` cannot be read as score"
    assert rejection.sentence("ru") == "`1.7` нельзя прочесть как score"


def test_a_touch_says_who_when_how_and_how_it_ended(read):
    (touch,) = read(
        "телефон;дата;канал;направление;результат;предложение;длительность;слова;id звонка",
        "89120001234;01.11.2026 10:00;звонок;исходящий;не интересно;sim;1:15;не надо;77",
        kind=Kind.HISTORY,
    )
    assert touch.at == datetime(2026, 11, 1, 7, tzinfo=UTC)
    assert (touch.channel, touch.outbound, touch.disposition) == (
        "call",
        True,
        ("refused", "conversation", "soft"),
    )
    assert (touch.offer, touch.talk_seconds, touch.words, touch.touch_id) == (
        "sim",
        75,
        "не надо",
        "77",
    )


def test_a_touch_of_today_without_a_time_is_not_in_the_future(read):
    (touch,) = read("phone,at,result", "89120001234,22.11.2026,busy", kind=Kind.HISTORY)
    assert touch.at == NOW


@pytest.mark.parametrize(
    "row,field",
    [
        ("89120001234,24.11.2026,busy", "at"),
        ("89120001234,,busy", "at"),
        ("89120001234,01.11.2026,", "disposition"),
        ("89120001234,01.11.2026,perhaps", "disposition"),
    ],
)
def test_a_touch_without_a_readable_past_time_and_ending_is_rejected(read, row, field):
    (rejection,) = read("phone,at,result", row, kind=Kind.HISTORY)
    assert (rejection.field, rejection.code) == (field, "bad_value")


def test_a_call_with_talk_was_a_conversation_whatever_it_is_called(read):
    (touch,) = read(
        "phone,at,result,talk seconds", "89120001234,01.11.2026,no answer,40", kind=Kind.HISTORY
    )
    assert touch.disposition.reach == "conversation"


def test_a_do_not_call_row_keeps_its_cause_words_and_any_kind_of_number(read):
    (listed,) = read(
        "phone,reason,words", "88001000123,жалоба,хватит звонить", kind=Kind.DO_NOT_CALL
    )
    assert [number.e164 for number in listed.who.numbers] == ["+78001000123"]
    assert (listed.cause, listed.words) == ("complaint", "хватит звонить")


def test_a_do_not_call_row_with_an_unreadable_date_still_counts(read):
    (listed,) = read("phone,date", "89120001234,31.02.2026", kind=Kind.DO_NOT_CALL)
    assert (listed.at, listed.cause) == (None, "do_not_call")


def test_a_register_needs_its_name_and_date(read):
    with pytest.raises(ImportRefused, match="extracted_at"):
        read("phone", "89120001234", kind=Kind.REGISTRY, registry="tps")


def test_a_register_lists_numbers(read):
    (listed,) = read(
        "phone", "89120001234", kind=Kind.REGISTRY, registry="tps", extracted_at="2026-11-01"
    )
    assert listed == ListedRow(2, ("+79120001234",))


def test_every_ending_says_how_far_the_contact_got():
    reaches = {found.reach for found in dispositions().values()}
    assert reaches == {"rang", "message", "answered", "conversation"}


def test_an_interrupted_file_goes_on_after_the_row_it_reached(read, tmp_path):
    read("phone", "89120001234", "", "89120001235", "89120001236")
    opened = open_file(
        tmp_path / "list.csv", filename="x", kind=Kind.LEADS, written={}, region="RU"
    )
    assert [row.row for row in opened.rows(now=NOW, after=3)] == [4, 5]


@pytest.mark.parametrize(
    "written",
    [
        {"surprise": 1},
        {"source": "takt"},
        {"default_region": "Russia"},
        {"zone": "Mars"},
        {"source": "a\0b"},
        {"source": "s" * 101},
    ],
)
def test_an_option_that_cannot_be_meant_is_refused(read, written):
    with pytest.raises(ImportRefused) as refused:
        read("phone", "89120001234", **written)
    assert refused.value.code == "import.option_unreadable"
