"""Makes templates/letter.docx, the letter before its words.

To make it anew: `DJANGO_SETTINGS_MODULE=liaison.settings python -m feedback.transmittal.template`.

The layout is that of an official letter (GB/T 9704): A4, margins 37/35/28/26 mm, title 2号, body 3号仿宋. Staff may
open the file in Word and shape it; the tags in braces are docxtpl's and must stay.
"""

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm

from visits.posters.notice_template import BODY, CELL, HEAD, NUMBER, SIGNED, TITLE, either, make, say

from . import FILE

# Each column's name, tag and width; together the width of the text, 156 mm.
COLUMNS = (
    ("序号", "no", Mm(12)), ("受理编号", "number", Mm(26)), ("事项", "title", Mm(44)), ("反映时间", "heard", Mm(23)),
    ("联络站", "station", Mm(28)), ("答复期限", "due", Mm(23)),
)  # fmt: skip
CENTRED = {"no", "number", "heard", "due"}


def write_letter(document) -> None:
    say(document, TITLE, "{{ title }}")
    either(document, "if number", (NUMBER, "{{ number }}"))
    say(document, BODY, "")
    say(document, BODY, "{{ to }}：")
    remove_indent(document.paragraphs[-1])
    say(document, BODY, "{{ opening }}")
    write_table(document)
    say(document, BODY, "{{ asking }}")
    either(document, "if contact", (BODY, "{{ contact }}"))
    say(document, BODY, "")
    say(document, SIGNED, "{{ issuer }}")
    say(document, SIGNED, "{{ issued_on }}")


def remove_indent(paragraph) -> None:
    """Whom a letter is to stands at the margin; an indent in characters outdoes one in points."""
    indent = paragraph._p.get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:firstLineChars"), "0")


def write_table(document) -> None:
    """A head that each page repeats, and a row for each matter, never parted by a page's end."""
    table = document.add_table(rows=4, cols=len(COLUMNS), style="Table Grid")
    table.autofit = False
    head, start, row, end = table.rows
    for n, (name, tag, width) in enumerate(COLUMNS):
        table.columns[n].width = width
        for cell in table.columns[n].cells:
            cell.width = width
            cell.paragraphs[0].style = CELL
        head.cells[n].paragraphs[0].add_run(name).style = HEAD
        head.cells[n].paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        row.cells[n].paragraphs[0].add_run("{{ row." + tag + " }}")
        if tag in CENTRED:
            row.cells[n].paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
    head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    start.cells[0].paragraphs[0].add_run("{%tr for row in rows %}")
    end.cells[0].paragraphs[0].add_run("{%tr endfor %}")


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    make(write_letter).save(FILE)
