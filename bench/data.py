"""Two databases that differ in size alone, filled by generate_series, in the embedded server."""

import time
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

SHAPE = 3  # raised when the data below change, so that older databases are made again
TABLES = ("visits_visit", "visits_attendance", "representatives_representative", "representatives_seat",
          "representatives_membership", "stations_station", "accounts_region")  # fmt: skip
VISITS_PER_STATION = 50
VISITS_PER_REPRESENTATIVE = 4
STATIONS_PER_DISTRICT = 66
COMMON, RARE = "接待", "龙鳞"  # one theme in ten, one in a million (at least thirty)

FILL = """
INSERT INTO accounts_region (code, name, level)
SELECT DISTINCT left(code, digits), '区划' || left(code, digits), level
FROM (SELECT {community} AS code FROM generate_series(0, {stations} - 1) AS n) AS codes,
     (VALUES (2, 1), (4, 2), (6, 3), (9, 4), (12, 5)) AS levels(digits, level);

INSERT INTO stations_station (code, region_id, kind, name, address, hours, phone, feature, accessible, is_open,
                              latitude, longitude)
SELECT {community} || '-01', {community}, 'community', '第' || n || '社区代表联络站', '花园路' || n || '号', '', '', '',
       false, true, 20 + (n % 25000) * 0.001, 85 + (n % 40000) * 0.001
FROM generate_series(0, {stations} - 1) AS n;

INSERT INTO representatives_representative (id, public_id, name, pinyin, initials, sex, ethnicity, party, education,
                              employer, post, leadership, certificate, introduction, is_public)
SELECT n, lpad(to_hex((n::bigint * 668265263) % 1099511627776), 10, '0'),
       substr('王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗', 1 + n % 20, 1) ||
       substr('建国晓丽志强文静海燕明华秀英桂兰玉梅', 1 + (n / 20) % 18, 2),
       'p' || to_hex(n), 'p' || to_hex(n % 4096), 'male', '汉族', '', '', '某单位', '职工', 'none', '', '', true
FROM generate_series(1, {people}) AS n;

INSERT INTO representatives_seat (representative_id, level, term, constituency, electing_body, status, from_on)
SELECT n, CASE WHEN n % 1000 = 0 THEN 1 WHEN n % 50 = 0 THEN 2 WHEN n % 10 = 0 THEN 3 ELSE 4 END, 15, '第一选区', '',
       'serving', date '2022-01-01' FROM generate_series(1, {people}) AS n;

INSERT INTO representatives_membership (representative_id, station_id, is_home, from_on)
SELECT n, {station_of}, true, date '2022-01-01' FROM generate_series(1, {people}) AS n;

INSERT INTO visits_visit (id, public_id, station_id, kind, title, topics, starts_at, ends_at, place, is_online, state,
                          published_at, late_reason, cancel_reason, voters_received, summary, result, logged_at,
                          created_at, changed_at, version)
SELECT n, lpad(to_hex((n::bigint * 668265263) % 1099511627776), 10, '0'), {station_of},
       (ARRAY['reception_day', 'theme_day', 'training', 'outreach', 'research'])[1 + n % 5],
       CASE WHEN n % ({visits} / 30) = 0 THEN '{rare}' ELSE '' END ||
       (ARRAY['{common}选民', '物业管理', '老旧小区改造', '养老服务', '社区食堂', '交通出行', '义务教育', '食品安全',
              '绿化养护', '噪声治理'])[1 + n % 10],
       '', at, at + interval '2 hours', '', false,
       CASE WHEN at > now() THEN 'published' ELSE 'logged' END, at - interval '10 days', '', '',
       CASE WHEN at > now() THEN NULL ELSE n % 20 END, '', '', CASE WHEN at > now() THEN NULL ELSE at END,
       at - interval '30 days', at - interval '10 days', 1
FROM (SELECT n, date_trunc('day', now()) - interval '1 year' + n * (interval '730 days' / {visits}) AS at
      FROM generate_series(1, {visits}) AS n) AS rows;

INSERT INTO visits_attendance (visit_id, representative_id, state, note, during, holds)
SELECT id, 1 + id % {people}, 'expected', '', tstzrange(starts_at, ends_at), true FROM visits_visit;
"""


def use(visits: int) -> None:
    """Point Django at the database with so many visits, making it first when there is none from today."""
    point_at("postgres")
    name, mark = f"bench_{visits}", f"shape {SHAPE}, {timezone.localdate()}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
        found = cursor.fetchone()
        if found != (mark,):
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            cursor.execute(f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' TEMPLATE template0")
    point_at(name)
    if found == (mark,):
        call_command("migrate", verbosity=0)
    else:
        fill(visits)
        with connection.cursor() as cursor:
            cursor.execute(f"COMMENT ON DATABASE \"{name}\" IS '{mark}'")


def point_at(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def fill(visits: int) -> None:
    """Migrate, fill and analyse; indexes and exclusion constraints are made after the rows."""
    started = time.monotonic()
    print(f"preparing {visits:,} visits ...", flush=True)
    call_command("migrate", verbosity=0)
    sizes = {
        "visits": visits, "stations": max(20, visits // VISITS_PER_STATION),
        "people": max(20, visits // VISITS_PER_REPRESENTATIVE), "rare": RARE, "common": COMMON,
    }  # fmt: skip
    sizes["community"], sizes["station_of"] = places(sizes["stations"])
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '1GB'; SET jit = off")
        with without_indexes(cursor):
            for statement in filter(str.strip, FILL.format(**sizes).split(";\n")):
                cursor.execute(statement)
        for table in TABLES:
            cursor.execute(f"VACUUM (ANALYZE) {table}")
    connection.close()
    print(f"prepared in {time.monotonic() - started:.0f} s", flush=True)


def places(stations: int) -> tuple[str, str]:
    """SQL for the code of the n-th community, and of the station that the n-th row belongs to."""
    community = (
        f"(110000 + n / {STATIONS_PER_DISTRICT})::text || lpad((1 + n % {STATIONS_PER_DISTRICT} / 6)::text, 3, '0')"
        f" || lpad((1 + n % 6)::text, 3, '0')"
    )
    station = community.replace("n /", "s /").replace("n %", "s %") + " || '-01'"
    return community, f"(SELECT {station} FROM (SELECT n % {stations} AS s) AS of)"


@contextmanager
def without_indexes(cursor, tables=TABLES):
    """Drop the indexes and exclusion constraints of the large tables, and make them again at the end."""
    names = ", ".join(f"'{table}'" for table in tables)
    cursor.execute(
        f"SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        f" WHERE contype IN ('x', 'u', 'f') AND conrelid::regclass::text IN ({names})"
    )
    constraints = cursor.fetchall()
    for table, name, _definition in constraints:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}" CASCADE')
    cursor.execute(
        f"SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ({names}) AND NOT EXISTS"
        f" (SELECT 1 FROM pg_constraint WHERE conindid = format('%I', indexname)::regclass)"
    )
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    for _name, definition in indexes:
        cursor.execute(definition)
    for table, name, definition in constraints:
        unchecked = " NOT VALID" if definition.startswith("FOREIGN") else ""  # the rows were made to fit
        cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}{unchecked}')
