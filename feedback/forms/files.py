"""Files that come with an opinion: several at once, each looked through before it is kept."""

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from ..attachments import prepared
from ..choices import MOST_ATTACHMENTS

TAKEN = "image/jpeg,image/png,image/webp,application/pdf"


class FilesInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data, files, name):
        return files.getlist(name) if hasattr(files, "getlist") else []


class FilesField(forms.FileField):
    """`cleaned_data[…]` is a list of `Prepared`; a file that may not be kept is named in words."""

    def __init__(self, **kwargs):
        given = {
            "required": False, "widget": FilesInput(attrs={"multiple": True, "accept": TAKEN}),
            "help_text": format_lazy(_("最多 {n} 个；照片里的拍摄地点会自动去掉"), n=MOST_ATTACHMENTS),
        }  # fmt: skip
        super().__init__(**(given | kwargs))

    def clean(self, data, initial=None):
        return prepared([super(FilesField, self).clean(file, initial) for file in data or []], MOST_ATTACHMENTS)
