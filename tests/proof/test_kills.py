"""A short form of the proof; the long one is `make proof`."""

import subprocess
import sys

import pytest
from django.conf import settings

from tests.notices.test_sending import environment


def prove(home, *options) -> str:
    """Run the proof in a house of its own; what it said."""
    like = environment(home)["DATABASE_URL"]
    command = [sys.executable, "-m", "tests.proof", "--like", like, "--pairs", "2", *options]
    run = subprocess.run(command, env=environment(home), cwd=settings.BASE_DIR, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_or_doubled_by_two_beats_and_two_workers_whoever_is_killed(tmp_path):
    """One round in peace, in which nothing may fall into doubt; then each victim at the step where it hurts most."""
    kills = [
        "nobody", "sender:provider has it", "connection:task ends", "Redis:leased", "PostgreSQL:answered",
        "beat:beat has published",
    ]  # fmt: skip
    said = prove(tmp_path, "--rounds", str(len(kills)), "--notices", "100", "--only", *kills)
    assert "killed nobody:" in said, said
    for figure in ["kills: 5", "doubled: 0", "lost: 0"]:
        assert figure in said.splitlines(), said
