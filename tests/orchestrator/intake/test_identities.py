"""Whose row it is: by id, by number, and never by guessing."""

from sqlalchemy import select

from orchestrator import merges
from orchestrator.tables import MergeProposal
from tests import make


def people_of(importing, e164):
    return [
        person_id
        for (person_id,) in importing.rows(
            "SELECT pn.person_id FROM person_number pn JOIN number n ON n.id = pn.number_id"
            " WHERE n.e164 = :e164 ORDER BY pn.person_id",
            e164=e164,
        )
    ]


def numbers_of(importing, external_id):
    return [
        e164
        for (e164,) in importing.rows(
            "SELECT n.e164 FROM person_key k JOIN person_number pn USING (person_id)"
            " JOIN number n ON n.id = pn.number_id WHERE k.external_id = :id ORDER BY pn.rank",
            id=external_id,
        )
    ]


def test_the_same_id_joins_numbers_to_one_person(importing):
    importing.take("id,phone", "7,89120001234", "7,89120001235")
    assert numbers_of(importing, "7") == ["+79120001234", "+79120001235"]


def test_the_same_id_in_a_later_file_joins_behind_the_known_numbers(importing):
    importing.take("id,phone", "7,89120001234")
    importing.take("id,phone", "7,89120001235", "7,89120001234")
    assert numbers_of(importing, "7") == ["+79120001234", "+79120001235"]


def test_ids_of_two_sources_are_two_people(importing):
    importing.take("id,phone", "7,89120001234", source="crm")
    importing.take("id,phone", "7,89120001235", source="billing")
    assert importing.one("SELECT count(*) FROM person") == 2


def test_different_ids_that_share_a_number_stay_two_people(importing):
    importing.take("id,phone,name", "7,89120001234,Анна", "8,89120001234,Пётр")
    assert len(people_of(importing, "+79120001234")) == 2
    assert importing.one("SELECT holders FROM number") == 2
    assert importing.one("SELECT count(*) FROM merge_proposal") == 0


def test_the_same_name_on_the_same_number_under_two_ids_is_a_proposal_only(importing):
    importing.take("id,phone,name", "7,89120001234,Анна Ли", "8,89120001234,ли анна")
    assert len(people_of(importing, "+79120001234")) == 2
    assert importing.rows("SELECT state FROM merge_proposal") == [("open",)]


def test_a_proposal_is_made_across_files_as_well_and_once(importing):
    importing.take("id,phone,name", "7,89120001234,Анна Ли", source="crm")
    for _ in range(2):
        importing.take("id,phone,name", "8,89120001234,Анна Ли", source="billing")
    assert importing.one("SELECT count(*) FROM merge_proposal") == 1


def test_a_number_found_after_a_merge_is_the_number_of_both_records(importing):
    importing.take("id,phone,name", "7,89120001234,Анна Ли", "8,89120001234,Анна Ли")
    with importing.services.transaction() as session:
        (proposal_id,) = session.scalars(select(MergeProposal.id))
        merges.settle(
            session, proposal_id, same_person=True, why="one form", by=make.OFFICER, now=make.NOON
        )
    importing.take("id,phone", "8,89120001235")
    assert numbers_of(importing, "7") == ["+79120001234", "+79120001235"]
    assert importing.one("SELECT holders FROM number WHERE e164 = '+79120001235'") == 2


def test_somebody_known_by_a_number_alone_is_whom_the_first_id_on_it_names(importing):
    importing.take("phone", "89120001234", kind="do_not_call")
    importing.take("id,phone,name", '7,"89120001234, 89120001235",Анна')
    assert importing.rows(
        "SELECT p.name, s.suppressed FROM person p JOIN person_state s ON s.person_id = p.id"
    ) == [("Анна", "do_not_call")]
    assert numbers_of(importing, "7") == ["+79120001234", "+79120001235"]


def test_a_second_id_on_the_number_of_a_stranger_is_somebody_else(importing):
    importing.take("phone", "89120001234", kind="do_not_call")
    importing.take("id,phone", "7,89120001234", "8,89120001234")
    importing.take("id,phone", "9,89120001234")
    assert len(people_of(importing, "+79120001234")) == 3


def test_a_row_without_an_id_belongs_to_who_holds_the_number(importing):
    importing.take("id,phone,name", "7,89120001234,Анна")
    importing.take("phone,name", '"89120001234, 89120001235",Пётр')
    assert importing.rows("SELECT name FROM person") == [("Анна",)]
    assert numbers_of(importing, "7") == ["+79120001234", "+79120001235"]


def test_of_several_holders_the_first_linked_gets_the_row_without_an_id(importing):
    importing.take("id,phone", "7,89120001234", "8,89120001234")
    importing.take("phone", '"89120001234, 89120001235"')
    assert numbers_of(importing, "7") == ["+79120001234", "+79120001235"]
    assert numbers_of(importing, "8") == ["+79120001234"]


def test_rows_without_an_id_are_joined_in_the_order_of_the_file(importing):
    importing.take("phone", "89120001234", '"89120001234, 89120001235"', "89120001235")
    assert importing.one("SELECT count(*) FROM person") == 1


def test_a_row_that_knows_only_the_number_fills_a_gap_but_renames_nobody(importing):
    importing.take("id,phone,name", "7,89120001234,Анна")
    importing.take("phone,name,language", "89120001234,Пётр,en")
    assert importing.rows("SELECT name, language FROM person") == [("Анна", "en")]


def test_a_later_row_that_knows_the_person_by_id_is_believed(importing):
    importing.take("id,phone,name,region", "7,89120001234,Анна,Москва")
    importing.take("id,phone,name,region", "7,89120001234,Анна Ли,Омская область")
    assert importing.rows("SELECT name, address_zone FROM person") == [("Анна Ли", "Asia/Omsk")]


def test_what_protects_a_person_is_never_taken_away_by_a_file(importing):
    importing.take("id,phone,protected,products", "7,89120001234,да,tv")
    importing.take("id,phone,protected,products", "7,89120001234,нет,sim")
    assert importing.rows("SELECT protected, owned FROM person") == [("yes", ["tv", "sim"])]


def test_a_number_keeps_what_its_digits_tell(importing):
    importing.take("phone", "+7 495 000 12 34 доб. 12")
    assert importing.rows("SELECT kind, region, prefix_zones, holders FROM number") == [
        ("fixed", "RU", ["Europe/Moscow"], 1)
    ]
    assert importing.rows("SELECT extension FROM person_number") == [("12",)]
