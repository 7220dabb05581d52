"""The embedded servers, started for real in data folders of their own."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from liaison.common.embedded import PROJECT, paths
from liaison.common.embedded.postgres import Postgres
from liaison.common.embedded.redis import Redis

pytestmark = pytest.mark.slow

# A user of the servers in a process of its own: says "up" once they answer, then lives until its input ends.
USER = """
import sys, psycopg, redis
from liaison.common import embedded
try:
    embedded.hold()
    with psycopg.connect(embedded.database_url()) as c:
        c.execute("CREATE TABLE IF NOT EXISTS seen (n int)")
        c.execute("INSERT INTO seen VALUES (1)")
        rows = c.execute("SELECT count(*) FROM seen").fetchone()[0]
    print("up", rows, redis.from_url(embedded.redis_url()).incr("seen"), flush=True)
except embedded.Fault as fault:
    sys.exit(str(fault))
sys.stdin.read()
"""


def environment(home: Path, **more: str) -> dict[str, str]:
    clean = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
    return clean | {"LIAISON_HOME": str(home), "LIAISON_TEST": "1", "PYTHONPATH": str(PROJECT)} | more


def start_user(home: Path) -> subprocess.Popen:
    # Settings of a real site: with those of a test run the last writes would not outlive a kill.
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", USER], env=environment(home, LIAISON_TEST="0"), text=True, **pipes)


def use(home: Path) -> str:
    """Hold the servers for a moment; gives back what the user said."""
    said, errors = start_user(home).communicate(timeout=300)
    return said.strip() or errors.strip()


def manage(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(
        command, cwd=PROJECT, env=environment(home, **more), capture_output=True, text=True, timeout=300
    )


def one_line(done: subprocess.CompletedProcess) -> str:
    """What a failed command told, which has to be a single line."""
    assert done.returncode != 0
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr.strip()


def run_folder(home: Path) -> Path:
    code = "from liaison.common.embedded import paths; print(paths.run_folder())"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(home), capture_output=True, text=True, check=True
    )
    return Path(done.stdout.strip())


def servers(home: Path) -> list[int]:
    """The pids of all server processes of that data folder."""
    done = subprocess.run(["pgrep", "-f", run_folder(home).name], capture_output=True, text=True)
    return [int(pid) for pid in done.stdout.split()]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A data folder that has been used once; tests copy it, which is quicker than making a cluster."""
    home = tmp_path_factory.mktemp("made") / "var"
    assert use(home) == "up 1 1"
    return home


@pytest.fixture
def home(made, tmp_path):
    """A used data folder; whatever still runs in it is killed at the end."""
    copy = copy_home(made, tmp_path / "var")
    yield copy
    for pid in servers(copy):
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(run_folder(copy), ignore_errors=True)


def copy_home(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)
    return target


def test_the_last_user_stops_the_servers(home):
    first, second = start_user(home), start_user(home)
    assert {first.stdout.readline().split()[0], second.stdout.readline().split()[0]} == {"up"}
    first.communicate()
    assert servers(home)
    second.communicate()
    assert servers(home) == []
    assert not run_folder(home).exists()
    assert use(home) == "up 4 4"


def test_a_terminated_user_stops_the_servers_too(home):
    user = start_user(home)
    user.stdout.readline()
    user.terminate()
    user.communicate()
    assert servers(home) == []


@pytest.mark.parametrize("who", ["everything", "postmaster", "user"])
def test_what_a_kill_left_is_put_right_by_the_next(home, who):
    user = start_user(home)
    assert user.stdout.readline() == "up 2 2\n"
    postmaster = int((home / "postgres" / "postmaster.pid").read_text().split()[0])
    everything = [*servers(home), user.pid]
    for pid in {"everything": everything, "postmaster": [postmaster, user.pid], "user": [user.pid]}[who]:
        os.kill(pid, signal.SIGKILL)
    user.communicate()
    assert use(home).startswith("up 3 ")
    assert servers(home) == []


def test_the_pid_of_somebody_else_in_a_stale_file_is_no_obstacle(home):
    bystander = subprocess.Popen(["sleep", "600"], **({"user": "nobody"} if os.geteuid() == 0 else {}))
    stale = home / "postgres" / "postmaster.pid"
    stale.write_text(f"{bystander.pid}\n/proc/self/cwd\n{int(time.time())}\n5432\n/tmp\n\n0 0\nready\n")
    assert use(home) == "up 2 2"
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_a_truncated_redis_log_is_read_as_far_as_it_goes(home):
    log = next((home / "redis").glob("appendonly*"))
    log.write_bytes(log.read_bytes() + b"*3\r\n$3\r\nSET\r\n$1\r\na")
    assert use(home) == "up 2 2"


