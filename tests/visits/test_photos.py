"""Photos come in through the page: redrawn, without EXIF, and whatever is no photo is refused in words."""

import zlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from PIL import Image

from tests import factories
from tests.pictures import jpeg
from visits.models import Photo, Visit

ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825


@pytest.fixture
def held(station):
    return factories.visit(station, starts_at=factories.hour(-1), state="held")


def send(client, visit, *files):
    """The answer to each file, sent one by one as the page does."""
    url = reverse("visits:photo-add", args=[visit.public_id])
    return [client.post(url, {"photo": SimpleUploadedFile(name, content)}) for name, content in files][-1]


def camera_picture() -> bytes:
    """A photo held sideways, with the camera's name and place in it."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE], exif[GPS] = 6, "Camera", {1: "N", 2: (34.0, 46.0, 0.0)}
    out = BytesIO()
    Image.new("RGB", (4000, 3000), "#336699").save(out, "JPEG", exif=exif)
    return out.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that says how large it is and holds next to nothing."""
    head = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\0\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + b"\0\0\0\x0d" + head + zlib.crc32(head).to_bytes(4, "big") + b"\0\0\0\x04IDAT"


def test_photo_is_turned_shrunk_and_stripped(as_, liaison, held):
    assert send(as_(liaison), held, ("IMG_1.jpg", camera_picture())).status_code == 201
    photo = Photo.objects.get()
    image, thumbnail = Image.open(photo.image), Image.open(photo.thumbnail)
    assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (1440, 1920), {})
    assert (thumbnail.format, thumbnail.size, dict(thumbnail.getexif())) == ("JPEG", (360, 480), {})
    assert b"Camera" not in photo.image.open().read()
    assert "IMG_1" not in photo.image.name


def test_transparent_png_stands_on_white(as_, liaison, held):
    out = BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
    assert send(as_(liaison), held, ("a.png", out.getvalue())).status_code == 201
    assert Image.open(Photo.objects.get().image).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.jpg", b"<!doctype html><script>alert(1)</script>", "不是照片"),
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "不是照片"),
        ("a.jpg", b"%PDF-1.7\n%\xe2\xe3", "不是照片"),
        ("a.gif", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "不是照片"),
        ("a.jpg", jpeg(800, 600)[:2000], "不完整或已损坏"),
        ("a.png", png_header(10_000, 6_000), "像素太多"),
        ("a.png", png_header(60_000, 60_000), "像素太多"),
        ("a.heic", b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(40), "兼容性最佳"),
        ("a.jpg", jpeg() + bytes(15 * 1024 * 1024), "15 MB"),
        ("empty.jpg", b"", "不是照片"),
    ],
    ids=["html", "svg", "pdf", "gif", "truncated", "60-megapixel", "bomb", "heic", "too-large", "empty"],
)
def test_what_is_no_photo_is_refused_in_words(as_, liaison, held, name, content, words):
    answer = send(as_(liaison), held, (name, content))
    assert answer.status_code == 422
    assert words in answer.json()["message"]
    assert Photo.objects.count() == 0


def test_the_tenth_photo_is_refused(as_, liaison, held):
    answer = send(as_(liaison), held, *[(f"{n}.jpg", jpeg()) for n in range(10)])
    assert answer.json() == {"message": "最多 9 张照片，请先删去一张"}
    assert sorted(Photo.objects.values_list("position", flat=True)) == list(range(1, 10))


def test_deleted_photo_leaves_its_place_and_its_files(as_, liaison, held, django_capture_on_commit_callbacks):
    client = as_(liaison)
    send(client, held, ("1.jpg", jpeg()), ("2.jpg", jpeg()))
    first = Photo.objects.get(position=1)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("visits:photo-delete", args=[first.public_id]))
    assert not first.image.storage.exists(first.image.name)
    send(client, held, ("3.jpg", jpeg()))
    assert sorted(Photo.objects.values_list("position", flat=True)) == [1, 2]


def test_photo_without_javascript_keeps_what_was_typed(as_, liaison, held):
    client = as_(liaison)
    send(client, held, ("1.jpg", jpeg()))
    url = reverse("visits:photo-delete", args=[Photo.objects.get().public_id])
    page = client.post(url, {"summary": "楼道灯坏了", "voters_received": "4"}, follow=True)
    form = page.context["form"]
    assert (form["summary"].value(), form["voters_received"].value()) == ("楼道灯坏了", "4")
    assert Photo.objects.count() == 0


def test_photo_is_shown_to_its_station_only(as_, liaison, neighbour, auditor, department, held):
    send(as_(liaison), held, ("1.jpg", jpeg()))
    url = reverse("visits:photo-thumbnail", args=[Photo.objects.get().public_id])
    answers = {user.username: as_(user).get(url) for user in (liaison, auditor, neighbour, department)}
    codes = {name: answer.status_code for name, answer in answers.items()}
    assert codes == {"liaison": 200, "auditor": 200, "neighbour": 404, "department": 404}
    seen = {
        name: answers["liaison"].headers[name] for name in ("Content-Type", "X-Content-Type-Options", "Cache-Control")
    }
    assert seen == {"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff",
                    "Cache-Control": "private, max-age=3600"}  # fmt: skip
    assert answers["liaison"].headers["Content-Disposition"].startswith("inline")
    assert as_(None).get(url).status_code == 302


def test_photos_of_a_logged_visit_are_history(as_, liaison, station):
    visit = factories.visit(station, starts_at=factories.hour(-1), state="logged")
    answer = send(as_(liaison), visit, ("1.jpg", jpeg()))
    assert (answer.status_code, Photo.objects.count()) == (422, 0)
    assert answer.json() == {"message": "照片在进站开始以后、登记以前增删"}


def test_photos_sent_with_the_form_are_kept_when_it_has_errors(as_, liaison, held):
    files = [SimpleUploadedFile("good.jpg", jpeg()), SimpleUploadedFile("bad.jpg", b"<html>")]
    page = as_(liaison).post(reverse("visits:visit-log", args=[held.public_id]), {"summary": "物业", "photos": files})
    assert page.context["form"].errors == {
        "voters_received": ["请填写接待了多少位选民，没有人来请填 0"],
        "photos": ["“bad.jpg”不是照片。请上传 JPEG、PNG 或 WebP 格式的照片"],
    }
    assert (Photo.objects.count(), Visit.objects.get().state) == (1, "held")


@pytest.mark.django_db(transaction=True)
def test_twelve_photos_at_once_are_nine_photos_and_three_friendly_answers(as_, liaison, held):
    client = as_(liaison)

    def upload(number):
        try:
            return send(client, held, (f"{number}.jpg", jpeg(300, 200))).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        codes = sorted(pool.map(upload, range(12)))
    assert codes == [201] * 9 + [422] * 3
    assert sorted(Photo.objects.values_list("position", flat=True)) == list(range(1, 10))
