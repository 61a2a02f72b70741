"""An estate's own words beside a procedure (docs/domain.md §3)."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.estates.models import Estate
from helpdesk.lib.errors import Refused
from helpdesk.staff.models import User
from tickets.models import ScriptText
from tickets.scripts import IN_BRACES, SCRIPTS, house_words, placeholders_of


@transaction.atomic
def write_script(
    estate: Estate,
    *,
    actor: User,
    key: str,
    texts: Mapping[str, tuple[str, str]],
    at: datetime | None = None,
) -> list[str]:
    """Keep what to say and the hint, language by language; empty ones, and the house's own, fall back to the house's.

    Returns the languages that changed. Refused unknown_script, unknown_placeholder (field say_LANGUAGE).
    """
    at = at or timezone.now()
    if key not in SCRIPTS or not set(texts) <= {code for code, _name in settings.LANGUAGES}:
        raise Refused("unknown_script", _("There is no such script."))
    Estate.objects.select_for_update(no_key=True).get(pk=estate.pk)
    changed = [
        language
        for language, (say, do) in texts.items()
        if _write(estate, actor, key, language, say.strip(), do.strip(), at)
    ]
    if changed:
        record("script.changed", estate, actor=actor, at=at, key=key, languages=changed)
    return changed


def _write(estate: Estate, actor: User, key: str, language: str, say: str, do: str, at: datetime) -> bool:
    check_placeholders(key, language, say)
    house_say, house_do = house_words(key, language)
    say, do = "" if say == house_say else say, "" if do == house_do else do
    kept = ScriptText.objects.filter(estate=estate, key=key, language=language).first()
    if (say, do) == ((kept.say, kept.do) if kept else ("", "")):
        return False
    if not (say or do):
        ScriptText.objects.filter(estate=estate, key=key, language=language).delete()
        return True
    ScriptText.objects.update_or_create(
        estate=estate,
        key=key,
        language=language,
        defaults={"say": say, "do": do, "changed_by": actor, "changed_at": at},
    )
    return True


def check_placeholders(key: str, language: str, say: str) -> None:
    """Refused unknown_placeholder for one that nothing would ever fill in."""
    unknown = sorted(set(IN_BRACES.findall(say)) - placeholders_of(key))
    if unknown:
        sentence = _("Nothing is known as {%(name)s} here; you may use %(known)s.")
        known = ", ".join(f"{{{name}}}" for name in sorted(placeholders_of(key)))
        raise Refused(
            "unknown_placeholder", sentence % {"name": unknown[0], "known": known}, field=f"say_{language}"
        )
