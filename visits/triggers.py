"""What the database does for every writer of visits: copies of an hour follow their visit, history stays."""

import pgtrigger

from liaison.common.triggers import legal_moves, refuse

from .choices import HOLDING, MOVES, State

_holding = ", ".join(f"'{state}'" for state in HOLDING)

RECORDED = (
    "station_id", "kind", "starts_at", "ends_at", "room_id", "title", "topics", "published_at", "late_reason",
    "voters_received", "summary", "result", "cancel_reason",
)  # fmt: skip


def _changed(*columns: str) -> str:
    """SQL that is true where one of `columns` really changed, not merely stood in the SET list."""
    old, new = (", ".join(f'{row}."{column}"' for column in columns) for row in ("OLD", "NEW"))
    return f"ROW({old}) IS DISTINCT FROM ROW({new})"


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
]  # fmt: skip

ATTENDANCE_TRIGGERS = [
    # FOR SHARE: whoever moves the visit at this moment waits, or we do; the copied hours cannot be stale.
    pgtrigger.Trigger(
        name="hours_copied", when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("visit_id", "state"),
        declare=[("of", "visits_visit%ROWTYPE")],
        func=f"""
            SELECT * INTO of FROM visits_visit WHERE id = NEW.visit_id FOR SHARE;
            NEW.during = tstzrange(of.starts_at, of.ends_at);
            NEW.holds = of.state <> '{State.CANCELLED}' AND NEW.state IN ({_holding});
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="kept_with_visit", when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("representative_id", "state") | pgtrigger.Delete,
        declare=[("visit_state", "text")],
        func=f"""
            SELECT state INTO visit_state FROM visits_visit WHERE id = coalesce(NEW.visit_id, OLD.visit_id);
            IF visit_state IN ('{State.LOGGED}', '{State.CANCELLED}') THEN
                RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = 'liaison_words',
                    MESSAGE = '已登记或已取消的进站是历史记录，不能修改';
            END IF;
            RETURN coalesce(NEW, OLD);
        """,
    ),
]  # fmt: skip
