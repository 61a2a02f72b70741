"""Estates, their departments, calendars, shifts and duty list: what every other record hangs on."""

import datetime
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def check_time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(_("That is not a time zone's name, such as Asia/Shanghai."))


def check_windows(value: object) -> None:
    """Opening windows: {"0".."6": [["09:00", "18:00"], …]}, Monday is 0; an end before its start runs past midnight."""
    message = _('Write windows as {"0": [["09:00", "18:00"]]}, Monday being 0.')
    if not isinstance(value, dict) or not set(value) <= set("0123456"):
        raise ValidationError(message)
    try:
        for windows in value.values():
            for start, end in windows:
                datetime.time.fromisoformat(start), datetime.time.fromisoformat(end)
    except (TypeError, ValueError) as error:
        raise ValidationError(message) from error


def office_hours() -> dict[str, list[list[str]]]:
    """09:00 to 18:00, Monday to Friday (docs/domain.md §2)."""
    return {str(day): [["09:00", "18:00"]] for day in range(5)}


def calling_hours() -> dict[str, list[list[str]]]:
    """09:00–12:00 and 14:00–20:00 on every day: never while people rest (docs/domain.md §5)."""
    return {str(day): [["09:00", "12:00"], ["14:00", "20:00"]] for day in range(7)}


class EstateQuerySet(models.QuerySet["Estate"]):
    def visible_to(self, user) -> "EstateQuerySet":  # type: ignore[no-untyped-def]
        """Estates that `user` works in."""
        return self.filter(pk__in=user.estate_ids)


class DepartmentQuerySet(models.QuerySet["Department"]):
    def visible_to(self, user) -> "DepartmentQuerySet":  # type: ignore[no-untyped-def]
        """Departments of the estates that `user` works in."""
        return self.filter(estate_id__in=user.estate_ids)


