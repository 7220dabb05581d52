"""The English catalogue without GNU gettext: update it, check that it is complete, compile it."""

import re
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.base import DebugLexer, TokenType
from django.utils.translation.template import templatize

KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None, "gettext_noop": None, "ngettext_lazy": (1, 2), "pgettext_lazy": ((1, "c"), 2),
    "pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
RENAMED = re.compile(r"\b(\w*gettext\w*) as (\w+)")  # `gettext_lazy as _l` marks strings, too
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LEFT_AS_IT_IS = {"中文"}  # the switch back to Chinese, for somebody who reads no English
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
SKIPPED = {".venv", "var", "bench", "tests", "migrations", "node_modules"}


class Command(BaseCommand):
    help = "更新、检查或编译英文译文（locale/en/LC_MESSAGES/django.po）"

    def add_arguments(self, parser):
        parser.add_argument("--update", action="store_true", help="把新出现的文字写入译文文件，删去不再使用的")
        parser.add_argument("--check", action="store_true", help="有缺译、多余或未标记的文字时报错")
        parser.add_argument("--compile", action="store_true", help="生成 .mo 文件")

    def handle(self, *, update, check, compile, **options):
        root = Path(settings.BASE_DIR)
        file = root / "locale" / "en" / "LC_MESSAGES" / "django.po"
        catalog = read_catalog(file)
        if update:
            catalog = merged(catalog, root)
            save(catalog, file)
        if check:
            problems = [*incomplete(catalog, root), *unmarked(root)]
            if problems:
                raise CommandError(
                    "\n".join(problems[:60]) + f"\n共 {len(problems)} 处；先运行 manage.py messages --update"
                )
            self.stdout.write(f"译文齐全：{len(catalog)} 条")
        if compile:
            with file.with_suffix(".mo").open("wb") as out:
                write_mo(out, catalog)


def read_catalog(file: Path) -> Catalog:
    if not file.exists():
        return Catalog(locale="en")
    with file.open("rb") as source:
        return read_po(source, locale="en")


def save(catalog: Catalog, file: Path) -> None:
    out = BytesIO()
    write_po(out, catalog, width=0, sort_output=True, omit_header=False, include_previous=False, no_location=True)
    # The header's dates would make every update a change.
    text = re.sub(
        r'"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By)[^\n]*\n',
        "",
        out.getvalue().decode(),
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def sources(root: Path, *endings: str):
    for file in sorted(root.rglob("*")):
        if file.suffix in endings and not SKIPPED & set(file.relative_to(root).parts):
            yield file


def extracted(root: Path):
    """Every marked string: (file, line, msgid or plural pair, context)."""
    for file in sources(root, ".py", ".html", ".txt", ".xml"):
        text = file.read_text()
        if file.suffix != ".py":
            if "templates" not in file.parts:
                continue
            text = templatize(text, origin=str(file))
        keywords = KEYWORDS | {called: KEYWORDS[name] for name, called in RENAMED.findall(text) if name in KEYWORDS}
        for line, function, message, _comments in extract_python(
            BytesIO(text.encode()), keywords, (), {"encoding": "utf-8"}
        ):
            found = marked(keywords[function], message)
            if found:
                yield file.relative_to(root), line, *found


def marked(places: tuple | None, message) -> tuple | None:
    """(msgid or (singular, plural), context) of one call that the extractor found; None for an empty one."""
    parts = message if isinstance(message, tuple) else (message,)
    places = places or (1,)
    context = next((parts[p[0] - 1] for p in places if isinstance(p, tuple)), None)
    words = [parts[p - 1] for p in places if isinstance(p, int) and p <= len(parts)]
    if not words or not all(words):
        return None
    return (tuple(words) if len(words) > 1 else words[0]), context


def merged(old: Catalog, root: Path) -> Catalog:
    new = Catalog(locale="en", charset="utf-8", fuzzy=False)
    for _file, _line, message, context in extracted(root):
        known = old.get(message, context)
        new.add(message, known.string if known else None, context=context)
    return new


def incomplete(catalog: Catalog, root: Path):
    """Strings without English, English without a string, and English that lost a placeholder."""
    seen = set()
    for file, line, message, context in extracted(root):
        key = (message if isinstance(message, str) else message[0], context)
        if key in seen:
            continue
        seen.add(key)
        known = catalog.get(message, context)
        words = [] if known is None else [known.string] if isinstance(known.string, str) else list(known.string)
        if known is None or known.fuzzy or not words or not all(words):
            yield f"{file}:{line} 缺译：{key[0]}"
            continue
        wanted = set(PLACEHOLDER.findall(key[0]))
        if any(set(PLACEHOLDER.findall(text)) - wanted for text in words):
            yield f"{file}:{line} 译文的占位符与原文不符：{key[0]}"
        if any(CHINESE.search(text) for text in words) and key[0] not in LEFT_AS_IT_IS:
            yield f"{file}:{line} 译文里仍有中文：{key[0]}"
    for message in catalog:
        if message.id and (message.id if isinstance(message.id, str) else message.id[0], message.context) not in seen:
            yield f"多余的译文：{message.id}"


def unmarked(root: Path):
    """Chinese in a template that no translate tag holds, so that it would stay Chinese among English."""
    for file in sources(root / "templates", ".html", ".txt"):
        inside = False
        for token in DebugLexer(file.read_text()).tokenize():
            if token.token_type == TokenType.BLOCK:
                word = token.contents.split()[0]
                inside = word in {"blocktranslate", "blocktrans", "comment"} or (inside and not word.startswith("end"))
            elif token.token_type == TokenType.TEXT and not inside:
                text = re.sub(r"<!--.*?-->", "", token.contents, flags=re.S)
                if CHINESE.search(text) and text.strip(" \n<>/") not in LEFT_AS_IT_IS:
                    words = re.findall(r"[^\s<>\"]*[\u4e00-\u9fff][^\s<>\"]*", text)
                    if set(words) - LEFT_AS_IT_IS:
                        yield f"{file.relative_to(root)}:{token.lineno} 未标记翻译：{words[0]}"
