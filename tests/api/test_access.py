"""Every route × method × identity of the API. A route without a row here fails."""

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.urls import URLPattern
from django.utils import timezone
from PIL import Image
from rest_framework.test import APIClient

from helpdesk.api_urls import urlpatterns
from helpdesk.attachments.inspection import inspect
from helpdesk.attachments.services import attach
from helpdesk.staff.models import ApiToken, Membership
from helpdesk.staff.permissions import PERMISSIONS, Role
from helpdesk.staff.services import create_token
from residents.models import Decoration, FixtureItem
from residents.services.cards import issue_card
from residents.services.keys import add_key
from residents.services.papers import add_paper
from residents.services.parking_spaces import add_space
from residents.services.vehicles import add_vehicle
from tests.access.test_pages import handed_over, issued_pass, under_way, watched
from tests.api.conftest import bearer
from tickets.models import Ticket
from tickets.services.contacts import take_contact
from tickets.services.praise import register_praise
from visitors.services.parcels import receive_parcel
from visitors.services.visits import announce_visit

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST", "PATCH", "DELETE")

# route: {method: permission}; whatever is not named here is a 405.
STAFF = {
    "estates/": {"GET": "estates.view"},
    "estates/{estate}/": {"GET": "estates.view"},
    "departments/": {"GET": "estates.view"},
    "departments/{department}/": {"GET": "estates.view"},
    "staff/": {"GET": "estates.view"},
    "staff/{colleague}/": {"GET": "estates.view"},
    "units/{unit}/card/": {"GET": "residents.view"},
    "lookup/": {"GET": "residents.view"},
    "classify/": {"POST": "tickets.view"},
    "tickets/": {"GET": "tickets.view", "POST": "tickets.take"},
    "tickets/{ticket}/": {"GET": "tickets.view", "PATCH": "tickets.work"},
    "tickets/{ticket}/replies/": {"GET": "tickets.view", "POST": "tickets.work"},
    "tickets/{ticket}/attachments/": {"GET": "tickets.view", "POST": "tickets.work"},
    "tickets/{ticket}/history/": {"GET": "tickets.view"},
    "tickets/{ticket}/steps/{key}/": {"POST": "tickets.work"},
    "tickets/{ticket}/replies/{reply}/release/": {"POST": "tickets.release_reply"},
    "tickets/{ticket}/replies/{reply}/withdraw/": {"POST": "tickets.work"},
    "slips/": {"GET": "slips.view", "POST": "slips.issue"},
    "slips/{slip}/": {"GET": "slips.view"},
    "slips/{slip}/verify/": {"POST": "slips.verify"},
    "slips/{slip}/cancel/": {"POST": "slips.issue"},
    "slips/{slip}/nudge/": {"POST": "slips.issue"},
    "slips/{slip}/attachments/": {"GET": "slips.view", "POST": "slips.do"},
    "slips/{slip}/send-link/": {"POST": "slips.issue"},
    "slips/{slip}/revoke-link/": {"POST": "slips.issue"},
    "follow-ups/": {"GET": "follow_ups.view"},
    "follow-ups/{visit}/": {"GET": "follow_ups.view"},
    "reports/complaints/": {"GET": "reports.view"},
    "reports/follow-ups/": {"GET": "reports.view"},
    "reports/timeliness/": {"GET": "reports.view"},
    "reports/collection/": {"GET": "billing.figures"},
    "reports/ageing/": {"GET": "billing.figures"},
    "handovers/": {"GET": "handovers.view", "POST": "handovers.write"},
    "handovers/{handover}/": {"GET": "handovers.view"},
    "handovers/{handover}/refresh/": {"POST": "handovers.write"},
    "handovers/{handover}/give/": {"POST": "handovers.write"},
    "handovers/{handover}/take/": {"POST": "handovers.write"},
    "contacts/": {"GET": "contacts.view", "POST": "contacts.take"},
    "contacts/{call}/": {"GET": "contacts.view"},
    "incidents/": {"GET": "incidents.view", "POST": "incidents.work"},
    "incidents/{incident}/": {"GET": "incidents.view", "PATCH": "incidents.work"},
    "incidents/{incident}/history/": {"GET": "incidents.view"},
    "incidents/{incident}/notices/{notice}/release/": {"POST": "tickets.release_reply"},
    "incidents/{incident}/notices/{notice}/withdraw/": {"POST": "incidents.work"},
    "contacts/{call}/called-back/": {"POST": "contacts.take"},
    "contacts/{call}/done/": {"POST": "contacts.take"},
    "contacts/{call}/link/": {"POST": "contacts.take"},
    "contacts/{call}/letter-class/": {"POST": "contacts.take"},
    "contacts/{call}/decide/": {"POST": "letters.decide"},
    "praise/": {"GET": "praise.view", "POST": "praise.register"},
    "praise/{praise}/": {"GET": "praise.view"},
    "visits/": {"GET": "visits.view", "POST": "visits.work"},
    "visits/{guest}/": {"GET": "visits.view"},
    "reports/visitors/": {"GET": "reports.view"},
    "watch-list/": {"GET": "watch_list.write", "POST": "watch_list.write"},
    "watch-list/{watched}/": {"GET": "watch_list.write"},
    "watch-list/{watched}/end/": {"POST": "watch_list.write"},
    "parcels/": {"GET": "parcels.work", "POST": "parcels.work"},
    "parcels/{parcel}/": {"GET": "parcels.work"},
    "parcels/{parcel}/collect/": {"POST": "parcels.work"},
    "parcels/{parcel}/send-back/": {"POST": "parcels.work"},
    "release-passes/": {"GET": "passes.view", "POST": "passes.work"},
    "release-passes/{release_pass}/": {"GET": "passes.view"},
    "release-passes/{release_pass}/override/": {"POST": "passes.override"},
    "gate/{code}/": {"GET": "gate.release"},
    "gate/{code}/release/": {"POST": "gate.release"},
    "gate/{code}/send-back/": {"POST": "gate.release"},
}
KEPT = {
    "buildings": "building",
    "units": "unit",
    "residents": "resident",
    "occupancies": "occupancy",
    "vehicles": "vehicle",
    "parking-spaces": "parking_space",
    "keys": "desk_key",
    "cards": "card",
    "papers": "paper",
}
for noun, name in KEPT.items():
    STAFF |= {
        f"{noun}/": {"GET": "residents.view", "POST": "residents.write"},
        f"{noun}/{{{name}}}/": {
            "GET": "residents.view",
            "PATCH": "residents.write",
            "DELETE": "residents.write",
        },
    }
