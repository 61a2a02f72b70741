"""The check that fails on a missing, fuzzy, unused or stale message."""

import shutil
import subprocess
from pathlib import Path

import pytest

polib = pytest.importorskip("polib")
catalogues = pytest.importorskip("helpdesk.desk.catalogues")
pytestmark = pytest.mark.skipif(shutil.which("msgmerge") is None, reason="gathering texts needs gettext")

PAGE = "{% load i18n %}{% translate 'Open' %} {% blocktranslate %}{{ n }} calls{% endblocktranslate %}"


@pytest.fixture
def project(tmp_path):
    """A project with one page and two catalogues that are complete."""
    for folder in catalogues.SOURCES:
        (tmp_path / folder).mkdir()
    write_page(
        tmp_path,
        "{% load i18n %}{% translate 'Open' %} {% blocktranslate %}{{ n }} calls{% endblocktranslate %}",
    )
    for locale in catalogues.LOCALES:
        translate(tmp_path, locale, {"Open": "打开", "%(n)s calls": "%(n)s 次来电"})
    return tmp_path


def write_page(project: Path, text: str) -> None:
    (project / "templates" / "page.html").write_text(text, encoding="utf-8")


def translate(project: Path, locale: str, texts: dict[str, str]) -> None:
    po = project / "locale" / locale / "LC_MESSAGES" / "django.po"
    po.parent.mkdir(parents=True, exist_ok=True)
    book = polib.POFile()
    book.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": "nplurals=1; plural=0;"}
    book.extend(polib.POEntry(msgid=msgid, msgstr=msgstr) for msgid, msgstr in texts.items())
    book.save(str(po))
    po.with_suffix(".mo").write_bytes(catalogues.compiled(po))


def faults(project: Path) -> list[str]:
    folder = project / "locale"
    collected = catalogues.collect(project, folder)
    return [
        fault
        for locale in catalogues.LOCALES
        for fault in catalogues.faults(locale, folder, collected[locale])
    ]


def test_complete_catalogues_have_no_faults(project):
    assert faults(project) == []


def test_a_text_without_a_translation_is_named_with_its_file(project):
    write_page(project, PAGE + "{% translate 'Kites' %}")
    assert [f for f in faults(project) if "missing" in f] == [
        f"{locale}: missing: 'Kites' (templates/page.html)" for locale in catalogues.LOCALES
    ]


def test_a_text_that_is_used_no_more_is_named(project):
    translate(project, "zh_Hans", {"Open": "打开", "%(n)s calls": "%(n)s 次来电", "Shut": "关闭"})
    assert faults(project) == ["zh_Hans: used no more: 'Shut'"]


def test_a_lost_placeholder_is_named(project):
    translate(project, "zh_Hant", {"Open": "打開", "%(n)s calls": "來電"})
    assert faults(project) == ["zh_Hant: placeholders differ (%(n)s): '%(n)s calls'"]


def test_a_fuzzy_translation_is_no_translation(project):
    po = project / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    book = polib.pofile(str(po))
    book.find("Open").flags.append("fuzzy")
    book.save()
    po.with_suffix(".mo").write_bytes(catalogues.compiled(po))
    assert faults(project) == ["zh_Hans: fuzzy: 'Open' (templates/page.html)"]


def test_a_catalogue_changed_after_compiling_is_named(project):
    po = project / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    po.write_text(po.read_text(encoding="utf-8").replace("打开", "开启"), encoding="utf-8")
    assert faults(project) == ["zh_Hans: django.mo is not the compiled django.po"]


def test_gathering_leaves_the_sources_as_they_are(project):
    before = subprocess.check_output(["find", project, "-newer", project / "templates"])
    catalogues.collect(project, project / "locale")
    assert subprocess.check_output(["find", project, "-newer", project / "templates"]) == before
