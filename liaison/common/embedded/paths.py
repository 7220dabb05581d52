"""Where the embedded servers keep their data, their sockets and their locks."""

import contextlib
import fcntl
import hashlib
import os
import pwd
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

PROJECT = Path(__file__).resolve().parents[3]


class Fault(Exception):
    """Something the operator has to put right; its text is one line and is all that is shown."""


class Account(NamedTuple):
    """The operating-system account a server runs under."""

    uid: int
    gid: int


def home() -> Path:
    """The data folder: `LIAISON_HOME`, else `var/` beside manage.py."""
    return Path(os.environ.get("LIAISON_HOME") or PROJECT / "var").expanduser().resolve()


def account() -> Account:
    """Ourselves; for root the owner of the data folder, else `nobody`, because PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    with contextlib.suppress(OSError):
        owner = home().stat()
        if owner.st_uid != 0:
            return Account(owner.st_uid, owner.st_gid)
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def run_folder() -> Path:
    """Where the sockets are: a short name, because a socket's path ends at 107 bytes and a data folder's does not."""
    # /tmp by name, not $TMPDIR: processes with different environments must find the same socket.
    base = next((b for b in ("/tmp", "/var/tmp") if not os.statvfs(b).f_flag & os.ST_NOEXEC), "/tmp")
    digest = hashlib.sha256(os.fsencode(home())).hexdigest()[:12]
    return Path(base, f"liaison-{account().uid}-{digest}")


def make_home() -> None:
    """Make the data folder with its folders for locks and logs."""
    try:
        for folder in (home(), home() / "lock", home() / "log"):
            folder.mkdir(parents=True, exist_ok=True)
            give_to_owner(folder)
    except OSError as error:
        raise unwritable(error) from None


def unwritable(error: OSError) -> Fault:
    """The fault that says the data folder cannot be written."""
    return Fault(f"数据目录不可写：{home()}（{error.strerror}）。可用 LIAISON_HOME 指定另一个目录")


def give_to_owner(path: Path) -> None:
    """What root makes in somebody's data folder belongs to that somebody, who may come without root next time."""
    if os.geteuid() == 0 and (owner := home().stat()).st_uid != 0:
        os.chown(path, owner.st_uid, owner.st_gid)


def make_run_folder() -> None:
    """Make the folder of the sockets for the servers' account alone; refuse one that somebody else put there."""
    folder, who = run_folder(), account()
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {who.uid, os.geteuid()}:
        raise Fault(f"{folder} 属于别的用户，无法放置数据库套接字；请将它移走后再试")
    os.chmod(folder, 0o700)
    os.chown(folder, *who)


def make_data_folder(folder: Path) -> None:
    """An empty folder for a server's account alone; what a killed attempt left in it is thrown away."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    os.chown(folder, *account())


def open_lock(name: str) -> IO:
    """The lock file of that name, open and not yet locked."""
    path = home() / "lock" / name
    try:
        lock = open(path, "a+")  # noqa: SIM115 (the caller closes it)
        give_to_owner(path)
    except OSError as error:
        raise unwritable(error) from None
    return lock


def take(lock: IO) -> bool:
    """Lock for ourselves alone if nobody holds it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def alone(name: str) -> Iterator[None]:
    """One process at a time; waits for its turn."""
    with open_lock(name) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def open_log(name: str) -> IO:
    """The log of that name, for appending; above 10 MB the old one is set aside once."""
    path = home() / "log" / f"{name}.log"
    if path.exists() and path.stat().st_size > 10_000_000:
        path.replace(path.with_suffix(".log.old"))
    log = open(path, "ab")  # noqa: SIM115 (the caller closes it)
    give_to_owner(path)
    return log
