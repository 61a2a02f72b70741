"""The owner's consent by link, requests of the public form, papers and the policy (docs/domain.md §7)."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helpdesk.audit.models import Entry
from helpdesk.lib.errors import Refused, TooOften
from helpdesk.lib.sealed import clear
from helpdesk.notifications.models import Message
from residents.models import Occupancy, Resident, Unit
from residents.services.residents import add_phone
from tests.conftest import at
from tests.visitors.conftest import TEN
from tickets.models import Ticket
from visitors.models import Consent, ReleasePass, VisitorPolicy
from visitors.services import consents, pass_requests
from visitors.services.consents import answer_consent, ask_by_link, open_consent
from visitors.services.papers import reconcile_papers, tell_of_unused
from visitors.services.pass_drafts import Goods, see_document
from visitors.services.policies import set_policy
from visitors.services.release_passes import expire_passes, issue_pass, refuse_pass
from visitors.views.pass_history import of_entry

pytestmark = pytest.mark.django_db
ASKED = {
    "name": "Li",
    "phone": "13800136021",
    "unit": "3-2-501",
    "relation": "tenant",
    "item-0-description": "Sofa",
    "item-0-quantity": "2",
    "item-TOTAL_FORMS": "1",
    "item-INITIAL_FORMS": "0",
}


def secret_in(template):
    return Message.objects.filter(template=template).latest("pk").link.strip("/").split("/")[-1]


@pytest.fixture
def asked(make_pass, clerk, resident):
    waiting = make_pass(applicant_relation="tenant")
    ask_by_link(waiting, actor=clerk, owner=resident, phone=resident.phones.get(), at=TEN)
    return waiting


def refused(code, act, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        act(*args, **kwargs)
    assert refusal.value.code == code


def test_the_owner_answers_by_a_link_once(asked, clerk):
    secret = secret_in("consent_asked")
    assert secret not in str(list(Consent.objects.values()))
    consent = open_consent(secret, address="10.0.0.1")
    answer_consent(consent, agrees=True, note="Of course", at=TEN)
    refused("already_answered", answer_consent, consent, agrees=False, at=TEN)
    asked.refresh_from_db()
    assert (asked.status, Consent.objects.get().answer) == ("draft", "given")
    assert Message.objects.filter(template="consent_answered", recipient_user=clerk).exists()


@pytest.mark.parametrize(
    ("agrees", "sentence"), [(True, "The owner agrees"), (False, "The owner does not agree")]
)
def test_the_history_knows_of_an_answer_but_neither_whose_nor_in_which_words(
    agrees, sentence, asked, resident, clerk, login
):
    answer_consent(open_consent(secret_in("consent_asked"), address="a"), agrees=agrees, note="Soon", at=TEN)
    consents.record_consent(
        asked,
        actor=clerk,
        telephoned=resident,
        phone=resident.phones.get(),
        note="Rang",
        agrees=agrees,
        at=TEN,
    )
    rows = Entry.objects.about(asked).filter(verb__contains="consent").exclude(verb__endswith="asked")
    assert [set(entry.data) for entry in rows] == [{"consent", "way"}] * 2
    page = reverse("pass_detail", args=[asked.pk])
    shown = login(clerk).get(page).content.decode()
    assert f"{sentence}: Wang Jianguo" in shown and "Soon" in shown and "Rang" in shown
    Consent.objects.update(note="")
    Resident.objects.update(name="–")
    shown = login(clerk).get(page).content.decode()
    assert sentence in shown and "Soon" not in shown and f"{sentence}: Wang" not in shown


def test_a_history_whose_consent_stands_no_more_says_the_answer_alone(asked, clerk):
    answer_consent(open_consent(secret_in("consent_asked"), address="a"), agrees=True, note="Soon", at=TEN)
    entry = Entry.objects.about(asked).get(verb="release_pass.consented")
    assert of_entry(entry)["sentence"] and "Soon" not in str(of_entry(entry))


def test_an_owner_who_does_not_agree_keeps_the_goods_inside(asked, clerk):
    answer_consent(open_consent(secret_in("consent_asked"), address="a"), agrees=False, at=TEN)
    asked.refresh_from_db()
    assert asked.status == "awaiting_consent"
    refused("consent_missing", issue_pass, asked, actor=clerk, at=TEN)


def test_a_second_link_takes_the_first_ones_place(asked, clerk, resident):
    first = secret_in("consent_asked")
    ask_by_link(
        asked, actor=clerk, owner=resident, phone=resident.phones.get(), at=TEN + timedelta(minutes=1)
    )
    assert open_consent(first, address="a") is None
    assert open_consent(secret_in("consent_asked"), address="a") is not None


def test_whoever_has_sold_the_unit_can_no_longer_agree(asked, resident):
    consent = open_consent(secret_in("consent_asked"), address="a")
    Occupancy.objects.filter(resident=resident).update(until=(TEN - timedelta(days=1)).date())
    refused("invalid_transition", answer_consent, consent, agrees=True, at=TEN)


def test_the_link_goes_to_an_address_on_file_only(make_pass, clerk, resident, estate):
    waiting = make_pass(applicant_relation="tenant")
    refused("number_not_on_file", ask_by_link, waiting, actor=clerk, owner=resident, at=TEN)
    stranger = Resident.objects.create(estate=estate, name="Stranger", email="s@example.com")
    refused("number_not_on_file", ask_by_link, waiting, actor=clerk, owner=stranger, at=TEN)
    Resident.objects.filter(pk=resident.pk).update(email="wang@example.com")
    resident.refresh_from_db()
    ask_by_link(waiting, actor=clerk, owner=resident, at=TEN)
    assert Message.objects.get(template="consent_asked").address == "wang@example.com"


def test_ten_thousand_wrong_links_open_nothing(asked):
    for _n in range(consents.GUESSES_A_MINUTE):
        assert open_consent("guess", address="10.0.0.9") is None
    with pytest.raises(TooOften):
        open_consent(secret_in("consent_asked"), address="10.0.0.9")


def test_the_owners_page_says_yes_and_then_only_what_was_said(asked):
    page = reverse("consent_link", args=[secret_in("consent_asked")])
    browser = Client(headers={"Accept-Language": "en"})
    shown = browser.get(page)
    assert b"Sofa" in shown.content and b"80.50" not in shown.content
    ReleasePass.objects.update(valid_until=timezone.now() + timedelta(hours=1))
    assert b"You said yes" in browser.post(page, {"answer": "given"}).content
    assert browser.post(page, {"answer": "refused"}).status_code == 409
    assert Consent.objects.get().answer == "given"
    assert Client().get(reverse("consent_link", args=["nobody"])).status_code == 404


def ask(**changes):
    day = {"date": str(timezone.localdate()), "form_token": changes.pop("form_token", "")}
    return Client(headers={"Accept-Language": "en"}).post("/p/willow/release-pass/", ASKED | day | changes)


def said(answer):
    """The page without the tokens that differ on every page."""
    return re.sub(r'(X-CSRFToken": "|csrfmiddlewaretoken" value=")\w+', "", answer.content.decode())


@pytest.mark.parametrize("changes", [{}, {"unit": "9-9-999"}, {"phone": "13900000000"}, {"unit": "nonsense"}])
def test_a_request_is_answered_alike_whoever_lives_there(changes, estate, unit, resident):
    answer = ask(**changes)
    known = ask(form_token="b")
    assert (answer.status_code, said(answer)) == (known.status_code, said(known))


def test_a_request_has_no_code_until_the_household_confirms_it_once(estate, unit, resident, clerk):
    assert ask().status_code == 200
    request = ReleasePass.objects.get()
    assert request.is_request and request.code is None and request.applicant_phone == "+8613800136021"
    refused("not_confirmed", issue_pass, request, actor=clerk)
    page = reverse("pass_confirm_link", args=[secret_in("pass_confirm")])
    assert Client().get(page).status_code == 200
    assert ReleasePass.objects.get().is_request, "looking confirms nothing"
    assert Client().post(page, {"answer": "yes"}).status_code == 200
    assert not ReleasePass.objects.get().is_request
    assert confirm_status() == (410, False)


def confirm_status():
    """What the household's page answers, and whether it names somebody."""
    page = Client(headers={"Accept-Language": "en"}).get(
        reverse("pass_confirm_link", args=[secret_in("pass_confirm")])
    )
    return page.status_code, any(word in page.content.decode() for word in ("Li", "Sofa", "3-2-501"))


