"""What somebody writes about a matter, checked as it is typed in."""

from django import forms

from liaison.common.personal import refuse_id_numbers

from ..choices import LONGEST_TITLE

LONGEST_WORDS = 2000


class WordsField(forms.CharField):
    """What somebody writes about a matter: never with an ID number in it."""

    def __init__(self, *, rows: int = 4, **kwargs):
        given = {"max_length": LONGEST_WORDS, "widget": forms.Textarea(attrs={"rows": rows, "data-kept": ""})}
        super().__init__(**(given | kwargs))

    def validate(self, value):
        super().validate(value)
        refuse_id_numbers(value)


class TitleField(WordsField):
    def __init__(self, **kwargs):
        super().__init__(**({"max_length": LONGEST_TITLE, "widget": forms.TextInput} | kwargs))
