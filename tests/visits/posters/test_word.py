"""The notice as a Word file."""

from io import BytesIO

import docx
import pytest
from django.utils import timezone

from tests import factories
from visits.posters.notice_template import MAKERS, make

from .conftest import BASE, day_words

pytestmark = pytest.mark.django_db


def test_the_word_file_has_the_same_words_in_an_offices_styles(client, reception):
    file = client.get(f"/visits/{reception.public_id}/notice.docx")
    document = docx.Document(BytesIO(file.content))
    issued = timezone.localdate(reception.published_at)
    said = [(p.style.name, p.text) for p in document.paragraphs if p.text]
    assert [words for words in said if not words[1].startswith("六、")] == [
        ("公告标题", "人大代表接待选民公告"),
        ("公告编号", f"甲院社区联络站〔{issued.year}〕第1号"),
        ("公告正文", "现将甲院社区代表联络站统一接待选民日的安排公告如下。"),
        ("公告正文", "一、主题：物业#服务*"),
        ("公告正文", f"二、时间：{day_words(reception)}9:00—11:00"),
        ("公告正文", "三、地点：甲院社区代表联络站 代表接待室（花园路 1 号）"),
        ("公告正文", "四、接待代表：张三（市人大代表、区人大代表，花园路小学 校长）"),
        ("公告正文", "五、可以反映：保洁；门禁"),
        ("公告落款", "花园路街道人大工委"),
        ("公告落款", f"{issued.year}年{issued.month}月{issued.day}日"),
        ("公告二维码", f"扫码或打开 {BASE}/visits/{reception.public_id}/ 查看本次安排，临时有变动时以网页为准。"),
    ]
    assert len(document.inline_shapes) == 1


def test_what_a_form_might_take_for_markup_is_text_in_word(client, station):
    odd = factories.visit(station, title="<b>{{ title }}&amp;", state="published")
    document = docx.Document(BytesIO(client.get(f"/visits/{odd.public_id}/notice.docx").content))
    assert "一、主题：<b>{{ title }}&amp;" in [p.text for p in document.paragraphs]


@pytest.mark.parametrize("file", MAKERS, ids=lambda file: file.stem)
def test_the_kept_template_is_the_one_that_its_maker_makes(file):
    kept, made = docx.Document(file), make(MAKERS[file])
    assert kept.element.xml == made.element.xml
    assert [(p.style.name, p.text) for p in kept.paragraphs] == [(p.style.name, p.text) for p in made.paragraphs]
    assert kept.styles.element.xml == made.styles.element.xml
