"""What an uploaded file really is. Images are written anew; PDFs are looked through; all else is refused.

Neither the name nor the type the browser claims is believed: the first bytes decide.
"""

import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image

from helpdesk.lib.errors import Refused

MAX_SIDE = 2560
MAX_PIXELS = 50_000_000
THUMBNAIL_SIDE = 320
MAX_NAME = 100
MAX_JPEG_SCANS = 64
MAX_INFLATED = 64 * 1024 * 1024

CONTENT_TYPES = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "pdf": "application/pdf"}
EXTENSIONS = {"jpeg": "jpg", "png": "png", "webp": "webp", "pdf": "pdf"}
ENCODINGS = {"jpeg": {"quality": 85}, "png": {}, "webp": {"quality": 85}}
# How a picture is turned upright, by the orientation its EXIF names.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ORIENTATION = 0x0112


def _spelt(*names: str) -> bytes:
    """A pattern of PDF names, any letter of which may be written as an escape: /J#61vaScript."""
    spelt = ("".join(f"(?:{letter}|(?i:#{ord(letter):02x}))" for letter in name) for name in names)
    return f"(?:{'|'.join(spelt)})".encode()


# /JS is only three letters, which chance puts into any large picture: so it must be followed by a script.
ACTIVE_PDF = re.compile(
    b"/(?:%b|%b%b)"
    % (
        _spelt("JavaScript", "Launch", "OpenAction", "EmbeddedFile", "RichMedia", "XFA"),
        _spelt("JS"),
        rb"[\s\0]*(?:[(<%]|\d+[\s\0]+\d+[\s\0]+R)",
    )
)
OBJECT_STREAM = re.compile(b"/" + _spelt("ObjStm"))
# Ways to pack objects so that they can't be looked into here.
OPAQUE_PDF = re.compile(
    b"/" + _spelt("Encrypt", "ASCIIHexDecode", "ASCII85Decode", "LZWDecode", "RunLengthDecode")
)
PDF_STREAM = re.compile(rb"(?<!end)stream[ \t]*(?:\r\n|\n|\r)")
PDF_OBJECT_NUMBERS = re.compile(rb"[\s\0]*\d+[\s\0]+\d+[\s\0]")
PIECE = 16 * 1024

RESERVED_NAMES = re.compile(r"(?:CON|PRN|AUX|NUL|COM\d|LPT\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Inspected:
    """A file fit to be kept: its bytes as they are to be stored. Width and height in pixels, 0 for a PDF."""

    kind: str
    content_type: str
    data: bytes
    name: str
    width: int = 0
    height: int = 0


def inspect(upload: BinaryIO, *, name: str, max_bytes: int) -> Inspected:
    """The file as it may be kept: jpeg, png, webp or pdf, its name safe, an image's metadata gone.

    Refused with file_empty, file_too_large, file_type_refused, image_too_large (over 50 megapixels) or image_broken.
    """
    data = _read(upload, max_bytes)
    kind = _kind_of(data)
    width = height = 0
    if kind == "pdf":
        data = _checked_pdf(data)
    else:
        image = _decoded(data, kind, MAX_SIDE)
        data, (width, height) = _encoded(image, kind), image.size
    return Inspected(kind, CONTENT_TYPES[kind], data, safe_name(name, kind), width, height)


def thumbnail(data: bytes) -> bytes:
    """A jpeg of at most 320 px a side; what is clear becomes white. A PDF is refused (file_type_refused)."""
    kind = _kind_of(data)
    if kind == "pdf":
        raise _wrong_type()
    image = _decoded(data, kind, THUMBNAIL_SIDE)
    if image.mode == "RGBA":
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image).convert("RGB")
    return _encoded(image, "jpeg")


def safe_name(name: str, kind: str) -> str:
    """Letters, digits, spaces, - and _ of the name, without path; the extension says the kind. At most 100 long."""
    extension = EXTENSIONS[kind]
    last = re.split(r"[/\\]", unicodedata.normalize("NFKC", name))[-1]
    # Control characters and those that turn the direction of reading (fdp.exe) go without trace.
    last = "".join(letter for letter in last if not unicodedata.category(letter).startswith("C"))
    stem = last.rpartition(".")[0] or last
    stem = re.sub(r"[^\w\- ]+", "_", stem)[: MAX_NAME - len(extension) - 1].strip(" _")
    if not stem or RESERVED_NAMES.fullmatch(stem):
        stem = "file"
    return f"{stem}.{extension}"


def _read(upload: BinaryIO, max_bytes: int) -> bytes:
    upload.seek(0)
    # One byte more than allowed: the size a browser claims is not believed.
    data = upload.read(max_bytes + 1)
    if not data:
        raise Refused("file_empty", _("The file is empty."))
    if len(data) > max_bytes:
        message = _("The file is larger than %(limit)s.") % {"limit": filesizeformat(max_bytes)}
        raise Refused("file_too_large", message, max_bytes=max_bytes)
    return data


