"""转办函: many matters handed to one department on paper, as a letter in the layout of offices with the list in it."""

from pathlib import Path

FILE = Path(__file__).parent / "templates" / "letter.docx"  # made by template.py
