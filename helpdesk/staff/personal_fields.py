"""What is kept of the staff, and of whoever tries to log in."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpdesk.lib.personal_data import FOR_GOOD, SERVES_WORK, Grade, Keeping, PersonalField, register

HISTORY_OF_STAFF = Keeping(_("as long as what they did is kept"))
SAFETY = _("to notice who tries passwords")


def _older(column: str, days: int) -> Callable[[datetime], Q]:
    return lambda at: Q(**{f"{column}__lt": at - timedelta(days=days)})


THIRTY_DAYS = Keeping(_("30 days"), _older("attempt_time", 30))
UNTIL_LOGGED_OUT = Keeping(_("until it ends, twelve hours at most"), _older("expire_date", 0))
A_DAY = Keeping(_("24 hours"))


def _of_staff(name: str) -> PersonalField:
    return PersonalField(name, Grade.INTERNAL, SERVES_WORK, HISTORY_OF_STAFF)


def _attempt(name: str) -> PersonalField:
    return PersonalField(name, Grade.INTERNAL, SAFETY, THIRTY_DAYS)


register("staff.user", *map(_of_staff, ["username", "name", "email"]), plain=["password", "language"])
register("staff.membership")
register("staff.apitoken", plain=["name", "digest", "scopes"])
# A repeated request gets its first answer, which may be about anybody; helpdesk.staff.tasks.forget_answers ends it.
register(
    "staff.keptanswer",
    PersonalField("body", Grade.PERSONAL, SERVES_WORK, A_DAY, copied=False),
    plain=["owner", "key", "request_digest"],
)
register(
    "staff.savedview",
    PersonalField("query", Grade.INTERNAL, SERVES_WORK, FOR_GOOD),
    plain=["list_name", "name", "columns"],
)
register("staff.listchoice", plain=["list_name", "columns"])

for _label in ("accessattempt", "accesslog", "accessfailurelog"):
    register(
        f"axes.{_label}",
        *map(_attempt, ["username", "ip_address", "user_agent", "http_accept", "path_info"]),
        plain={
            "accessattempt": ["get_data", "post_data"],
            "accesslog": ["session_hash"],
        }.get(_label, []),
        deleted=THIRTY_DAYS,
    )
register(
    "sessions.session",
    PersonalField("session_data", Grade.INTERNAL, SERVES_WORK, UNTIL_LOGGED_OUT, copied=False),
    plain=["session_key"],
    deleted=UNTIL_LOGGED_OUT,
)
register("admin.logentry", plain=["object_id", "object_repr", "change_message"])
register("auth.permission", plain=["name", "codename"])
register("auth.group", plain=["name"])
register("contenttypes.contenttype", plain=["app_label", "model"])
