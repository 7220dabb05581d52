"""Makes templates/notice.docx, the Word notice before its words: `python -m visits.posters.notice_template`.

The layout is that of an official document (GB/T 9704): A4, margins 37/35/28/26 mm, title 2号, body 3号仿宋 on lines of
28 pt. Staff may open the file in Word and shape it; the tags in braces are docxtpl's and must stay.
"""

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from .word import FILE

TITLE, NUMBER, BODY, HEAD, SIGNED, CODE = "公告标题", "公告编号", "公告正文", "公告小标题", "公告落款", "公告二维码"
XIAOBIAOSONG, FANGSONG, HEITI, SONGTI = "方正小标宋简体", "仿宋", "黑体", "宋体"
SECOND, THIRD, FOURTH = Pt(22), Pt(16), Pt(14)  # 2号, 3号, 4号
LINE = Pt(28)


def make() -> docx.document.Document:
    document = docx.Document()
    shape(document)
    for name, font, size in ((TITLE, XIAOBIAOSONG, SECOND), (NUMBER, FANGSONG, THIRD), (BODY, FANGSONG, THIRD),
                             (SIGNED, FANGSONG, THIRD), (CODE, FANGSONG, FOURTH)):  # fmt: skip
        add_style(document, name, font, size)
    for name in (TITLE, NUMBER):
        document.styles[name].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.styles[TITLE].paragraph_format.line_spacing = Pt(34)
    document.styles[SIGNED].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.styles[CODE].paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE  # an exact line would cut it off
    indent(document.styles[BODY], "firstLineChars", 200)
    indent(document.styles[SIGNED], "rightChars", 400)
    head = document.styles.add_style(HEAD, WD_STYLE_TYPE.CHARACTER)
    set_font(head, HEITI)
    write(document)
    substitute(document, XIAOBIAOSONG, SONGTI)
    document.core_properties.author = document.core_properties.comments = ""
    return document


def shape(document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)


def add_style(document, name: str, font: str, size) -> None:
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.font.size = size
    set_font(style, font)
    style.quick_style = True
    layout = style.paragraph_format
    layout.space_before = layout.space_after = 0
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, LINE


def set_font(style, name: str) -> None:
    """Western figures stand in the same face as the Chinese: an office expects no second one."""
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for part in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{part}"), name)


def indent(style, name: str, hundredths: int) -> None:
    """An indent in characters, which stays right when the size changes."""
    style.element.get_or_add_pPr().get_or_add_ind().set(qn(f"w:{name}"), str(hundredths))


def substitute(document, name: str, other: str) -> None:
    """Where a machine has not the title's font, Word takes `other` for it."""
    part = next(p for p in document.part.package.iter_parts() if p.partname.endswith("/fontTable.xml"))
    entry = f'<w:font w:name="{name}"><w:altName w:val="{other}"/></w:font></w:fonts>'
    part._blob = part.blob.replace(b"</w:fonts>", entry.encode())


def write(document) -> None:
    """The words' places. A paragraph with {%p … %} vanishes when the file is filled."""

    def say(style: str, *runs) -> None:
        paragraph = document.add_paragraph(style=style)
        for run in runs:
            words, look = (run, "") if isinstance(run, str) else run
            added = paragraph.add_run(words)
            if look == HEAD:
                added.style = HEAD
            elif look:
                setattr(added.font, look, True)

    def either(condition: str, *lines) -> None:
        say(BODY, "{%p " + condition + " %}")
        for style, *runs in lines:
            say(style, *runs)
        say(BODY, "{%p end" + condition.split()[0] + " %}")

    say(TITLE, "{{ title }}")
    either("if number", (NUMBER, "{{ number }}"))
    say(BODY, "")
    either("if alarm", (BODY, ("{{ alarm }}", "bold")))
    change = [
        "{{ change.label }}：",
        ("{{ change.old }}", "strike"),
        "{{ change.middle }}",
        ("{{ change.new }}", "bold"),
    ]
    either("for change in changes", (BODY, *change))
    say(BODY, "{{ opening }}")
    either("for item in items", (BODY, ("{{ item.head }}", HEAD), "{{ item.text }}"))
    say(BODY, "")
    say(SIGNED, "{{ issuer }}")
    either("if issued_on", (SIGNED, "{{ issued_on }}"))
    say(CODE, "{{ code }}")
    say(CODE, "{{ code_words }}")


if __name__ == "__main__":
    make().save(FILE)
