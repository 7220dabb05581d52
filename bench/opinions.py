"""Opinions: one more of them, the inbox, and a word among them, as the table grows.

The growth lines compare ten thousand opinions with ten million at the same stations' load: whoever asks has the whole
nation in reach, and the answer is a page of the desk, from the client's request to the last byte.
"""

import multiprocessing
import secrets
import time
import uuid
from collections.abc import Iterator
from itertools import chain
from unittest import mock

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from feedback import doubts
from feedback.forms.intake import ALONE
from liaison.accounts.choices import Role
from liaison.accounts.models import User
from liaison.common.puzzles import new_puzzle
from stations.models import Station

from . import data
from .lines import Line, Sizes, measures
from .timing import median_ms

SHAPE = 1  # raised when the data below change
TABLES = ("feedback_opinion", "feedback_duedate", "accounts_contact", "stations_station", "accounts_region")
PER_STATION = 50  # a model station has 53 a year
OPEN_SHARE = 20  # one in twenty is open
COMMON, RARE = "物业", "龙鳞"  # in one of ten; in one of a million, at least thirty
LIST = "/desk/opinions/"
MOST_GROWTH = 1.5
EMPTY = "bench_opinions_empty"
STATIONS, FORMS = 20, 10  # in turn; forms of each process for each repeat

FILL = """
INSERT INTO accounts_region (code, name, level)
SELECT DISTINCT left(code, digits), '区划' || left(code, digits), level
FROM (SELECT {community} AS code FROM generate_series(0, {stations} - 1) AS n) AS codes,
     (VALUES (2, 1), (4, 2), (6, 3), (9, 4), (12, 5)) AS levels(digits, level);

INSERT INTO stations_station (code, region_id, kind, name, address, hours, phone, feature, accessible, is_open)
SELECT {community} || '-01', {community}, 'community', '第' || n || '社区代表联络站', '花园路' || n || '号', '', '', '',
       false, true
FROM generate_series(0, {stations} - 1) AS n;

INSERT INTO accounts_contact (id, place, sealed, phone_hash, language, privacy_version, consented_at, leave_token,
                              created_at)
SELECT n, {station_of}, repeat('x', 240), md5(n::text) || md5(n::text), 'zh-hans', '2026-01', now(),
       lpad(to_hex(n), 20, '0'), now()
FROM generate_series(1, {contacts}) AS n;

INSERT INTO feedback_opinion (id, public_id, number, station_id, state, source, category_id, title, matter,
                              public_title, contact_id, language, privacy_version, heard_on, doubts, last_no,
                              next_due_on, closed_at, created_at, changed_at)
SELECT n, lpad(to_hex((n::bigint * 668265263) % 1099511627776), 10, '0'),
       lpad(to_hex((n::bigint * 668265263) % 1099511627776), 10, '0'), {station_of},
       CASE WHEN is_open THEN (ARRAY['submitted', 'accepted', 'promised', 'forwarded'])[1 + n % 4] ELSE 'closed' END,
       'form', (ARRAY['city', 'social', 'traffic', 'property', 'other'])[1 + n % 5], matter,
       '反映' || matter || '的问题，已经有一段时间，希望尽快处理，第' || n % 977 || '号楼',
       CASE WHEN is_open THEN matter ELSE '' END, CASE WHEN {contacts} > 0 THEN n END, 'zh-hans', '2026-01', at::date,
       '{{}}', 1, CASE WHEN is_open THEN at::date + 20 ELSE date '9999-12-31' END,
       CASE WHEN is_open THEN NULL ELSE at + interval '20 days' END, at, at
FROM (SELECT n, n % {open_share} = 0 AS is_open,
             now() - interval '2 years' + n * (interval '730 days' / {opinions}) AS at,
             CASE WHEN n % ({opinions} / 30) = 0 THEN '{rare}' ELSE '' END ||
             (ARRAY['{common}收费', '路灯不亮', '停车困难', '噪声扰民', '道路破损', '老人用餐', '积水内涝', '电梯故障',
                    '垃圾清运', '公交线路'])[1 + n % 10] AS matter
      FROM generate_series(1, {opinions}) AS n) AS rows;

INSERT INTO feedback_duedate (kind, opinion_id, place, start_on, count, unit, source, reason, pauses, extensions,
                              passed, first_due_on, due_on, is_provisional, calendar_version, set_at, ended_as)
SELECT 'answer', id, station_id, heard_on, 15, 'workdays', '本系统默认值', '', '[]', '[]', '[]', next_due_on,
       next_due_on, false, '', created_at, ''
FROM feedback_opinion WHERE next_due_on < date '9999-12-31';
"""


def use(opinions: int, *, with_contacts: bool = False) -> None:
    """Point Django at the database with so many opinions, filling it first where there is none from today."""
    data.point_at("postgres")
    name = f"bench_opinions_{opinions}{'_c' * with_contacts}"
    mark = f"shape {SHAPE}, {timezone.localdate()}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
        found = cursor.fetchone()
    if found != (mark,):
        _make(name)
    data.point_at(name)
    call_command("migrate", verbosity=0)
    if found != (mark,):
        fill(opinions, opinions if with_contacts else 0)
        with connection.cursor() as cursor:
            cursor.execute(f"COMMENT ON DATABASE \"{name}\" IS '{mark}'")


