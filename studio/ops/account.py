"""The system account that the embedded database runs as when the studio is started by root.

PostgreSQL refuses to run as root. As an ordinary user nothing here is needed.
"""

from __future__ import annotations

import logging
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

NAME = "pgserver"  # the name that the database wheel uses, too
_FALLBACKS = ("postgres", "nobody")


class AccountError(RuntimeError):
    """There is no account that can run the database, or it can't reach its files."""


@dataclass(frozen=True)
class Account:
    """Whom a process runs as."""

    uid: int
    gid: int
    name: str


def database_account(pgdata: Path) -> Account | None:
    """The account to run the cluster as, or None to run it as who we are.

    Root hands the cluster to the owner of an existing one, else to `pgserver`, which is made when
    it is missing.

    Raises:
        AccountError: the cluster belongs to somebody else, or no account can be had.
    """
    owner = pgdata.stat().st_uid if pgdata.exists() else None
    if os.geteuid() != 0:
        if owner is not None and owner != os.geteuid():
            raise AccountError(
                f"The database in {pgdata} belongs to {_name(owner)}, not to {_name(os.geteuid())}."
                " Start the studio as the user who started it first (or as root), or set"
                " SEEDFRAME_DATA to a folder of your own."
            )
        return None
    if owner:
        return Account(owner, _group(owner), _name(owner))
    for name in (NAME, *_FALLBACKS):
        if name == NAME:
            _make(name)
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_uid, found.pw_gid, name)
    raise AccountError(
        "The database can't run as root, and there is no system account for it. Make one with"
        f" `useradd --system {NAME}`, or start the studio as an ordinary user."
    )


def _make(name: str) -> None:
    """Add the system account unless it is there; quietly does nothing without `useradd`."""
    try:
        pwd.getpwnam(name)
        return
    except KeyError:
        pass
    tool = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
    if tool is None:
        return
    done = subprocess.run(
        [tool, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name],
        capture_output=True,
        text=True,
        check=False,
    )
    # 9: another process made it at the same moment
    if done.returncode not in (0, 9):
        log.warning("Could not make the system account %s: %s", name, done.stderr.strip())


def make_reachable(path: Path, account: Account) -> None:
    """Let the account pass through the folders above `path` (o+x: enter, not list).

    Raises:
        AccountError: a folder is closed to the account and can't be opened.
    """
    for folder in reversed(path.resolve().parents):
        found = folder.stat()
        if _may_enter(found, account):
            continue
        try:
            folder.chmod(stat.S_IMODE(found.st_mode) | stat.S_IXOTH)
        except OSError as error:
            raise AccountError(
                f"The database can't run as root, so it runs as {account.name}, who may not enter"
                f" {folder} ({error.strerror}). Allow it with `chmod o+x {folder}`, set"
                " SEEDFRAME_DATA to a folder elsewhere, or start the studio as an ordinary user."
            ) from error
        log.warning(
            "Allowed others to pass through %s (chmod o+x), so that the database's system"
            " account %s reaches its files.",
            folder,
            account.name,
        )


def make_executable(binaries: Path, account: Account) -> None:
    """Make sure that the account can run the database's programs.

    Raises:
        AccountError: it can't, even after opening the wheel's own files for reading.
    """
    make_reachable(binaries / "postgres", account)
    if _runs(binaries, account):
        return
    # Installed under a umask that hides files from others: the programs, libraries and shared
    # files of the wheel carry no secrets.
    for path in [binaries.parent, *binaries.parent.rglob("*")]:
        if not path.is_symlink():
            mode = stat.S_IMODE(path.stat().st_mode)
            extra = 0o055 if path.is_dir() or mode & 0o100 else 0o044
            path.chmod(mode | extra)
    if not _runs(binaries, account):
        raise AccountError(
            f"The system account {account.name} can't run {binaries / 'postgres'}; is its file"
            " system mounted noexec, or guarded by SELinux or AppArmor? Start the studio as an"
            " ordinary user, or set DATABASE_URL to a database server."
        )


def _runs(binaries: Path, account: Account) -> bool:
    try:
        done = subprocess.run(
            [binaries / "postgres", "--version"],
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            check=False,
        )
    except PermissionError:
        return False
    shared = binaries.parent / "share"
    readable = not shared.exists() or bool(shared.stat().st_mode & 0o005 == 0o005)
    return done.returncode == 0 and readable


def _may_enter(found: os.stat_result, account: Account) -> bool:
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _group(uid: int) -> int:
    try:
        return pwd.getpwuid(uid).pw_gid
    except KeyError:
        return uid
