"""The demonstration, run once with real processes, against a count made without Takt's code."""

import csv
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp

import pytest

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).parents[2]
TAKT = Path(sys.executable).with_name("takt")
EXAMPLE = ROOT / "examples" / "telecom_addon"
LAUNCH = datetime(2026, 11, 24, 10, 0)  # noqa: DTZ001 - Moscow time, as the lists are written
# Hours ahead of Moscow; where it is seven in the evening or nobody knows, nobody is called.
LATE, UNKNOWN = {"Камчатский край"}, {"", "Россия"}
BAD_NAMES = {"клиент", "абонент", "", "-", "уважаемый клиент", "тест", "нет имени"}


@pytest.fixture(scope="module")
def demo():
    """Run `takt demo` in a folder of its own; gives what it said, what it counted, and where."""
    # Reachable for the account that PostgreSQL runs as when this is root.
    folder = Path(mkdtemp(prefix="takt-demo-"))
    folder.chmod(0o755)
    figures = folder / "figures.json"
    ran = subprocess.run(
        [TAKT, "demo", "--home", str(folder / "home"),
         "--figures", str(figures)],
        capture_output=True, text=True, timeout=540, check=False, cwd=ROOT,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    yield ran.stdout, json.loads(figures.read_text("utf-8")), folder / "home"
    shutil.rmtree(folder)


def rows(name):
    with (EXAMPLE / name).open(encoding="cp1251", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def number(text):
    """Give the ten digits of a number of ours, or None."""
    if re.search(r"[^\d\s()+\-тел.,]", text) or re.search(r"\d{7,}[.,]\d", text):
        return None
    digits = re.sub(r"\D", "", text.split(",")[0])
    digits = digits[1:] if len(digits) == 11 and digits[0] in "78" else ""
    return digits if len(digits) == 10 and digits[0] == "9" else None


def score(text):
    """Give a probability, None for none, or a text that is not one."""
    if not text:
        return None
    match = re.fullmatch(r"(\d*[.,]\d+)\s*(%?)", text)
    if match is None:
        return "unreadable"
    value = float(match[1].replace(",", ".")) / (100 if match[2] else 1)
    return value if value <= 1 else "unreadable"


def is_readable(row):
    return (
        number(row["Телефон"].replace("рабочий 12-34", "")) is not None
        and score(row["Оценка"]) != "unreadable"
        and row["Город/регион"] not in {"Екатеринбург", "Питер", "юг", "д. Простоквашино"}
        and row["Уровень"] in {"", "1", "2", "3", "4", "5"}
        and row["Согласие (да/нет)"].lower() in {"", "да", "нет"}
    )


def has_landline(row):
    """Say whether a second number tells by its area code what time it is there."""
    return bool(row["Доп. телефон"]) or "(812)" in row["Телефон"]


def day(text):
    try:
        return datetime.strptime(text, "%d.%m.%Y")  # noqa: DTZ007
    except ValueError:
        return None


@pytest.fixture(scope="module")
def leads():
    """Give each readable customer once, as first listed."""
    kept = {}
    for row in rows("leads.csv"):
        if is_readable(row):
            kept.setdefault(row["Лицевой счёт"], row)
    return kept


@pytest.fixture(scope="module")
def past():
    """Give earlier contacts by number: who shares one shares its history."""
    found = defaultdict(list)
    for row in rows("history.csv"):
        at = datetime.strptime(row["Дата и время"], "%d.%m.%Y %H:%M")  # noqa: DTZ007
        found[row["Телефон"][2:]].append((at, row["Канал"], row["Результат"], row["Оффер"]))
    return found


def silenced(past):
    """Give the numbers of everybody who asked never to be called."""
    listed = {number(row["Телефон"].strip()) for row in rows("do_not_call.csv")}
    asked = {who for who, touches in past.items() if any(t[2] == "не звонить" for t in touches)}
    return listed | asked


def is_at_rest(touches):
    """Say whether earlier contacts forbid a call now."""

    def since(days, results, offers=None):
        return [
            at for at, channel, result, offer in touches
            if channel == "звонок" and result in results and at > LAUNCH - timedelta(days=days)
            and (offers is None or offer in offers)
        ]  # fmt: skip

    noes = {"отказ", "неинтересно", "отказался"}
    mobile = {"sim_spring", "sim_2025"}
    calls = [at for at, channel, result, _ in touches if channel == "звонок"]
    outgoing = [at for at, channel, result, _ in touches
                if channel == "звонок" and result != "разговор"]  # fmt: skip
    return (
        bool(since(30, noes))
        or bool(since(7, {"сбросил"}))
        or len(since(365, noes, mobile)) >= 2
        or sum(at > LAUNCH - timedelta(days=30) for at in outgoing) >= 3
        or any(at > LAUNCH - timedelta(hours=48) for at in calls)
    )


def may_be_called(row, shared_by):
    """Judge a customer by what the list says, ruling by ruling, in plain words."""
    consented = day(row["Дата согласия"])
    probability, level = score(row["Оценка"]), row["Уровень"]
    signal = day(row["Дата сигнала"])
    words = row["Причина звонка"]
    return all((
        row["Согласие (да/нет)"].lower() == "да" and row["Документ"],
        consented is not None and consented <= LAUNCH,
        row["ФИО"].lower() not in BAD_NAMES,
        words and shared_by[words] <= 0.15 * len(shared_by["*"]),
        row["Тариф интернета"],
        "сим-карта" not in row["Подключенные услуги"],
        not row["Особая категория"] and not row["Открытое обращение"],
        level != "" or probability is not None,
        probability is None or probability >= 0.06,
        level not in {"1", "2"},
        level != "4" or (signal is not None and signal > LAUNCH - timedelta(days=180)),
        row["Город/регион"] not in LATE,
        row["Город/регион"] not in UNKNOWN or row["Часовой пояс"] or has_landline(row),
    ))  # fmt: skip


@pytest.fixture(scope="module")
def expected(leads, past):
    """Give who may be called at ten, by account, with the number that would be dialled."""
    shared_by = defaultdict(int)
    for row in leads.values():
        shared_by[row["Причина звонка"]] += 1
    shared_by["*"] = list(leads)
    gone = silenced(past)
    found = {}
    for account, row in leads.items():
        own = number(row["Телефон"].replace("рабочий 12-34", ""))
        if own not in gone and not is_at_rest(past[own]) and may_be_called(row, shared_by):
            found[account] = own
    return found


def test_every_row_of_the_lists_is_accounted_for(demo, leads):
    imported = demo[1]["imports"]
    listed = rows("leads.csv")
    assert imported["leads"]["rows"] == len(listed) == 3000
    assert imported["leads"]["accepted"] == len(leads)
    assert imported["leads"]["rejected"] == sum(not is_readable(row) for row in listed)
    assert imported["history"]["accepted"] == len(rows("history.csv"))
    assert imported["do_not_call"]["accepted"] == len(rows("do_not_call.csv"))


def test_the_preview_counts_whom_a_plain_count_finds(demo, expected):
    assert demo[1]["preview"]["clear_now"] == len(expected)


def test_everybody_who_may_be_called_is_called_once_a_number(demo, expected):
    assert demo[1]["calls"] == len(set(expected.values()))


def test_the_outcomes_add_up_to_the_calls(demo):
    assert sum(demo[1]["outcomes"].values()) == demo[1]["calls"]


def test_whoever_asked_never_to_be_called_again_is_named_with_their_words(demo):
    outcomes, found = demo[1]["outcomes"], demo[1]["silenced"]
    finals = ("do_not_call", "complaint", "unwanted")
    assert len(found) == sum(outcomes.get(word, 0) for word in finals)
    assert all(no["words"] for no in found if no["kind"] != "operator")


def test_no_number_is_shown_whole(demo):
    assert not re.search(r"\+7\d{10}", demo[0])


def test_one_verdict_of_each_kind_is_explained(demo):
    assert [each["ruling"] for each in demo[1]["verdicts"]] == ["clear", "held", "blocked"]


def test_no_promise_is_broken(demo):
    assert {result for _, _, result, _ in demo[1]["promises"]} <= {"ok", "not applicable"}
    assert demo[1]["chain_is_whole"]


def blocks(page, mark):
    """Give the console blocks of a page under a mark."""
    text = (ROOT / page).read_text("utf-8")
    return re.findall(rf"<!-- {mark}[^>]*-->\n```console\n(.*?)```", text, re.DOTALL)


@pytest.fixture(scope="module")
def installation(demo):
    """Start Takt again on what the demonstration left; gives the environment of its commands."""
    environment = {**os.environ, "TAKT_HOME": str(demo[2]), "TAKT_API_PORT": "0"}
    with subprocess.Popen([TAKT, "up"], env=environment, stdout=subprocess.PIPE, text=True) as up:
        assert any("healthy" in line for line in up.stdout)
        yield environment
        up.send_signal(signal.SIGINT)
        up.stdout.read()
        assert up.wait(60) == 0


def test_the_readme_shows_lines_that_the_demonstration_prints(demo):
    (block,) = blocks("README.md", "demo")
    assert block.startswith("$ make demo\n")
    assert [line for line in block.splitlines()[1:] if line not in demo[0]] == []


@pytest.mark.parametrize("page", ["README.ru.md", "README.md"])
def test_the_commands_of_the_readme_print_what_it_shows(page, installation):
    (block,) = blocks(page, "session")
    for shown in block.split("$ ")[1:]:
        command, _, output = shown.partition("\n")
        if command.startswith("takt ") and not command.endswith("&"):
            words = shlex.split(command)[1:]
            ran = subprocess.run(
                [TAKT, *words], env=installation, capture_output=True, text=True, check=False
            )
            printed, expected = ran.stdout.splitlines(), output.splitlines()
            assert [line.rstrip() for line in printed] == [line.rstrip() for line in expected]