def _make(name: str) -> None:
    """An empty database with all tables. Migrating takes half a minute, so it is done once and copied."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [EMPTY])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE \"{EMPTY}\" ENCODING 'UTF8' TEMPLATE template0")
    data.point_at(EMPTY)
    call_command("migrate", verbosity=0)
    data.point_at("postgres")
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{EMPTY}"')


def fill(opinions: int, contacts: int) -> None:
    started = time.monotonic()
    print(f"preparing {opinions:,} opinions ...", flush=True)
    stations = max(20, opinions // PER_STATION)
    community, station_of = data.places(stations)
    sizes = {
        "opinions": opinions, "contacts": contacts, "stations": stations, "community": community,
        "station_of": station_of, "rare": RARE, "common": COMMON, "open_share": OPEN_SHARE,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '1GB'; SET jit = off")
        with data.without_indexes(cursor, TABLES):
            for statement in filter(str.strip, FILL.format(**sizes).split(";\n")):
                cursor.execute(statement)
        for table in TABLES:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {opinions} + 1)"
                           if table.startswith(("feedback", "accounts_contact")) else "SELECT 1")  # fmt: skip
            cursor.execute(f"VACUUM (ANALYZE) {table}")
    connection.close()
    print(f"prepared in {time.monotonic() - started:.0f} s", flush=True)


QUESTIONS = {
    "inbox.growth": [LIST],
    "opinion.search.growth": [f"{LIST}?view=all&q={RARE}", f"{LIST}?view=all&q={COMMON}"],
}


@measures(*QUESTIONS)
def growth(sizes: Sizes) -> Iterator[Line]:
    """Milliseconds of each page with the large table over those with the small one."""
    times: dict[tuple[str, int], float] = {}
    for opinions in (sizes.small, sizes.large):
        use(opinions)
        client = signed_in()
        for address in chain.from_iterable(QUESTIONS.values()):
            times[address, opinions] = median_ms(lambda a=address, c=client: fetch(c, a), sizes.repeats)
    for name, addresses in QUESTIONS.items():
        worst = max(addresses, key=lambda a: times[a, sizes.large] / times[a, sizes.small])
        value, against = times[worst, sizes.large], times[worst, sizes.small]
        ok = value / against <= MOST_GROWTH
        yield Line(name, sizes.large, value, "ms", against, value / against, f"ratio ≤ {MOST_GROWTH}", ok)


@measures("opinion.submit")
def submit(sizes: Sizes) -> Iterator[Line]:
    """Opinions a second by the public form: audit, encryption, similar ones and notices included, on two processes."""
    rates = {}
    for opinions in (sizes.small // 10, sizes.large // 10):
        use(opinions, with_contacts=True)
        station = Station.objects.order_by("pk").values_list("pk", flat=True)[:STATIONS]
        rates[opinions] = sent_a_second(list(station), sizes.repeats * FORMS)
    few, many = rates.values()
    ok = few / many <= MOST_GROWTH
    yield Line("opinion.submit", sizes.large // 10, many, "/s", few, few / many, f"ratio ≤ {MOST_GROWTH}", ok)


def sent_a_second(stations: list[str], forms: int) -> float:
    """Two processes send `forms` each; how many a second both together."""
    connection.close()
    fork = multiprocessing.get_context("fork")
    works = [fork.Process(target=send_forms, args=(stations, forms, worker)) for worker in range(2)]
    started = time.monotonic()
    for work in works:
        work.start()
    for work in works:
        work.join()
    if any(work.exitcode for work in works):
        raise SystemExit("opinion.submit: a form was not taken")
    return 2 * forms / (time.monotonic() - started)


def send_forms(stations: list[str], forms: int, worker: int) -> None:
    """Each from an address and a telephone of its own, so that none is held back, with the browser's work done."""
    client = Client()
    with mock.patch("time.time", return_value=time.time() - 60):
        opened = doubts.opened_now()
    for n in range(forms):
        with override_settings(PUZZLE_MOST=0):
            words, random, _hash, _most, signature = new_puzzle(doubts.PURPOSE).split(".")
        given = {
            "matter": f"{secrets.token_hex(6)}号楼前{COMMON}收费不清楚，希望公开明细", "name": "张三", "agrees": "on",
            "phone": f"13{worker}{secrets.randbelow(10**8):08}", "form_key": str(uuid.uuid4()), "opened": opened,
            "proof": f"{words}.{random}.0.{signature}", "join": ALONE,
        }  # fmt: skip
        address = f"10.{worker}.{secrets.randbelow(256)}.{secrets.randbelow(256)}"
        page = f"/opinions/new/?station={stations[n % len(stations)]}"
        if client.post(page, given, REMOTE_ADDR=address).status_code != 302:
            raise SystemExit(1)


def signed_in() -> Client:
    user = User.objects.filter(username="bench").first()
    if user is None:
        user = User.objects.create_user("bench", name="bench")
        user.postings.create(role=Role.DISTRICT, code="", since="2020-01-01")
    client = Client()
    client.force_login(user, backend="liaison.accounts.backends.GrantsBackend")
    return client


def fetch(client: Client, address: str) -> None:
    response = client.get(address)
    if response.status_code != 200 or b"/desk/opinions/" not in response.content:
        raise SystemExit(f"{address} answered {response.status_code} without a list")
