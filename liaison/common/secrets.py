"""The key that signs sessions and tokens."""

import os
import secrets
from pathlib import Path


def secret_key(home: Path) -> str:
    """`LIAISON_SECRET_KEY`, else a key made once and kept in `home`, readable by its owner alone."""
    if key := os.environ.get("LIAISON_SECRET_KEY"):
        return key
    file = home / "secret-key"
    try:
        home.mkdir(parents=True, exist_ok=True)
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(64))
    except FileExistsError:
        pass
    except OSError as error:
        raise SystemExit(f"无法写入数据目录 {home}：{error.strerror}") from None
    return file.read_text().strip()
