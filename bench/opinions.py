"""Opinions: one more of them, the inbox, and a word among them, as the table grows.

The growth lines compare ten thousand opinions with ten million at the same stations' load: whoever asks has the whole
nation in reach, and the answer is a page of the desk, from the client's request to the last byte.
"""

import time
from collections.abc import Iterator
from itertools import chain

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from liaison.accounts.choices import Role
from liaison.accounts.models import User

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
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            cursor.execute(f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' TEMPLATE template0")
    data.point_at(name)
    call_command("migrate", verbosity=0)
    if found != (mark,):
        fill(opinions, opinions if with_contacts else 0)
        with connection.cursor() as cursor:
            cursor.execute(f"COMMENT ON DATABASE \"{name}\" IS '{mark}'")


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
