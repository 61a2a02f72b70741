"""A printed page as PDF, by WeasyPrint where Pango is present; where it is not, the page prints from the browser."""

from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from helpdesk.lib.errors import Refused


@lru_cache(maxsize=1)
def _weasyprint() -> Any:
    """The library, or None; only who asks for a PDF waits for its fonts."""
    try:
        import weasyprint  # a second to load, and it needs Pango: not everybody has it
    except (ImportError, OSError):
        return None
    return weasyprint


def has_pdf() -> bool:
    """Whether this machine can make a PDF."""
    return settings.HAS_PDF and _weasyprint() is not None


def pdf_answer(request: HttpRequest, template: str, context: dict[str, Any], *, name: str) -> HttpResponse:
    """The page as `name`.pdf, to be opened in the browser. Refused no_pdf where the machine can't make one."""
    if not has_pdf():
        raise Refused(
            "no_pdf", _("No PDF can be made here: print the page from the browser, or save it as PDF there.")
        )
    html = render_to_string(template, {**context, "as_pdf": True}, request=request)
    return HttpResponse(
        pdf_of(html),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}.pdf"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


def pdf_of(html: str) -> bytes:
    """The bytes of the PDF. Our own stylesheets are the only thing that is read besides `html`."""
    weasyprint = _weasyprint()

    class StaticFilesOnly(weasyprint.urls.URLFetcher):  # type: ignore[misc,name-defined]
        def fetch(self, url: str, headers: Any = None) -> Any:
            path = static_file(url)
            if path is None:
                raise ValueError(f"not ours to fetch: {url}")
            return weasyprint.urls.URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "text/css"})

    document = weasyprint.HTML(string=html, base_url=settings.SITE_URL, url_fetcher=StaticFilesOnly())
    return bytes(document.write_pdf())


def static_file(url: str) -> Path | None:
    """The stylesheet on the disk that a page of ours names; None for everything else."""
    path = unquote(urlsplit(url).path)
    if (
        not url.startswith(settings.SITE_URL)
        or not path.startswith(settings.STATIC_URL)
        or not path.endswith(".css")
    ):
        return None
    name = path.removeprefix(settings.STATIC_URL)
    if ".." in name or name.startswith("/"):
        return None
    kept = Path(settings.STATIC_ROOT) / name
    found = str(kept) if kept.is_file() else finders.find(name)
    return Path(found) if isinstance(found, str) else None
