"""Every file of this folder ends exactly as `expectations.toml` says, and none in a traceback."""

import tomllib
import tracemalloc
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from orchestrator.intake.columns import Kind
from orchestrator.intake.reading import EmptyRow, Opened, Reading, open_file
from orchestrator.intake.refused import ImportRefused, Rejection

HERE = Path(__file__).parent
EXPECTED = tomllib.loads((HERE / "expectations.toml").read_text(encoding="utf-8"))
NOW = datetime(2026, 11, 22, tzinfo=UTC)
MEBIBYTE = 1 << 20


def opened(path: Path) -> Opened:
    return open_file(
        path, filename=path.name, kind=Kind.LEADS, written={}, region="RU", company="Телеком"
    )


def readings(path: Path) -> list[Reading]:
    return list(opened(path).rows(now=NOW))


def outcome(path: Path) -> dict[str, object]:
    """Say what came of a file in the words of the table."""
    try:
        found = readings(path)
    except ImportRefused as refused:
        blamed = {} if refused.row is None else {"row": refused.row}
        return {"refused": refused.code, **blamed}
    rejected = [row for row in found if isinstance(row, Rejection)]
    empty = [row.row for row in found if isinstance(row, EmptyRow)]
    taken = [row for row in found if not isinstance(row, Rejection | EmptyRow)]
    said: dict[str, list[object]] = {
        "empty": [*empty],
        "rejected": [" ".join(f"{row.row} {row.field} {row.code}".split()) for row in rejected],
        "warned": [f"{it.row} {it.code}" for row in taken for it in getattr(row, "warnings", ())],
    }
    return {"taken": [row.row for row in taken]} | {
        key: value for key, value in said.items() if value
    }


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_hostile_file_ends_as_the_table_says(name):
    assert outcome(HERE / "files" / name) == EXPECTED[name]


def test_the_table_and_the_folder_name_the_same_files():
    assert sorted(EXPECTED) == sorted(path.name for path in (HERE / "files").iterdir())
    assert len(EXPECTED) >= 40


def test_every_rejection_says_why_in_two_languages_and_keeps_its_row():
    rejections = [
        row
        for name, expected in EXPECTED.items()
        if "refused" not in expected
        for row in readings(HERE / "files" / name)
        if isinstance(row, Rejection)
    ]
    assert len(rejections) > 80
    for rejection in rejections:
        assert rejection.sentence("en") != rejection.sentence("ru")
        assert rejection.raw
        assert "\0" not in "".join(rejection.raw)


def refused_within(path: Path, *, code: str, bytes_max: int) -> None:
    tracemalloc.start()
    with pytest.raises(ImportRefused) as refused:
        readings(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refused.value.code == code
    assert peak < bytes_max


def test_an_endless_header_is_refused_in_little_memory(tmp_path):
    path = tmp_path / "header.csv"
    with path.open("wb") as file:
        for _ in range(64):
            file.write(b"phone," * (MEBIBYTE // 6))
    refused_within(path, code="import.row_too_long", bytes_max=16 * MEBIBYTE)


def test_an_endless_row_is_refused_in_little_memory(tmp_path):
    path = tmp_path / "row.csv"
    with path.open("wb") as file:
        file.write(b"phone,name\n+79120001234,Anna\n+79120001234,")
        for _ in range(64):
            file.write(b"a" * MEBIBYTE)
    refused_within(path, code="import.row_too_long", bytes_max=16 * MEBIBYTE)


def test_an_endless_quoted_cell_is_refused_in_little_memory(tmp_path):
    path = tmp_path / "quoted.csv"
    with path.open("wb") as file:
        file.write(b'phone,name\n+79120001234,"')
        for _ in range(64):
            file.write(b"anna\n" * (MEBIBYTE // 5))
    refused_within(path, code="import.quote_unclosed", bytes_max=16 * MEBIBYTE)


def test_an_endless_json_line_is_refused_in_little_memory(tmp_path):
    path = tmp_path / "line.ndjson"
    with path.open("wb") as file:
        file.write(b'{"phone": "')
        for _ in range(64):
            file.write(b"7" * MEBIBYTE)
    refused_within(path, code="import.row_too_long", bytes_max=16 * MEBIBYTE)


def bomb(path: Path, member: str, *, head: bytes, filler: bytes) -> None:
    """Make a workbook in which one part unpacks to 200 MiB of the same."""
    book = Workbook()
    book.active.append(["phone"])
    book.save(path)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed,
        packed.open(member, "w") as part,
    ):
        part.write(head)
        for _ in range(200):
            part.write(filler * (MEBIBYTE // len(filler)))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "bomb.xlsx"
    bomb(path, "xl/worksheets/sheet9.xml", head=b"<worksheet>", filler=b"<row/>")
    refused_within(path, code="import.unpacks_too_big", bytes_max=4 * MEBIBYTE)


def test_entities_that_multiply_are_refused(tmp_path):
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    evil = (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><worksheet>&l8;</worksheet>'
    )
    path = tmp_path / "laughs.xlsx"
    with (
        zipfile.ZipFile(path, "w") as packed,
        zipfile.ZipFile(HERE / "files/workbook.xlsx") as good,
    ):
        for entry in good.infolist():
            is_sheet = entry.filename.endswith("sheet1.xml")
            packed.writestr(entry.filename, evil if is_sheet else good.read(entry))
    refused_within(path, code="import.not_xlsx", bytes_max=16 * MEBIBYTE)


def test_a_damaged_part_is_refused_before_any_row_is_read(tmp_path):
    path = tmp_path / "damaged.xlsx"
    packed = bytearray((HERE / "files/workbook.xlsx").read_bytes())
    at = packed.index(b"xl/worksheets/sheet1.xml") + 200
    packed[at : at + 8] = b"\0" * 8
    path.write_bytes(packed)
    with pytest.raises(ImportRefused) as refused:
        opened(path)
    assert refused.value.code == "import.not_xlsx"
