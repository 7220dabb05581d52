"""The key that signs sessions and tokens."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path


def secret_key(home: Path) -> str:
    """`LIAISON_SECRET_KEY`, else a key made once and kept in `home`, readable by its owner alone."""
    if key := os.environ.get("LIAISON_SECRET_KEY"):
        return key
    file = home / "secret-key"
    try:
        if not file.exists():
            make_once(file, secrets.token_urlsafe(64))
        return file.read_text().strip()
    except OSError as error:
        raise SystemExit(f"错误：数据目录不可读写：{error.filename or home}（{error.strerror}）") from None


def make_once(file: Path, text: str) -> None:
    """Write `file` whole or not at all; of two processes that try, the first wins and both read the same."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=file.parent)  # readable by its owner alone
    try:
        with open(descriptor, "w") as out:
            out.write(text)
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
    finally:
        os.unlink(draft)
