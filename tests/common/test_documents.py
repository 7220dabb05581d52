"""A PDF is taken when it shows pages and does nothing, wherever in it the doing would stand."""

import time
import zlib

import pytest
import typst
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.common import documents
from liaison.common.documents import accepted

PAGES = b"1 0 obj\n<</Type/Catalog/Pages 2 0 R%s>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"
JS = b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"


def pdf(catalog=b"", *more: bytes, trailer=b"") -> bytes:
    body = b"%PDF-1.7\n" + PAGES % catalog + b"".join(more)
    return body + b"trailer\n<</Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (trailer, len(body))


def stream(inside: bytes, head=b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode") -> bytes:
    return b"9 0 obj\n<<%s/Length %d>>\nstream\r\n%s\nendstream\nendobj\n" % (head, len(inside), inside)


def told(content: bytes) -> str:
    """What is said of the file after its name; nothing when it is taken as it is."""
    try:
        assert accepted(ContentFile(content, name="材料.pdf")).read() == content
    except ValidationError as error:
        return error.messages[0].removeprefix("“材料.pdf”")
    return ""


@pytest.fixture(scope="module")
def printed():
    """A page as this site prints it: with fonts, compressed, with a link."""
    return typst.compile(b'= Road\n#link("https://example.org")[lamp]\n' + b"#lorem(900)", format="pdf")


def test_pages_are_taken_as_they_are(printed):
    assert [told(content) for content in (printed, pdf(), pdf(b"/OpenAction[2 0 R/Fit]"))] == ["", "", ""]


def test_content_decides_what_a_file_is(printed):
    png = b"\x89PNG\r\n\x1a\n" + printed
    others, torn = (b"", png, b"<html>", b" " + printed), (printed[:-200], b"%PDF-1.7\n%%EOF", b"%PDF-")
    assert {told(content) for content in others} == {"不是 PDF 文件。请上传 PDF 文件或照片"}
    assert {told(content) for content in torn} == {"不完整，请重新生成或重新上传"}


def test_a_large_file_is_refused_before_it_is_read():
    file = ContentFile(b"%PDF-", name="材料.pdf")
    file.size = documents.MOST_BYTES + 1
    with pytest.raises(ValidationError, match="”超过 10 MB，请换"):
        accepted(file)


@pytest.mark.parametrize(
    "act",
    [
        JS,
        JS.replace(b"/JavaScript", b"/J#61va#53cript"),
        b"/OpenAction<</S/Launch/F(cmd.exe)>>",
        b"/Names<</EmbeddedFiles 3 0 R>>",
        b"/AcroForm<</XFA 3 0 R>>",
        b"/OpenAction<</S/#4cauNch>>".replace(b"N", b"#6E"),
    ],
)
@pytest.mark.parametrize(
    "way", ["open", "packed", "packed with a wrong checksum", "far inside", "said to be something"]
)
def test_what_acts_is_refused_wherever_it_stands(act, way):
    packed = zlib.compress(b"7 0 <<%s>>" % act)
    content = {
        "open": pdf(act),
        "packed": pdf(b"", stream(packed)),
        "packed with a wrong checksum": pdf(b"", stream(packed[:-4] + b"\0\0\0\0")),
        "far inside": pdf(b"", stream(zlib.compress(b" " * (documents.INFLATED - 9) + act + b" " * 99))),
        "said to be something": pdf(b"", stream(packed, b"/Type/Metadata/Filter/FlateDecode")),
    }[way]
    assert told(content) == "里有脚本、附件或会自动执行的内容，不能接收。请打印成新的 PDF 再上传"


def test_a_locked_file_is_refused():
    words = "加了密码或权限保护，这里打不开。请去掉保护后再上传"
    assert {told(pdf(trailer=b"/Encrypt 5 0 R")), told(pdf(trailer=b"/E#6Ecrypt 5 0 R"))} == {words}


def test_objects_that_cannot_be_read_are_refused():
    heads = [b"/N 1/First 4/Filter/LZWDecode", b"/N 1/F#69rst 4", b"/N 1/First 4/Filter/FlateDecode/DecodeParms<<>>"]
    contents = [pdf(b"", stream(b"x", head)) for head in heads] + [pdf(b"", stream(b"x\x9cnothing"))]
    assert {told(content) for content in contents} == {"的内部结构不常见，不能接收。请打印成新的 PDF 再上传"}


def test_a_picture_in_the_file_is_left_alone():
    bits = zlib.compress(b"/JavaScript " * 99)
    assert told(pdf(b"", stream(bits, b"/Subtype /Image/Filter/FlateDecode"))) == ""


def test_what_would_unfold_without_end_is_refused_soon():
    bomb = pdf(b"", stream(zlib.compress(b"/" * (documents.MOST_INFLATED + 9))))
    streams = pdf(b"", b"stream\n" * (documents.MOST_STREAMS + 1))
    began = time.process_time()
    assert {told(bomb), told(streams)} == {"展开后太大，请分成几份或换一份小一些的文件"}
    assert time.process_time() - began < 20  # seconds; about two


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=30), st.integers(0, 10_000))
def test_any_file_is_taken_or_refused_in_words(changes, cut):
    page = stream(zlib.compress(b"BT ET"), b"/Filter/FlateDecode")
    content = bytearray(pdf(b"", stream(zlib.compress(b"7 0 <<>>")), page))
    for place, value in changes:
        content[place % len(content)] = value
    said = told(bytes(content[: max(cut, 1)]))
    assert said == "" or said.endswith(("上传", "文件", "照片"))
