"""What the clerk says at each procedure, and the hint under it; what is not known yet stands as three dots.

No outcome, sum or date of cure is promised anywhere; a time to ring back is (docs/domain.md §2).
"""

from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NOT_KNOWN = "…"


@dataclass(frozen=True)
class Script:
    """Words to say (placeholders in percent form), the hint to the clerk, and what to ask, in order."""

    title: Promise | str
    say: Promise | str
    do: Promise | str
    asks: tuple[Promise | str, ...] = ()


SCRIPTS: dict[str, Script] = {
    "call": Script(
        _("On the telephone"),
        _("Hello, %(estate)s front desk, %(clerk)s speaking. Who is calling, please, and from which unit?"),
        _("Write while they talk. Can't answer? Number, and a time to ring back."),
        (
            _("Who speaks, from which unit"),
            _("What happened, where, since when"),
            _("Is anybody in danger, is anything being damaged"),
            _("Reported before? To whom?"),
            _("A number and a good time to ring back"),
        ),
    ),
    "counter": Script(
        _("At the counter"),
        _("Please take a seat. Tell me what happened; I will write it down and read it back to you."),
        _("Counter before telephone: take a number from the caller."),
        (
            _("Name and unit"),
            _("What happened, where, since when"),
            _("Is anybody in danger, is anything being damaged"),
            _("Reported before? To whom?"),
            _("Read it back before they leave"),
        ),
    ),
    "letter": Script(
        _("A letter"),
        _("Your letter of %(date)s has reached us, number %(number)s; %(clerk)s is looking after it."),
        _("Report: slip. Complaint: desk supervisor. Praise: wall and department. Other: administration."),
    ),
    "valid": Script(
        _("A valid complaint"),
        _(
            "Thank you for telling us. I will go and look with %(supervisor)s of %(department)s, "
            "and I stay your contact until it is closed."
        ),
        _("Nothing about money or outcome. Write down what was found."),
    ),
    "communication": Script(
        _("A communication complaint"),
        _(
            "I see. Let me check your name and unit; I am passing it to %(department)s now "
            "and will ring you at %(time)s."
        ),
        _("The account is for your information: service is the same."),
    ),
    "follow_up": Script(
        _("A follow-up visit"),
        _(
            "Hello, %(estate)s front desk. Is this a good moment? About %(matter)s: "
            "satisfied, so-so or dissatisfied, and what should be better?"
        ),
        _("Not in rest hours. Short: three questions."),
    ),
}


class Known(dict[str, Any]):
    """The words to fill in; one that is missing or empty stands as three dots."""

    def __missing__(self, key: str) -> str:
        return NOT_KNOWN


def script_of(key: str, *, language: str = "", **known: Any) -> dict[str, Any]:
    """The script `key` for the screen: title and hint in the reader's language, what is said in the resident's."""
    script = SCRIPTS[key]
    words = Known({name: value for name, value in known.items() if value})
    language = language or translation.get_language() or "en"
    with translation.override(language):
        say = str(script.say) % words
    return {
        "title": str(script.title),
        "say": say,
        "say_lang": language,
        "do": str(script.do),
        "asks": [str(ask) for ask in script.asks],
    }


def script_for_channel(channel: str) -> str:
    """Which script opens a conversation that came in by `channel`."""
    return channel if channel in {"counter", "letter"} else "call"


def script_for_class(complaint_class: str) -> str:
    """Which script goes with a class once it is judged; empty before."""
    if not complaint_class:
        return ""
    return "valid" if complaint_class == "valid" else "communication"