STAFF["cards/{card}/end/"] = {"POST": "residents.write"}
for act in ["lend", "back", "lose", "found"]:
    STAFF[f"keys/{{desk_key}}/{act}/"] = {"POST": "residents.write"}
LEDGER = {
    "charge-items/": ("item", "billing.see_rates", "billing.set_rates"),
    "rates/": ("rate", "billing.see_rates", "billing.set_rates"),
    "shared-costs/": ("cost", "billing.see_rates", "billing.run"),
    "exemptions/": ("exemption", "billing.see_rates", "billing.waive"),
    "leases/": ("lease", "billing.view", "billing.run"),
    "late-fee-rules/": ("late_fee_rule", "billing.see_rates", "billing.set_rates"),
    "meters/": ("meter", "billing.see_rates", "billing.set_meters"),
    "meter-readings/": ("reading", "billing.view", "billing.read_meters"),
    "billing-runs/": ("run", "billing.view", "billing.run"),
    "bills/": ("bill", "billing.view", "billing.take"),
    "payments/": ("payment", "billing.view", "billing.take"),
    "refunds/": ("refund", "billing.view", "billing.reverse"),
    "deposits/": ("deposit", "billing.view", "billing.take"),
    "invoice-requests/": ("invoice", "billing.view", "billing.take"),
    "day-closings/": ("closing", "billing.view", "billing.close_day"),
    "collection-visits/": ("door", "collection.visit", "collection.visit"),
    "deferrals/": ("deferral", "collection.visit", "deferrals.grant"),
}
for route, (name, read, write) in LEDGER.items():
    STAFF |= {route: {"GET": read, "POST": write}, f"{route}{{{name}}}/": {"GET": read}}