def run_out(asked, clerk):
    ReleasePass.objects.update(
        valid_from=timezone.now() - timedelta(days=1), valid_until=timezone.now() - timedelta(minutes=1)
    )


def run_out_and_swept(asked, clerk):
    run_out(asked, clerk)
    assert expire_passes(timezone.now()) == 1


@pytest.mark.parametrize(
    "end",
    [
        run_out,
        run_out_and_swept,
        lambda asked, clerk: refuse_pass(asked, actor=clerk, reason="Nobody there knows of it"),
        lambda asked, clerk: pass_requests.confirm_request(asked, actor=clerk),
        lambda asked, clerk: Occupancy.objects.update(until=timezone.localdate() - timedelta(days=1)),
    ],
)
def test_a_request_that_waits_no_more_is_shown_to_nobody(end, unit, resident, clerk):
    ask()
    assert confirm_status() == (200, True)
    end(ReleasePass.objects.get(), clerk)
    assert confirm_status() == (410, False)
    before = ReleasePass.objects.values().get()
    for answer in ("yes", "no"):
        page = reverse("pass_confirm_link", args=[secret_in("pass_confirm")])
        assert Client().post(page, {"answer": answer}).status_code == 410
    assert ReleasePass.objects.values().get() == before


def test_an_expired_or_refused_request_keeps_no_open_link(unit, resident, clerk):
    ask()
    run_out_and_swept(None, clerk)
    assert ReleasePass.objects.get().confirm_digest is None


