"""Who runs the embedded servers, and which folders that account can reach.

PostgreSQL refuses to run as root, rightly. Started by root, our servers run as `nobody`: no account
is made, and no folder that is not ours has its permissions changed. So the folder they keep their
data in must be one that `nobody` can reach; a home closed to others (root's usually is) is not.
"""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

SYSTEM_HOME = Path("/var/lib/takt")


@dataclass(frozen=True, slots=True)
class Account:
    """The user and group a server runs as."""

    uid: int
    gid: int

    def can_reach(self, path: Path) -> bool:
        """Tell whether every existing folder on the way, and the last thing itself, lets it in."""
        path = path.resolve()
        return all(self._may_enter(step) for step in (path, *path.parents) if step.exists())

    def _may_enter(self, step: Path) -> bool:
        facts = step.stat()
        if facts.st_uid == self.uid:
            return bool(facts.st_mode & stat.S_IXUSR)
        if facts.st_gid == self.gid:
            return bool(facts.st_mode & stat.S_IXGRP)
        return bool(facts.st_mode & stat.S_IXOTH)


def server_account() -> Account | None:
    """Name the account to change to, or None when servers simply run as ourselves."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def default_home() -> Path:
    """Choose where an installation lives when nobody says: `~/.takt`.

    As root with a closed home it is `/var/lib/takt`, which `nobody` can reach.
    """
    own = Path.home() / ".takt"
    account = server_account()
    if account is None or account.can_reach(own):
        return own
    return SYSTEM_HOME


def make_folder(path: Path, *, mode: int) -> Path:
    """Make a folder of ours with exactly this mode; its missing parents let others through."""
    for missing in reversed([step for step in (path, *path.parents) if not step.exists()]):
        missing.mkdir(exist_ok=True)
        missing.chmod(0o711 if missing != path and os.geteuid() == 0 else mode)
    return path
