"""选民意见反馈表: one page whatever was said, nobody's name or number on it, blank ones too."""

import re
from io import BytesIO

import docx
import pytest

from feedback import actions
from feedback.choices import AnswerOutcome, Satisfaction
from feedback.models import Category
from feedback.sheet import facts, printed
from tests import factories

pytestmark = pytest.mark.django_db
VOTER = {"name": "欧阳清扬", "phone": "18612345678"}


@pytest.fixture
def opinion(station, liaison):
    matter = "路灯坏了，请打 18612345678 找我。" + "夜里看不见路。" * 300
    row = factories.opinion(station, matter=matter, contact=factories.contact(station.code, **VOTER))
    actions.accept(row, category=Category.objects.get(pk="city"), by=liaison)
    sent = factories.referral(row, factories.department("410105", "城市管理局"), by=liaison)
    actions.answer_referral(sent, words="已修好。" * 400, outcome=AnswerOutcome.SOLVED, signed_by="王局", by=None)
    actions.rate(row, values={"department": Satisfaction.SATISFIED})
    actions.close(row, by=liaison)
    row.refresh_from_db()
    return row


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def words_of(word: bytes) -> str:
    document = docx.Document(BytesIO(word))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def test_everything_from_start_to_end_stands_in_it(as_, liaison, opinion):
    found = words_of(as_(liaison).get(f"/desk/opinions/{opinion.public_id}/form.docx").content)
    for words in (
        "选民意见反馈表",
        opinion.shown_number,
        "城建环资",
        "城市管理局（主办）",
        "签发：王局",
        "承办单位答复：满意",
        "欧** 186••••5678",
    ):
        assert words in found
    assert not any(word in found for word in (*VOTER.values(), "186 1234"))


def test_each_party_answers_in_its_own_row(opinion, station, liaison):
    actions.reopen(opinion, reason="又坏了", by=liaison)
    actions.answer_as_station(opinion, words="已报修", by=liaison)
    rows = {cells[n]: cells[n + 1] for row in facts.filled(opinion, "")["rows"] for cells in [row["cells"]]
            for n in range(0, len(cells), 2)}  # fmt: skip
    assert (rows["联络站"], rows["接待代表"], rows["代表答复"]) == (station.name, "", "")
    assert rows["联络站答复"].startswith("已报修\n")
    assert rows["承办单位答复"].startswith("已修好。")


def test_longest_matter_still_is_one_page(as_, liaison, opinion):
    pdf = as_(liaison).get(f"/desk/opinions/{opinion.public_id}/form.pdf")
    assert (pdf["Content-Type"], pages(pdf.content)) == ("application/pdf", 1)


def test_blank_one_has_the_same_rows(as_, liaison, opinion):
    def labels(form):
        return [row["cells"][0] for row in form["rows"]]

    assert labels(facts.blank()) == labels(facts.filled(opinion, ""))
    assert pages(as_(liaison).get("/desk/opinions/form.pdf").content) == 1
    assert "□满意" in words_of(as_(liaison).get("/desk/opinions/form.docx").content)


def test_out_of_reach_is_not_found_and_a_rare_character_is_marked(as_, neighbour, opinion):
    assert as_(neighbour).get(f"/desk/opinions/{opinion.public_id}/form.pdf").status_code == 404
    assert printed.pdf(facts.blank() | {"number": "\U0003134f"}).startswith(b"%PDF")