def test_a_household_that_asked_for_nothing_refuses_it(estate, unit, resident):
    ask()
    Client().post(reverse("pass_confirm_link", args=[secret_in("pass_confirm")]), {"answer": "no"})
    refused_one = ReleasePass.objects.get()
    assert (refused_one.status, refused_one.confirm_digest) == ("refused", None)


def test_a_request_for_a_unit_nobody_knows_becomes_a_ticket_for_the_desk(estate, unit):
    ask(unit="9-9-999", phone="13900000000")
    assert not ReleasePass.objects.exists()
    assert "Sofa × 2" in Ticket.objects.get().description


def test_the_ticket_for_the_desk_says_all_that_was_asked(estate, unit):
    day = timezone.localdate() + timedelta(days=3)
    pass_requests.ask_for_pass(
        estate, name="X", phone="13911112222", unit_code="9-9-999", relation="family", on=day,
        items=[Goods("Sofa", 2, "grey"), Goods("Box")], vehicle_plate="粤B12345", reason="Moving out",
    )  # fmt: skip
    told = Ticket.objects.get().description
    for words in ("Sofa × 2, grey", "Box × 1", str(day), "Family", "粤B12345", "Moving out"):
        assert words in told


def test_the_same_form_with_a_corrected_unit_is_another_request(estate, unit, resident):
    Unit.objects.create(estate=estate, building=unit.building, code="3-2-502")
    for code in ("9-9-998", "9-9-999", "3-2-502", "3-2-501"):
        for _time in range(2):
            assert ask(form_token="once", unit=code, phone="13700000009").status_code == 200
    assert sorted(ReleasePass.objects.values_list("unit__code", flat=True)) == ["3-2-501", "3-2-502"]
    assert list(Ticket.objects.order_by("pk").values_list("unit_as_written", flat=True)) == [
        "9-9-998",
        "9-9-999",
    ]


