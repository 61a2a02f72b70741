"""Tickets over the API: the same rules as on the pages, in the terms of HTTP."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from helpdesk.staff.models import Membership
from tests.api.conftest import codes
from tickets.models import FollowUp, Ticket
from tickets.services.tickets import assign_ticket

pytestmark = pytest.mark.django_db
LEAK = "厨房水管漏水，水已流到走廊。"


def post(client, path: str, expect: int = 200, **body: Any) -> Any:
    response = client.post(f"/api/v1/{path}", body, format="json")
    assert response.status_code == expect, response.content
    return response.json()


@pytest.fixture
def ticket(api, clerk, estate) -> dict[str, Any]:
    return post(api(clerk), "tickets/", 201, estate=estate.pk, channel="phone", description=LEAK)


def test_a_new_ticket_comes_with_number_suggestion_limits_and_steps(ticket, estate, clerk):
    assert ticket["number"].startswith("T-") and ticket["status"] == "new" and ticket["estate"] == estate.pk
    assert ticket["complaint_class"] is None and ticket["is_communication"] is False
    assert ticket["responsible"] == clerk.pk and ticket["handler"] is None and ticket["topic"] == "water"
    assert [step["key"] for step in ticket["steps"] if step["done_at"]] == ["record"]
    suggestion = ticket["suggestion"]
    assert 0 <= suggestion["confidence"] <= 1 and suggestion["reasons"] and len(suggestion["ranking"]) == 4
    assert ticket["created_at"].endswith("+08:00") and ticket["response_due_at"] < ticket["resolution_due_at"]


def test_a_new_ticket_names_what_may_be_the_same_matter_and_is_never_refused_for_it(
    api, clerk, estate, unit, make_ticket
):
    client = api(clerk)
    said = {"estate": estate.pk, "channel": "phone", "description": LEAK}
    assert post(client, "tickets/", 201, **said, unit=unit.pk)["similar"] == []
    first = Ticket.objects.get()
    make_ticket(topic="noise", unit=unit)
    again = post(client, "tickets/", 201, **said, unit=unit.pk)
    assert [(each["id"], each["number"], each["status"]) for each in again["similar"]] == [
        (first.pk, first.number, "new")
    ]
    by_number = [post(client, "tickets/", 201, **said, reporter_phone="13911112222") for _time in range(2)]
    assert [len(answer["similar"]) for answer in by_number] == [0, 1]
    answers = [post(client, "tickets/", 201, **said, unit=unit.pk) for _time in range(4)]
    assert len(answers[-1]["similar"]) == 3


def test_a_valid_complaint_goes_its_whole_way(ticket, api, clerk, second_clerk, departments):
    client, at = api(clerk), f"tickets/{ticket['id']}/"
    judged = post(client, at + "classify/", complaint_class="valid")
    assert [step["key"] for step in judged["steps"]] == [
        "record",
        "judge",
        "department",
        "on_site",
        "handling",
        "follow_up",
    ]
    assert codes(client.post(f"/api/v1/{at}resolve/", {"resolution": "Done"})) == {("steps_open", None)}
    given = post(client, at + "assign/", department=departments["engineering"].pk)
    assert (given["status"], given["department"]) == ("assigned", departments["engineering"].pk)
    started = post(client, at + "start/")
    assert (started["status"], started["handler"]) == ("in_progress", None)
    assert post(client, at + "steps/on_site/", finding="borne_out")["finding"] == "borne_out"
    assert post(client, at + "steps/on_site/")["finding"] == "borne_out"  # again is harmless
    done = post(client, at + "resolve/", resolution="Pipe replaced.")
    assert done["status"] == "resolved"
    assert codes(client.post(f"/api/v1/{at}close/", {})) == {("follow_up_open", None)}
    visit = FollowUp.objects.get(ticket=ticket["id"])
    recorded = post(api(second_clerk), f"follow-ups/{visit.pk}/record/", outcome="satisfied", score=5)
    assert recorded["status"] == "done"
    closed = client.get(f"/api/v1/{at}").json()
    assert closed["status"] == "closed" and all(step["done_at"] for step in closed["steps"])
    again = post(client, at + "reopen/", reason="It leaks again.")
    assert (again["status"], again["reopened"]) == ("in_progress", 1)
    assert {step["key"] for step in again["steps"] if not step["done_at"]} == {"handling"}


def test_changing_the_class_needs_a_reason(ticket, api, clerk):
    client, at = api(clerk), f"/api/v1/tickets/{ticket['id']}/"
    post(client, f"tickets/{ticket['id']}/classify/", complaint_class="venting")
    refused = client.post(at + "classify/", {"complaint_class": "valid"})
    assert refused.status_code == 409 and codes(refused) == {("reason_required", "reason")}
    changed = post(
        client, f"tickets/{ticket['id']}/classify/", complaint_class="valid", reason="There is a leak."
    )
    assert changed["complaint_class"] == "valid"


def test_resolving_before_judging_is_refused(ticket, api, clerk):
    refused = api(clerk).post(f"/api/v1/tickets/{ticket['id']}/resolve/", {"resolution": "Done"})
    assert refused.status_code == 409 and codes(refused) == {("not_classified", None)}


@pytest.mark.parametrize("act", ["reopen", "decline", "resolve"])
def test_an_act_without_its_reason_is_a_409(act, ticket, api, clerk, resolved):
    pk = resolved().pk if act == "reopen" else ticket["id"]
    if act == "resolve":
        Ticket.objects.filter(pk=pk).update(complaint_class="valid")
        Ticket.objects.get(pk=pk).steps.update(done_at="2026-01-01T00:00:00+08:00")
    refused = api(clerk).post(f"/api/v1/tickets/{pk}/{act}/", {})
    assert refused.status_code == 409 and {code for code, _attr in codes(refused)} == {"reason_required"}


def test_declining_and_merging(ticket, api, clerk, make_ticket):
    client, other = api(clerk), make_ticket()
    assert post(client, f"tickets/{ticket['id']}/merge/", into=other.pk)["merged_into"] == other.pk
    assert codes(client.post(f"/api/v1/tickets/{other.pk}/merge/", {"into": other.pk})) == {
        ("same_ticket", "into")
    }
    declined = post(client, f"tickets/{other.pk}/decline/", reason="This belongs to the water works.")
    assert (declined["status"], declined["priority"]) == ("declined", "declined")
    assert codes(client.post(f"/api/v1/tickets/{other.pk}/start/")) == {("invalid_transition", None)}


def test_nothing_is_declined_as_it_is_taken(api, clerk, estate):
    """Declining has its own act, with the reason that the resident reads."""
    body = {"estate": estate.pk, "channel": "phone", "description": "It drips.", "priority": "declined"}
    refused = api(clerk).post("/api/v1/tickets/", body)
    assert refused.status_code == 400 and codes(refused) == {("invalid_choice", "priority")}
    assert not Ticket.objects.exists()


def test_priority_and_responsibility_can_be_changed(ticket, api, clerk, second_clerk):
    client, at = api(clerk), f"tickets/{ticket['id']}/"
    urgent = post(client, at + "priority/", priority="critical", reason="Water near the sockets")
    assert urgent["priority"] == "critical" and urgent["resolution_due_at"] < ticket["resolution_due_at"]
    assert (
        post(client, at + "hand-over/", to=second_clerk.pk, reason="Holiday")["responsible"]
        == second_clerk.pk
    )


def test_a_step_that_is_not_needed_wants_a_reason(ticket, api, clerk):
    client, at = api(clerk), f"tickets/{ticket['id']}/"
    post(client, at + "classify/", complaint_class="inquiry")
    refused = client.post(f"/api/v1/{at}steps/arrears/", {"not_needed": True})
    assert codes(refused) == {("reason_required", "reason")}
    steps = post(client, at + "steps/arrears/", not_needed=True, reason="A visitor")["steps"]
    assert next(step for step in steps if step["key"] == "arrears")["not_needed"] is True
    assert client.post(f"/api/v1/{at}steps/on_site/", {}).status_code == 404  # not in this procedure


def test_a_promise_is_held_until_a_supervisor_releases_it(ticket, api, clerk, desk_supervisor):
    client, at = api(clerk), f"tickets/{ticket['id']}/"
    reply = post(client, at + "replies/", 201, body="我们会赔偿您的损失。", visibility="public")
    assert reply["state"] == "held" and reply["promises"]
    assert client.post(f"/api/v1/{at}replies/{reply['id']}/release/").status_code == 403
    released = post(api(desk_supervisor), f"{at}replies/{reply['id']}/release/")
    assert released["state"] == "sent" and released["released_by"] == desk_supervisor.pk
    rows = client.get(f"/api/v1/{at}replies/").json()
    assert [row["id"] for row in rows["results"]] == [reply["id"]] and rows["next"] is None


def test_a_held_reply_can_be_taken_back(held, api, clerk):
    taken = post(api(clerk), f"tickets/{held.ticket_id}/replies/{held.pk}/withdraw/", reason="Too much")
    assert taken["state"] == "withdrawn"


def test_the_history_tells_who_did_what(ticket, api, clerk):
    post(api(clerk), f"tickets/{ticket['id']}/classify/", complaint_class="valid")
    rows = api(clerk).get(f"/api/v1/tickets/{ticket['id']}/history/").json()["results"]
    assert {"ticket.created", "ticket.classified"} <= {row["verb"] for row in rows}
    assert {row["actor"] for row in rows} == {clerk.pk}
    assert rows == sorted(rows, key=lambda row: (row["at"], row["id"]), reverse=True)


def test_a_photo_is_attached_and_listed(ticket, api, clerk):
    picture = BytesIO()
    Image.new("RGB", (8, 8), "red").save(picture, "PNG")
    client, at = api(clerk), f"/api/v1/tickets/{ticket['id']}/attachments/"
    sent = client.post(at, {"files": SimpleUploadedFile("leak.png", picture.getvalue())}, format="multipart")
    assert sent.status_code == 201, sent.content
    assert [row["id"] for row in client.get(at).json()["results"]] == [sent.json()[0]["id"]]
    assert client.post(at, {"files": []}, format="json").status_code == 415
    script = SimpleUploadedFile("leak.png", b"<svg onload=alert(1)>", "image/png")
    refused = client.post(at, {"files": script}, format="multipart")
    assert refused.status_code == 400 and codes(refused) == {("file_type_refused", "files")}
    large = SimpleUploadedFile("leak.png", b"x" * (10 * 1024 * 1024 + 1), "image/png")
    refused = client.post(at, {"files": large}, format="multipart")
    assert refused.status_code == 413 and codes(refused) == {("file_too_large", "files")}
    assert codes(client.post(at, {}, format="multipart")) == {("required", "files")}
    many = {"files": [SimpleUploadedFile(f"{n}.png", picture.getvalue()) for n in range(11)]}
    assert client.post(at, many, format="multipart").status_code == 400


def test_a_change_with_an_old_tag_is_412_and_loses_nothing(ticket, api, clerk):
    client, at = api(clerk), f"/api/v1/tickets/{ticket['id']}/"
    tag = client.get(at)["ETag"]
    changed = client.patch(at, {"subject": "Leak in the kitchen"}, headers={"If-Match": tag})
    assert changed.status_code == 200 and changed["ETag"] != tag
    for stale in (tag, '"junk"', "W/" + changed["ETag"], "junk"):
        late = client.patch(at, {"subject": "Something else"}, headers={"If-Match": stale})
        assert late.status_code == 412 and codes(late) == {("stale", None)}
    assert client.get(at).json()["subject"] == "Leak in the kitchen"
    assert client.patch(at, {"topic": "lift"}, headers={"If-Match": "*"}).json()["topic"] == "lift"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"reporter_phone": "12"}, ("phone_invalid", "reporter_phone")),
        ({"reporter_phone": "138****6021"}, ("phone_invalid", "reporter_phone")),
        ({"description": " "}, ("blank", "description")),
        ({"description": "x" * 10_001}, ("max_length", "description")),
        ({"description": "a\0b"}, ("null_characters_not_allowed", "description")),
        ({"channel": "pigeon"}, ("invalid_choice", "channel")),
        ({"unit": 2**64}, ("does_not_exist", "unit")),
        ({"unit": 1.5}, ("incorrect_type", "unit")),
        ({"unit": True}, ("incorrect_type", "unit")),
        ({"unit": [1]}, ("incorrect_type", "unit")),
        ({"colour": "red"}, ("unknown_field", "colour")),
        ({"status": "closed"}, ("unknown_field", "status")),
        ({"responsible": 1}, ("unknown_field", "responsible")),
    ],
)
def test_a_bad_value_is_a_400_beside_its_field(body, said, api, clerk, estate):
    given = {"estate": estate.pk, "channel": "phone", "description": LEAK} | body
    refused = api(clerk).post("/api/v1/tickets/", given, format="json")
    assert refused.status_code == 400 and codes(refused) == {said}
    assert Ticket.objects.count() == 0


def test_every_field_of_the_model_but_the_listed_ones_is_refused(ticket, api, clerk):
    before = Ticket.objects.filter(pk=ticket["id"]).values().get()
    client, listed = api(clerk), {"subject", "description", "topic", "unit", "resident"}
    for field in Ticket._meta.concrete_fields:
        if field.name not in listed:
            refused = client.patch(f"/api/v1/tickets/{ticket['id']}/", {field.name: 1})
            assert refused.status_code == 400 and codes(refused) == {("unknown_field", field.name)}
    assert Ticket.objects.filter(pk=ticket["id"]).values().get() == before


def test_a_foreign_key_in_a_body_is_as_absent_as_one_that_does_not_exist(
    ticket, api, clerk, outsider, other_estate, make_ticket
):
    theirs = make_ticket(estate=other_estate, actor=outsider)
    client = api(clerk)
    bodies = {
        "tickets/": ({"channel": "phone", "description": LEAK}, "estate", other_estate.pk),
        f"tickets/{ticket['id']}/merge/": ({}, "into", theirs.pk),
        f"tickets/{ticket['id']}/hand-over/": ({}, "to", outsider.pk),
    }
    for path, (body, field, foreign) in bodies.items():
        answers = [
            client.post(f"/api/v1/{path}", body | {field: pk}, format="json") for pk in (foreign, 999_999)
        ]
        assert [answer.status_code for answer in answers] == [400, 400]
        first, second = (
            a.content.replace(str(pk).encode(), b"N")
            for a, pk in zip(answers, (foreign, 999_999), strict=True)
        )
        assert first == second


def test_an_object_of_another_of_my_estates_does_not_fit_either(
    api, manager, estate, other_estate, unit, make_ticket
):
    Membership.objects.create(user=manager, estate=other_estate, role="manager")
    body = {"estate": other_estate.pk, "channel": "phone", "description": LEAK, "unit": unit.pk}
    assert codes(api(manager).post("/api/v1/tickets/", body)) == {("other_estate", "unit")}


def test_a_ticket_given_away_is_still_answered(api, supervisor, make_ticket, departments, clerk):
    ticket = assign_ticket(make_ticket(), actor=clerk, department=departments["engineering"])
    given = post(api(supervisor), f"tickets/{ticket.pk}/assign/", department=departments["cleaning"].pk)
    assert given["department"] == departments["cleaning"].pk
    assert api(supervisor).get(f"/api/v1/tickets/{ticket.pk}/").status_code == 404


def test_filters_and_search_find_what_they_say(api, clerk, make_ticket, unit, resident, departments):
    leak = make_ticket(unit=unit, resident=resident, reporter_name="Aunt Lin", topic="water")
    lift = make_ticket("Lift stuck on the ninth floor", topic="lift", complaint_class="valid")
    client = api(clerk)

    def ids(query: str) -> list[int]:
        response = client.get(f"/api/v1/tickets/?{query}")
        assert response.status_code == 200, response.content
        return [row["id"] for row in response.json()["results"]]

    assert ids("") == [lift.pk, leak.pk]
    assert ids(f"unit={unit.pk}") == ids(f"resident={resident.pk}") == ids("topic=water") == [leak.pk]
    assert ids("complaint_class=valid") == ids("search=ninth floor") == [lift.pk]
    assert ids(f"search={leak.number}") == ids("search=漏水") == ids("search=Aunt Lin") == [leak.pk]
    assert ids("status=new&status=closed&ordering=id") == [leak.pk, lift.pk]
    assert ids("overdue=true") == [] and ids("overdue=false") == [lift.pk, leak.pk]
    assert ids(f"responsible={clerk.pk}&created_after=2020-01-01T00:00:00Z") == [lift.pk, leak.pk]
    assert ids("created_before=2020-01-01T00:00:00Z") == ids("search=nothing like it") == []
