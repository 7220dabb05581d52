"""What is kept about visits, a file for each noun that has outgrown the first."""

from .feed import FeedKey
from .record import LogDraft, Photo, Printing
from .reminder import Invitation, PlanningMark, ReminderRule
from .rota import RotaPlan, RotaSeat, RotaSlot
from .series import Series, SeriesPerson
from .visit import DISTRICT_DIGITS, Attendance, AttendanceQuerySet, Visit, VisitQuerySet, day_start, to_the_minute

__all__ = [
    "DISTRICT_DIGITS", "Attendance", "AttendanceQuerySet", "FeedKey", "Invitation", "LogDraft", "Photo", "PlanningMark",
    "Printing", "ReminderRule", "RotaPlan", "RotaSeat", "RotaSlot", "Series", "SeriesPerson", "Visit", "VisitQuerySet",
    "day_start", "to_the_minute",
]  # fmt: skip
