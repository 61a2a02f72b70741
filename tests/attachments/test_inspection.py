"""What becomes of uploaded files: the hostile ones are refused or made harmless, the honest ones kept."""

import base64
import re
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat

from helpdesk.attachments.inspection import Inspected, inspect, safe_name, thumbnail
from helpdesk.lib.errors import Refused
from tests.attachments import hostile

LIMIT = 200_000
JAVASCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"


def accept(data: bytes, name: str = "photo.jpg", max_bytes: int = LIMIT) -> Inspected:
    return inspect(BytesIO(data), name=name, max_bytes=max_bytes)


REFUSED = {
    # name of the case: (code, file name, content)
    "svg with a script": (
        "file_type_refused",
        "a.svg",
        b'<svg xmlns="http://www.w3.org/2000/svg">' + hostile.SCRIPT,
    ),
    "svg called jpg": ("file_type_refused", "a.jpg", b'<?xml version="1.0"?><svg onload="alert(1)"/>'),
    "html": ("file_type_refused", "a.html", hostile.HTML),
    "html called png": ("file_type_refused", "a.png", hostile.HTML),
    "plain text": ("file_type_refused", "a.txt", b"hello"),
    "gif": ("file_type_refused", "a.gif", hostile.picture("GIF", mode="P")),
    "gif called jpg": ("file_type_refused", "a.jpg", hostile.animated("GIF")),
    "bmp": ("file_type_refused", "a.bmp", hostile.picture("BMP")),
    "tiff": ("file_type_refused", "a.tiff", hostile.picture("TIFF")),
    "heic": ("file_type_refused", "a.heic", hostile.heic()),
    "heic called jpg": ("file_type_refused", "a.jpg", hostile.heic()),
    "exe called jpg": ("file_type_refused", "a.jpg", b"MZ\x90\0" + b"\0" * 200),
    "shell script": ("file_type_refused", "a.jpg", b"#!/bin/sh\nid\n"),
    "zip": ("file_type_refused", "a.zip", hostile.archive("a.html")),
    "word document with macros": ("file_type_refused", "a.docm", hostile.archive("word/vbaProject.bin")),
    "riff that is no webp": ("file_type_refused", "a.webp", b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 40),
    "nothing": ("file_empty", "a.jpg", b""),
    "one byte too many": ("file_too_large", "a.jpg", hostile.picture().ljust(LIMIT + 1, b"\0")),
    "png of 40,000 by 40,000": ("image_too_large", "a.png", hostile.png(40_000, 40_000)),
    "png just over the cap": ("image_too_large", "a.png", hostile.png(10_000, 5_001)),
    "jpeg of 65,000 by 65,000": ("image_too_large", "a.jpg", hostile.huge_jpeg()),
    "webp of 16,383 by 16,383": ("image_too_large", "a.webp", hostile.huge_webp()),
    "jpeg of a hundred scans": ("image_broken", "a.jpg", hostile.jpeg_of_many_scans()),
    "png whose note unpacks to 70 MB": (
        "image_broken",
        "a.png",
        hostile.png(
            1, 1, hostile.chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(70_000_000), 9)), pixels=bytes(4)
        ),
    ),
    "truncated jpeg": ("image_broken", "a.jpg", hostile.picture(size=(200, 200))[:-2000]),
    "truncated png": ("image_broken", "a.png", hostile.picture("PNG", size=(200, 200))[:2000]),
    "truncated webp": ("image_broken", "a.webp", hostile.picture("WEBP", size=(200, 200))[:500]),
    "png with a wrong checksum": ("image_broken", "a.png", hostile.png(2, 2).replace(b"IHDR", b"IHDS")),
    "bytes of a jpeg and no more": ("image_broken", "a.jpg", b"\xff\xd8\xff\xe0"),
    "html behind the first bytes of a jpeg": ("image_broken", "a.jpg", b"\xff\xd8\xff" + hostile.HTML),
    "pdf with html before its header": ("file_type_refused", "a.pdf", hostile.HTML + hostile.pdf()),
    "pdf with JavaScript": ("file_type_refused", "a.pdf", hostile.pdf(JAVASCRIPT)),
    "pdf with escaped JavaScript": (
        "file_type_refused",
        "a.pdf",
        hostile.pdf(b"<</S/J#61va#53cript/#4a#53 9 0 R>>"),
    ),
    "pdf with JavaScript packed away": (
        "file_type_refused",
        "a.pdf",
        hostile.pdf(hostile.object_stream(JAVASCRIPT)),
    ),
    "pdf with JavaScript packed with a wrong checksum": (
        "file_type_refused",
        "a.pdf",
        hostile.pdf(hostile.object_stream(JAVASCRIPT, spoil_checksum=True)),
    ),
    "pdf with objects packed twice": (
        "file_type_refused",
        "a.pdf",
        hostile.pdf(
            hostile.stream(
                base64.a85encode(zlib.compress(b"7 0 " + JAVASCRIPT)),
                b"/Type/ObjStm",
                b"[/ASCII85Decode/FlateDecode]",
            )
        ),
    ),
    "pdf that unpacks to 70 MB": (
        "file_too_large",
        "a.pdf",
        hostile.pdf(hostile.object_stream(b" " * 70_000_000)),
    ),
    "pdf that starts a program": ("file_type_refused", "a.pdf", hostile.pdf(b"<</S/Launch/F(cmd.exe)>>")),
    "pdf that acts when opened": ("file_type_refused", "a.pdf", hostile.pdf(b"<</OpenAction 5 0 R>>")),
    "pdf with a file inside": ("file_type_refused", "a.pdf", hostile.pdf(b"<</Type/EmbeddedFile/Length 0>>")),
    "truncated pdf": ("file_type_refused", "a.pdf", hostile.pdf()[:-20]),
}