STAFF["charge-items/{item}/"]["PATCH"] = "billing.set_rates"
STAFF |= {
    "units/{unit}/statement/": {"GET": "billing.view"},
    "units/{unit}/use-credit/": {"POST": "billing.take"},
    "meter-readings/{reading}/withdraw/": {"POST": "billing.read_meters"},
    "late-fee-rules/{late_fee_rule}/end/": {"POST": "billing.set_rates"},
    "collection-visits/{door}/photos/": {"GET": "collection.visit", "POST": "collection.visit"},
    "deferrals/{deferral}/end/": {"POST": "deferrals.grant"},
    "reminders/": {"GET": "reminders.view"},
    "reminders/{reminder}/": {"GET": "reminders.view"},
    "meters/{meter}/replace/": {"POST": "billing.set_meters"},
    "billing-runs/{run}/confirm/": {"POST": "billing.run"},
    "billing-runs/{run}/totals/": {"GET": "billing.view"},
    "billing-runs/{run}/bill-unit/": {"POST": "billing.run"},
    "bills/hand-over/": {"POST": "billing.take"},
    "bills/{bill}/hand-over/": {"POST": "billing.take"},
    "rates/{rate}/end/": {"POST": "billing.set_rates"},
    "exemptions/{exemption}/end/": {"POST": "billing.waive"},
    "leases/{lease}/end/": {"POST": "billing.run"},
    "bills/{bill}/reverse/": {"POST": "billing.reverse"},
    "bills/{bill}/dispute/": {"POST": "billing.dispute"},
    "bills/{bill}/settle-dispute/": {"POST": "billing.dispute"},
    "bills/{bill}/write-off/": {"POST": "billing.waive"},
    "bills/{bill}/waive-late-fee/": {"POST": "billing.waive"},
    "payments/{payment}/reverse/": {"POST": "billing.reverse"},
    "deposits/{deposit}/give-back/": {"POST": "billing.reverse"},
    "invoice-requests/{invoice}/settle/": {"POST": "billing.take"},
}
for act in [
    "classify",
    "assign",
    "start",
    "priority",
    "hand-over",
    "resolve",
    "close",
    "reopen",
    "decline",
    "merge",
    "pause",
    "resume",
    "forward",
    "answer-back",
    "serious",
    "new-link",
    "warranty",
]:
    STAFF[f"tickets/{{ticket}}/{act}/"] = {"POST": "tickets.work"}
for act in ["add-caller", "join", "note", "notify", "close", "reopen"]:
    STAFF[f"incidents/{{incident}}/{act}/"] = {"POST": "incidents.work"}
for act in ["sign", "start", "complete"]:
    STAFF[f"slips/{{slip}}/{act}/"] = {"POST": "slips.do"}
for act in ["document", "consent", "ask-owner", "confirm-request", "issue", "revoke", "refuse"]:
    STAFF[f"release-passes/{{release_pass}}/{act}/"] = {"POST": "passes.work"}
for act in [
    "check-in",
    "check-out",
    "seat",
    "refuse",
    "report-suspicious",
    "confirm",
    "tell-host",
    "host-answer",
    "extend",
]:
    STAFF[f"visits/{{guest}}/{act}/"] = {"POST": "visits.work"}
for act in ["attempt", "record", "wish"]:
    STAFF[f"follow-ups/{{visit}}/{act}/"] = {"POST": "follow_ups.record"}
STAFF |= {
    "moves/": {"GET": "residents.view", "POST": "residents.write"},
    "moves/{move}/": {"GET": "residents.view", "PATCH": "residents.write"},
    "moves/{move}/steps/": {"GET": "residents.view"},
    "moves/{move}/steps/{key}/": {"POST": "residents.write"},
    "moves/{move}/override/": {"POST": "moves.override"},
    "moves/{move}/attachments/": {"GET": "residents.view"},
    "moves/{move}/attachments/{photo}/": {"GET": "residents.view"},
    "moves/{move}/fixtures/{fixture}/attachments/": {"POST": "residents.write"},
    "unit-changes/": {"GET": "residents.view", "POST": "residents.write"},
    "unit-changes/{unit_change}/": {"GET": "residents.view"},
    "decorations/": {"GET": "residents.view", "POST": "residents.write"},
    "decorations/{decoration}/": {"GET": "residents.view"},
    "decorations/{decoration}/prolong/": {"POST": "decorations.decide"},
    "decorations/{decoration}/attachments/": {"GET": "residents.view", "POST": "residents.write"},
    "decorations/{decoration}/attachments/{file}/": {"GET": "residents.view"},
    "decorations/{decoration}/inspections/{inspection}/attachments/": {"POST": "decorations.inspect"},
    "decorations/{decoration}/violations/{violation}/attachments/": {"POST": "decorations.inspect"},
    "decorations/{decoration}/permits/": {"POST": "residents.write"},
    "decorations/{decoration}/permits/{worker_permit}/end/": {"POST": "residents.write"},
    "decorations/{decoration}/inspections/": {"POST": "decorations.inspect"},
    "decorations/{decoration}/inspections/{inspection}/record/": {"POST": "decorations.inspect"},
    "decorations/{decoration}/violations/": {"POST": "decorations.inspect"},
    "decorations/{decoration}/violations/{violation}/rectify/": {"POST": "decorations.inspect"},
}
for act in ["people", "complete", "cancel"]:
    STAFF[f"moves/{{move}}/{act}/"] = {"POST": "residents.write"}
