"""Pictures for tests."""

from io import BytesIO

from PIL import Image


def jpeg(width: int = 64, height: int = 48, **save) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), "#a4161a").save(out, "JPEG", **save)
    return out.getvalue()
