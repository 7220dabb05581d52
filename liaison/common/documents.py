"""PDF files from the public: the content decides what they are, and one that could do something is refused.

The search needs no understanding of the whole file, and so no parser that a crafted file could lead astray: the names
by which a PDF acts are sought in its bytes and in whatever can be inflated there, object streams included.
"""

import re
import zlib
from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.utils.translation import gettext as _

MOST_BYTES = 10 * 1024 * 1024
MOST_INFLATED = 100 * 1024 * 1024  # pictures not counted, which stay as they are
MOST_STREAMS = 20_000
TAIL, HEAD = 2048, 4096  # bytes in which the end of a file and the dictionary of a stream stand
PIECE, INFLATED, OVERLAP = 64 * 1024, 1024 * 1024, 128  # bytes; a name across two pieces is found in their overlap


def named(*names: str) -> re.Pattern:
    """Any of `names`, each of whose letters may stand as its code: /J#61vaScript is /JavaScript."""
    ways = ["".join(f"(?:{letter}|(?i:#{ord(letter):x}))" for letter in name) for name in names]
    first = "".join(sorted({name[0] for name in names}))  # asked first, it spares most names all the ways
    return re.compile(rf"/(?=[#{first}])(?:{'|'.join(ways)})(?![A-Za-z0-9_])".encode())


ACTIVE = named(
    "JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "Rendition", "SubmitForm", "ImportData",
    "GoToE", "XFA",
)  # fmt: skip
LOCKED = named("Encrypt")
HOLDS_OBJECTS, PICTURE = named("ObjStm", "First"), re.compile(rb"/Subtype\s*/Image\b")
STREAM = re.compile(rb"(?<!end)stream[\r\n \t]*")
DEFLATED = re.compile(rb"/Filter\s*(?:/FlateDecode|\[\s*/FlateDecode\s*\])")


def accepted(file: File) -> ContentFile:
    """The bytes of a PDF that shows pages and does nothing else. Raises ValidationError with the file's name."""
    if file.size > MOST_BYTES:
        raise ValidationError(_("“%s”超过 10 MB，请换一份小一些的文件") % file.name)
    file.seek(0)
    content = file.read()
    if not content.startswith(b"%PDF-"):
        raise ValidationError(_("“%s”不是 PDF 文件。请上传 PDF 文件或照片") % file.name)
    end = content[-TAIL:]
    if b"%%EOF" not in end or b"startxref" not in end:
        raise ValidationError(_("“%s”不完整，请重新生成或重新上传") % file.name)
    for piece in _pieces(content, file.name):
        _refuse(piece, file.name)
    return ContentFile(content)


def _refuse(piece: bytes, name: str) -> None:
    if LOCKED.search(piece):
        raise ValidationError(_("“%s”加了密码或权限保护，这里打不开。请去掉保护后再上传") % name)
    if ACTIVE.search(piece):
        raise ValidationError(_("“%s”里有脚本、附件或会自动执行的内容，不能接收。请打印成新的 PDF 再上传") % name)


def _pieces(content: bytes, name: str) -> Iterator[bytes]:
    """The file as it is, then the inside of its streams."""
    yield content
    view, left = memoryview(content), MOST_INFLATED
    for count, start in enumerate(STREAM.finditer(content)):
        if count >= MOST_STREAMS:
            raise ValidationError(_too_much(name))
        head = content[max(0, start.start() - HEAD) : start.start()].rpartition(b" obj")[2]
        must = HOLDS_OBJECTS.search(head)
        if must and (not DEFLATED.search(head) or b"Parms" in head):
            raise ValidationError(_unusual(name))
        if PICTURE.search(head) and not must:
            continue
        try:
            for piece in _inflated(view[start.end() :]):
                left -= len(piece)
                if left < 0:
                    raise ValidationError(_too_much(name))
                yield piece
        except zlib.error:
            if must:
                raise ValidationError(_unusual(name)) from None


def _inflated(view: memoryview) -> Iterator[bytes]:
    """The beginning of `view` inflated, piece by piece. Its checksum is not asked, as readers do not ask it either."""
    if len(view) < 2 or view[0] & 15 != zlib.DEFLATED or int.from_bytes(view[:2]) % 31:
        raise zlib.error
    inflater, last = zlib.decompressobj(-zlib.MAX_WBITS), b""
    for at in range(2, len(view), PIECE):
        rest = view[at : at + PIECE]
        while rest and not inflater.eof:
            piece = inflater.decompress(rest, INFLATED)
            rest = inflater.unconsumed_tail
            yield last + piece
            last = piece[-OVERLAP:]
        if inflater.eof:
            return


def _unusual(name: str) -> str:
    return _("“%s”的内部结构不常见，不能接收。请打印成新的 PDF 再上传") % name


def _too_much(name: str) -> str:
    return _("“%s”展开后太大，请分成几份或换一份小一些的文件") % name