for act in ["carry-out", "cancel"]:
    STAFF[f"unit-changes/{{unit_change}}/{act}/"] = {"POST": "residents.write"}
for act in ["start", "stop", "resume", "accept", "close", "cancel"]:
    STAFF[f"decorations/{{decoration}}/{act}/"] = {"POST": "residents.write"}
for act in ["approve", "refuse"]:
    STAFF[f"unit-changes/{{unit_change}}/{act}/"] = {"POST": "unit_changes.decide"}
    STAFF[f"decorations/{{decoration}}/{act}/"] = {"POST": "decorations.decide"}
PUBLIC = {
    "public/tickets/": {"POST"},
    "public/tickets/{secret}/": {"GET"},
    "public/tickets/{secret}/replies/": {"POST"},
    "public/tickets/{secret}/rating/": {"POST"},
    "public/release-passes/": {"POST"},
    "public/visits/": {"POST"},
    "public/consents/{secret}/": {"GET", "POST"},
    "schema/": {"GET"},
    "docs/": {"GET"},
}
NAMES = {"estates": "estate", "departments": "department", "staff": "colleague", "buildings": "building", "units": "unit"} | {
    "residents": "resident", "tickets": "ticket", "slips": "slip", "follow-ups": "visit", "contacts": "call", "handovers": "handover", "praise": "praise", "incidents": "incident", "reminders": "reminder", "release-passes": "release_pass", "visits": "guest", "watch-list": "watched", "parcels": "parcel", "moves": "move", "unit-changes": "unit_change", "decorations": "decoration",
}  # fmt: skip
NAMES |= KEPT
NAMES |= {route.removesuffix("/"): name for route, (name, _read, _write) in LEDGER.items()}
# Roles that see the objects of the cast at all; the others get the same 404 as strangers.
SEES = {
    "handover": "CSTGKMA",
    "incident": "CSTGKMA",
    "ticket": "CSTM",
    "slip": "CSTM",
    "visit": "CSM",
    "call": "CSTGKMA",
    "reply": "CSTM",
}
LETTER = dict(zip(Role, "CSTGKMA", strict=True))

#: The records below a decoration, by their segment.
PARTS = {"inspections": "inspection", "violations": "violation", "permits": "worker_permit"}


def routes() -> Iterator[str]:
    """The addresses of the URL conf, with the name of the object in place of its id."""
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        route = str(pattern.pattern).removeprefix("^").removesuffix("$").removesuffix("\\Z")
        if pattern.name == "api_nowhere":
            continue
        noun = route.split("/")[0]
        route = re.sub(r"\(\?P<pk>[^)]*\)", "{" + NAMES.get(noun, "") + "}", route)
        route = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", route)
        route = re.sub(r"(\w+)/\{part\}", lambda found: f"{found[1]}/{{{PARTS[found[1]]}}}", route)
        yield re.sub(r"<\w+:(\w+)>", r"{\1}", route)


def test_every_route_has_its_row():
    assert set(routes()) == set(STAFF) | set(PUBLIC)


