"""The answers book 问答库: read, kept, and found while one types."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.staff.access import get_visible, needs, require_here
from helpdesk.staff.models import User
from helpdesk.staff.roles import colleagues
from tickets.forms.answers import AnswerForm
from tickets.models import Answer
from tickets.services.answers import archive_answer, find_answers, write_answer
from tickets.views.answers import INVALID, REFUSED, done
from tickets.views.registers import register_tabs

# Fewer letters than this say nothing yet.
SHORTEST = 2
MOST = 200


@require_GET
@needs("answers.view")
def answer_list(request: HttpRequest) -> HttpResponse:
    """The whole book, or what the words in the address point to."""
    require_here(request, "answers.view")
    user: User = request.user  # type: ignore[assignment]
    estate = request.estate  # type: ignore[attr-defined]
    words = request.GET.get("q", "")[:200].strip()
    archived = request.GET.get("show") == "archived"
    if words:
        rows = find_answers(estate, words, limit=MOST)
    else:
        book = Answer.objects.visible_to(user).filter(estate=estate, is_archived=archived)  # type: ignore[attr-defined]
        rows = list(book.select_related("keeper").order_by("-checked_on", "-id")[:MOST])
    context = {
        "rows": [shown(answer) for answer in rows],
        "words": words,
        "chips": [
            {"label": _("In use"), "url": "?", "active": not archived},
            {"label": _("No longer in use"), "url": "?show=archived", "active": archived},
        ],
        "tabs": register_tabs(request, "answer_list"),
        "may_write": user.may("answers.write", estate.pk),
        "crumbs": [{"label": _("Answers book")}],
    }
    return render(request, "tickets/answer_list.html", context)


def shown(answer: Answer) -> dict[str, Any]:
    """An answer in the reader's language, with the languages of what stands there."""
    question, question_lang = answer.asked
    words, words_lang = answer.said
    return {
        "pk": answer.pk,
        "question": question,
        "question_lang": question_lang,
        "answer": words,
        "answer_lang": words_lang,
        "keeper": str(answer.keeper),
        "checked_on": answer.checked_on,
        "is_archived": answer.is_archived,
    }


@require_POST
@needs("answers.view")
def answer_search(request: HttpRequest) -> HttpResponse:
    """A part of a form: the answers that what is typed so far points to. By POST: what people say is in no address."""
    require_here(request, "answers.view")
    words = request.POST.get("description", "") or request.POST.get("summary", "")
    words = words.replace("\0", "").strip()
    found = find_answers(request.estate, words) if len(words) >= SHORTEST else []  # type: ignore[attr-defined]
    context = {"answers": [shown(answer) for answer in found], "asked": len(words) >= SHORTEST}
    return render(request, "tickets/_answers.html", context)


@require_http_methods(["GET", "POST"])
@needs("answers.write")
def new(request: HttpRequest) -> HttpResponse:
    """A new entry."""
    require_here(request, "answers.write")
    return write(request, request.estate, None)  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@needs("answers.write")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """An entry as its keeper finds it right."""
    answer = answer_for(request, pk)
    return write(request, answer.estate, answer)


def answer_for(request: HttpRequest, pk: int) -> Answer:
    rows = Answer.objects.select_related("estate", "keeper")
    return get_visible(rows, request.user, "answers.write", pk=pk)  # type: ignore[arg-type]


def write(request: HttpRequest, estate: Estate, answer: Answer | None) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    people = colleagues(estate.pk, "answers.view")
    if request.method == "GET":
        first = {"keeper": user.pk, "checked_on": timezone.localdate()}
        values = AnswerForm.values_of(answer) if answer else first
        return show_form(request, AnswerForm(initial=values, people=people), answer)
    form = AnswerForm(request.POST, initial={"pk": answer.pk} if answer else {}, people=people)
    if not form.is_valid():
        return show_form(request, form, answer, status=INVALID)
    try:
        write_answer(estate=estate, actor=user, entry=answer, **form.cleaned_data)
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        return show_form(request, form, answer, status=REFUSED)
    return done(request, _("Kept in the answers book"), reverse("answer_list"))


def show_form(
    request: HttpRequest, form: AnswerForm, answer: Answer | None, *, status: int = 200
) -> HttpResponse:
    title = answer.asked[0] if answer else _("New answer")
    crumbs = [{"label": _("Answers book"), "url": reverse("answer_list")}, {"label": title}]
    context = {"form": form, "answer": answer, "title": title, "crumbs": crumbs}
    return render(request, "tickets/answer_form.html", context, status=status)


@require_POST
@needs("answers.write")
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an entry out of use, or bring it back."""
    answer = answer_for(request, pk)
    archived = request.POST.get("archived") == "1"
    archive_answer(answer, actor=request.user, archived=archived)  # type: ignore[arg-type]
    return done(request, _("Out of use") if archived else _("In use again"), reverse("answer_list"))