# Kept, but made harmless: (kind, name it gets, file name, content)
NEUTRALISED = {
    "jpeg with html in its comment": ("jpeg", "a.jpg", "a.jpg", hostile.picture(comment=hostile.HTML)),
    "jpeg with html behind it": ("jpeg", "a.jpg", "a.html", hostile.picture() + hostile.HTML),
    "jpeg with a zip behind it": ("jpeg", "a.jpg", "a.zip", hostile.picture() + hostile.archive("a.html")),
    "jpeg that tells where it was taken": ("jpeg", "a.jpg", "a.jpg", hostile.picture(exif=hostile.exif())),
    "jpeg with a profile": (
        "jpeg",
        "a.jpg",
        "a.jpg",
        hostile.picture(icc_profile=b"SecretRemark" + hostile.SCRIPT),
    ),
    "jpeg with spoilt EXIF": ("jpeg", "a.jpg", "a.jpg", hostile.picture(exif=b"Exif\0\0SecretRemark")),
    "jpeg turned by a word": (
        "jpeg",
        "a.jpg",
        "a.jpg",
        hostile.picture(exif=hostile.exif_with_words_for_orientation()),
    ),
    "png with html in its notes": ("png", "a.png", "a.png", hostile.png_with_text()),
    "png with html behind it": ("png", "a.png", "a.php", hostile.picture("PNG") + hostile.HTML),
    "webp that tells where it was taken": (
        "webp",
        "a.webp",
        "a.webp",
        hostile.picture("WEBP", exif=hostile.exif()),
    ),
    "animated png": ("png", "a.png", "a.png", hostile.animated("PNG")),
    "animated webp": ("webp", "a.webp", "a.webp", hostile.animated("WEBP")),
    "pdf with a zip behind it": ("pdf", "a.pdf", "a.pdf", hostile.pdf() + hostile.archive("a.html")),
    "png called jpg": ("png", "a.png", "a.jpg", hostile.picture("PNG")),
    "pdf called jpg": ("pdf", "a.pdf", "a.jpg", hostile.pdf()),
    "two extensions": ("jpeg", "shell_php.jpg", "shell.php.jpg", hostile.picture()),
    "a program's extension": ("jpeg", "shell_jpg.jpg", "shell.jpg.exe", hostile.picture()),
    "a path up": ("jpeg", "passwd.jpg", "../../etc/passwd", hostile.picture()),
    "a Windows path": ("jpeg", "boot.jpg", "C:\\Windows\\..\\boot.ini", hostile.picture()),
    "a NUL in the name": ("jpeg", "a_php.jpg", "a.php\0.jpg", hostile.picture()),
    "a name of 400 letters": ("jpeg", "a" * 96 + ".jpg", "a" * 400 + ".jpg", hostile.picture()),
    "a tag in the name": (
        "jpeg",
        "img src_x onerror_alert_1.jpg",
        "<img src=x onerror=alert(1)>.jpg",
        hostile.picture(),
    ),
    "a name read backwards": ("jpeg", "photogpj.jpg", "photo\u202egpj.exe", hostile.picture()),
    "a header in the name": ("jpeg", "aSet-Cookie_ b.jpg", "a\r\nSet-Cookie: b.jpg", hostile.picture()),
    "a device's name": ("jpeg", "file.jpg", "nul.jpg", hostile.picture()),
    "no name": ("jpeg", "file.jpg", "", hostile.picture()),
}


