"""What the database does for every writer of visits: copies of an hour follow their visit, history stays."""

import pgtrigger

from liaison.common.triggers import legal_moves, refuse

from .choices import HOLDING, MOVES, State

ZONE = "Asia/Shanghai"  # of the place: a notice is numbered in the year that its wall calendar shows

_holding = ", ".join(f"'{state}'" for state in HOLDING)

RECORDED = (
    "station_id", "kind", "starts_at", "ends_at", "room_id", "title", "topics", "published_at", "late_reason",
    "voters_received", "summary", "result", "cancel_reason", "change_reason",
)  # fmt: skip
PLACE = ("station_id", "room_id", "place", "is_online")
MOVING = ("starts_at", "ends_at", *PLACE, "state")  # what raises the version, which is a calendar's SEQUENCE
# Besides these, what the public sees; a change moves `changed_at`, which is a calendar's LAST-MODIFIED.
SEEN = ("kind", "title", "topics", "published_at", "cancel_reason", "change_reason")


def _changed(*columns: str) -> str:
    """SQL that is true where one of `columns` really changed, not merely stood in the SET list."""
    old, new = (", ".join(f'{row}."{column}"' for column in columns) for row in ("OLD", "NEW"))
    return f"ROW({old}) IS DISTINCT FROM ROW({new})"


_publishing = f"OLD.state = '{State.DRAFT}' AND NEW.state = '{State.PUBLISHED}'"
_people = f"""
    SELECT coalesce(jsonb_agg(representative_id ORDER BY id), '[]') INTO people
      FROM visits_attendance WHERE visit_id = NEW.id AND state IN ({_holding});
"""
_here = """
    SELECT jsonb_build_object(
               'station', s.code, 'name', s.name, 'address', s.address, 'place', NEW.place, 'online', NEW.is_online,
               'room', r.id, 'room_kind', r.kind, 'room_name', r.name)
      INTO here
      FROM stations_station s LEFT JOIN stations_room r ON r.id = NEW.room_id WHERE s.code = NEW.station_id;
"""

# What was announced stays as it was announced; `changed_from` is the part of it that no longer holds, null where all
# does. Both are made here, so that a page of the schedule compares nothing, and no writer can forget it.
_announce = f"""
    PERFORM 1 FROM stations_station WHERE code = NEW.station_id FOR NO KEY UPDATE;  -- one number after the other
    NEW.notice_year = extract(year FROM NEW.published_at AT TIME ZONE '{ZONE}');
    SELECT coalesce(max(notice_no), 0) + 1 INTO NEW.notice_no
      FROM visits_visit WHERE station_id = NEW.station_id AND notice_year = NEW.notice_year;
    {_people} {_here}
    NEW.announced = coalesce(NEW.announced, '{{}}') || jsonb_build_object(
        'starts_at', NEW.starts_at, 'ends_at', NEW.ends_at, 'place', here, 'people', people);
    NEW.changed_from = NULL;
"""
_compare = f"""
    diff = '{{}}';
    told = NEW.announced;
    IF ((told ->> 'starts_at')::timestamptz, (told ->> 'ends_at')::timestamptz)
       IS DISTINCT FROM (NEW.starts_at, NEW.ends_at) THEN
        diff = diff || jsonb_build_object('starts_at', told -> 'starts_at', 'ends_at', told -> 'ends_at');
    END IF;
    IF (told #>> '{{place,station}}', (told #>> '{{place,room}}')::bigint, told #>> '{{place,place}}',
        (told #>> '{{place,online}}')::boolean)
       IS DISTINCT FROM (NEW.station_id, NEW.room_id, NEW.place, NEW.is_online) THEN
        {_here}
        diff = diff || jsonb_build_object('place', told -> 'place', 'place_now', here);
    END IF;
    {_people}
    IF NOT (people @> (told -> 'people') AND people <@ (told -> 'people')) THEN
        diff = diff || jsonb_build_object(
            'left', (SELECT coalesce(jsonb_agg(p), '[]') FROM jsonb_array_elements(told -> 'people') p
                      WHERE NOT people @> p),
            'joined', (SELECT coalesce(jsonb_agg(p), '[]') FROM jsonb_array_elements(people) p
                        WHERE NOT (told -> 'people') @> p));
    END IF;
    NEW.changed_from = nullif(diff, '{{}}');
"""

