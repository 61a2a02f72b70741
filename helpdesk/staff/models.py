"""Staff: users, their memberships of estates with a role, and their API tokens."""

from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Department, Estate
from helpdesk.lib.fields import SealedTextField
from helpdesk.staff.permissions import PERMISSIONS, SCOPES, UNSCOPED, Role


class User(AbstractUser):
    """A member of staff. Residents have no account."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)

    class Meta(AbstractUser.Meta):
        verbose_name = _("member of staff")  # type: ignore[assignment]
        verbose_name_plural = _("staff")  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.name or self.username

    @cached_property
    def memberships_now(self) -> list["Membership"]:
        """Active memberships in active estates, read once for each request."""
        rows = self.memberships.filter(is_active=True, estate__is_active=True)
        return list(rows.select_related("estate", "department").order_by("estate__code"))

    @property
    def estate_ids(self) -> list[int]:
        """The estates this person works in; nothing else exists for them."""
        return [m.estate_id for m in self.memberships_now]

    def may(self, permission: str, estate_id: int | None) -> bool:
        """Whether a role held in that estate allows `permission`; an unknown string is a KeyError."""
        allowed = PERMISSIONS[permission]
        return any(m.role in allowed for m in self.memberships_now if m.estate_id == estate_id)

    def may_somewhere(self, permission: str) -> bool:
        """Whether some role of this person, in whatever estate, allows `permission`."""
        return any(m.role in PERMISSIONS[permission] for m in self.memberships_now)

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)


class Membership(models.Model):
    """What a member of staff is in one estate: one role, in one department where that matters."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="memberships", verbose_name=_("member of staff")
    )
    estate = models.ForeignKey(Estate, models.PROTECT, related_name="memberships", verbose_name=_("estate"))
    role = models.CharField(_("role"), max_length=12, choices=Role)
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("department"),
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["user", "estate"], name="one_role_an_estate")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.estate_id}"


class ApiToken(models.Model):
    """A bearer token of a member of staff, kept as a digest; the token itself is shown once."""

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(_("scopes"), default=list)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return self.name

    def is_usable(self, at: datetime) -> bool:
        """Neither revoked nor expired at `at`, and its owner still works here."""
        return self.revoked_at is None and at < self.expires_at and self.user.is_active

    def opens(self, permission: str) -> bool:
        """Whether one of the token's scopes covers `permission`; what every colleague may see needs none."""
        return permission in UNSCOPED or any(permission in SCOPES.get(scope, ()) for scope in self.scopes)


class KeptAnswer(models.Model):
    """The first answer to a request that carried an Idempotency-Key, replayed for a day."""

    # "user:5" or, where nobody is logged in, "address:" and a digest.
    owner = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    # JSON; sealed, for an answer holds what people wrote and may hold a resident's link.
    body = SealedTextField(purpose="staff.kept_answer", mask=None, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("kept answer")
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="one_answer_a_key")]

    def __str__(self) -> str:
        return self.owner


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def offered_to(self, user: User, estate_id: int) -> "SavedViewQuerySet":
        """Views in that estate that are the user's own, their department's, or everybody's; the own ones first."""
        teams = [
            m.department_id for m in user.memberships_now if m.estate_id == estate_id and m.department_id
        ]
        shared = Q(shared=SavedView.Shared.ESTATE) | Q(
            shared=SavedView.Shared.DEPARTMENT, department_id__in=teams
        )
        return self.filter(Q(owner=user) | shared, estate_id=estate_id).order_by("shared", "name", "id")


class SavedView(models.Model):
    """Filters and columns of a list under a name: somebody's own, or lent to the department or the whole estate."""

    class Shared(models.TextChoices):
        NOBODY = "", _("Only me")
        DEPARTMENT = "department", _("My department")
        ESTATE = "estate", _("Everybody in the estate")

    estate = models.ForeignKey(Estate, models.CASCADE, related_name="+", verbose_name=_("estate"))
    # Which list, by the name of its page: ticket_list, slip_list …
    list_name = models.CharField(max_length=40)
    name = models.CharField(_("name"), max_length=60)
    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_views", verbose_name=_("owner"))
    shared = models.CharField(_("who sees it"), max_length=12, choices=Shared, blank=True)
    department = models.ForeignKey(Department, models.CASCADE, null=True, blank=True, related_name="+")
    # As it stands in the address, without the page's key.
    query = models.CharField(max_length=500, blank=True)
    # Keys of columns in their order; empty: the list's own.
    columns = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.UniqueConstraint(fields=["owner", "estate", "list_name", "name"], name="view_once"),
            models.CheckConstraint(
                condition=~Q(shared="department") | Q(department__isnull=False), name="lent_to_a_department"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ListChoice(models.Model):
    """How one person wants one list: which columns, and which view it opens with."""

    user = models.ForeignKey(User, models.CASCADE, related_name="list_choices")
    estate = models.ForeignKey(Estate, models.CASCADE, related_name="+")
    list_name = models.CharField(max_length=40)
    columns = models.JSONField(default=list, blank=True)
    default_view = models.ForeignKey(SavedView, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("choice for a list")
        constraints = [
            models.UniqueConstraint(fields=["user", "estate", "list_name"], name="one_choice_a_list")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.list_name}"
