"""Bodies larger than their page takes are refused before a byte of them is read."""

import pytest
from django.conf import settings
from django.test import Client

FILE = settings.ATTACHMENT_MAX_BYTES
FORM = "multipart/form-data; boundary=x"


def send(path, length, *, kind=FORM, **more):
    browser = Client(enforce_csrf_checks=True)
    if more.pop("session", False):
        browser.cookies[settings.SESSION_COOKIE_NAME] = "x"
    # The body is empty: whoever reads it instead of its length answers something else.
    return browser.generic(
        "POST", path, b"", CONTENT_TYPE=kind, CONTENT_LENGTH=str(length), **more
    ).status_code


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "length", "session", "refused"),
    [
        ("/login/", 2_000_000, False, True),
        ("/login/", 500_000, False, False),
        ("/tickets/new/", 2_000_000, False, True),
        ("/tickets/new/", 5 * FILE, True, False),
        ("/tickets/new/", 11 * FILE, True, True),
        ("/p/willow/", 5 * FILE, False, False),
        ("/p/willow/", 6 * FILE, False, True),
        ("/api/v1/public/tickets/", 6 * FILE, False, True),
    ],
)
def test_a_form_may_be_as_large_as_its_page_takes(path, length, session, refused):
    assert (send(path, length, session=session) == 413) is refused


def test_a_body_that_does_not_say_how_long_it_is_is_refused():
    browser = Client()
    answer = browser.generic("POST", "/login/", b"", headers={"Transfer-Encoding": "chunked"})
    assert answer.status_code == 411
