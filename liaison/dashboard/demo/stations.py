"""The district's 116 stations with their rooms, provisions, heads and liaisons."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import zip_longest
from random import Random

from django.contrib.auth.hashers import make_password

from liaison.accounts.choices import Level, Role
from liaison.accounts.models import Posting, Region, User, short_name
from stations.choices import ProvisionKind, RoomKind, StationKind
from stations.models import Provision, Room, Station

from . import station_words as words
from .names import people

DISTRICT = "410105"
COMMUNITIES = 89
SHOWN = "410105002001-01"  # 甲院社区, where the demo liaison works
NEIGHBOUR = "410105003001-01"
SEATS = {RoomKind.COUNCIL_HALL: 40, RoomKind.RECEPTION_ROOM: 8, RoomKind.ACTIVITY_ROOM: 30, RoomKind.READING_ROOM: 16}


@dataclass
class Place:
    """A station with what the plan of its visits needs."""

    station: Station
    street: str = ""  # name of its street; none for an industry station
    community: str = ""  # name of its community, if it is one's
    rooms: dict[str, Room] = field(default_factory=dict)
    staff: list[User] = field(default_factory=list)
    publisher: User | None = None
    members: list = field(default_factory=list)


def build(rng: Random, today: date, scale: int) -> list[Place]:
    """Write stations and their staff; gives back the places in the order of their codes."""
    street = {region.code: region.short_name for region in own(Level.STREET)}
    community = {region.code: region.short_name for region in own(Level.COMMUNITY)}
    places = [
        Place(station, street.get(station.street_code, ""), community.get(station.region_id, ""))
        for station in plan(rng, scale)
    ]
    Station.objects.bulk_create([place.station for place in places])
    add_rooms(rng, places)
    add_provisions(rng, today, places)
    add_staff(rng, today, places)
    return places


def own(level: int) -> list[Region]:
    """The district's own divisions; the nation also has those that the new district next door runs."""
    rows = Region.objects.filter(code__startswith=DISTRICT, level=level)
    return [region for region in rows if region.code[:9] in words.STREETS]


def plan(rng: Random, scale: int) -> list[Station]:
    """17 street, 89 community and 10 industry stations; `scale` times as many, with further serials."""
    streets, chosen = own(Level.STREET), communities()
    found = []
    for turn in range(1, scale + 1):
        found += [one(rng, street, StationKind.STREET, turn) for street in streets]
        found += [one(rng, community, StationKind.COMMUNITY, turn) for community in chosen]
        for number, (name, _about) in enumerate(words.INDUSTRIES, (turn - 1) * len(words.INDUSTRIES) + 1):
            region = Region(code=DISTRICT, name=name)
            found.append(one(rng, region, StationKind.INDUSTRY, number, "" if turn == 1 else f"（{turn}）"))
    return sorted(found, key=lambda station: station.code)


def communities() -> list[Region]:
    """89 communities, taken street by street in turn, so that every street has its share."""
    by_street = defaultdict(list)
    for region in own(Level.COMMUNITY):
        if "拟" not in region.name:  # one that is only planned
            by_street[region.code[:9]].append(region)
    turns = [region for turn in zip_longest(*by_street.values()) for region in turn if region]
    return sorted(turns[:COMMUNITIES], key=lambda region: region.code)


