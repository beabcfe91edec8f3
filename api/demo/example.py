"""The files of the example: lists, offer, script, policy."""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from orchestrator.errors import NotFound

FOLDER: Final = Path(__file__).parents[2] / "examples" / "telecom_addon"
SOURCE: Final = "crm"  # The system whose account numbers tell people apart.


class ExampleMissing(NotFound):
    """The example's files lie in the repository, beside the packages."""

    code = "demo.example_missing"


@dataclass(frozen=True, slots=True)
class Example:
    """What the demonstration shows."""

    folder: Path
    sold: dict[str, Any]  # Topics, offers and the campaign.
    script: dict[str, Any]
    pack: dict[str, Any]
    columns: dict[str, Any]

    def file(self, kind: str) -> Path:
        """Give the list of a kind of import."""
        return self.folder / f"{kind}.csv"


def read_example(folder: Path = FOLDER) -> Example:
    """Read the example; raises ExampleMissing."""
    if not (folder / "leads.csv").is_file():
        raise ExampleMissing("folder with the example", folder)

    def document(name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((folder / name).read_text("utf-8"))
        return found

    pack = tomllib.loads((folder / "policy.toml").read_text("utf-8"))
    return Example(
        folder, document("offer.json"), document("script.json"), pack, document("columns.json")
    )