def test_a_long_chinese_name_with_a_space_works(made, tmp_path):
    odd = copy_home(made, tmp_path / ("数据 目录" * 12)[:50])
    assert len(os.fsencode(odd)) > 150
    assert use(odd) == "up 2 2"


def test_two_data_folders_do_not_meet(home, made, tmp_path):
    other = copy_home(made, tmp_path / "other")
    users = [start_user(home), start_user(other)]
    assert [user.stdout.readline() for user in users] == ["up 2 2\n"] * 2
    for user in users:
        user.communicate()


def test_sockets_are_in_a_folder_for_the_servers_account_alone(home):
    user = start_user(home)
    user.stdout.readline()
    assert run_folder(home).stat().st_mode & 0o777 == 0o700
    user.communicate()


def test_a_run_folder_of_somebody_else_is_refused(home):
    theirs = run_folder(home)
    theirs.symlink_to("/etc")
    assert "属于别的用户" in use(home)
    theirs.unlink()


@pytest.mark.parametrize(
    "url",
    [
        "mysql://a:secret@b/c",
        "postgresql://a:secret@b:port/c",
        "nonsense",
        "postgresql://h/",
        "postgresql://a:s@x/secret@h/c",
    ],
)
def test_a_malformed_database_url_is_told_in_one_line(tmp_path, url):
    told = one_line(manage(tmp_path, "migrate", DATABASE_URL=url))
    assert "DATABASE_URL" in told
    assert "secret" not in told


@pytest.mark.parametrize("url", ["http://localhost", "redis://h:port/0", "redis://h/first", "redis://h?db=1"])
def test_a_malformed_redis_url_is_told_in_one_line(tmp_path, url):
    assert "REDIS_URL 写法有误" in one_line(manage(tmp_path, "migrate", REDIS_URL=url))


def test_unreachable_servers_are_told_in_one_line(home):
    nowhere = {"DATABASE_URL": "postgresql://u:secret@127.0.0.1:1/x", "REDIS_URL": "redis://127.0.0.1:1/0"}
    told = one_line(manage(home, "migrate", **nowhere))
    assert "连不上 DATABASE_URL" in told
    assert "secret" not in told
    assert "连不上 REDIS_URL" in one_line(manage(home, "migrate", REDIS_URL=nowhere["REDIS_URL"]))


def test_a_folder_that_cannot_be_written_is_told_in_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    assert str(tmp_path) in one_line(manage(tmp_path / "file" / "var", "migrate", LIAISON_SECRET_KEY="x" * 50))


def test_a_taken_port_is_told_in_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert port in one_line(manage(tmp_path, "run", PORT=port))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return door.getsockname()[1]


class PostgresOnTheNetwork(Postgres):
    """As an operator would run it: a port, a password, nothing of ours."""

    def prepare(self) -> list[str]:
        command = super().prepare()
        with open(self.data / "pg_hba.conf", "a") as rules:
            rules.write("host all all 127.0.0.1/32 scram-sha-256\n")
        return [*command, "--listen_addresses=127.0.0.1", f"--port={self.port}"]

    def address(self) -> str:
        with self.connect("postgres") as connection:
            connection.execute("ALTER ROLE liaison PASSWORD 'secret'")
        return f"postgresql://liaison:secret@127.0.0.1:{self.port}/liaison"


class RedisOnTheNetwork(Redis):
    """The same for Redis."""

    port = 0

    def prepare(self) -> list[str]:
        return [*super().prepare(), "--port", str(self.port), "--requirepass", "secret"]

    def answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
            return True
        return False


@contextlib.contextmanager
def real_servers():
    """Addresses of a PostgreSQL and a Redis that the application did not start."""
    paths.make_home()
    database, redis = PostgresOnTheNetwork(), RedisOnTheNetwork()
    database.port, redis.port = str(free_port()), free_port()
    try:
        database.start()
        redis.start()
        yield {"DATABASE_URL": database.address(), "REDIS_URL": f"redis://:secret@127.0.0.1:{redis.port}/0"}
    finally:
        redis.stop()
        database.stop()
        shutil.rmtree(paths.run_folder(), ignore_errors=True)


def test_real_servers_are_used_when_their_addresses_are_given(tmp_path, monkeypatch):
    monkeypatch.setenv("LIAISON_HOME", str(tmp_path / "real"))
    with real_servers() as addresses:
        done = manage(tmp_path / "var", "migrate", "--verbosity", "0", **addresses)
        assert (done.returncode, done.stderr) == (0, "")
        assert not (tmp_path / "var" / "postgres").exists()
        wrong = {"DATABASE_URL": addresses["DATABASE_URL"].replace("secret", "guess")}
        assert "连不上 DATABASE_URL" in one_line(manage(tmp_path / "var", "migrate", **(addresses | wrong)))
