"""Beat: says when, and nothing else. `python -m orchestrator.beat` starts it."""

from orchestrator import logs
from orchestrator.broker import make_app
from orchestrator.config import read_settings


def main() -> None:
    """Start beat, as `takt up` does."""
    settings = read_settings()
    logs.configure(settings.log_level)
    make_app(settings).start(["beat", "--loglevel", settings.log_level, "--pidfile", ""])


if __name__ == "__main__":
    main()