class Estate(models.Model):
    """One estate 项目/小区: the border of what a member of staff sees."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_zh_hans = models.CharField(_("name in Simplified Chinese"), max_length=80, blank=True)
    name_zh_hant = models.CharField(_("name in Traditional Chinese"), max_length=80, blank=True)
    telephone = models.CharField(_("front desk telephone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=40, default="Asia/Shanghai", validators=[check_time_zone]
    )
    phone_region = models.CharField(
        _("telephone region"), max_length=2, default="CN", validators=[RegexValidator(r"^[A-Z]{2}$")]
    )
    currency = models.CharField(
        _("currency"), max_length=3, default="CNY", validators=[RegexValidator(r"^[A-Z]{3}$")]
    )
    language = models.CharField(_("language"), max_length=8, default="zh-hans")
    business_windows = models.JSONField(_("business hours"), default=office_hours, validators=[check_windows])
    calling_windows = models.JSONField(_("calling hours"), default=calling_hours, validators=[check_windows])
    calls_skip_holidays = models.BooleanField(_("no follow-up calls on public holidays"), default=False)
    follow_up_days = models.PositiveSmallIntegerField(
        _("follow-up visit within (days)"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    follow_up_delay_hours = models.PositiveSmallIntegerField(
        _("first follow-up attempt after (hours)"), default=24, validators=[MaxValueValidator(24 * 30)]
    )
    follow_up_share = models.PositiveSmallIntegerField(
        _("small repairs: share of follow-up visits (%)"),
        default=100,
        validators=[MaxValueValidator(100)],
        help_text=_(
            "100 asks about every one. Less draws so many of a hundred help-seeking, normal matters."
        ),
    )
    routine_visits_a_day = models.PositiveSmallIntegerField(
        _("routine follow-up visits a day"),
        default=5,
        validators=[MaxValueValidator(500)],
        help_text=_("Once a household a year, and in the first week after moving in. 0 plans none."),
    )
    sign_minutes = models.PositiveIntegerField(
        _("slip to be signed for within (business minutes)"), default=30, validators=[MinValueValidator(1)]
    )
    is_active = models.BooleanField(_("active"), default=True)
    # What was taken before this moment is made up, for showing the house; nothing is learnt from it.
    demo_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = EstateQuerySet.as_manager()

    class Meta:
        verbose_name = _("estate")
        verbose_name_plural = _("estates")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.local_name

    @property
    def local_name(self) -> str:
        """The name in the language being read."""
        names = {"zh-hans": self.name_zh_hans, "zh-hant": self.name_zh_hant}
        return names.get(get_language() or "en", "") or self.name


class Department(models.Model):
    """A department, or a contractor acting as one. Its kind is what procedures speak of; its name is data."""

    class Kind(models.TextChoices):
        FRONT_DESK = "front_desk", _("Front desk")
        ENGINEERING = "engineering", _("Engineering")
        SECURITY = "security", _("Security")
        CLEANING = "cleaning", _("Cleaning")
        LANDSCAPING = "landscaping", _("Landscaping")
        FINANCE = "finance", _("Finance")
        ADMINISTRATION = "administration", _("Administration")
        CONTRACTOR = "contractor", _("Contractor")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="departments", verbose_name=_("estate"))
    code = models.SlugField(_("code"), max_length=30)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    name = models.CharField(_("name"), max_length=80)
    name_zh_hans = models.CharField(_("name in Simplified Chinese"), max_length=80, blank=True)
    name_zh_hant = models.CharField(_("name in Traditional Chinese"), max_length=80, blank=True)
    telephone = models.CharField(_("telephone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["estate", "code"]
        constraints = [models.UniqueConstraint(fields=["estate", "code"], name="department_code_once")]

    def __str__(self) -> str:
        names = {"zh-hans": self.name_zh_hans, "zh-hant": self.name_zh_hant}
        return names.get(get_language() or "en", "") or self.name


class Holiday(models.Model):
    """A public holiday, or a make-up working day 调休 on what would be a day off."""

    estate = models.ForeignKey(Estate, models.CASCADE, related_name="holidays", verbose_name=_("estate"))
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=80, blank=True)
    is_working = models.BooleanField(_("make-up working day"), default=False)

    class Meta:
        verbose_name = _("public holiday")
        verbose_name_plural = _("public holidays")
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["estate", "day"], name="holiday_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class PriorityLimit(models.Model):
    """How quickly a matter of one priority is answered and resolved in one estate (docs/domain.md §2)."""

    class Unit(models.TextChoices):
        CLOCK_MINUTES = "clock_minutes", _("minutes by the clock")
        BUSINESS_MINUTES = "business_minutes", _("business minutes")
        WORKING_DAYS = "working_days", _("working days")
        AT_ONCE = "at_once", _("at once")

    estate = models.ForeignKey(Estate, models.CASCADE, related_name="limits", verbose_name=_("estate"))
    priority = models.CharField(_("priority"), max_length=10)
    response_amount = models.PositiveIntegerField(_("first response within"))
    response_unit = models.CharField(_("counted in"), max_length=20, choices=Unit)
    resolution_amount = models.PositiveIntegerField(_("resolved within"))
    resolution_unit = models.CharField(_("resolved: counted in"), max_length=20, choices=Unit)
    # Empty: the usual limit of the priority.
    on_site_amount = models.PositiveIntegerField(
        _("valid complaint: on the spot within"), null=True, blank=True
    )
    on_site_unit = models.CharField(_("on the spot: counted in"), max_length=20, choices=Unit, blank=True)

    class Meta:
        verbose_name = _("priority limit")
        verbose_name_plural = _("priority limits")
        constraints = [
            models.UniqueConstraint(fields=["estate", "priority"], name="limit_once_a_priority"),
            models.CheckConstraint(
                condition=models.Q(on_site_amount__isnull=True) | ~models.Q(on_site_unit=""),
                name="on_site_amount_has_a_unit",
            ),
        ]

    def __str__(self) -> str:
        return self.priority


class Shift(models.Model):
    """A shift of a department, by its hours; an end before the start runs past midnight."""

    estate = models.ForeignKey(Estate, models.CASCADE, related_name="shifts", verbose_name=_("estate"))
    department = models.ForeignKey(
        Department, models.CASCADE, related_name="shifts", verbose_name=_("department")
    )
    name = models.CharField(_("name"), max_length=40)
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("to"))

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["department", "starts"]

    def __str__(self) -> str:
        return f"{self.name} {self.starts:%H:%M}–{self.ends:%H:%M}"


class Duty(models.Model):
    """Who is on duty 值班 in one shift of one day."""

    shift = models.ForeignKey(Shift, models.CASCADE, related_name="duties", verbose_name=_("shift"))
    day = models.DateField(_("day"))
    person = models.ForeignKey("staff.User", models.PROTECT, related_name="duties", verbose_name=_("person"))

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duty list")
        ordering = ["day", "shift"]
        constraints = [models.UniqueConstraint(fields=["shift", "day", "person"], name="duty_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.shift_id} {self.person_id}"


class NumberSeries(models.Model):
    """The last number given in a series of one estate and year; its row is the lock that keeps numbers without gaps."""

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="+")
    series = models.CharField(max_length=4)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("number series")
        constraints = [
            models.UniqueConstraint(fields=["estate", "series", "year"], name="series_once_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.series}-{self.year}"