def test_at_least_45_hostile_files_are_tried():
    assert len(REFUSED) + len(NEUTRALISED) >= 45


@pytest.mark.parametrize(("code", "name", "data"), REFUSED.values(), ids=REFUSED.keys())
def test_a_hostile_file_is_refused_with_its_reason(code, name, data):
    with pytest.raises(Refused) as refusal:
        accept(data, name)
    assert refusal.value.code == code
    assert str(refusal.value.message)


@pytest.mark.parametrize(("kind", "kept_name", "name", "data"), NEUTRALISED.values(), ids=NEUTRALISED.keys())
def test_a_doubtful_file_is_kept_harmless_under_a_neutral_name(kind, kept_name, name, data):
    kept = accept(data, name)
    assert (kept.kind, kept.name) == (kind, kept_name)
    for secret in (
        b"<script",
        b"<html",
        b"Secret",
        b"Exif",
        b"EXIF",
        b"eXIf",
        b"ICC",
        b"iCCP",
        b"PK\x05\x06",
        b"acTL",
    ):
        assert secret not in kept.data
    if kind != "pdf":
        with Image.open(BytesIO(kept.data)) as image:
            assert image.format == kind.upper() and getattr(image, "n_frames", 1) == 1
            assert image.size == (kept.width, kept.height) == (40, 30)
            assert not image.getexif() and not set(image.info) & {"icc_profile", "comment", "exif", "xmp"}


def test_an_animation_is_kept_as_its_first_frame():
    with Image.open(BytesIO(accept(hostile.animated("WEBP")).data)) as image:
        red, green, blue = image.convert("RGB").getpixel((20, 15))
    assert red > 200 and green < 50 and blue < 50


@pytest.mark.parametrize(
    ("kind", "content_type", "data"),
    [
        ("jpeg", "image/jpeg", hostile.picture()),
        ("png", "image/png", hostile.picture("PNG")),
        ("webp", "image/webp", hostile.picture("WEBP")),
        ("pdf", "application/pdf", hostile.pdf(hostile.stream(zlib.compress(b"q 1 0 0 1 0 0 cm Q")))),
    ],
)
def test_the_content_decides_the_type(kind, content_type, data):
    kept = accept(data, "whatever.bin")
    assert (kept.kind, kept.content_type) == (kind, content_type)
    assert kept.name == f"whatever.{'jpg' if kind == 'jpeg' else kind}"
    assert (kept.width, kept.height) == ((0, 0) if kind == "pdf" else (40, 30))


def test_an_honest_pdf_is_kept_byte_for_byte():
    assert accept(hostile.pdf()).data == hostile.pdf()


def test_a_pdf_with_harmless_packed_objects_is_kept():
    packed = hostile.pdf(hostile.object_stream(b"<</Type/Font/BaseFont/Helvetica>>"))
    assert accept(packed).data == packed


def test_three_letters_by_chance_are_no_script():
    assert accept(hostile.pdf(hostile.stream(b"\x01/JS\x02 /JSX", filters=b"/DCTDecode"))).kind == "pdf"


def test_a_file_of_just_the_limit_is_kept():
    data = hostile.picture()
    assert accept(data, max_bytes=len(data)).kind == "jpeg"
    with pytest.raises(Refused) as refusal:
        accept(data, max_bytes=len(data) - 1)
    assert refusal.value.code == "file_too_large"


def test_a_file_already_read_is_read_from_its_beginning():
    upload = BytesIO(hostile.picture())
    upload.read()
    assert inspect(upload, name="a.jpg", max_bytes=LIMIT).kind == "jpeg"


