"""Makes templates/notice.docx and station.docx, Word files before their words.

To make them anew: `python -m visits.posters.notice_template`.

The layout is that of an official document (GB/T 9704): A4, margins 37/35/28/26 mm, title 2号, body 3号仿宋 on lines of
28 pt. Staff may open the file in Word and shape it; the tags in braces are docxtpl's and must stay.
"""

from collections.abc import Callable

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from .word import FILE, LIST_FILE

TITLE, NUMBER, BODY, HEAD, SIGNED, CODE = "公告标题", "公告编号", "公告正文", "公告小标题", "公告落款", "公告二维码"
CELL = "公告表格"
XIAOBIAOSONG, FANGSONG, HEITI, SONGTI = "方正小标宋简体", "仿宋", "黑体", "宋体"
SECOND, THIRD, FOURTH, LESS_FOURTH = Pt(22), Pt(16), Pt(14), Pt(12)  # 2号, 3号, 4号, 小4号
LINE = Pt(28)
COLUMNS = (("时间", Mm(40)), ("内容", Mm(50)), ("地点", Mm(30)), ("代表", Mm(36)))  # the width of the text, 156 mm


def make(write: Callable) -> docx.document.Document:
    document = docx.Document()
    shape(document)
    add_style(document, TITLE, XIAOBIAOSONG, SECOND)
    for name, size in ((NUMBER, THIRD), (BODY, THIRD), (CELL, LESS_FOURTH), (SIGNED, THIRD), (CODE, FOURTH)):
        add_style(document, name, FANGSONG, size)
    for name in (TITLE, NUMBER):
        document.styles[name].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.styles[TITLE].paragraph_format.line_spacing = Pt(34)
    document.styles[SIGNED].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.styles[CODE].paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE  # an exact line would cut it off
    document.styles[CELL].paragraph_format.line_spacing = Pt(20)
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


def say(place, style: str, *runs) -> None:
    """A paragraph of words, each plain, or with the look that stands beside it."""
    paragraph = place.add_paragraph(style=style)
    for run in runs:
        words, look = (run, "") if isinstance(run, str) else run
        added = paragraph.add_run(words)
        if look == HEAD:
            added.style = HEAD
        elif look:
            setattr(added.font, look, True)


def either(place, condition: str, *lines) -> None:
    """`lines` where the condition holds. A paragraph with {%p … %} vanishes when the file is filled."""
    style = lines[0][0]
    say(place, style, "{%p " + condition + " %}")
    for line in lines:
        say(place, *line)
    say(place, style, "{%p end" + condition.split()[0] + " %}")


def write_notice(document) -> None:
    """The places of one visit's words."""
    say(document, TITLE, "{{ title }}")
    either(document, "if number", (NUMBER, "{{ number }}"))
    say(document, BODY, "")
    either(document, "if alarm", (BODY, ("{{ alarm }}", "bold")))
    change = [
        "{{ change.label }}：",
        ("{{ change.old }}", "strike"),
        "{{ change.middle }}",
        ("{{ change.new }}", "bold"),
    ]
    either(document, "for change in changes", (BODY, *change))
    say(document, BODY, "{{ opening }}")
    write_end(document)


def write_list(document) -> None:
    """The places of a station's coming visits."""
    say(document, TITLE, "{{ title }}")
    say(document, BODY, "")
    say(document, BODY, "{{ opening }}")
    say(document, BODY, "{%p if rows %}")
    write_table(document)
    say(document, BODY, "{%p endif %}")
    either(document, "if more", (BODY, "{{ more }}"))
    write_end(document)


def write_table(document) -> None:
    """A head that each page repeats, and a row that is filled for each visit and never parted by a page's end."""
    table = document.add_table(rows=4, cols=len(COLUMNS), style="Table Grid")
    table.autofit = False
    for column, (name, width) in zip(table.columns, COLUMNS, strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width
            cell.paragraphs[0].style = CELL
        column.cells[0].paragraphs[0].add_run(name).style = HEAD
    head, start, row, end = table.rows
    head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    start.cells[0].paragraphs[0].add_run("{%tr for row in rows %}")
    end.cells[0].paragraphs[0].add_run("{%tr endfor %}")
    when, what, spot, who = (cell.paragraphs[0] for cell in row.cells)
    when.add_run("{{ row.when }}")
    when.add_run("{{ row.off_when }}").font.strike = True
    what.add_run("{{ row.flag }}").font.bold = True
    what.add_run("{{ row.what }}")
    what.add_run("{{ row.off_what }}").font.strike = True
    either(row.cells[1], "for note in row.notes", (CELL, "{{ note }}"))
    spot.add_run("{{ row.spot }}")
    who.add_run("{{ row.who }}")


def write_end(document) -> None:
    """What can be raised and what cannot, who says so, and the QR code."""
    either(document, "for item in items", (BODY, ("{{ item.head }}", HEAD), "{{ item.text }}"))
    say(document, BODY, "")
    say(document, SIGNED, "{{ issuer }}")
    either(document, "if issued_on", (SIGNED, "{{ issued_on }}"))
    say(document, CODE, "{{ code }}")
    say(document, CODE, "{{ code_words }}")


MAKERS = {FILE: write_notice, LIST_FILE: write_list}

if __name__ == "__main__":
    for file, write in MAKERS.items():
        make(write).save(file)