@pytest.fixture
def world(
    estate, departments, building, unit, resident, slip, held, visit, call, notice, clerk, supervisor, technician, guard, cashier, manager, admin, outsider, money
) -> dict[str, Any]:  # fmt: skip
    # One ticket that everybody sees who may see any: in engineering, with a slip still to be signed for.
    Ticket.objects.filter(pk=held.ticket_id).update(department=departments["engineering"])
    slip.ticket_id = held.ticket_id
    slip.save()
    release_pass = issued_pass(unit, clerk)
    begun = under_way(unit, clerk, manager)
    return {
        **{name: begun[name][0] for name in ("move", "unit_change", "decoration")},
        **{name: begun[name][1] for name in PARTS.values()},
        "fixture": begun["fixture"][1],
        "photo": kept_with(FixtureItem.objects.get(pk=begun["fixture"][1]), estate),
        "file": kept_with(Decoration.objects.get(pk=begun["decoration"][0]), estate),
        "guest": announce_visit(estate=estate, actor=clerk, visitor_name="Li Zhiming", unit=unit).pk,
        "watched": watched(estate, clerk).pk, "parcel": receive_parcel(unit=unit, actor=clerk).pk,
        "occupancy": resident.occupancies.get().pk,
        "vehicle": add_vehicle(actor=clerk, unit=unit, plate="粤B D6021").pk,
        "parking_space": add_space(estate=estate, actor=clerk, code="B1-7").pk,
        "desk_key": add_key(estate=estate, actor=clerk, code="A1", label="Roof").pk,
        "card": issue_card(actor=clerk, unit=unit, number="C-1").pk,
        "paper": add_paper(actor=clerk, unit=unit, title="Lease").pk,
        "release_pass": release_pass.pk, "code": release_pass.code,
        "estate": estate.pk, "department": departments["front_desk"].pk, "colleague": clerk.pk, "building": building.pk,
        "unit": unit.pk, "resident": resident.pk, "ticket": held.ticket_id, "slip": slip.pk, "visit": visit.pk,
        "call": call.pk, "praise": register_praise(estate=estate, actor=clerk, words="Thank you").pk, "reply": held.pk, "incident": notice.incident_id, "notice": notice.pk, "handover": handed_over(estate, departments, clerk)[0].pk, "key": "record", "secret": "none", **money,
    }  # fmt: skip


def kept_with(owner: Any, estate: Any) -> int:
    """The id of a photo of the record."""
    data = BytesIO()
    Image.new("RGB", (4, 3)).save(data, "PNG")
    found = inspect(data, name="photo.png", max_bytes=10_000)
    return attach(owner, [found], actor=None, estate=estate)[0].pk


def call_with(client: APIClient, method: str, route: str, world: dict[str, Any]) -> int:
    path = "/api/v1/" + route.format(**world)
    # A body that nobody accepts: whoever gets as far as a 400, 409 or 415 has passed the door.
    body = '{"no_such_field": 1}' if method in ("POST", "PUT", "PATCH") else ""
    return int(client.generic(method, path, body, "application/json").status_code)


def expected(route: str, method: str, role: Role) -> set[int]:
    permission = STAFF[route].get(method)
    if permission is None:
        return {405, 403}
    if role not in PERMISSIONS[permission]:
        return {403}
    name = next((n for n in ("visit", "slip", "ticket", "call") if f"{{{n}}}" in route), "")
    if name and LETTER[role] not in SEES[name]:
        return {404}
    if method == "DELETE":
        # Archives, unless somebody still lives there.
        return {204, 409}
    return {200, 201} if method == "GET" and route != "lookup/" else {400, 409, 415}


@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_what_the_table_says_and_nothing_else(role, world, api, request):
    client = api(request.getfixturevalue(role.value))
    for route in STAFF:
        cache.clear()  # the whole table is more than a token may ask in a minute
        for method in METHODS:
            status = call_with(client, method, route, world)
            assert status in expected(route, method, role), (route, method, status)


def stranger(kind: str, api: Any, clerk: Any) -> APIClient:
    if kind == "anonymous":
        return APIClient()
    if kind == "cookie":
        client = APIClient()
        client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
        return client
    client = api(clerk)
    token = ApiToken.objects.latest("pk")
    if kind == "expired":
        token.expires_at = timezone.now() - timedelta(seconds=1)
    if kind == "revoked":
        token.revoked_at = timezone.now()
    if kind == "deactivated":
        clerk.is_active = False
        clerk.save()
    if kind == "unknown":
        return bearer("x" * 43)
    token.save()
    return client


