"""How a resident's name is written for who reads it, and how it is spoken."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from helpdesk.lib.names import fold
from residents.models import Resident

TITLES_BEFORE = frozenset({"mr", "ms", "mrs", "miss", "dr", "prof"})
TITLES_AFTER = frozenset({"先生", "女士", "小姐", "太太", "老师", "老師", "医生", "醫生"})


def is_chinese(text: str) -> bool:
    """Whether some of the text is written in Chinese characters."""
    return any("\u3400" <= letter <= "\u9fff" for letter in text)


def short_name(resident: Resident) -> str:
    """One writing of the name: the Chinese one for a Chinese reader, the other one otherwise."""
    names = [name for name in (resident.name, resident.other_name) if name]
    wants_chinese = (get_language() or "en").startswith("zh")
    return next((name for name in names if is_chinese(name) == wants_chinese), names[0])


def full_name(resident: Resident) -> str:
    """Both writings, the reader's own first: Wang Jianguo 王建国."""
    first = short_name(resident)
    second = resident.other_name if first == resident.name else resident.name
    return f"{first} {second}".strip()


def spoken_name(resident: Resident) -> str:
    """How the desk greets them: Mr Wang as it stands on file, else a title and the name, else the name."""
    salutation = resident.salutation.strip()
    if not salutation:
        return short_name(resident)
    if salutation.lower().rstrip(".") in TITLES_BEFORE:
        return _("%(title)s %(name)s") % {"title": salutation, "name": short_name(resident)}
    if salutation in TITLES_AFTER:
        return f"{short_name(resident)}{salutation}"
    return salutation


def bears(person: Resident, name: str) -> bool:
    """Whether it is one of the person's names, whatever its width, case, script and spaces."""
    asked = _written(name)
    return bool(asked) and asked in {_written(person.name), _written(person.other_name)}


def _written(name: str) -> str:
    return "".join(fold(name).split())
