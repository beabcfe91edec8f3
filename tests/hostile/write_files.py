"""Write the hostile import files of this folder again: `python tests/hostile/write_files.py`.

Each is small, and wrong or surprising in one way; `expectations.toml` says what must come of it.
What would be large (an endless header, a bomb) is made by the tests when they run.
"""

import io
import json
import re
import zipfile
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook

FILES = Path(__file__).parent / "files"
HEAD = "phone,name,score,level,consent,consent_at,signal_at,time_zone,region"
DATES = re.compile(rb">[0-9-]{10}T[0-9:]{8}Z<")
GOOD = "+7 912 000 12 34"


def text(name: str, *lines: str, encoding: str = "utf-8", end: str = "\n") -> None:
    """Write lines of text."""
    (FILES / name).write_bytes("".join(line + end for line in lines).encode(encoding))


def workbook(name: str, *rows: list[object], sheet: str = "Sheet1") -> Path:
    """Write a workbook with one sheet."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(row)
    body = io.BytesIO()
    book.save(body)
    repack(body, name)
    return FILES / name


def repack(source: io.BytesIO | Path, name: str, *, member: str = "", **change: str) -> None:
    """Write a workbook with one piece of its XML changed, and the same bytes every time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(source) as given, zipfile.ZipFile(packed, "w") as made:
        for entry in given.infolist():
            body = DATES.sub(b">2026-01-01T00:00:00Z<", given.read(entry))
            if entry.filename == member:
                assert change["old"].encode() in body, (name, change)
                body = body.replace(change["old"].encode(), change["new"].encode())
            made.writestr(zipfile.ZipInfo(entry.filename), body, zipfile.ZIP_DEFLATED)
    (FILES / name).write_bytes(packed.getvalue())


