"""Words kept with a plan: said in one language, read in another."""

import json
from datetime import date

import pytest
from django.utils import translation
from django.utils.translation import gettext_noop as _

from tests import factories
from visits.rota.sayings import conflicts_told, kept, say, told

from .conftest import at, month
from .test_plans import planned
from .test_views import text_of

TUESDAY = date(2026, 12, 1)


def test_words_are_words_at_once():
    saying = say("%(who)s %(on)s %(days)s", who="张三", on=TUESDAY, days=[say("%(n)s日", n=3), "5日"])
    assert saying == "张三 2026年12月1日（星期二） 3日、5日"


def test_what_json_kept_is_said_in_the_language_of_now():
    one = say(_("能来"))
    saying = json.loads(json.dumps(kept(say("%(on)s %(who)s：%(why)s", on=TUESDAY, who=["张三", "李四"], why=one))))
    assert told(saying) == "2026年12月1日（星期二） 张三、李四：能来"
    with translation.override("en"):
        assert told(saying) == f"Tuesday 1 December 2026 张三, 李四：{translation.gettext('能来')}"
        assert "能来" not in told(saying)


def test_what_an_older_plan_kept_as_words_is_read_as_it_is():
    row = {"title": "张三：100%排不成", "lines": ["请假外出（5月3日）"], "way": "可以改期"}
    assert conflicts_told([row]) == [row]


@pytest.mark.django_db
def test_a_plan_that_cannot_be_is_explained_to_an_english_reader_in_english(as_, street, station, people):
    factories.visit(station, starts_at=at(month().replace(day=9)))
    for person in people[1:]:
        factories.absence(person, from_on=month(), length=25)
    client, address = as_(street), planned().get_absolute_url()
    assert "需要 2 人，只有 1 人能来" in text_of(client.get(address))
    with translation.override("zh-hans"):  # the request's own choice of a language does not outlive it
        text = text_of(client.get(f"{address}?lang=en", follow=True))
    assert "2 people needed, only 1 can come" in text
    assert not [words for words in ("需要", "能来", "请假", "可以") if words in text]
