"""366 representatives with invented names: seats, posts, memberships, and a user for each, so that reminders arrive."""

from datetime import date, timedelta
from random import Random

from liaison.accounts.choices import Role
from liaison.accounts.models import User
from representatives.choices import Leadership, SeatLevel, SeatStatus
from representatives.models import Membership, Representative, Seat
from representatives.names import spellings
from stations.choices import StationKind

from . import people_words as words
from .names import people
from .stations import DISTRICT, SHOWN, Place, person, post

COUNT = 366
HIGHEST = {SeatLevel.NATIONAL: 4, SeatLevel.PROVINCE: 18, SeatLevel.CITY: 60}  # the rest sit in the district's
TWO_SEATS = 25
ELECTED_BY = {
    SeatLevel.NATIONAL: "河南省人民代表大会",
    SeatLevel.PROVINCE: "郑州市人民代表大会",
    SeatLevel.CITY: "金水区人民代表大会",
}
TERM = {SeatLevel.NATIONAL: 14, SeatLevel.PROVINCE: 14, SeatLevel.CITY: 16, SeatLevel.DISTRICT: 15}
BEGAN = {
    SeatLevel.NATIONAL: date(2023, 3, 5),
    SeatLevel.PROVINCE: date(2023, 1, 14),
    SeatLevel.CITY: date(2022, 5, 9),
    SeatLevel.DISTRICT: date(2022, 1, 18),
}
COUNTY_LEADERS, BUREAU_LEADERS = 22, 3
SECOND_STATIONS = 30


def build(rng: Random, today: date, places: list[Place], scale: int) -> list[Representative]:
    """Write the representatives at home in `places`; each place then knows its members."""
    homes = share_out(rng, places, COUNT * scale)
    levels = [level for level, count in HIGHEST.items() for _ in range(count * scale)]
    levels += [SeatLevel.DISTRICT] * (len(homes) - len(levels))
    rng.shuffle(levels)
    leading = rng.sample(range(1, len(homes)), (COUNTY_LEADERS + BUREAU_LEADERS) * scale)
    ranks = {number: rank_of(turn, scale) for turn, number in enumerate(leading)}
    rows = [
        one(rng, name, sex, home, ranks.get(number, Leadership.NONE))
        for number, ((name, sex), home) in enumerate(zip(people(rng, len(homes)), homes, strict=True))
    ]
    add_users(rows, today)
    Representative.objects.bulk_create(rows)
    add_seats(rng, rows, levels, homes, scale)
    add_memberships(rng, rows, homes, places, scale)
    return rows


def share_out(rng: Random, places: list[Place], count: int) -> list[Place]:
    """A home for each of `count` people: two at every station, five at the shown one, the rest by chance."""
    homes = [place for place in places for _ in range(2)]
    homes += [place for place in places if place.station.code == SHOWN] * 3
    weights = [3 if place.station.kind == StationKind.STREET else 1 for place in places]
    homes += rng.choices(places, weights, k=count - len(homes))
    return sorted(homes, key=lambda place: (place.station.code != SHOWN, place.station.code))


def rank_of(turn: int, scale: int) -> str:
    return Leadership.BUREAU if turn < BUREAU_LEADERS * scale else Leadership.COUNTY


def one(rng: Random, name: str, sex: str, home: Place, leadership: str) -> Representative:
    pinyin, initials = spellings(name)  # bulk_create does not call save()
    employer, work = employment(rng, home, leadership)
    return Representative(
        name=name,
        pinyin=pinyin,
        initials=initials,
        sex=sex,
        ethnicity=rng.choice(words.ETHNICITIES),
        birth_year=rng.randint(1964, 1982) if leadership != Leadership.NONE else rng.randint(1958, 1997),
        party="中共党员" if leadership != Leadership.NONE else rng.choice(words.PARTIES),
        education=rng.choice(words.EDUCATION),
        employer=employer,
        post=work,
        leadership=leadership,
        introduction=rng.choice(words.INTRODUCTIONS).format(topic=rng.choice(words.TOPICS)),
    )


