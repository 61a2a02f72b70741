"""A complaint from its first words to the follow-up visit, with the real worker and beat."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys import moves
from tests.journeys.running import RunningDesk, eventually
from tests.journeys.watching import Window

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("calls_at_any_hour")]

IN_ENGLISH = "The decorators of 3-2-601 left bags of cement in the corridor and your guard shouted at me when I complained."
IN_CHINESE = "厨房水管漏水，水已流到走廊。上周报过一次，一直没人来修。"


@pytest.mark.parametrize(
    ("language", "words", "complaint_class"),
    [
        pytest.param("en", IN_ENGLISH, "valid", id="en"),
        pytest.param("zh-hans", IN_CHINESE, "help_seeking", id="zh-hans"),
    ],
)
def test_a_complaint_goes_from_its_first_words_to_a_satisfied_resident(
    opened: Callable[..., Window], photo: Path, language: str, words: str, complaint_class: str
) -> None:
    clerk = opened(language=language)
    page = clerk.go("/login/")
    clerk.read_in(language)
    clerk.shoot(f"login-{language}")
    clerk.log_in("clerk")
    expect(page.locator("[data-refresh-url]")).to_be_visible()
    clerk.shoot(f"desk-{language}")

    # Who calls: by the telephone's ending, then by the door.
    moves.open_card(clerk, "3-2-501", "3-2-501")
    clerk.shoot(f"card-of-unit-{language}")
    expect(moves.look_up(clerk, "6021")).to_contain_text("3-2-501")
    clerk.shoot(f"box-{language}")
    moves.open_card(clerk, "6021", "3-2-501")
    clerk.shoot(f"card-{language}")

    ticket = moves.take_ticket(clerk, words)
    number = moves.number_on(page)
    moves.judge(page, complaint_class)
    clerk.shoot(f"ticket-judged-{language}", whole=True)
    slip = moves.issue_slip(page, "Engineering|工程", "3-2-501: " + words[:40])

    technician = opened("technician", language=language, phone=True)
    moves.do_slip(technician, slip, photo)

    clerk.go(slip)
    clerk.shoot(f"slip-{language}", whole=True)
    moves.verify_slip(page)
    moves.tick_hand_steps(clerk, ticket)
    moves.resolve(page, "已修好，住户在场确认。 Repaired; the resident saw it.")
    clerk.shoot(f"ticket-resolved-{language}", whole=True)

    first = moves.follow_up_of(page)
    moves.wait_on_desk(clerk, first, number)
    clerk.shoot(f"desk-follow-up-{language}")
    clerk.go(first)
    expect(page.locator(".ring-number")).to_contain_text("6021")
    moves.record_visit(clerk, first, 2, "还在滴水。 It still drips.")
    clerk.go(ticket)
    assert moves.is_open(page), "dissatisfied opens the ticket again"
    supervisor = opened("supervisor", language=language)
    supervisor.go("/messages/")
    expect(supervisor.page.locator(".inbox-row", has_text=number).first).to_be_visible()
    supervisor.shoot(f"messages-{language}")

    moves.tick_hand_steps(clerk, ticket)
    moves.renew_notify(page)
    moves.resolve(page, "重新密封，复查三次。 Sealed anew.")
    second = moves.follow_up_of(page)
    assert second != first
    moves.wait_on_desk(clerk, second, number, round=2)
    moves.record_visit(clerk, second, 5)
    clerk.go(ticket)
    assert moves.is_closed(page), "satisfied closes it"
    clerk.shoot(f"ticket-closed-{language}", whole=True)


def test_a_worker_killed_after_resolving_still_brings_the_visit_up_once(
    opened: Callable[..., Window], desk: RunningDesk
) -> None:
    clerk = opened("clerk")
    clerk.go("/")
    moves.open_card(clerk, "3-2-501", "3-2-501")
    ticket = moves.take_ticket(clerk, IN_CHINESE + " 又漏了。")
    number = moves.number_on(clerk.page)
    moves.judge(clerk.page, "help_seeking")
    moves.give_to_department(clerk.page, "Engineering|工程")
    moves.tick_hand_steps(clerk, ticket)
    moves.resolve(clerk.page, "Done.")
    [worker] = desk.children("-A helpdesk worker")
    os.kill(worker, signal.SIGKILL)
    visit = moves.follow_up_of(clerk.page)
    eventually(
        lambda: [pid for pid in desk.children("-A helpdesk worker") if pid != worker], "the worker is back"
    )
    moves.wait_on_desk(clerk, visit, number)
    clerk.page.wait_for_timeout(3_000)  # three more sweeps, which must find nothing to do
    assert moves.times_told(clerk, number) == 1
