"""Residents' pages: the form, and what the secret link opens. No account, nothing about anybody else."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.attachments.models import Attachment
from helpdesk.attachments.services import check_uploads, serve
from helpdesk.estates.models import Estate
from helpdesk.lib.addresses import address_of
from helpdesk.lib.errors import Refused, TooOften
from helpdesk.staff.middleware import speak_for
from residents.services.consents import CURRENT
from tickets.forms.public import PublicForm, PublicReplyForm, RatingForm
from tickets.models import Ticket
from tickets.progress import Progress, progress_of, public_files
from tickets.services import follow_ups, public, replies


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("name", "phone")
@never_cache
def public_form(request: HttpRequest, estate_code: str) -> HttpResponse:
    """The web form of one estate; a sent one leads to its own page."""
    estate = get_object_or_404(Estate, code=estate_code, is_active=True)
    speak_for(request, estate)
    form = PublicForm(request.POST or None, request.FILES or None, region=estate.phone_region)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["website"]:
            # A program's: it hears what a person would hear, and nothing is kept.
            return render(request, "tickets/public_thanks.html", {"estate": estate})
        try:
            ticket = _submit(request, estate, form)
        except TooOften:
            raise
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
        else:
            return redirect(f"{reverse('track', args=[ticket.track_secret])}?new=1")
    return render(
        request,
        "tickets/public_form.html",
        {"estate": estate, "form": form, "version": CURRENT},
        status=400 if form.errors else 200,
    )


def _submit(request: HttpRequest, estate: Estate, form: PublicForm) -> Ticket:
    data = form.cleaned_data
    # Counted before anything is opened: looking into a picture is work, refused or not.
    public.count_form(address_of(request))
    files = check_uploads(data["files"])
    return public.submit_form(
        estate,
        name=data["name"],
        phone=data["phone"],
        description=data["description"],
        unit_code=data["unit"],
        language=get_language() or "",
        files=files,
        form_token=data["form_token"],
        consent_version=data["consent_version"],
    )


@require_GET
@never_cache
def track(request: HttpRequest, secret: str) -> HttpResponse:
    """How the matter stands, in plain words."""
    ticket = _by_secret(request, secret)
    return _page(request, ticket, secret, PublicReplyForm(), RatingForm())


@require_POST
@never_cache
def track_reply(request: HttpRequest, secret: str) -> HttpResponse:
    """A few lines from the resident."""
    ticket = _by_secret(request, secret)
    form = PublicReplyForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            public.count_reply(address_of(request))
            replies.add_resident_reply(
                ticket,
                body=form.cleaned_data["body"],
                files=check_uploads(form.cleaned_data["files"]),
                form_token=form.cleaned_data["form_token"],
            )
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
        else:
            messages.success(request, _("Sent. The front desk has your message."))
            return redirect("track", secret=secret)
    return _page(request, ticket, secret, form, RatingForm(), status=400)


@require_POST
@never_cache
def track_rate(request: HttpRequest, secret: str) -> HttpResponse:
    """The resident's rating, which counts as the follow-up visit."""
    ticket = _by_secret(request, secret)
    form = RatingForm(request.POST)
    if form.is_valid():
        try:
            follow_ups.rate_by_link(
                ticket, score=form.cleaned_data["score"], comment=form.cleaned_data["comment"]
            )
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
        else:
            messages.success(request, _("Thank you, we have written it down."))
            return redirect("track", secret=secret)
    return _page(request, ticket, secret, PublicReplyForm(), form, status=400)


@require_GET
def track_file(request: HttpRequest, secret: str, pk: int) -> HttpResponseBase:
    """A photo that the resident sent or was shown."""
    ticket = _by_secret(request, secret)
    file = get_object_or_404(public_files(ticket), pk=pk)
    return serve(file, small="small" in request.GET)


def _by_secret(request: HttpRequest, secret: str) -> Ticket:
    ticket = public.open_link(secret, address=address_of(request))
    if ticket is None:
        raise Http404
    speak_for(request, ticket.estate)
    return ticket


def _page(
    request: HttpRequest,
    ticket: Ticket,
    secret: str,
    reply_form: PublicReplyForm,
    rating_form: RatingForm,
    status: int = 200,
) -> HttpResponse:
    files = Attachment.objects.of(ticket).filter(is_public=True)
    progress = progress_of(ticket)
    context = {
        "estate": ticket.estate,
        "ticket": ticket,
        "progress": progress,
        "talk": messages_of(progress, secret),
        "secret": secret,
        "now": timezone.now(),
        "is_new": "new" in request.GET,
        "reply_form": reply_form,
        "rating_form": rating_form,
        "files": shown(files, secret),
    }
    response = render(request, "tickets/public_track.html", context, status=status)
    # The address is the key: it must not travel on to anybody else. "no-referrer" would send the forms without an
    # origin, and they would be refused as forged.
    response["Referrer-Policy"] = "same-origin"
    return response


def messages_of(progress: Progress, secret: str) -> list[dict[str, Any]]:
    """What was written to and fro, each with the photos that came with it."""
    return [{"reply": r, "files": shown(progress.photos.get(r.pk, []), secret)} for r in progress.replies]


def shown(files: Iterable[Attachment], secret: str) -> list[dict[str, str]]:
    """Files as components/files.html wants them."""
    urls = [(f, reverse("track_file", args=[secret, f.pk])) for f in files]
    return [
        {"url": url, "name": f.name, "thumb_url": f"{url}?small" if f.is_image else ""} for f, url in urls
    ]