def test_the_same_form_again_is_one_request_though_the_household_has_three(estate, unit, resident):
    for token in ("a", "b", "c", "c"):
        ask(form_token=token)
    assert (ReleasePass.objects.count(), Ticket.objects.count()) == (3, 0)


def test_the_same_form_twice_is_one_request_and_a_program_gets_none(estate, unit, resident):
    ask(form_token="a"), ask(form_token="a"), ask(website="http://spam")
    assert ReleasePass.objects.count() == 1
    assert Message.objects.filter(template="pass_confirm").count() == 1


def test_a_stranger_cannot_flood_a_household(estate, unit, resident):
    for n in range(6):
        pass_requests.ask_for_pass(
            estate, name="X", phone="13911112222", unit_code="3-2-501", relation="agent",
            items=[Goods("Sofa")], form_token=str(n),
        )  # fmt: skip
    assert Message.objects.filter(template="pass_confirm").count() == pass_requests.OPEN_REQUESTS


@pytest.mark.parametrize(
    "changes",
    [{"phone": "12"}, {"item-0-description": ""}, {"date": "2020-01-01"}, {"name": ""}, {"date": "soon"}],
)
def test_what_cannot_be_read_is_said_beside_the_field_and_kept(changes, estate, unit, resident):
    answer = ask(**changes)
    assert ask(**(changes | {"unit": "9-9-999"})).status_code == 400, "nor is it told who lives there"
    assert answer.status_code == 400 and not ReleasePass.objects.exists()
    assert b'value="Li"' in answer.content or "name" in changes


def test_the_document_is_seen_before_a_pass_is_issued(make_pass, clerk):
    draft = make_pass(id_document_type="")
    refused("document_missing", issue_pass, draft, actor=clerk, at=TEN)
    refused("document_missing", see_document, draft, actor=clerk, id_document_type="", at=TEN)
    see_document(draft, actor=clerk, id_document_type="passport", at=TEN)
    assert issue_pass(draft, actor=clerk, at=TEN).id_document_type == "passport"


def test_an_agent_without_a_letter_always_needs_the_owner(make_pass, estate):
    VisitorPolicy.objects.create(estate=estate, consent_relations=[])
    assert make_pass(applicant_relation="agent").status == "awaiting_consent"
    assert make_pass(applicant_relation="agent", has_letter=True).status == "draft"
    assert make_pass(applicant_relation="tenant").status == "draft"


def test_unused_papers_are_told_of_once_a_week_and_ticked_off_once(issued, make_pass, clerk):
    running, later = issued(), TEN + timedelta(days=7)
    expire_passes(later)
    assert (tell_of_unused(TEN), tell_of_unused(later), tell_of_unused(later)) == (0, 1, 0)
    assert reconcile_papers([running], actor=clerk, note="In the folder", at=later) == 1
    assert reconcile_papers([running], actor=clerk, at=later) == 0
    assert ReleasePass.objects.get().reconcile_note == "In the folder"
    assert not ReleasePass.objects.unused(later).exists()


def test_the_policy_is_the_administrators_and_keeps_its_history(estate, admin, manager, login):
    page = reverse("visitor_policy")
    sent = {
        "arrears": "block",
        "consent_relations": ["tenant"],
        "gates": "North\n North \n\nEast",
        "stay_minutes": "60",
    }
    assert login(manager).post(page, sent).status_code == 403
    assert login(admin).post(page, sent).status_code == 303
    policy = VisitorPolicy.objects.get()
    assert (policy.arrears, policy.consent_relations, policy.gates) == (
        "block",
        ["tenant"],
        ["North", "East"],
    )
    assert login(admin).post(page, sent | {"stay_minutes": "3"}).status_code == 422
    assert set_policy(estate, actor=admin, gates=["North", "East"]) == policy


