"""A department and its members in the browser admin."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from liaison.accounts.adminbase import GrantedForm
from liaison.accounts.choices import CODE_LENGTH, Role
from liaison.accounts.grants import noun_of, roles_that
from liaison.accounts.models import Region

from ..models import Department


class DepartmentForm(GrantedForm):
    """Nobody sets up a department where they do not work."""

    by = None

    def clean_place(self):
        place = self.cleaned_data["place"].strip()
        reach = [p.code for p in self.by.current_postings if p.role in roles_that("add", noun_of(Department))]
        if not any(place.startswith(code) for code in reach):
            raise ValidationError(_("超出您的管理范围"))
        if len(place) not in CODE_LENGTH.values() or not Region.objects.filter(code=place).exists():
            raise ValidationError(_("没有这个区划代码"))
        return place


class DepartmentMemberForm(GrantedForm):
    """Only who was appointed for a department reaches what is sent to it."""

    def clean_user(self):
        user = self.cleaned_data["user"]
        if Role.DEPARTMENT not in user.roles:
            words = _("%s 还没有“承办单位”的任职，请先由系统管理员在“账号”中任命")
            raise ValidationError(words % user)
        return user
