"""The form set: PDF by typst, Word by python-docx, from the same rows."""

from io import BytesIO
from pathlib import Path

from visits.posters import fonts, typesetting

TEMPLATE = Path(__file__).with_name("sheet.typ")
LABEL_MM, WORDS_MM, A4_MARGIN_MM = 28, 57, 20


def pdf(form: dict) -> bytes:
    """Raises typesetting.Busy where too many print at once."""
    ready = fonts.printable({name: form[name] for name in ("title", "number", "rows")}, set())
    return typesetting.set_in_turn(str(TEMPLATE), [form | ready], size="a4", root=str(TEMPLATE.parent))


def word(form: dict) -> bytes:
    from docx.shared import Mm, Pt  # a fifth of a second to import, which only whoever prints should wait

    from visits.posters.notice_template import CELL, NUMBER, TITLE, make, say

    def write(document) -> None:
        for section in document.sections:
            section.top_margin = section.bottom_margin = section.left_margin = section.right_margin = Mm(A4_MARGIN_MM)
        style = document.styles[CELL]
        style.font.size, style.paragraph_format.line_spacing = Pt(form["size"]), Pt(form["size"] * 1.5)
        say(document, TITLE, form["title"])
        say(document, CELL, form["number"])
        _table(document, form["rows"], CELL, Mm)
        document.styles[NUMBER].font.size = Pt(form["size"])

    made = BytesIO()
    make(write).save(made)
    return made.getvalue()


def _table(document, rows: list[dict], style: str, mm) -> None:
    table = document.add_table(rows=len(rows), cols=4, style="Table Grid")
    table.autofit = False
    for line, row in zip(table.rows, rows, strict=True):
        for cell, width in zip(line.cells, (LABEL_MM, WORDS_MM, LABEL_MM, WORDS_MM), strict=True):
            cell.width = mm(width)
        cells = list(line.cells)
        if len(row["cells"]) == 2:
            cells = [cells[0], cells[1].merge(cells[3])]
        for cell, words in zip(cells, row["cells"], strict=True):
            cell.paragraphs[0].style = style
            first, *more = words.split("\n")
            cell.paragraphs[0].add_run(first)
            for words_of_line in more:
                cell.add_paragraph(words_of_line, style=style)
        if row["height"] and not row["cells"][1]:
            line.height = mm(row["height"])
