"""What only commands can fail with."""

from orchestrator.errors import Invalid, Unavailable


class NotRunning(Unavailable):
    """No installation runs here."""

    code = "unavailable.not_running"


class FileUnreadable(Invalid):
    """The file is not there, or not what the command reads."""

    code = "file.unreadable"


class InstantUnreadable(Invalid):
    """An instant is written like 2026-03-03T10:00+03:00."""

    code = "instant.unreadable"


class NotAChoice(Invalid):
    """This is none of the words that could stand here."""

    code = "choice.unknown"
