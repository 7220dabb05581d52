"""The admin's list of visits: the same speed at ten million rows as at ten thousand."""

from django.contrib.auth import get_user_model
from django.test import Client

from liaison.accounts.choices import Role

from . import data
from .lines import Line, Sizes, measures
from .timing import median_ms

LIST = "/admin/visits/visit/"
QUESTIONS = {
    "admin.first.growth": [LIST],
    "admin.page1000.growth": [f"{LIST}?p=1000"],
    "admin.search.growth": [f"{LIST}?q={data.RARE}", f"{LIST}?q={data.COMMON}"],
    "admin.last.growth": [f"{LIST}?last=1"],
}


@measures(*QUESTIONS)
def growth(sizes: Sizes):
    """Milliseconds of each page with the large table over those with the small one, for the whole nation's reach."""
    times: dict[tuple[str, int], float] = {}
    for visits in (sizes.small, sizes.large):
        data.use(visits)
        client = signed_in()
        for addresses in QUESTIONS.values():
            for address in addresses:
                times[address, visits] = median_ms(lambda a=address, c=client: fetch(c, a), sizes.repeats)
    for name, addresses in QUESTIONS.items():
        worst = max(addresses, key=lambda a: times[a, sizes.large] / times[a, sizes.small])
        value, against = times[worst, sizes.large], times[worst, sizes.small]
        yield Line(name, sizes.large, value, "ms", against, value / against, "ratio ≤ 1.5", value / against <= 1.5)


def signed_in() -> Client:
    users = get_user_model().objects
    user = users.filter(username="bench").first()
    if user is None:
        user = users.create_user("bench", name="bench")
        user.postings.create(role=Role.ADMIN, code="", since="2020-01-01")
    client = Client()
    client.force_login(user, backend="liaison.accounts.backends.GrantsBackend")
    return client


def fetch(client: Client, address: str) -> None:
    response = client.get(address, follow=False)
    if response.status_code != 200 or b'id="result_list"' not in response.content:
        raise SystemExit(f"{address} answered {response.status_code} without a list")
