"""What the clerk says at each procedure, and the hint under it; what is not known yet stands as three dots.

No outcome, sum or date of cure is promised anywhere; a time to ring back is (docs/domain.md §2).
"""

import re
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate
from tickets.models import ScriptText

NOT_KNOWN = "…"
# A placeholder as an estate writes it, {clerk}, and as the house's own scripts carry it.
IN_BRACES = re.compile(r"\{([^{}]*)\}")
IN_PERCENT = re.compile(r"%\((\w+)\)s")


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
    "release_pass": Script(
        _("A release pass"),
        _(
            "May I see your document, and what is going out, how many of each? "
            "If you are not the owner, I will ring the owner on the number we hold."
        ),
        _("Say arrears to the owner only."),
    ),
    "visitor": Script(
        _("A visitor"),
        _(
            "Hello, whom are you visiting, and what about? A document, please; "
            "I will let them know you are here."
        ),
        _("Unsure about someone? One key tells security."),
    ),
    "door": Script(
        _("At the door"),
        _(
            "Hello, I am %(clerk)s of %(estate)s's office, here about the fees. Are you the owner? "
            "Ask me anything about the bill; what I can't answer I will write down "
            "and a colleague will ring you."
        ),
        _("Amount only after you know who it is. Promise nothing."),
    ),
    "handover": Script(
        _("Handover"),
        _(
            '%(n)s matters go over: when, who, what, next step. None? Write "none". '
            "The next shift reads and signs."
        ),
        _("Doors, windows, power, keys, cash."),
    ),
}


def script_of(key: str, *, language: str = "", estate: Estate | None = None, **known: Any) -> dict[str, Any]:
    """The script `key` for the screen: title and hint in the reader's language, what is said in the resident's.

    The estate's own words go before the house's.
    """
    script = SCRIPTS[key]
    reader = translation.get_language() or "en"
    language = language or reader
    own = own_texts(estate, key) if estate else {}
    say = own[language].say if language in own else ""
    do = own[reader].do if reader in own else ""
    return {
        "title": str(script.title),
        "say": fill(say or house_words(key, language)[0], language, {"estate": estate, **known}),
        "say_lang": language,
        "do": do or str(script.do),
        "asks": [str(ask) for ask in script.asks],
    }


def own_texts(estate: Estate, key: str) -> dict[str, ScriptText]:
    """What the estate says otherwise, by language."""
    return {text.language: text for text in ScriptText.objects.filter(estate=estate, key=key)}


def house_words(key: str, language: str) -> tuple[str, str]:
    """What to say, with its placeholders in braces, and the hint, as the house has them."""
    script = SCRIPTS[key]
    with translation.override(language):
        return IN_PERCENT.sub(r"{\1}", str(script.say)), str(script.do)


def placeholders_of(key: str) -> set[str]:
    """What an estate's own words for this script may name."""
    return set(IN_PERCENT.findall(str(SCRIPTS[key].say))) | {"estate", "clerk"}


def fill(words: str, language: str, known: dict[str, Any]) -> str:
    """The words with what is known; what is missing or empty stands as three dots."""
    with translation.override(language):
        return IN_BRACES.sub(lambda found: str(known.get(found[1]) or NOT_KNOWN), words)


def script_for_channel(channel: str) -> str:
    """Which script opens a conversation that came in by `channel`."""
    return channel if channel in {"counter", "letter"} else "call"


def script_for_class(complaint_class: str) -> str:
    """Which script goes with a class once it is judged; empty before."""
    if not complaint_class:
        return ""
    return "valid" if complaint_class == "valid" else "communication"
