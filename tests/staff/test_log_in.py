"""Logging in, being locked out, reading one's own language."""

import pytest
from django.test import Client
from django.urls import reverse

from helpdesk.audit.models import Entry
from helpdesk.lib.attempts import attempts
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def attempt(browser, password=PASSWORD, username="clerk"):
    return browser.post(reverse("login"), {"username": username, "password": password})


def test_a_clerk_lands_on_the_desk(clerk):
    response = attempt(Client())
    assert (response.status_code, response["Location"]) == (302, "/")


def test_the_session_is_a_new_one_after_log_in(clerk):
    browser = Client()
    browser.get(reverse("login"))
    browser.session["planted"] = "x"
    before = browser.session.session_key
    attempt(browser)
    assert browser.session.session_key != before


def test_known_and_unknown_names_fail_alike(clerk):
    known, unknown = attempt(Client(), "wrong"), attempt(Client(), "wrong", "nobody")
    strip = [r.content.decode().replace("nobody", "clerk") for r in (known, unknown)]
    assert known.status_code == unknown.status_code == 200
    assert len(strip[0]) == len(strip[1])


def test_after_five_wrong_tries_even_the_right_password_waits(clerk):
    browser = Client()
    for _ in range(5):
        last = attempt(browser, "wrong")
    assert last.status_code == 429
    assert attempt(browser).status_code == 429


def test_one_lock_out_is_not_everybodys(clerk, manager):
    for _ in range(6):
        attempt(Client(), "wrong")
    assert attempt(Client(), username="manager").status_code == 302


@pytest.fixture
def hashed(monkeypatch):
    """The passwords that reached the hasher."""
    seen = []
    backend = "django.contrib.auth.backends.ModelBackend.authenticate"
    monkeypatch.setattr(backend, lambda self, request, **given: seen.append(given["password"]))
    return seen


def test_one_account_is_tried_five_times_from_however_many_addresses(clerk, hashed):
    answers = [attempt(Client(REMOTE_ADDR=f"10.0.0.{n}"), "wrong").status_code for n in range(20)]
    assert len(hashed) == 5 and answers[5:] == [429] * 15


def test_one_address_tries_thirty_times_with_however_many_names(hashed):
    for n in range(40):
        last = attempt(Client(REMOTE_ADDR=f"2001:db8::{n + 1:x}"), "wrong", f"name{n}")
    assert len(hashed) == 30
    assert last.status_code == 429 and last["Retry-After"] == "900"
    assert "Too many tries" in last.text and "name39" in last.text


def test_tries_that_are_refused_do_not_prolong_the_wait(clerk, monkeypatch):
    for n in range(8):
        attempt(Client(REMOTE_ADDR=f"10.0.0.{n}"), "wrong")
    assert attempts("log-in", "clerk") == 5


def test_those_who_log_in_well_never_wait(clerk):
    for _ in range(32):
        assert attempt(Client()).status_code == 302


def test_a_very_long_password_never_reaches_the_hasher(clerk, hashed):
    answer = attempt(Client(), "x" * 900_000)
    assert answer.status_code == 400 and "at most 128 characters" in answer.text
    assert 'value="clerk"' in answer.text and not hashed


def test_the_settings_pages_have_no_log_in_of_their_own(clerk, hashed):
    for _ in range(2):
        answer = Client().post("/admin/login/?next=/admin/", {"username": "clerk", "password": "wrong"})
        assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/admin/")
    assert not hashed


def test_who_is_no_administrator_is_told_so_instead_of_being_asked_again(clerk, admin, login):
    assert login(clerk).get("/admin/login/?next=/admin/").status_code == 403
    assert login(admin).get("/admin/login/")["Location"] == "/admin/"