@pytest.mark.parametrize("known", [True, False])
def test_the_telephone_of_whoever_asks_does_not_tell_whether_the_unit_exists(unit, resident, known):
    code = "3-2-501" if known else "9-9-999"
    assert ask(phone="13911112222", unit=code).status_code == 200
    assert ReleasePass.objects.exists() == known and Ticket.objects.exists() != known
    assert not [message for message in Message.objects.all() if "13911112222" in clear(message.address)]


def link_status(secret):
    """What the owner's page and the API answer, and whether either names somebody."""
    page = Client(headers={"Accept-Language": "en"}).get(reverse("consent_link", args=[secret]))
    program = Client().get(f"/api/v1/public/consents/{secret}/")
    shown = page.content.decode() + program.content.decode()
    assert page.status_code == program.status_code
    return page.status_code, any(word in shown for word in ("Wang", "Sofa", "3-2-501"))


@pytest.mark.parametrize(("days", "status"), [(6, 200), (8, 410)])
def test_a_week_after_the_answer_the_link_names_nobody(asked, days, status):
    secret = secret_in("consent_asked")
    answer_consent(open_consent(secret, address="a"), agrees=True, at=TEN)
    Consent.objects.update(answered_at=timezone.now() - timedelta(days=days))
    assert link_status(secret) == (status, status == 200)


@pytest.mark.parametrize(("days", "status"), [(6, 200), (8, 410)])
def test_a_week_after_the_pass_has_ended_the_link_names_nobody(asked, days, status):
    ReleasePass.objects.update(
        status="refused", end_reason="No", ended_at=timezone.now() - timedelta(days=days)
    )
    assert link_status(secret_in("consent_asked")) == (status, status == 200)


def test_who_has_sold_the_unit_is_shown_nothing_at_once(asked, resident):
    Occupancy.objects.filter(resident=resident).update(until=timezone.localdate() - timedelta(days=1))
    assert link_status(secret_in("consent_asked")) == (410, False)


@pytest.fixture
def tenant(estate, unit):
    person = Resident.objects.create(estate=estate, name="Tan Tenant", language="en")
    add_phone(person, actor=None, number="13900001111", is_primary=True)
    Occupancy.objects.create(unit=unit, resident=person, relation="tenant", since="2020-01-01")
    return person


def test_to_call_oneself_the_owner_is_not_enough(make_pass, tenant, clerk, login, resident):
    claimed = make_pass(resident=tenant, applicant_name="Tan Tenant")
    assert claimed.status == "awaiting_consent"
    refused("consent_missing", issue_pass, claimed, actor=clerk, at=TEN)
    page = login(clerk).get(reverse("pass_detail", args=[claimed.pk])).content.decode()
    assert "not an owner on file" in page and "Ring the owner" in page


@pytest.mark.parametrize("name", ["Nobody We Know", "Tan Tenant"])
def test_a_name_that_no_owner_on_file_bears_needs_consent(make_pass, tenant, name):
    assert make_pass(applicant_name=name).status == "awaiting_consent"


@pytest.mark.parametrize("name", ["Wang Jianguo", " wang jianguo ", "王建国"])
def test_the_owner_is_known_by_the_name_on_the_document(make_pass, resident, name):
    made = make_pass(applicant_name=name)
    assert (made.status, made.resident) == ("draft", resident)


def confirm():
    page = reverse("pass_confirm_link", args=[secret_in("pass_confirm")])
    return Client().post(page, {"answer": "yes"}).status_code


def test_an_owner_by_the_public_form_is_known_once_the_link_to_them_is_answered(unit, resident, tenant):
    ask(name="Wang Jianguo", relation="owner")
    asked = ReleasePass.objects.get()
    assert (asked.status, asked.resident) == ("awaiting_consent", None)
    assert confirm() == 200
    asked.refresh_from_db()
    assert (asked.status, asked.resident, asked.is_request) == ("draft", resident, False)