def _kind_of(data: bytes) -> str:
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data.startswith(b"%PDF-"):
        return "pdf"
    raise _wrong_type()


def _wrong_type() -> Refused:
    return Refused("file_type_refused", _("Only JPEG, PNG and WebP pictures and PDF files can be added."))


def _broken_pdf() -> Refused:
    return Refused("file_type_refused", _("The PDF file is damaged or incomplete."))


# --- images


def _decoded(data: bytes, kind: str, side: int) -> Image.Image:
    """The picture, upright, no longer than `side`, in RGB or RGBA, with nothing but its pixels."""
    # A scan of a few bytes costs a pass over the whole picture: thousands would keep a worker busy for hours.
    if kind == "jpeg" and data.count(b"\xff\xda") > MAX_JPEG_SCANS:
        raise _broken()
    try:
        with Image.open(BytesIO(data), formats=[kind.upper()]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise _too_many_pixels()
            return _upright(_shrunk(image, side), _orientation_of(image))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except Refused:
        raise
    except Exception as error:
        # Pillow's readers raise nearly anything on a spoilt file: OSError, SyntaxError, ValueError, struct.error…
        raise _broken() from error


def _orientation_of(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:
        # A photo whose EXIF is spoilt is still a photo; what it says is thrown away in any case.
        return 1


def _shrunk(image: Image.Image, side: int) -> Image.Image:
    if image.mode.startswith("I"):
        # Pillow would cut 16-bit grey off at 255, which is nearly all white.
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    elif image.mode not in ("RGB", "RGBA", "L", "LA", "CMYK"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.thumbnail((side, side))
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    turn = TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def _encoded(image: Image.Image, kind: str) -> bytes:
    # The writers copy profiles, comments and EXIF from here.
    image.info = {}
    out = BytesIO()
    image.save(out, kind.upper(), **ENCODINGS[kind])
    return out.getvalue()


def _broken() -> Refused:
    return Refused("image_broken", _("The picture is damaged or incomplete."))


def _too_many_pixels() -> Refused:
    message = _("The picture has more than %(limit)s megapixels.") % {"limit": MAX_PIXELS // 1_000_000}
    return Refused("image_too_large", message, max_pixels=MAX_PIXELS)


# --- PDF


def _checked_pdf(data: bytes) -> bytes:
    """The PDF up to its end mark. Refused if it holds scripts, files or actions, or hides what it holds."""
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise _broken_pdf()
    hides = OBJECT_STREAM.search(data) and OPAQUE_PDF.search(data)
    if hides or ACTIVE_PDF.search(data) or any(map(ACTIVE_PDF.search, _packed_objects(data))):
        raise Refused(
            "file_type_refused",
            _(
                "The PDF file holds scripts, actions or other files, or can't be checked. Print it to a new PDF first."
            ),
        )
    # Whatever hangs behind the end mark (an archive, a web page) is no part of the PDF.
    return data[:end] + b"%%EOF\n"


def _packed_objects(data: bytes) -> Iterator[bytes]:
    """The inflated object streams; refused when they come to more than 64 MB, packed and unpacked together."""
    left = MAX_INFLATED
    for stream in PDF_STREAM.finditer(data):
        if _looks_like_objects(data, stream.end()):
            inflated, cost = _inflated(data, stream.end(), left)
            left -= cost
            yield inflated


def _looks_like_objects(data: bytes, start: int) -> bool:
    """Object streams begin with their objects' numbers; pictures and most pages don't."""
    try:
        head = _unpacker().decompress(data[start + 2 : start + 1024], 64)
    except zlib.error:
        return False
    return PDF_OBJECT_NUMBERS.match(head) is not None


def _unpacker() -> "zlib._Decompress":
    # Raw, so without the two bytes before and the checksum behind: readers forgive a wrong one.
    return zlib.decompressobj(-zlib.MAX_WBITS)


def _inflated(data: bytes, start: int, limit: int) -> tuple[bytes, int]:
    """A stream's content, and its length packed and unpacked."""
    unpacker, content, cost = _unpacker(), BytesIO(), 0
    try:
        # By pieces: whatever follows the stream is copied by every call.
        for at in range(start + 2, len(data), PIECE):
            piece = data[at : at + PIECE]
            cost += content.write(unpacker.decompress(piece, limit + 1))
            cost += len(piece) - len(unpacker.unused_data)
            if cost > limit:
                raise Refused("file_too_large", _("The PDF file is too large to be checked."))
            if unpacker.eof:
                break
    except zlib.error as error:
        raise _broken_pdf() from error
    return content.getvalue(), cost