def one(rng: Random, region: Region, kind: str, serial: int, tail: str = "") -> Station:
    """A station with an address on its street's road and a point near its middle."""
    road, latitude, longitude = words.STREETS.get(region.code[:9], ("花园路", *words.CENTRE))
    if kind == StationKind.INDUSTRY:
        road, latitude, longitude = list(words.STREETS.values())[serial % len(words.STREETS)]
    spread = 0.0015 if kind == StationKind.STREET else 0.007
    name = short_name(region.name)
    return Station(
        code=f"{region.code}-{serial:02d}",
        region_id=region.code,
        kind=kind,
        name=f"{name}代表联络站" + (tail or (f"（{serial}）" if serial > 1 and kind != StationKind.INDUSTRY else "")),
        address=f"金水区{road} {rng.randint(8, 198)} 号{rng.choice(words.PLACES)}",
        hours=rng.choice(words.HOURS),
        phone=f"0371-0000{rng.randint(1000, 9999)}",
        latitude=round(latitude + rng.uniform(-spread, spread), 6),
        longitude=round(longitude + rng.uniform(-spread, spread), 6),
        area=rng.choice([86, 96, 108, 120, 128, 146, 165, 180, 210, 260]),
        feature=feature(rng, name, kind),
        accessible=rng.random() < 0.8,
        opened_on=date(rng.randint(2014, 2023), rng.randint(1, 12), rng.randint(1, 28)),
    )


def feature(rng: Random, name: str, kind: str) -> str:
    """一站一品一特色: a name people use, and what is done there."""
    stem = name.removeprefix("东风路").removeprefix("北林路").removeprefix("未来路")
    for tail in ("街道", "社区", "行业"):
        stem = stem.removesuffix(tail)
    practice = rng.choice(words.INDUSTRY_PRACTICES if kind == StationKind.INDUSTRY else words.PRACTICES)
    return f"“{stem}{rng.choice(words.BRANDS)}”：{practice}。"


def add_rooms(rng: Random, places: list[Place]) -> None:
    """一厅三室 everywhere, but for a few that still lack the reading room."""
    rooms = [
        Room(station=place.station, kind=kind, seats=seats + rng.choice([-2, 0, 0, 2, 4]))
        for place in places
        for kind, seats in SEATS.items()
        if kind != RoomKind.READING_ROOM or place.station.code == SHOWN or rng.random() < 0.92
    ]
    Room.objects.bulk_create(rooms)
    by_code = {place.station.code: place for place in places}
    for room in rooms:
        by_code[room.station_id].rooms[room.kind] = room


def add_provisions(rng: Random, today: date, places: list[Place]) -> None:
    """九有: most are met and were seen within the year, some are not yet."""
    rows = []
    for place in places:
        care = rng.choice([0.86, 0.94, 1.0, 1.0])
        for kind in ProvisionKind:
            met = rng.random() < care
            rows.append(
                Provision(
                    station=place.station,
                    kind=kind,
                    met=met,
                    evidence=rng.choice(words.PROVISIONS[kind]) if met else words.LACKING[kind],
                    seen_on=today - timedelta(days=rng.randint(20, 330)),
                )
            )
    Provision.objects.bulk_create(rows)


def add_staff(rng: Random, today: date, places: list[Place]) -> None:
    """A head and a liaison for each station, an officer for each street; nobody of them can sign in."""
    streets = sorted({place.station.code[:9] for place in places if place.station.kind == StationKind.STREET})
    names = iter(people(rng, 2 * len(places) + len(streets) + 1))
    officers = {street: person(f"gw-{street}", next(names)[0]) for street in streets}
    office = person("dgw-410105", next(names)[0])
    for place in places:
        place.publisher = officers.get(place.station.street_code, office)
        place.staff = [person(f"{post}-{place.station.code}", next(names)[0]) for post in ("zz", "lly")]
    everybody = [office, *officers.values(), *[user for place in places for user in place.staff]]
    User.objects.bulk_create(everybody)
    postings = [(user, Role.STREET, street) for street, user in officers.items()]
    postings += [(user, Role.LIAISON, place.station.code) for place in places for user in place.staff]
    postings.append((office, Role.DISTRICT, DISTRICT))
    post(postings, today - timedelta(days=700))


def person(username: str, name: str) -> User:
    """A user with an invented address and no password: nobody can sign in as them."""
    return User(username=username, name=name, email=f"{username}@example.invalid", password=make_password(None))


def post(postings: list[tuple[User, str, str]], since: date) -> None:
    Posting.objects.bulk_create(Posting(user=user, role=role, code=code, since=since) for user, role, code in postings)
