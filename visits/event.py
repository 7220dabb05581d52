"""A visit as schema.org knows events, for search engines and assistants: only what the page itself says."""

from datetime import datetime

from django.utils import timezone
from django.utils.safestring import SafeString

from liaison.common.linked import address_of, linked_data
from stations.issuers import issuers_of

from .choices import State
from .models import Visit

SCHEMA = "https://schema.org/"


def event_data(visit: Visit, people: list[dict]) -> SafeString:
    """`people` are rows of those whom the public may know."""
    changed = visit.changed_from or {}
    issuer = issuers_of([visit.station])[visit.station_id] or visit.station.name
    return linked_data(
        {
            "@type": "Event",
            "name": visit.heading,
            "description": "\n".join(filter(None, [str(visit.get_kind_display()), visit.topics])),
            "url": address_of(visit.get_absolute_url()),
            "startDate": iso(visit.starts_at),
            "endDate": iso(visit.ends_at),
            "eventStatus": SCHEMA + status_of(visit),
            "previousStartDate": iso(datetime.fromisoformat(changed["starts_at"])) if "starts_at" in changed else "",
            "eventAttendanceMode": f"{SCHEMA}{'Online' if visit.is_online else 'Offline'}EventAttendanceMode",
            "location": place_of(visit),
            "organizer": {"@type": "GovernmentOrganization", "name": issuer},
            "performer": [
                {"@type": "Person", "name": person["name"], "url": address_of(person["url"])} for person in people
            ],
            "isAccessibleForFree": True,
            "inLanguage": "zh-CN",
        }
    )


def list_data(visits: list[dict]) -> SafeString:
    """Rows of coming visits, each with the address of the page that has the event; nothing where there are none."""
    entries = [
        {"@type": "ListItem", "position": n, "url": address_of(row["url"])} for n, row in enumerate(visits, start=1)
    ]
    return linked_data({"@type": "ItemList", "itemListElement": entries}) if entries else SafeString("")


def iso(moment: datetime) -> str:
    """2026-12-01T09:00:00+08:00, by the clock of the place."""
    return timezone.localtime(moment).isoformat()


def status_of(visit: Visit) -> str:
    changed = visit.changed_from or {}
    if visit.state == State.CANCELLED:
        return "EventCancelled"
    if "starts_at" in changed:
        return "EventRescheduled"
    if visit.is_online and not changed.get("place", {}).get("online", True):
        return "EventMovedOnline"
    return "EventScheduled"


def place_of(visit: Visit) -> dict:
    """The station, or the other place where it is held; its point is the station's alone."""
    if visit.is_online:
        return {"@type": "VirtualLocation", "url": address_of(visit.get_absolute_url())}
    station, here = visit.station, not visit.place
    street = station.street
    return {
        "@type": "Place",
        "name": " ".join(filter(None, [station.name, str(visit.room or "")])) if here else visit.place,
        "address": {
            "@type": "PostalAddress",
            "addressCountry": "CN",
            "addressLocality": street.name if street else "",
            "streetAddress": station.address if here else visit.place,
        },
        "geo": {"@type": "GeoCoordinates", "latitude": station.latitude, "longitude": station.longitude}
        if here and station.latitude is not None
        else {},
    }
