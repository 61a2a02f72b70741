"""The gate on a guard's phone: one huge word, goods to tick, one button (docs/domain.md §7). Never what is owed."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.lib.addresses import address_of
from helpdesk.lib.errors import Refused
from helpdesk.lib.pages import INVALID, REFUSED, SeeOther
from helpdesk.staff.access import needs, require, require_here
from helpdesk.staff.models import User
from tickets.clocks import day_and_time
from visitors.forms.gate import CodeForm, MismatchForm, ReleaseForm
from visitors.models import Consent, GateRelease, ReleasePass
from visitors.models.policies import policy_of
from visitors.services import gate as gates
from visitors.services.release_passes import has_consent

AT_GATE, JUST_DONE = "gate", "gate_done"


@require_http_methods(["GET", "POST"])
@needs("gate.release")
@never_cache
def gate(request: HttpRequest) -> HttpResponse:
    """Type a code, and say once at which gate you stand."""
    require_here(request, "gate.release")
    names = policy_of(request.estate).gates  # type: ignore[attr-defined]
    form = CodeForm(request.POST or None, gates=names, initial={"gate": request.session.get(AT_GATE, "")})
    if request.method == "POST" and form.is_valid():
        request.session[AT_GATE] = form.cleaned_data["gate"]
        found = open_pass(request, form.cleaned_data["code"])
        if found is not None and found.code:
            return SeeOther(reverse("gate_pass", args=[found.code]))
        form.add_error("code", _("There is no such pass. Look at the code again."))
    context = {"form": form, "at_gate": request.session.get(AT_GATE, ""), "now": timezone.now()}
    return render(request, "visitors/gate.html", context, status=INVALID if form.errors else 200)


@require_GET
@needs("gate.release")
@never_cache
def gate_pass(request: HttpRequest, code: str) -> HttpResponse:
    """What the camera opens: the state of the pass, its goods."""
    found = open_pass(request, code)
    if found is None:
        return unknown(request)
    done_pk = request.session.pop(JUST_DONE, None)
    done = found.releases.filter(pk=done_pk).first() if done_pk else None
    return show(request, found, done=done)


@require_POST
@needs("gate.release")
@never_cache
def release(request: HttpRequest, code: str) -> HttpResponse:
    """Let out what is ticked. The same scan again gets the same answer; any other hears when and where it left."""
    found = open_pass(request, code)
    if found is None:
        return unknown(request)
    user = user_of(request)
    key = gates.scan_key_of(user, request.headers.get("Idempotency-Key") or request.POST.get("scan_key", ""))
    first = gates.answer_to(found, key)
    if first is not None:
        return answered(request, found, first)
    form = form_for(request, found, request.POST)
    if gates.state_at_gate(found, timezone.now()) == "go" and not form.is_valid():
        return show(request, found, form=form, status=INVALID)
    form.is_valid()
    try:
        left = gates.release_goods(
            found,
            actor=user,
            gate=form.cleaned_data.get("gate", ""),
            items=form.chosen() or None,
            plate=form.plate_seen(),
            acknowledge_plate=form.cleaned_data["acknowledge_plate"],
            scan_key=key,
        )
    except Refused as refused:
        return refuse(request, found, form, refused)
    request.session[AT_GATE] = left.gate
    return answered(request, found, left)


def answered(request: HttpRequest, found: ReleasePass, left: GateRelease) -> HttpResponse:
    """Shown once: whoever opens the address later sees what is left, or that nothing is."""
    request.session[JUST_DONE] = left.pk
    return SeeOther(reverse("gate_pass", args=[found.code]))


def refuse(request: HttpRequest, found: ReleasePass, form: ReleaseForm, refused: Refused) -> HttpResponse:
    found = ReleasePass.objects.select_related("estate", "unit").get(pk=found.pk)
    if refused.code in {"plate_differs", "gate_missing"} and refused.field in form.fields:
        form.add_error(refused.field, str(refused.message))
        return show(request, found, form=form, status=REFUSED, plate_differs=refused.code == "plate_differs")
    return show(request, found, refusal=str(refused.message), status=REFUSED)


@require_POST
@needs("gate.release")
@never_cache
def send_back(request: HttpRequest, code: str) -> HttpResponse:
    """What does not match is not released; the desk is told."""
    found = open_pass(request, code)
    if found is None:
        return unknown(request)
    mismatch = MismatchForm(request.POST)
    if not mismatch.is_valid():
        return show(request, found, mismatch=mismatch, status=INVALID)
    where = request.POST.get("gate", "").replace("\0", "")[:40] or request.session.get(AT_GATE, "")
    try:
        gates.send_back(
            found, actor=user_of(request), gate=where or _("the gate"), reason=mismatch.cleaned_data["reason"]
        )
    except Refused as refused:
        found.refresh_from_db()
        return show(request, found, refusal=str(refused.message), status=REFUSED)
    return SeeOther(reverse("gate_pass", args=[found.code]))


def open_pass(request: HttpRequest, written: str) -> ReleasePass | None:
    """The pass behind a code, for whoever may let goods out of its estate; 403 for the rest, TooOften for guessing."""
    found = gates.open_code(written, user=user_of(request), address=address_of(request))
    if found is not None:
        require(user_of(request), "gate.release", found)
    return found


def user_of(request: HttpRequest) -> User:
    user: User = request.user  # type: ignore[assignment]
    return user


def form_for(request: HttpRequest, found: ReleasePass, data: Any = None) -> ReleaseForm:
    return ReleaseForm(
        data,
        release_pass=found,
        items=found.items.all(),
        gates=policy_of(found.estate).gates,
        initial={"gate": request.session.get(AT_GATE, "")},
    )


def unknown(request: HttpRequest) -> HttpResponse:
    word = {"key": "unknown", "word": _("No such pass"), "tone": "stop", "icon": "barred"}
    word["line"] = _("Nothing leaves. Look at the code again, or ring the front desk.")
    context = {"state": word, "at_gate": request.session.get(AT_GATE, ""), "now": timezone.now()}
    return render(request, "visitors/gate_pass.html", context, status=404)


def show(
    request: HttpRequest,
    found: ReleasePass,
    *,
    done: GateRelease | None = None,
    form: ReleaseForm | None = None,
    mismatch: MismatchForm | None = None,
    refusal: str = "",
    plate_differs: bool = False,
    status: int = 200,
) -> HttpResponse:
    at = timezone.now()
    loads = list(found.releases.select_related("released_by").prefetch_related("lines__item"))
    state = gates.state_at_gate(found, at)
    may_go = state == "go" and done is None
    form = (form or form_for(request, found)) if may_go else None
    context = {
        "release_pass": found,
        "state": word_of(found, state, loads, done, at),
        "consent": consent_of(found),
        "items": list(found.items.all()),
        "form": form,
        "lines": form.lines() if form else [],
        "until": day_and_time(found.valid_until),
        "at_gate": request.session.get(AT_GATE, ""),
        "mismatch": mismatch or MismatchForm(),
        "refusal": refusal,
        "plate_differs": plate_differs,
        "loads": [load_words(load) for load in loads],
        "more": bool(done and state == "go"),
        "now": at,
    }
    return render(request, "visitors/gate_pass.html", context, status=status)


def word_of(
    found: ReleasePass, state: str, loads: list[GateRelease], done: GateRelease | None, at: datetime
) -> dict[str, str]:
    """One huge word, its colour and its icon, and a line under it."""
    if done is not None:
        pieces = sum(line.quantity for line in done.lines.all())
        said = ngettext("%(count)s piece left by %(gate)s.", "%(count)s pieces left by %(gate)s.", pieces)
        line = said % {"count": pieces, "gate": done.gate}
        rest = _("The rest stays on the pass.") if state == "go" else _("Nothing more leaves on it.")
        return {
            "key": "done",
            "word": _("Let out"),
            "tone": "go",
            "icon": "tick-badge",
            "line": pgettext("between sentences", " ").join([line, rest]),
        }
    until, last = day_and_time(found.valid_until), loads[-1] if loads else None
    once = _("Valid until %(until)s, once only.") % {"until": until}
    words = {
        "go": (_("May leave"), "go", "tick-circle", once),
        "not_yet": (
            _("Not yet"),
            "grey",
            "clock",
            _("Valid from %(from)s.") % {"from": day_and_time(found.valid_from)},
        ),
        "released": (
            _("Already released"),
            "grey",
            "tick",
            load_words(last) if last else "",
        ),
        "expired": (_("Expired"), "grey", "clock", _("It ran out: %(until)s.") % {"until": until}),
        "revoked": (_("Revoked"), "stop", "barred", _("Nothing leaves. Send them to the front desk.")),
    }
    word, tone, icon, line = words[state]
    return {"key": state, "word": word, "tone": tone, "icon": icon, "line": line}


def load_words(load: GateRelease) -> str:
    """When and where something left."""
    words = {"gate": load.gate, "when": day_and_time(load.released_at), "who": str(load.released_by)}
    return _("%(when)s at %(gate)s, by %(who)s") % words


def consent_of(found: ReleasePass) -> dict[str, str]:
    """Whether the owner agreed, and how; not who, nor at which number."""
    if not has_consent(found):
        return {"icon": "tick", "label": _("not needed")}
    last = found.consents.filter(answer=Consent.Answer.GIVEN).order_by("-answered_at", "-pk").first()
    if last is not None and last.way == Consent.Way.TELEPHONE:
        return {"icon": "phone", "label": _("confirmed by telephone")}
    return {"icon": "link", "label": _("confirmed by link")}
