"""Notes and replies on a ticket, and the replies that wait for a supervisor."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from helpdesk.staff.access import needs
from tickets.forms.tickets import ReasonForm, WordsForm
from tickets.models import Reply
from tickets.promise_words import Promise, find_promises
from tickets.services.replies import add_reply, release_reply, withdraw_reply
from tickets.views.acts import carry_out, person, press
from tickets.views.answers import ticket_for
from tickets.views.wording import listed

SAYS = {
    "money": gettext_lazy("is a promise of money. A supervisor approves it first."),
    "outcome": gettext_lazy("is a promise of how it ends. A supervisor approves it first."),
    "date_of_cure": gettext_lazy("is a promise of when it is done. A supervisor approves it first."),
}


@require_POST
@needs("tickets.work")
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a note, or reply to the resident; a reply that promises is held for a supervisor."""
    ticket = ticket_for(request, pk, "tickets.work")
    public = request.POST.get("visibility") == "public"
    name = "reply" if public else "note"
    check = reverse("ticket_promises") if public else ""
    form = WordsForm(
        request.POST,
        request.FILES,
        auto_id=f"{name}_%s",
        draft_key=f"ticket-{ticket.pk}-{name}",
        check_url=check,
    )

    def act(data: dict[str, Any]) -> Reply:
        visibility = "public" if public else "internal"
        values = {"body": data["body"], "files": data["files"], "form_token": data["form_token"] or None}
        return add_reply(ticket, actor=person(request), visibility=visibility, **values)

    return carry_out(request, ticket, name, form, act, said)


@require_POST
@needs("tickets.release_reply")
def release(request: HttpRequest, pk: int, reply_pk: int) -> HttpResponse:
    """Let a held reply go out to the resident."""
    ticket = ticket_for(request, pk, "tickets.release_reply")
    reply = get_object_or_404(Reply, pk=reply_pk, ticket=ticket)
    return press(request, ticket, lambda: release_reply(reply, actor=person(request)), _("The reply is sent"))


@require_POST
@needs("tickets.work")
def withdraw(request: HttpRequest, pk: int, reply_pk: int) -> HttpResponse:
    """Take a held reply back, with the reason."""
    ticket = ticket_for(request, pk, "tickets.work")
    reply = get_object_or_404(Reply, pk=reply_pk, ticket=ticket)
    form = ReasonForm(request.POST, auto_id=f"withdraw-{reply.pk}_%s")

    def act(data: dict[str, Any]) -> Any:
        return withdraw_reply(reply, actor=person(request), **data)

    return carry_out(request, ticket, f"withdraw-{reply.pk}", form, act, _("The reply is withdrawn"))


@require_POST
@needs("tickets.work")
def promises(request: HttpRequest) -> HttpResponse:
    """A fragment: the promise words in a reply that is being typed."""
    warning = warning_about(request.POST.get("body", "")[:8000])
    # Whoever may release a reply sends it at once.
    context = {"warning": warning, "asks": not person(request).may_somewhere("tickets.release_reply")}
    return render(request, "tickets/_promise.html", context)


def warning_about(text: str) -> dict[str, str] | None:
    """What the bar under the reply says; None where nothing is promised."""
    found: list[Promise] = find_promises(text)
    if not found:
        return None
    words = listed(_("“%(words)s”") % {"words": promise.words} for promise in found[:3])
    return {"words": words, "says": str(SAYS[found[0].kind])}


def said(reply: Reply) -> str:
    """Whether it went out, or waits."""
    if reply.state == Reply.State.HELD:
        return _("Kept: a supervisor is asked to approve it before it goes out")
    return _("Sent") if reply.visibility == Reply.Visibility.PUBLIC else _("Note kept")