def encodings() -> None:
    """Files whose bytes are not what they seem."""
    russian = ("Телефон;Имя;Согласие", "8 (912) 000-12-34;Пётр;да", ";Анна;да")
    text("cp1251.csv", *russian, encoding="cp1251")
    text("utf8_bom.csv", *russian, encoding="utf-8-sig")
    text("utf16_bom.csv", *russian, encoding="utf-16")
    text("utf16_without_bom.csv", *russian, encoding="utf-16-le")
    text("utf32_bom.csv", *russian, encoding="utf-32")
    text("dos_866.csv", *russian, encoding="cp866")
    mixed = ("phone,name\n+79120001234,Пётр Иванов\n").encode() + b"+79120001235,\xcf\xb8\xf2\n"
    (FILES / "utf8_then_cp1251.csv").write_bytes(mixed)
    undefined = "phone;name\n89120001234;Анна ".encode("cp1251") + b"\x98\n"
    (FILES / "cp1251_undefined_byte.csv").write_bytes(undefined)
    (FILES / "random_bytes.csv").write_bytes(bytes(range(255, 127, -1)) * 4)
    (FILES / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    (FILES / "web_page.csv").write_bytes(b"<html><body>phone</body></html>")
    (FILES / "old_excel.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64))
    (FILES / "empty.csv").write_bytes(b"")
    (FILES / "only_line_ends.csv").write_bytes(b"\n\r\n\n")
    (FILES / "only_bom.csv").write_bytes(b"\xef\xbb\xbf")
    (FILES / "nul_in_header.csv").write_bytes(b"phone,na\0me\n+79120001234,Anna\n")
    (FILES / "nul_in_row.csv").write_bytes(b"phone,name\n+79120001234,An\0na\n+79120001235,Anna\n")
    text("old_mac_line_ends.csv", "phone,name", f"{GOOD},Anna", "nothing,Anna", end="\r")


def shapes() -> None:
    """Files whose rows and columns are not what they seem."""
    wide = ",".join(["phone", *(f"c{index}" for index in range(199))])
    text("two_hundred_columns_header.csv", wide, GOOD)
    text("two_hundred_columns_row.csv", "phone,name", GOOD + "," * 150 + "x" * 49, f"{GOOD},Anna")
    text("many_trailing_commas.csv", "phone,name", f"{GOOD},Anna" + "," * 198)
    text("short_row.csv", "phone,name,consent", GOOD)
    text("quote_never_closed.csv", "phone,name", f"{GOOD},Anna", f'{GOOD},"Anna', f"{GOOD},Olga")
    text("quote_in_the_middle.csv", "phone,name", f'{GOOD},"Anna"a', f"{GOOD},Anna")
    text("cell_over_three_lines.csv", "phone,name,reason", f'{GOOD},Anna,"a\nb\nc"', "bad,Anna,d")
    text("header_over_two_lines.csv", '"phone\nnumber",name', "bad,Anna")
    text("empty_lines.csv", "", "phone,name", "", f"{GOOD},Anna", ",", "   ", "bad,Anna", "")
    text("excel_separator_line.csv", "sep=;", "phone;name", "bad;Anna", f"{GOOD};Anna")
    text("tabs.csv", "phone\tname", "bad\tAnna", f"{GOOD}\tAnna")
    text("no_number_column.csv", "name,city", "Anna,Omsk")
    text("no_header.csv", "+79120001234,Anna", "+79120001235,Olga")
    text("two_name_columns.csv", "phone,name,full name", f"{GOOD},Anna,Olga")
    text("two_equal_variables.csv", "phone,tariff,Tariff", f"{GOOD},a,b")
    text("two_number_columns.csv", "phone 1,phone 2", f"bad,{GOOD}", "bad,worse", f",{GOOD}")
    text("header_only.csv", HEAD)


def cells() -> None:
    """Rows whose values are not what they seem."""
    text(
        "numbers.csv", "phone",
        "", "   ", "8912OOO1234", "8912ООО1234", "89120001З34", "7.9120001234E10", "79120001234.0",
        '"7,9120001234E+10"', "12345", "8 800 100 01 23", "+7 809 000 12 34", "112", "+", "n/a",
        "+7 912 000 12 34 ext. 5", "00 7 912 000 12 34", '"89120001234, 123"', "=79120001234",
        "89120001234 89120001235", "+999 12 345 67 89", "8912000123l", "²9120001234", "1" * 500,
    )  # fmt: skip
    text(
        "scores.csv", "phone,score",
        *(f'{GOOD},"{score}"' for score in
          ("abc", "1.7", "6", "-0.1", "101%", "nan", "inf", "1e-2", "0.05", "0,05", "5%", "5 %",
           "0", "1", "100%", "", ".5", "5%%", "0.0.5")),
    )  # fmt: skip
    text("levels.csv", "phone,level", *(f"{GOOD},{level}" for level in
         ("6", "0", "-1", "4.5", "IV", "5", "1", "", "٣")))  # fmt: skip
    text(
        "dates.csv", "phone,signal_at",
        *(f'{GOOD},"{day}"' for day in
          ("31.02.2026", "2026-13-01", "13/13/2026", "yesterday", "45000", "01.02.26",
           "29/02/2025", "2026-02-29", "0001-01-01", "9999-12-31T23:59:59-12:00", "01/02/2026",
           "2026-02-01T10:00:00+03:00", "01.02.2026 10:00", "", "2026-02-01 25:00")),
    )  # fmt: skip
    text("zones.csv", "phone,time_zone", *(f"{GOOD},{zone}" for zone in
         ("Mars/Olympus", "Europe/Moscow", "UTC+5", "UTC+25", "МСК+2", "../../etc/passwd",
          "Moscow", "", "Etc/Unknown")))  # fmt: skip
    text("regions.csv", "phone,region", *(f"{GOOD},{region}" for region in
         ("Свердловская область", "Narnia", "US-FL", "de", "", "г. Москва",
          "Татарстан Респ")))  # fmt: skip


def words() -> None:
    """Names, consents and reasons that are not what they seem."""
    text(
        "names.csv", "phone,name",
        *(f"{GOOD},{name}" for name in
          ("Клиент", "Уважаемый клиент", "test", "n/a", "A", "=1+1", "+79120001234", "Анна 2",
           "Иванов Иван Иванович", "Ю", "О'Генри", "Анна-Мария", "<script>", "ТЕЛЕКОМ плюс")),
    )  # fmt: skip
    text(
        "consents.csv", "phone,consent,consent_at",
        *(f"{GOOD},{said}" for said in
          ("да,31.02.2026", "да,01.01.2999", "да,", "да,01.02.2025", "нет,31.02.2026", "maybe,",
           ",", "1,2025-02-01")),
    )  # fmt: skip
    text(
        "contradictory_consents.csv", "id,phone,consent,consent_at",
        *(f"7,{GOOD},{said},01.02.2025" for said in ("yes", "no", "yes")),
    )  # fmt: skip
    text("formulas_as_text.csv", "phone,reason,tariff",
         f'{GOOD},"=HYPERLINK(""x"")",@SUM(A1)', "=cmd|' /C calc'!A0,+1,-1")  # fmt: skip
    text("one_reason_for_all.csv", "phone,reason",
         *(f"+7 912 000 12 {index:02d},Специально для вас" for index in range(10)))  # fmt: skip
    text("long_cells.csv", "phone,reason,tariff", f"{GOOD},{'a' * 5000},", f"{GOOD},,{'b' * 2000}",
         f"{GOOD},ok,ok")  # fmt: skip
    text("long_ids.csv", "id,phone,source", f"{'7' * 201},{GOOD},", f"7,{GOOD},{'s' * 201}")


def objects() -> None:
    """Lines of JSON that are not what they seem."""
    lines = [
        '{"phone": "+79120001234", "name": "Anna"}',
        "{broken",
        "[1, 2]",
        '{"phone": {"mobile": "+79120001234"}}',
        "",
        '{"phone": 79120001234, "score": 0.05, "products": ["tv", "mobile"]}',
        '{"phone": ["+79120001234", "bad"], "consent": true}',
        '{"phone": null}',
        '{"phone": "+79120001234", "score": 7}',
        '{"phone": "+79120001234", "name": "a\\u0000b"}',
        '{"phone": 79120001234.5}',
        "[" * 3000,
        '{"phone": "+79120001234", "level": true}',
    ]
    text("objects.ndjson", *lines)
    text("nul_in_key.ndjson", '{"phone": "+79120001234", "a\\u0000b": 1}')
    text("array.json", json.dumps([{"phone": GOOD}]))
    keys = json.dumps({"phone": GOOD, **{f"key_{index}": 1 for index in range(200)}})
    text("two_hundred_keys.ndjson", keys)
    (FILES / "broken_utf8.ndjson").write_bytes(
        b'{"phone": "1", "name": "\xff\xfe"}\n{"phone": "+79120001234"}\n'
    )


def workbooks() -> None:
    """Workbooks that are not what they seem."""
    day = datetime(2026, 2, 1)  # noqa: DTZ001 - a sheet has no zones
    given = workbook(
        "workbook.xlsx",
        ["Телефон", "Имя", "Скор", "Дата сигнала"],
        [79120001234, "Анна", 0.05, day],
        [79120001234.0, "Анна", "5%", "01.02.2026"],
        [79120001234.5, "Анна", None, None],
        [None, None, None, None],
        ["8 (912) 000-12-34", "Анна", 6, None],
        [day, "Анна", None, None],
        [True, "Анна", None, None],
        ["+79120001234", "Анна", 0.05, 45000],
        ["=79120001234+0", "Анна", 0.05, None],
        ["+79120001234", "Анна", 0.05, day, None, "one too many"],
    )
    sheet = "xl/worksheets/sheet1.xml"
    wide = 'ref="A1:XFD1048576"'
    repack(given, "sheet_says_it_is_wide.xlsx", member=sheet, old='ref="A1:F11"', new=wide)
    repack(given, "row_far_away.xlsx", member=sheet, old='<row r="11"', new='<row r="99999999"')
    repack(given, "broken_xml.xlsx", member=sheet, old="</sheetData>", new="</sheetDat>")
    defined = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><worksheet '
    repack(given, "entities.xlsx", member=sheet, old="<worksheet ", new=defined)
    (FILES / "cut_in_half.xlsx").write_bytes(given.read_bytes()[: given.stat().st_size // 2])
    with zipfile.ZipFile(FILES / "just_a_zip.xlsx", "w") as packed:
        packed.writestr(zipfile.ZipInfo("phones.csv"), f"phone\n{GOOD}\n")
    workbook("blank_sheet.xlsx")
    workbook("header_lower_down.xlsx", [], [], ["phone"], [GOOD], ["bad"])


if __name__ == "__main__":
    FILES.mkdir(exist_ok=True)
    for write in (encodings, shapes, cells, words, objects, workbooks):
        write()