@pytest.mark.parametrize("kind", ["anonymous", "cookie", "expired", "revoked", "deactivated", "unknown"])
def test_who_has_no_usable_token_gets_a_401_everywhere(kind, world, api, clerk):
    client = stranger(kind, api, clerk)
    for route in STAFF:
        for method in METHODS:
            assert call_with(client, method, route, world) == 401, (route, method)


def test_a_401_says_how_to_come_in(db):
    response = APIClient().get("/api/v1/tickets/")
    assert response["WWW-Authenticate"] == "Bearer"
    assert response.json() == {
        "type": "client_error",
        "errors": [
            {
                "code": "not_authenticated",
                "detail": "Authentication credentials were not provided.",
                "attr": None,
            }
        ],
    }


def test_a_token_in_the_url_is_not_looked_at(db, clerk):
    _token, plain = create_token(clerk, name="t", actor=None)
    for name in ("token", "access_token", "api_key", "authorization"):
        assert APIClient().get(f"/api/v1/tickets/?{name}={plain}").status_code == 401
    for header in (f"Token {plain}", f"bearer{plain}", f"Bearer {plain} {plain}", "Bearer", f"Basic {plain}"):
        assert APIClient().get("/api/v1/tickets/", headers={"Authorization": header}).status_code == 401
    assert (
        APIClient().get("/api/v1/tickets/", headers={"Authorization": f"bearer {plain}"}).status_code == 200
    )


def test_the_command_prints_a_token_that_works_and_keeps_none(db, clerk):
    said = StringIO()
    call_command("create_token", "clerk", "--scope", "tickets:read", "--days", "1", stdout=said)
    plain = said.getvalue().rstrip().splitlines()[-1]
    assert bearer(plain).get("/api/v1/tickets/").status_code == 200
    assert bearer(plain).get("/api/v1/residents/").status_code == 403
    kept = ApiToken.objects.get()
    assert (
        plain not in str(ApiToken.objects.values())
        and bearer(kept.digest).get("/api/v1/tickets/").status_code == 401
    )
    assert kept.last_used_at is not None and kept.expires_at - kept.created_at == timedelta(days=1)


def test_a_token_opens_no_more_than_its_scopes(world, api, clerk):
    client = api(clerk, "reports:read")
    for route, methods in STAFF.items():
        for method, permission in methods.items():
            status = call_with(client, method, route, world)
            assert status == (200 if permission == "estates.view" else 403), (route, method)
    reader = api(clerk, "tickets:read")
    assert reader.get("/api/v1/tickets/").status_code == 200
    assert reader.post("/api/v1/tickets/", {}).status_code == 403


def test_of_another_estate_there_is_nothing(world, api, outsider):
    client = api(outsider)
    for route, methods in STAFF.items():
        for method, permission in methods.items():
            status = call_with(client, method, route, world)
            if "{" in route:
                assert status == (404 if Role.CLERK in PERMISSIONS[permission] else 403), (route, method)
            elif method == "GET" and route != "lookup/":
                answer = client.get(f"/api/v1/{route}").json()
                # A report has no rows: of an estate where one has no role it says nothing.
                rows = answer.get("results", [])
                assert not [row for row in rows if row.get("estate", row["id"]) == world["estate"]], route


def test_foreign_and_absent_are_answered_alike(world, api, outsider):
    client = api(outsider)
    for route, methods in STAFF.items():
        if "{" not in route:
            continue
        for method in methods:
            absent = dict.fromkeys(world, 999999) | {"key": "record"}
            answers = [
                client.generic(method, "/api/v1/" + route.format(**ids), "{}", "application/json").content
                for ids in (world, absent)
            ]
            assert answers[0] == answers[1], (route, method)


def test_public_routes_need_no_token_and_answer_only_to_their_methods(world):
    for route, methods in PUBLIC.items():
        for method in METHODS:
            status = call_with(APIClient(), method, route, world)
            allowed = {200, 400, 404} if method in methods else {405}
            assert status in allowed, (route, method, status)


def test_a_list_leaves_out_the_estates_where_the_role_may_not(
    api, clerk, other_estate, outsider, make_ticket
):
    Membership.objects.create(user=clerk, estate=other_estate, role="guard")
    take_contact(estate=other_estate, kind="call", actor=outsider)
    make_ticket(estate=other_estate, actor=outsider)
    for noun in ("contacts", "tickets"):
        assert api(clerk).get(f"/api/v1/{noun}/").json()["results"] == []
