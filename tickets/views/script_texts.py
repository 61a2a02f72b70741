"""The scripts beside each procedure, as the estate wants them said: read, changed, previewed in three languages."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.staff.access import needs, require_here
from tickets.forms.answers import ScriptForm
from tickets.models import ScriptText
from tickets.scripts import SCRIPTS, fill, house_words, own_texts, placeholders_of, script_of
from tickets.services.script_texts import check_placeholders, write_script
from tickets.views.answers import INVALID, REFUSED, done
from tickets.views.registers import register_tabs


@require_GET
@needs("scripts.write")
def script_list(request: HttpRequest) -> HttpResponse:
    """All procedures with what is said at each, and whether the estate says it in its own words."""
    require_here(request, "scripts.write")
    estate = request.estate  # type: ignore[attr-defined]
    own = set(ScriptText.objects.filter(estate=estate).values_list("key", flat=True))
    reader = get_language() or "en"
    mine = {t.key: t for t in ScriptText.objects.filter(estate=estate, language=reader)}
    rows = [
        {
            "key": key,
            "title": str(script.title),
            "say": (mine[key].say if key in mine else "") or house_words(key, reader)[0],
            "is_own": key in own,
        }
        for key, script in SCRIPTS.items()
    ]
    context = {
        "rows": rows,
        "tabs": register_tabs(request, "script_list"),
        "crumbs": [{"label": _("Scripts")}],
    }
    return render(request, "tickets/script_list.html", context)


@require_http_methods(["GET", "POST"])
@needs("scripts.write")
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """One script in three languages; *Preview* shows it as typed and keeps nothing."""
    require_here(request, "scripts.write")
    if key not in SCRIPTS:
        raise Http404
    estate = request.estate  # type: ignore[attr-defined]
    if request.method == "GET":
        return show_form(request, estate, key, ScriptForm(initial=first_values(estate, key)))
    form = ScriptForm(request.POST)
    if not form.is_valid():
        return show_form(request, estate, key, form, status=INVALID)
    try:
        if request.POST.get("next") == "preview":
            for language, (say, _do) in form.texts().items():
                check_placeholders(key, language, say)
            return show_form(request, estate, key, form)
        write_script(estate, actor=request.user, key=key, texts=form.texts())  # type: ignore[arg-type]
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        return show_form(request, estate, key, form, status=REFUSED)
    return done(request, _("Script kept"), reverse("script_edit", args=[key]))


@require_GET
@needs("desk.view")
def say(request: HttpRequest, key: str) -> HttpResponse:
    """A script as it is said in an estate of this person's, in the language the address names; alone, or into a page."""
    if key not in SCRIPTS:
        raise Http404
    asked = request.GET.get("estate", "")
    own = [str(pk) for pk in request.user.estate_ids]  # type: ignore[union-attr]
    if asked and asked not in own:
        raise Http404
    estate = Estate.objects.get(pk=asked) if asked else request.estate  # type: ignore[attr-defined]
    language = request.GET.get("language", "")
    language = language if language in dict(settings.LANGUAGES) else ""
    script = script_of(key, language=language, estate=estate, clerk=request.user)
    if request.headers.get("HX-Request"):
        return render(request, "components/script_side.html", script)
    return render(request, "tickets/script_say.html", {"script": script})


def first_values(estate: Estate, key: str) -> dict[str, str]:
    """The estate's own words, or the house's where it has none."""
    own = own_texts(estate, key)
    values = {}
    for code, _name in settings.LANGUAGES:
        say, do = house_words(key, code)
        kept = own.get(code)
        values[f"say_{code}"] = (kept.say if kept else "") or say
        values[f"do_{code}"] = (kept.do if kept else "") or do
    return values


def show_form(
    request: HttpRequest, estate: Estate, key: str, form: ScriptForm, *, status: int = 200
) -> HttpResponse:
    title = str(SCRIPTS[key].title)
    context = {
        "form": form,
        "title": title,
        "known": [f"{{{name}}}" for name in sorted(placeholders_of(key))],
        "previews": [preview(request, estate, key, form, code, name) for code, name in settings.LANGUAGES],
        "crumbs": [{"label": _("Scripts"), "url": reverse("script_list")}, {"label": title}],
    }
    return render(request, "tickets/script_form.html", context, status=status)


def preview(
    request: HttpRequest, estate: Estate, key: str, form: ScriptForm, code: str, name: str
) -> dict[str, Any]:
    """As it will stand beside the form, with what is known here; an emptied field falls back to the house's words."""
    house = script_of(key, language=code)
    say = form[f"say_{code}"].value() or house_words(key, code)[0]
    do = form[f"do_{code}"].value() or house_words(key, code)[1]
    known = {"estate": estate, "clerk": request.user}
    return {"title": name, "say": fill(say, code, known), "say_lang": code, "do": do, "asks": house["asks"]}
