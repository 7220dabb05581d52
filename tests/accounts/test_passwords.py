import pytest
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError

from tests import factories

KINDS = "密码须包含大写字母、小写字母、数字、符号中的至少三种"


def told(password: str, user=None) -> list[str]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return error.messages
    return []


@pytest.mark.parametrize("password", ["Correct-horse", "correct-horse7", "CorrectHorse7", "联络站-correct-7"])
def test_three_kinds_are_enough(db, password):
    assert told(password) == []


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("Short-7", ["密码太短，至少 10 个字符"]),
        ("correcthorse", [KINDS]),
        ("correct-horse", [KINDS]),
        ("1234567890", ["这个密码太常见了。", KINDS]),
    ],
)
def test_weak_password_is_refused_in_words(db, password, words):
    assert told(password) == words


def test_password_like_the_name_is_refused(db):
    person = factories.user("zhangsanfeng", name="张三丰")
    assert told("Zhangsanfeng1", person) == ["密码跟 账号 太相似了。"]


def test_rules_are_told_beforehand(db):
    assert KINDS in [str(text) for text in password_validators_help_texts()]


def test_changing_the_password_asks_the_rules(as_, liaison):
    liaison.set_password("Correct-horse-7")
    liaison.save()
    client = as_(liaison)
    sent = {"oldpassword": "Correct-horse-7", "password1": "correcthorse", "password2": "correcthorse"}
    errors = client.post("/accounts/password/change/", sent).context["form"].errors
    assert KINDS in [message for messages in errors.values() for message in messages]
    client.post("/accounts/password/change/", sent | {"password1": "Better-horse-8", "password2": "Better-horse-8"})
    liaison.refresh_from_db()
    assert liaison.check_password("Better-horse-8")
