"""A page of the fees on paper: printed from the browser, or as PDF where `?as=pdf` asks and the machine can make one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from helpdesk.lib.pdf import has_pdf, pdf_answer


def paper(request: HttpRequest, template: str, context: dict[str, Any], *, name: str) -> HttpResponse:
    """The sheet; `name` is what the PDF is called. Refused no_pdf where none can be made."""
    if request.GET.get("as") == "pdf":
        return pdf_answer(request, template, context, name=name)
    query = request.GET.copy()
    query["as"] = "pdf"
    query.pop("now", None)
    return render(request, template, context | {"has_pdf": has_pdf(), "pdf_url": f"?{query.urlencode()}"})
