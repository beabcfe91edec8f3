"""What a chunk of rows came to, and what its writers are handed."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from orchestrator.intake.reading import Opened
from orchestrator.intake.refused import Warned
from orchestrator.services import Actor


@dataclass(frozen=True, slots=True)
class Desk:
    """The import that is being written: its transaction, its file, who ordered it, the hour."""

    session: Session
    opened: Opened
    import_id: int
    campaign_id: int | None
    by: Actor
    now: datetime

    @property
    def source(self) -> str:
        """Name the system the file came from."""
        return self.opened.options.source


@dataclass(slots=True)
class Taken:
    """How many rows became something, and how many said what was known."""

    accepted: int = 0
    duplicates: int = 0
    warnings: list[Warned] = field(default_factory=list)

    def count(self, *, is_new: bool) -> None:
        """Count one row."""
        if is_new:
            self.accepted += 1
        else:
            self.duplicates += 1
