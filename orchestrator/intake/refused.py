"""A file that cannot be imported at all, and a row that cannot: both by a code that stays.

ImportRefused     the file ends here; nothing more of it is read
Unreadable        one value ends its row; the file goes on
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from orchestrator.errors import Invalid


class ImportRefused(Invalid):
    """This file cannot be imported."""

    code = "import.refused"  # Each refusal has its own: `import.` and a key of sentences.toml.

    def __init__(self, code: str, *, row: int | None = None, **told: object) -> None:
        self.code = f"import.{code}"
        self.row = row
        self.sentences = {
            language: _located(sentence.format(**told), row, language)
            for language, sentence in sentences("refused")[code].items()
        }
        super().__init__(self.sentences["en"], row=row, **told)


def _located(sentence: str, row: int | None, language: str) -> str:
    if row is None:
        return sentence
    return f"{'row' if language == 'en' else 'строка'} {row}: {sentence}"


class Unreadable(Exception):
    """A value that rejects its row."""

    def __init__(self, value: str = "", *, code: str = "bad_value", field: str = "") -> None:
        super().__init__(code)
        self.value = value
        self.code = code
        self.field = field


@dataclass(frozen=True, slots=True)
class Rejection:
    """One row that became no lead: where it stands, why, and what it said.

    `value` is the part that could not be read; `raw` is the row as it stood in the file.
    """

    row: int
    field: str
    code: str
    value: str
    raw: tuple[str, ...]

    def sentence(self, language: str) -> str:
        """Say in English (`en`) or Russian (`ru`) why the row was turned away."""
        shown = shorten(self.value)
        return sentences("rejected")[self.code][language].format(field=self.field, value=shown)


@dataclass(frozen=True, slots=True)
class Warned:
    """Something in an accepted row that was left out, for the importer to look at."""

    row: int
    field: str
    code: str
    value: str

    def sentence(self, language: str) -> str:
        """Say in English (`en`) or Russian (`ru`) what was left out."""
        shown = shorten(self.value)
        return sentences("warned")[self.code][language].format(field=self.field, value=shown)


SHOWN_LENGTH_MAX = 60


def shorten(value: str) -> str:
    """Cut a quoted value to a length that fits a sentence."""
    return value if len(value) <= SHOWN_LENGTH_MAX else value[: SHOWN_LENGTH_MAX - 1] + "…"


@cache
def sentences(kind: str) -> dict[str, dict[str, str]]:
    """Load the sentences for one kind of code: `refused`, `rejected` or `warned`."""
    text = files("orchestrator.intake").joinpath("sentences.toml").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = tomllib.loads(text)[kind]
    return found