class TestOwnPassword:
    NEW = "Heron-at-the-lake-7"

    def change(self, browser, old=PASSWORD, new=NEW):
        sent = {"old_password": old, "new_password1": new, "new_password2": new}
        return browser.post(reverse("password_change"), sent)

    def test_it_is_changed_and_written_down(self, clerk, login):
        browser, elsewhere = login(clerk), login(clerk)
        assert "password/" in browser.get(reverse("tokens")).text
        assert self.change(browser).status_code == 302
        clerk.refresh_from_db()
        assert clerk.check_password(self.NEW) and browser.get(reverse("tokens")).status_code == 200
        assert elsewhere.get(reverse("tokens")).status_code == 302  # the other browser is logged out
        assert Entry.objects.filter(verb="password.changed", actor=clerk).exists()

    @pytest.mark.parametrize(
        ("old", "new"),
        [("wrong", NEW), (PASSWORD, "short"), (PASSWORD, "Ab3-" * 33), (PASSWORD, "password123")],
    )
    def test_a_wrong_one_is_said_beside_the_field(self, clerk, login, old, new):
        answer = self.change(login(clerk), old, new)
        assert answer.status_code == 422 and "field-error" in answer.text
        clerk.refresh_from_db()
        assert clerk.check_password(PASSWORD)

    def test_nobody_guesses_on(self, clerk, login):
        browser = login(clerk)
        for _ in range(5):
            self.change(browser, "wrong")
        assert self.change(browser).status_code == 429
        clerk.refresh_from_db()
        assert clerk.check_password(PASSWORD)

    def test_strangers_log_in_first(self, db):
        assert Client().get(reverse("password_change"))["Location"].startswith(reverse("login"))


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_log_in_leads_nowhere_else(clerk, target):
    response = Client().post(
        reverse("login") + f"?next={target}", {"username": "clerk", "password": PASSWORD, "next": target}
    )
    assert response["Location"] == "/"


@pytest.mark.parametrize(
    ("came_from", "goes_on"),
    [
        ("http://testserver/tickets/7/?show=notes", "/tickets/7/%3Fshow%3Dnotes"),
        ("http://testserver/tickets/7/replies/", "/"),  # a refused form's address can't be opened
        ("http://evil.example/tickets/7/", "/"),
        ("http://testserver/fees/", "/"),
        ("", "/"),
    ],
)
def test_a_form_sent_after_the_session_was_lost_leads_back_to_its_page(db, came_from, goes_on):
    answer = Client().post("/tickets/7/replies/", {"body": "Draft"}, headers={"referer": came_from})
    assert answer["Location"] == f"{reverse('login')}?next={goes_on}"


@pytest.mark.parametrize(
    ("came_from", "goes_on"),
    [
        ("http://testserver/tickets/new/?unit=7", "/tickets/new/%3Funit%3D7"),
        ("http://testserver/tickets/7/resolve/", "/"),
        ("http://evil.example/tickets/new/", "/"),
    ],
)
def test_what_a_form_asks_while_one_types_leads_back_to_the_form_after_the_session_was_lost(
    db, came_from, goes_on
):
    headers = {"referer": came_from, "HX-Request": "true"}
    answer = Client().post(reverse("ticket_suggest"), {"description": "Draft"}, headers=headers)
    assert answer["HX-Redirect"] == f"{reverse('login')}?next={goes_on}"


def test_somebody_without_an_estate_sees_an_honest_page(clerk):
    clerk.memberships.update(is_active=False)
    browser = Client()
    attempt(browser)
    assert browser.get("/").status_code == 403


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("en", "en"),
        ("zh-CN,zh;q=0.9", "zh-hans"),
        ("zh-TW", "zh-hant"),
        ("zh-HK,en;q=0.5", "zh-hant"),
        ("fr, zh-Hant;q=0.8", "zh-hant"),
        ("fr", "en"),
        ("", "en"),
        ("x" * 5000, "en"),
        ("\x00;q=zh", "en"),
    ],
)
def test_strangers_read_the_language_of_their_browser(header, language, db):
    response = Client(headers={"Accept-Language": header}).get(reverse("login"))
    assert response["Content-Language"] == language