def employment(rng: Random, home: Place, leadership: str) -> tuple[str, str]:
    """Where somebody works and as what; offices of a street or community are the home station's own."""
    names = {"street": home.street, "community": home.community, "n": "一二三四五六"[rng.randrange(6)]}
    if leadership in words.LEADERS:
        work = [(1, employer, posts) for employer, posts in words.LEADERS[leadership]]
    else:
        work = words.WORK
    work = [row for row in work if all(names[key] for key in names if f"{{{key}}}" in row[1])]
    _weight, employer, posts = rng.choices(work, [weight for weight, _employer, _posts in work])[0]
    return employer.format(**names), rng.choice(posts)


def add_users(rows: list[Representative], today: date) -> None:
    users = [person(f"db{number:04d}", row.name) for number, row in enumerate(rows, 1)]
    User.objects.bulk_create(users)
    post([(user, Role.REPRESENTATIVE, DISTRICT) for user in users], today - timedelta(days=600))
    for number, (row, user) in enumerate(zip(rows, users, strict=True), 1):
        row.user, row.certificate = user, f"演示{number:04d}"


def add_seats(rng: Random, rows: list[Representative], levels: list[int], homes: list[Place], scale: int) -> None:
    """One seat each at the highest level; some hold a second one, some held one before, one is suspended."""
    seats = [seat(rng, row, level, home) for row, level, home in zip(rows, levels, homes, strict=True)]
    higher = [number for number, level in enumerate(levels) if level != SeatLevel.DISTRICT]
    for number in rng.sample(higher, TWO_SEATS * scale):
        seats.append(seat(rng, rows[number], SeatLevel.DISTRICT, homes[number]))
    district = [number for number, level in enumerate(levels) if level == SeatLevel.DISTRICT]
    for number in rng.sample(district, 40 * scale):
        before = seat(rng, rows[number], SeatLevel.DISTRICT, homes[number])
        before.term, before.status = before.term - 1, SeatStatus.ENDED
        before.from_on, before.to_on = date(2017, 3, 20), BEGAN[SeatLevel.DISTRICT]
        seats.append(before)
    paused = seat(rng, rows[district[0]], SeatLevel.CITY, homes[district[0]])
    paused.status = SeatStatus.SUSPENDED
    Seat.objects.bulk_create([*seats, paused])


def seat(rng: Random, row: Representative, level: int, home: Place) -> Seat:
    """A seat in the present term: of a constituency in the district, of an electing body above it."""
    by = {"electing_body": ELECTED_BY[level]} if level in ELECTED_BY else {"constituency": constituency(rng, home)}
    return Seat(representative=row, level=level, term=TERM[level], from_on=BEGAN[level], **by)


def constituency(rng: Random, home: Place) -> str:
    """Constituencies are numbered through the district, those of a street in a row."""
    code = home.station.code
    street = int(code[6:9]) if len(code) > 9 else rng.randint(1, 19)
    return f"金水区第 {(street - 1) * 5 + rng.randint(1, 5)} 选区"


def add_memberships(
    rng: Random, rows: list[Representative], homes: list[Place], places: list[Place], scale: int
) -> None:
    """One home station each since the term began; some came there from another, some help out at a second."""
    memberships = []
    for row, home in zip(rows, homes, strict=True):
        since, chance = date(2022, 2, rng.randint(1, 28)), rng.random()
        if chance < 0.06 and home.station.code != SHOWN:
            moved_on = date(2024, rng.randint(1, 12), 1)
            memberships.append(
                Membership(representative=row, station=rng.choice(places).station, from_on=since, to_on=moved_on)
            )
            since = moved_on
        memberships.append(Membership(representative=row, station=home.station, from_on=since))
        home.members.append(row)
    for number in rng.sample(range(len(rows)), SECOND_STATIONS * scale):
        industry = rng.choice([place for place in places if place.station.kind == StationKind.INDUSTRY])
        if industry is not homes[number]:
            memberships.append(
                Membership(
                    representative=rows[number], station=industry.station, is_home=False, from_on=date(2023, 6, 1)
                )
            )
            industry.members.append(rows[number])
    Membership.objects.bulk_create(memberships)
