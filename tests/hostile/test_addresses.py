"""Junk in addresses, fields, headers and cookies: a clear refusal, never a failure of ours."""

import itertools
import json

import pytest
from django.urls import reverse

from helpdesk.staff.services import create_token
from tests.access.test_pages import STAFF, world  # noqa: F401
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

NUMBERS = ["0", "-1", str(2**31), str(2**63), str(2**64), "9" * 5000, "abc", "\0", "１２", "1;drop", "", " 1"]
TEXTS = [
    "%",
    "_",
    "\\",
    "'\"",
    "' OR 1=1 --",
    "\0",
    "\ud800",
    "😀" * 40,
    "\u202e\u200b",
    "x" * 10_000,
    "((((a+)+",
    "投诉",
    "*",
]
MOMENTS = [
    "0001-01-01T00:00:00+14:00_1",
    "9999-12-31T23:59:59-14:00_1",
    "2026-01-01_1",
    "2026-01-01T00:00:00+00:00_" + "9" * 5000,
]
IDS, KEYS = ["unit", "resident", "contact"], ["before", "after"]
PARAMETERS = ["channel", "kind", "q", "building", "status", "class",
              "department", "show", "from", "fragment", "id__gt"]  # fmt: skip
PAGES = ["desk", "messages", "tokens", "lookup", "ticket_list", "ticket_new", "slip_list", "follow_up_list", "contact_list", "contact_new",
         "resident_list"]  # fmt: skip


def sendable(text: str) -> str:
    """A lone half of a pair as a browser can't write it: the bytes themselves."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1") if "\ud800" in text else text


@pytest.mark.parametrize("name", PAGES)
def test_junk_in_the_query_fails_no_page(name, world, manager, login):  # noqa: F811
    browser = login(manager)
    browser.raise_request_exception = False
    for parameters, values in ((IDS, NUMBERS), (KEYS, MOMENTS), ([PARAMETERS], TEXTS)):
        for names, junk in itertools.product(parameters, values):
            query = dict.fromkeys([names] if isinstance(names, str) else names, sendable(junk))
            assert browser.get(reverse(name), query).status_code < 500, (list(query), junk[:40])


def test_an_id_out_of_range_is_absent(world, manager, login):  # noqa: F811
    browser = login(manager)
    for name, (method, _permission, of) in STAFF.items():
        for place, pk in itertools.product(range(len(world[of])), [0, 2**63, 2**64, int("9" * 40)]):
            args = list(world[of])
            if isinstance(args[place], int):
                args[place] = pk
                assert browser.generic(method, reverse(name, args=args)).status_code in {403, 404}, (
                    name,
                    args,
                )


@pytest.mark.parametrize("junk", TEXTS, ids=range(len(TEXTS)))
def test_junk_in_a_form_fails_no_act(junk, world, manager, login):  # noqa: F811
    browser = login(manager)
    browser.raise_request_exception = False
    fields = ["reason", "department", "handler", "into", "version", "resolution", "body", "visibility", "key", "score",
              "number", "report", "instructions", "due_at", "complaint_class", "description", "unit", "message", "estate",
              "next", "form_token", "subject", "topic", "priority", "finding", "text", "scheduled_at"]  # fmt: skip
    for name in [n for n, row in STAFF.items() if row[0] == "POST"]:
        answer = browser.post(
            reverse(name, args=world[STAFF[name][2]]), dict.fromkeys(fields, sendable(junk))
        )
        assert answer.status_code < 500, name
        assert "://" not in answer.headers.get("Location", "")


HEADERS = [
    {"Cookie": "language=\x01"}, {"Cookie": "language=" + "z" * 9000}, {"Cookie": "sessionid=../../etc; csrftoken=x"},
    {"Accept-Language": "zh-" * 300}, {"Accept-Language": "\xff;q=nan"}, {"Range": "bytes=9-1"}, {"If-None-Match": "\xff"},
    {"X-Forwarded-For": "' OR 1=1"}, {"X-Forwarded-Host": "evil.example"}, {"Accept": "text/\xff"},
    {"HX-Request": "true", "HX-Current-URL": "\xff%00"}, {"X-Refresh": "\xff"}, {"Referer": "https://evil.example/"},
]  # fmt: skip


@pytest.mark.parametrize("headers", HEADERS, ids=lambda h: next(iter(h.items()))[1][:14].encode().hex())
def test_junk_in_headers_fails_no_page(headers, world, manager, estate, login):  # noqa: F811
    browser = login(manager)
    browser.raise_request_exception = False
    for address in [reverse("desk"), reverse("ticket_list"), reverse("ticket_detail", args=world["ticket"]), "/login/",
                    f"/p/{estate.code}/"]:  # fmt: skip
        answer = browser.get(address, headers=headers)
        assert answer.status_code < 500
        assert b"evil.example" not in answer.content


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver@evil.example", "testserver:80@evil", "", "[::1", "a b"]
)
def test_a_foreign_host_gets_no_page(host, client, db):
    assert client.get("/login/", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("next_url", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)",
                                      "/\t/evil.example", "http:evil.example", "\x01https://evil.example"])  # fmt: skip
def test_next_leads_nowhere_else(next_url, client, world, manager, estate, login):  # noqa: F811
    browser = login(manager)
    answers = [
        client.post("/login/", {"username": manager.username, "password": PASSWORD, "next": next_url}),
        browser.post("/language/setlang/", {"language": "en", "next": next_url}),
        browser.post(reverse("switch_estate"), {"estate": estate.pk, "next": next_url}),
        browser.post(reverse("ticket_start", args=world["ticket"]), {"next": next_url}),
    ]
    for answer in answers:
        assert answer.status_code in {302, 303}
        assert answer["Location"].startswith("/") and "evil" not in answer["Location"]


@pytest.mark.parametrize("body", ['{"estate": "\\ud800"}', '{"description": "\\ud800"}', '{"estate": 1e400}', "[" * 900,
                                  '{"estate": NaN}', '{"estate": ' + "9" * 5000 + "}", "null", "[]", '"x"', "\0"])  # fmt: skip
@pytest.mark.parametrize("path", ["tickets", "contacts", "slips", "classify"])
def test_junk_json_is_a_refusal(path, body, manager, client):
    _token, plain = create_token(manager, name="junk", actor=None)
    client.raise_request_exception = False
    address = f"/api/v1/{path}/" if client.get(f"/api/v1/{path}/").status_code != 404 else f"/api/v1/{path}"
    answer = client.post(
        address, body, content_type="application/json", headers={"Authorization": f"Bearer {plain}"}
    )
    assert 400 <= answer.status_code < 500
    json.loads(answer.content)