def test_a_chosen_language_stays(clerk, login):
    browser = login(clerk)
    browser.post(reverse("set_language"), {"language": "zh-hant", "next": "/"})
    assert browser.get("/")["Content-Language"] == "zh-hant"


def test_ones_own_language_comes_before_the_browsers(clerk, login):
    clerk.language = "zh-hans"
    clerk.save()
    assert login(clerk).get("/")["Content-Language"] == "zh-hans"


class TestEstates:
    def test_one_may_switch_among_ones_own(self, manager, other_estate, login):
        manager.memberships.create(estate=other_estate, role="manager")
        browser = login(manager)
        browser.post(reverse("switch_estate"), {"estate": other_estate.pk})
        assert browser.session["estate"] == other_estate.pk

    def test_another_estate_can_not_be_switched_to(self, clerk, other_estate, login):
        browser = login(clerk)
        assert browser.post(reverse("switch_estate"), {"estate": other_estate.pk}).status_code == 404
        assert browser.session.get("estate") != other_estate.pk


class TestTokens:
    def test_a_token_is_shown_once_and_kept_as_a_digest(self, clerk, login):
        browser = login(clerk)
        page = browser.post(reverse("token_new"), {"name": "till", "days": 30}).content.decode()
        token = clerk.tokens.get()
        plain = page.split("<code>")[1].split("</code>")[0]
        assert plain not in token.digest and token.digest not in page
        assert plain not in browser.get(reverse("tokens")).content.decode()
        assert (
            Client().get("/api/v1/estates/", headers={"Authorization": f"Bearer {plain}"}).status_code == 200
        )

    def test_a_scope_beyond_the_role_can_not_be_chosen(self, guard, login):
        assert (
            login(guard)
            .post(reverse("token_new"), {"name": "x", "days": 1, "scopes": ["billing:read"]})
            .status_code
            == 400
        )

    def test_a_colleagues_token_does_not_exist_for_me(self, clerk, manager, login):
        login(clerk).post(reverse("token_new"), {"name": "till", "days": 30})
        assert login(manager).post(reverse("token_revoke", args=[clerk.tokens.get().pk])).status_code == 404


class TestSettingsPages:
    PAGES = [
        "estates/estate",
        "estates/department",
        "estates/holiday",
        "estates/duty",
        "staff/user",
        "staff/membership",
    ]

    @pytest.mark.parametrize("page", PAGES)
    def test_the_administrator_keeps_the_settings(self, page, admin, estate, login):
        assert login(admin).get(f"/admin/{page}/").status_code == 200

    @pytest.mark.parametrize("role", ["clerk", "supervisor", "technician", "guard", "cashier", "manager"])
    def test_nobody_else_gets_in(self, role, request, login):
        assert login(request.getfixturevalue(role)).get("/admin/estates/estate/").status_code == 302

    def test_another_estates_row_does_not_exist(self, admin, estate, other_estate, login):
        page = login(admin).get("/admin/estates/estate/").content.decode()
        assert "Willow Bay" in page and "Maple Court" not in page
        assert login(admin).get(f"/admin/estates/estate/{other_estate.pk}/change/").status_code == 302

    def test_a_department_can_not_be_put_into_another_estate(self, admin, estate, other_estate, login):
        row = {"estate": other_estate.pk, "code": "x", "kind": "security", "name": "X", "is_active": "on"}
        response = login(admin).post("/admin/estates/department/add/", row)
        assert response.status_code == 200 and not other_estate.departments.exists()

    def test_a_change_is_written_into_the_history(self, admin, estate, login):
        login(admin).post(
            "/admin/estates/holiday/add/", {"estate": estate.pk, "day": "2026-10-01", "name": "国庆"}
        )
        assert estate.holidays.count() == 1
        assert Entry.objects.filter(verb="setting.added", actor=admin).exists()
