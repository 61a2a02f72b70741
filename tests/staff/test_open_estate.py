"""A desk without an estate has no door: the first one, and its administrator, come in by a command."""

import pytest
from django.core.management import CommandError, call_command

from helpdesk.audit.models import Entry
from helpdesk.estates.models import Estate
from helpdesk.staff.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    """As `createsuperuser` makes one: of no estate."""
    return User.objects.create_superuser("boss", "boss@example.org", "Long-enough-99")


def open_it(*more: str) -> None:
    call_command("open_estate", "harbour", "Harbour View", "--administrator", "boss", *more)


def test_who_opened_the_first_estate_can_set_it_up(boss, login):
    assert login(boss).get("/admin/", follow=True).status_code == 403
    open_it("--currency", "HKD", "--time-zone", "Asia/Hong_Kong", "--phone-region", "HK")
    estate = Estate.objects.get()
    assert (estate.code, estate.currency, estate.time_zone) == ("harbour", "HKD", "Asia/Hong_Kong")
    browser = login(User.objects.get())
    for page in (
        "",
        "estates/estate/",
        "estates/department/add/",
        "staff/user/add/",
        "staff/membership/add/",
    ):
        assert browser.get(f"/admin/{page}").status_code == 200, page
    assert browser.get("/").status_code == 200


def test_opening_an_estate_has_history(boss):
    open_it()
    assert Entry.objects.filter(verb="setting.added").count() == 2


@pytest.mark.parametrize(
    ("more", "word"),
    [
        (("--currency", "yuan"), "currency"),
        (("--time-zone", "Mars/Base"), "time_zone"),
        (("--administrator", "nobody"), "nobody"),
    ],
)
def test_a_wrong_value_opens_nothing_and_is_named(boss, more, word):
    with pytest.raises(CommandError, match=word):
        open_it(*more)
    assert not Estate.objects.exists()


def test_a_code_is_taken_once(boss):
    open_it()
    with pytest.raises(CommandError, match="code"):
        open_it()
    assert Estate.objects.count() == 1