def test_a_flood_of_pixels_is_refused_before_any_is_decoded(monkeypatch):
    def decode(*args, **kwargs):
        raise AssertionError("decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decode)
    monkeypatch.setattr("PIL.Image.Image.thumbnail", decode)
    for data in (hostile.png(40_000, 40_000), hostile.png(10_000, 5_001)):
        with pytest.raises(Refused) as refusal:
            accept(data)
        assert refusal.value.code == "image_too_large"


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_turned_upright_before_its_orientation_is_forgotten(kind, orientation):
    held = Image.new("RGB", (64, 32), "white")
    held.paste("red", (0, 0, 16, 16))
    held.paste("blue", (48, 0, 64, 16))
    out = BytesIO()
    held.save(out, kind, exif=hostile.exif(orientation))
    kept = accept(out.getvalue())
    with Image.open(BytesIO(out.getvalue())) as image, Image.open(BytesIO(kept.data)) as result:
        upright = ImageOps.exif_transpose(image).convert("RGB")
        assert result.size == (kept.width, kept.height) == upright.size
        difference = ImageStat.Stat(ImageChops.difference(upright, result.convert("RGB")))
    assert max(difference.mean) < 8


@pytest.mark.parametrize(
    ("size", "kept_size"), [((5120, 40), (2560, 20)), ((30, 3000), (26, 2560)), ((9, 9), (9, 9))]
)
def test_the_long_side_is_at_most_2560_and_small_pictures_do_not_grow(size, kept_size):
    out = BytesIO()
    Image.new("RGB", size, "white").save(out, "JPEG")
    kept = accept(out.getvalue())
    assert (kept.width, kept.height) == kept_size


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"])
def test_every_way_of_storing_a_picture_keeps_its_grey(mode):
    out = BytesIO()
    grey = Image.new("L", (8, 8), 128)
    picture = Image.new("I;16", (8, 8), 128 * 256) if mode == "I;16" else grey.convert(mode)
    picture.save(out, "JPEG" if mode == "CMYK" else "PNG")
    with Image.open(BytesIO(accept(out.getvalue()).data)) as image:
        values = image.convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert all(100 < value < 156 for value in values)


def test_what_is_clear_stays_clear_in_a_png_and_turns_white_in_a_thumbnail():
    out = BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(out, "PNG")
    kept = accept(out.getvalue())
    with Image.open(BytesIO(kept.data)) as image:
        assert image.getpixel((4, 4))[3] == 0
    with Image.open(BytesIO(thumbnail(kept.data))) as image:
        assert min(image.getpixel((4, 4))) > 250


@pytest.mark.parametrize(
    ("mode", "clear"), [("RGB", (255, 0, 0)), ("L", 128), ("P", 0), ("1", 1), ("I;16", 40_000)]
)
def test_a_png_with_a_clear_colour_is_kept(mode, clear):
    out = BytesIO()
    Image.new(mode, (3000, 8), clear).save(out, "PNG", transparency=clear)
    assert accept(out.getvalue()).width == 2560


def test_a_thumbnail_is_a_jpeg_of_at_most_320_pixels():
    for kind in ("JPEG", "PNG", "WEBP"):
        with Image.open(BytesIO(thumbnail(hostile.picture(kind, size=(900, 300))))) as image:
            assert image.format == "JPEG" and image.size == (320, 107)


def test_there_is_no_thumbnail_of_a_pdf_or_of_a_spoilt_picture():
    for data, code in ((hostile.pdf(), "file_type_refused"), (hostile.picture()[:300], "image_broken")):
        with pytest.raises(Refused) as refusal:
            thumbnail(data)
        assert refusal.value.code == code


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("漏水照片 2026-03-02.jpeg", "漏水照片 2026-03-02.jpg"),
        ("Überschwemmung (1).JPG", "Überschwemmung _1.jpg"),
        ("．．／ａ．jpg", "a.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("....", "file.jpg"),
        ("a\u200b\ufeffb\x7f.jpg", "ab.jpg"),
        ("\ud800a.jpg", "a.jpg"),
    ],
)
def test_a_name_keeps_its_letters_and_nothing_else(name, kept):
    assert safe_name(name, "jpeg") == kept
    assert len(safe_name(name * 80, "webp")) <= 100


def test_no_spoilt_byte_brings_the_reader_down():
    """Each picture with bytes changed here and there is kept or refused; nothing else is ever raised."""
    for kind in ("JPEG", "PNG", "WEBP"):
        whole = hostile.picture(kind, exif=hostile.exif(6))
        for at in range(0, len(whole), 5):
            spoilt = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
            try:
                kept = accept(spoilt)
            except Refused as refusal:
                assert re.fullmatch("image_broken|image_too_large|file_type_refused", refusal.code)
            else:
                assert kept.data and b"Secret" not in kept.data
