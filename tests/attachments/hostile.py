"""Hostile files, made in memory: what an ill-willed visitor, or a broken telephone, sends."""

import struct
import zlib
from io import BytesIO
from zipfile import ZipFile

from PIL import Image, PngImagePlugin

SCRIPT = b"<script>alert(document.domain)</script>"
HTML = b"<!DOCTYPE html><html><body>" + SCRIPT + b"</body></html>"


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **options) -> bytes:
    out = BytesIO()
    Image.effect_noise(size, 60).convert(mode).save(out, kind, **options)
    return out.getvalue()


def exif(orientation: int = 1) -> bytes:
    """EXIF as telephones write it: make, a remark, where it was taken (Shanghai), which way up."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010F] = "SecretPhone"
    tags[0x9286] = "SecretRemark"
    tags.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 49.0), 3: "E", 4: (121.0, 28.0, 25.0)})
    return tags.tobytes()


def exif_with_words_for_orientation() -> bytes:
    entry = struct.pack("<HHHI4s", 1, 0x0112, 2, 4, b"abc\0")
    return b"Exif\0\0II*\0\x08\0\0\0" + entry + b"\0\0\0\0SecretRemark"


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, *more: bytes, pixels: bytes = b"") -> bytes:
    """A PNG that says what we like about its size."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(pixels, 9))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(more) + body + chunk(b"IEND", b"")


def png_with_text() -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", SCRIPT.decode())
    notes.add_text("Secret", "SecretRemark", zip=True)
    return picture("PNG", pnginfo=notes, exif=exif())


def huge_webp() -> bytes:
    data = bytearray(picture("WEBP", lossless=True))
    data[21:25] = struct.pack("<I", 16382 | 16382 << 14)
    return bytes(data)


def huge_jpeg() -> bytes:
    data = bytearray(picture())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", 65000, 65000)
    return bytes(data)


def jpeg_of_many_scans() -> bytes:
    data = picture(progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * 100 + b"\xff\xd9"


def animated(kind: str) -> bytes:
    out = BytesIO()
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=50)
    return out.getvalue()


def archive(*members: str) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as zipped:
        for member in members:
            zipped.writestr(member, SCRIPT)
    return out.getvalue()


def pdf(*objects: bytes) -> bytes:
    """A small PDF; the objects given stand among its own."""
    own = (b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>", *objects)
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % (number, text) for number, text in enumerate(own, 1))
    return b"%PDF-1.7\n" + body + b"trailer <</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"


def stream(content: bytes, more: bytes = b"", filters: bytes = b"/FlateDecode") -> bytes:
    return b"<<%b/Filter%b/Length %d>>\nstream\n%b\nendstream" % (more, filters, len(content), content)


def object_stream(objects: bytes, spoil_checksum: bool = False) -> bytes:
    packed = zlib.compress(b"7 0 " + objects)
    if spoil_checksum:
        packed = packed[:-4] + b"\0\0\0\0"
    return stream(packed, b"/Type/ObjStm/N 1/First 4")


def heic() -> bytes:
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 64
