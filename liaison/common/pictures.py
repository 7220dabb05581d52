"""Pictures from phones: the content decides what they are, and what is kept is drawn anew, without EXIF."""

from io import BytesIO
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 15 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_SIDE, THUMBNAIL_SIDE = 1920, 480
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")


class Picture(NamedTuple):
    image: ContentFile
    thumbnail: ContentFile


def redraw(file: File) -> Picture:
    """`file` as two JPEG pictures that hold nothing but what is seen. Raises ValidationError with the file's name."""
    if file.size > MOST_BYTES:
        raise ValidationError(_("“%s”超过 15 MB，请换一张小一些的照片") % file.name)
    whole = _upright(file)
    whole.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    small = whole.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    return Picture(_jpeg(whole, 82), _jpeg(small, 78))


def _upright(file: File) -> Image.Image:
    """The picture decoded, turned as the camera was held, on white."""
    image = _opened(file)
    try:
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded no larger than needed
        image.load()
        image = ImageOps.exif_transpose(image)
        if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
            image = image.convert("RGBA")
            return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
        return image.convert("RGB")
    except Exception as error:  # Pillow's decoders raise whatever broke them; for the person it is one thing
        raise ValidationError(_("“%s”不完整或已损坏，请重新拍一张或重新上传") % file.name) from error


def _opened(file: File) -> Image.Image:
    """The header read, nothing decoded: what is too large is refused before it takes memory."""
    head = file.read(32)
    file.seek(0)
    if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS:
        raise ValidationError(
            _("“%s”是苹果手机的 HEIC 格式，这里打不开。请在手机“设置→相机→格式”里选“兼容性最佳”后再拍") % file.name
        )
    try:
        image = Image.open(file, formats=FORMATS)
    except Image.DecompressionBombError:
        raise ValidationError(_too_many(file)) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise ValidationError(_("“%s”不是照片。请上传 JPEG、PNG 或 WebP 格式的照片") % file.name) from None
    if image.width * image.height > MOST_PIXELS:
        raise ValidationError(_too_many(file))
    return image


def _too_many(file: File) -> str:
    return _("“%s”的像素太多（超过 5000 万），请在手机上调低分辨率后再传") % file.name


def _jpeg(image: Image.Image, quality: int) -> ContentFile:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return ContentFile(out.getvalue())