@pytest.mark.parametrize("name", ["ＷＡＮＧ  Jianguo", "王建國"])
def test_an_owners_name_is_read_in_either_script(name, unit, resident):
    ask(name=name, relation="owner")
    assert confirm() == 200
    assert ReleasePass.objects.get().status == "draft"


@pytest.mark.parametrize(("name", "phone"), [("Wang Jianguo", "13900001111"), ("Tan Tenant", "13800136021")])
def test_who_calls_themselves_the_owner_is_asked_of_the_owner_and_needs_both_name_and_number(
    name, phone, unit, resident, tenant
):
    ask(name=name, phone=phone, relation="owner")
    asked = ReleasePass.objects.get()
    assert asked.confirm_asked == resident
    assert confirm() == 200
    asked.refresh_from_db()
    assert asked.status == "awaiting_consent"


def test_the_owners_number_in_a_tenants_hand_takes_nothing_out(unit, resident, tenant, clerk):
    """The owner wants no messages: nobody else of the household may answer in their place."""
    Resident.objects.filter(pk=resident.pk).update(accepts_messages=False)
    ask(name="Tan Tenant", relation="owner")
    asked = ReleasePass.objects.get()
    assert asked.resident is None and asked.confirm_digest is None
    assert not Message.objects.filter(template="pass_confirm").exists()
    pass_requests.confirm_request(asked, actor=clerk)
    see_document(asked, actor=clerk, id_document_type="identity_card")
    refused("consent_missing", issue_pass, asked, actor=clerk)


def test_a_household_that_answers_for_a_typed_number_proves_nobody(unit, resident, tenant):
    Resident.objects.filter(pk=resident.pk).update(accepts_messages=False)
    ask(name="Wang Jianguo", relation="family")
    asked = ReleasePass.objects.get()
    assert asked.confirm_asked == tenant
    confirm()
    asked.refresh_from_db()
    assert asked.resident is None and not asked.is_request


def test_an_owners_pass_in_another_name_needs_consent(make_pass, resident):
    assert make_pass(resident=resident, applicant_name="Tan Tenant").status == "awaiting_consent"


def test_an_owner_who_sells_before_it_is_issued_is_none_any_more(make_pass, resident, clerk):
    made = make_pass()
    Occupancy.objects.filter(resident=resident).update(until=(TEN - timedelta(days=1)).date())
    refused("consent_missing", issue_pass, made, actor=clerk, at=TEN)


def test_where_an_agent_needs_a_letter_only_so_does_who_claims_to_own(make_pass, tenant, estate):
    VisitorPolicy.objects.create(estate=estate, consent_relations=[])
    claims = {"resident": tenant, "applicant_name": "Tan Tenant"}
    assert make_pass(**claims).status == "awaiting_consent"
    assert make_pass(**claims, has_letter=True).status == "draft"


@pytest.mark.parametrize(
    ("zone", "today", "until"), [("Asia/Shanghai", "2026-11-17", "22:00"), ("Pacific/Kiritimati", "2026-11-18", "04:00")]
)  # fmt: skip
def test_a_strangers_page_goes_by_the_estates_clock(zone, today, until, asked, estate, time_machine):
    """A household far from the server reads its own day and hour, not the server's."""
    ReleasePass.objects.filter(pk=asked.pk).update(valid_until=at("2026-11-17 22:00"))
    type(estate).objects.filter(pk=estate.pk).update(time_zone=zone)
    time_machine.move_to(at("2026-11-17 21:00"), tick=False)
    page = Client().get(reverse("public_pass", args=[estate.code])).content.decode()
    assert f'value="{today}"' in page
    link = Client().get(reverse("consent_link", args=[secret_in("consent_asked")])).content.decode()
    assert until in link
