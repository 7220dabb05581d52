"""Which place of the desk a page belongs to, as its bar tells it."""

import re

import pytest

pytestmark = pytest.mark.django_db

PLANS, STATIONS, NOTICES = "/desk/visits/", "/desk/stations/", "/desk/notices/inbox/"


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("/desk/", "/desk/"),
        ("/desk/visits/calendar/", PLANS),
        ("/desk/series/moves/", PLANS),
        ("/desk/rota/add/", PLANS),
        ("/desk/posters/", PLANS),
        ("/desk/calendar-feed/", PLANS),
        ("/desk/absences/add/", PLANS),
        ("/desk/stations/coverage/", STATIONS),
        ("/desk/notices/", NOTICES),
        ("/desk/preferences/", NOTICES),
    ],
)
def test_the_bar_marks_the_one_place_that_a_page_belongs_to(as_, street, address, place):
    page = as_(street).get(address)
    assert [each["url"] for each in page.context["desk_nav"] if each["active"]] == [place]
    bar = page.content.decode().split('class="desk-nav"')[1].split("</nav>")[0]
    assert re.findall(r'href="([^"]+)" aria-current="page"', bar) == [place]
