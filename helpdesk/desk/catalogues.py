"""The project's translation catalogues: gathered from the sources, checked, compiled. For developers and CI."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

LOCALES = ("zh_Hans", "zh_Hant")
SOURCES = ("helpdesk", "residents", "billing", "tickets", "visitors", "templates")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")


def collect(sources: Path, catalogues: Path) -> dict[str, str]:
    """The .po file of each locale as the sources would have it now; the real files stay as they are. Needs gettext."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for folder in SOURCES:
            shutil.copytree(
                sources / folder,
                copy / folder,
                ignore=shutil.ignore_patterns("locale", "__pycache__", "migrations"),
            )
        for locale in LOCALES:
            written = catalogues / locale / "LC_MESSAGES" / "django.po"
            target = copy / "locale" / locale / "LC_MESSAGES"
            target.mkdir(parents=True)
            if written.exists():
                shutil.copy(written, target)
        _make_messages(copy)
        return {
            locale: (copy / "locale" / locale / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
            for locale in LOCALES
        }


def _make_messages(folder: Path) -> None:
    locales = [argument for locale in LOCALES for argument in ("--locale", locale)]
    # Outside the project's settings, so that makemessages writes into the copy and not to LOCALE_PATHS.
    subprocess.run(
        [
            *(sys.executable, "-m", "django", "makemessages", *locales, "--extension", "html,txt,py"),
            *("--add-location", "file", "--no-obsolete", "--verbosity", "0"),
        ],
        cwd=folder,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin"},
        check=True,
    )


def compiled(po: Path) -> bytes:
    """The .mo file of a .po file."""
    return polib.pofile(str(po), encoding="utf-8").to_binary()


def faults(locale: str, catalogues: Path, collected: str) -> Iterator[str]:
    """A line for each message that is missing, fuzzy, misses a placeholder, is used no more, or isn't compiled."""
    po = catalogues / locale / "LC_MESSAGES" / "django.po"
    if not po.exists():
        yield f"{locale}: {po} is missing"
        return
    written = polib.pofile(str(po), encoding="utf-8")
    wanted = polib.pofile(collected, encoding="utf-8")
    known = {_key(entry): entry for entry in written if not entry.obsolete}
    used = {_key(entry): entry for entry in wanted if not entry.obsolete}
    for key, entry in used.items():
        if key not in known or not known[key].translated():
            state = "fuzzy" if key in known and known[key].fuzzy else "missing"
            yield f"{locale}: {state}: {entry.msgid!r} ({', '.join(path for path, _ in entry.occurrences[:2])})"
        elif lost := _lost_placeholders(known[key]):
            yield f"{locale}: placeholders differ ({', '.join(sorted(lost))}): {entry.msgid!r}"
    for entry in written:
        if entry.obsolete or _key(entry) not in used:
            yield f"{locale}: used no more: {entry.msgid!r}"
    mo = po.with_suffix(".mo")
    if not mo.exists() or mo.read_bytes() != written.to_binary():
        yield f"{locale}: {mo.name} is not the compiled {po.name}"


def _key(entry: polib.POEntry) -> tuple[str | None, str]:
    return entry.msgctxt, entry.msgid


def _lost_placeholders(entry: polib.POEntry) -> set[str]:
    if entry.msgid_plural:
        # Chinese has one plural form, and it says the number.
        source = set(PLACEHOLDER.findall(entry.msgid_plural))
        return {
            found
            for text in entry.msgstr_plural.values()
            for found in source ^ set(PLACEHOLDER.findall(text))
        }
    return set(PLACEHOLDER.findall(entry.msgid)) ^ set(PLACEHOLDER.findall(entry.msgstr))
