"""What the forms of all acts have in common: words that are looked through, and the version that was seen."""

from datetime import date

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liaison.common.personal import refuse_id_numbers
from liaison.common.templatetags.face import cn_date
from liaison.policy.choices import Key
from representatives.models import Representative

from ..choices import LONGEST_TITLE
from ..deadlines import reckon
from ..due import calendar_for, clock_of
from ..models import Opinion, Suggestion

LONGEST_WORDS = 2000
LONGEST_REASON = 400


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


class MatterForm(forms.Form):
    """`seen` is the number of the last step on the page, so that nobody acts on what they have not read."""

    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    done = submit_label = ""  # what is said instead of the act's own words, where it depends on what was filled in

    def __init__(self, data=None, *, matter: Opinion | Suggestion, user):
        self.matter, self.user = matter, user
        super().__init__(data, initial={"seen": matter.last_no} | self.first())
        self.build()

    def first(self) -> dict:
        """What the fields begin with."""
        return {}

    def build(self) -> None:
        """Choices and hints that depend on the matter and on who acts."""

    @property
    def nothing_to_do(self) -> str:
        """Why there is nothing to fill in, where the act is legal and yet idle."""
        return ""

    @property
    def given(self) -> dict:
        """What the verb is called with, besides `by`."""
        return self.cleaned_data

    def read_again(self) -> None:
        """Whoever sends the form once more has read what came between."""
        self.data = self.data.copy()
        self.data["seen"] = self.matter.last_no


class ActForm(MatterForm):
    """What is asked where somebody acts on an opinion."""

    @property
    def opinion(self) -> Opinion:
        return self.matter


class ReasonedForm(ActForm):
    reason = WordsField(label=_("原因"), max_length=LONGEST_REASON, rows=3)


def concerned(opinion: Opinion):
    """Representatives who have to do with the matter: of its station, named in it, or asked from another level."""
    asked = opinion.steps.exclude(representative=None).values_list("representative", flat=True)
    ids = {*Representative.objects.belonging_to(opinion.station).values_list("pk", flat=True), *asked}
    return Representative.objects.filter(pk__in=ids | {opinion.representative_id} - {None}).order_by("pinyin", "pk")


def person_words(person: Representative) -> str:
    return " ".join(filter(None, [person.name, person.employer, person.post]))


def term_words(today: date | None = None) -> str:
    """What happens where no day is typed: policy's term, with the day that it comes to."""
    today = today or timezone.localdate()
    clock = clock_of(Key.PROMISE_WORKDAYS, today)
    day = reckon(today, clock, calendar_for(today)).due_on
    return gettext("不填就按规定的期限，到 %s") % cn_date(day)