# An attendance carries its visit's hours because an exclusion constraint sees one table only.
VISIT_TRIGGERS = [
    legal_moves("visit_moves", "state", MOVES, "进站不能这样改变状态"),
    refuse(
        "visit_kept", "已公布过的进站不能删除，请取消并说明原因", pgtrigger.Delete,
        pgtrigger.Condition("OLD.published_at IS NOT NULL"),
    ),
    refuse(
        "visit_is_history", "已登记或已取消的进站是历史记录，不能修改", pgtrigger.Update,
        pgtrigger.Condition(f"OLD.state IN ('{State.LOGGED}', '{State.CANCELLED}') AND {_changed(*RECORDED)}"),
    ),
    refuse(
        "visit_over_stays", "已结束的进站不能改时间和地点",
        pgtrigger.Update,
        pgtrigger.Condition(f"OLD.state = '{State.HELD}' AND {_changed('station_id', 'starts_at', 'ends_at')}"),
    ),
    # Its notice bears a number of the station, which must not come twice, nor leave a gap.
    refuse(
        "visit_keeps_station", "已公布的进站不能换到别的联络站，请取消后另行安排", pgtrigger.Update,
        pgtrigger.Condition(f"OLD.notice_no IS NOT NULL AND {_changed('station_id')}"),
    ),
    refuse(
        "visit_not_published_late", "开始时间已过，不能再公布", pgtrigger.Update,
        pgtrigger.Condition(
            f"NEW.starts_at <= clock_timestamp()"
            f" AND ({_publishing} OR OLD.published_at IS NULL AND NEW.published_at IS NOT NULL)"
        ),
    ),
    pgtrigger.Trigger(
        name="visit_told", when=pgtrigger.Before, operation=pgtrigger.Update,
        declare=[("told", "jsonb"), ("here", "jsonb"), ("people", "jsonb"), ("diff", "jsonb")],
        func=f"""
            NEW.version = OLD.version;  -- nobody's to set: a stale copy could take it back
            IF {_changed(*MOVING)} THEN
                NEW.version = OLD.version + 1;
            END IF;
            IF {_changed(*MOVING, *SEEN)} AND NEW.changed_at <= OLD.changed_at THEN
                NEW.changed_at = greatest(clock_timestamp(), OLD.changed_at + interval '1 microsecond');
            END IF;
            IF {_publishing} THEN
                {_announce}
                RETURN NEW;
            END IF;
            NEW.announced = OLD.announced;
            NEW.notice_year = OLD.notice_year;
            NEW.notice_no = OLD.notice_no;
            NEW.changed_from = OLD.changed_from;  -- stays as evidence once the visit is over
            IF NEW.state = '{State.PUBLISHED}' AND NEW.announced IS NOT NULL THEN
                {_compare}
            END IF;
            RETURN NEW;
        """,
    ),
    # The name under which calendars and links know the visit.
    refuse(
        "visit_public_id_stays", "进站的公开编号不能修改", pgtrigger.Update,
        pgtrigger.Condition(_changed("public_id")),
    ),
    pgtrigger.Trigger(
        name="hours_follow", when=pgtrigger.After, operation=pgtrigger.UpdateOf("starts_at", "ends_at", "state"),
        condition=pgtrigger.Condition(
            f"ROW(OLD.starts_at, OLD.ends_at, OLD.state = '{State.CANCELLED}')"
            f" IS DISTINCT FROM ROW(NEW.starts_at, NEW.ends_at, NEW.state = '{State.CANCELLED}')"
        ),
        func=f"""
            UPDATE visits_attendance
               SET during = tstzrange(NEW.starts_at, NEW.ends_at),
                   holds = NEW.state <> '{State.CANCELLED}' AND state IN ({_holding})
             WHERE visit_id = NEW.id;
            RETURN NULL;
        """,
    ),
    # Who confirmed other hours is asked again.
    pgtrigger.Trigger(
        name="asked_again", when=pgtrigger.After, operation=pgtrigger.UpdateOf("starts_at", "ends_at"),
        condition=pgtrigger.Condition(_changed("starts_at", "ends_at")),
        func="""
            IF NEW.starts_at > clock_timestamp() THEN
                UPDATE visits_invitation SET confirmed_at = NULL
                 WHERE visit_id = NEW.id AND confirmed_at IS NOT NULL;
            END IF;
            RETURN NULL;
        """,
    ),
]  # fmt: skip

ATTENDANCE_TRIGGERS = [
    # Locked: whoever moves the visit at this moment waits, or we do; the copied hours cannot be stale. Not merely
    # FOR SHARE, for `visit_told` writes to the same row afterwards, and two who share it would wait for each other.
    pgtrigger.Trigger(
        name="hours_copied", when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("visit_id", "state"),
        declare=[("of", "visits_visit%ROWTYPE")],
        func=f"""
            SELECT * INTO of FROM visits_visit WHERE id = NEW.visit_id FOR NO KEY UPDATE;
            NEW.during = tstzrange(of.starts_at, of.ends_at);
            NEW.holds = of.state <> '{State.CANCELLED}' AND NEW.state IN ({_holding});
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="kept_with_visit", when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("visit_id", "representative_id", "state", "note")
        | pgtrigger.Delete,
        func=f"""
            PERFORM 1 FROM visits_visit
              WHERE id IN (OLD.visit_id, NEW.visit_id) AND state IN ('{State.LOGGED}', '{State.CANCELLED}');
            IF FOUND THEN
                RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'liaison_words',
                    MESSAGE = '已登记或已取消的进站是历史记录，不能修改';
            END IF;
            RETURN coalesce(NEW, OLD);
        """,
    ),
    # Who comes is part of what was announced.
    pgtrigger.Trigger(
        name="visit_told", when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("representative_id", "visit_id", "state") | pgtrigger.Delete,
        func=f"""
            UPDATE visits_visit SET changed_at = clock_timestamp()
             WHERE id IN (OLD.visit_id, NEW.visit_id) AND state = '{State.PUBLISHED}';
            RETURN NULL;
        """,
    ),
]  # fmt: skip
