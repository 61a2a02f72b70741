"""The classifier learns from what clerks confirm, and a worse model never comes into use (docs/domain.md §2)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.tickets.acts import MORNING, bring_to
from tickets.classification import learning as pure
from tickets.classification.learning import PARTS, learn
from tickets.classification.model import shipped_model
from tickets.classification.training import Example, seed_examples
from tickets.models import ClassReview, LearnedModel, Refit
from tickets.services import learning, tickets
from tickets.services.class_reviews import put_up
from tickets.tasks import learn as learn_task


@pytest.fixture
def few_seeds(monkeypatch):
    """A tenth of the hand-written set, so that a test takes no minutes."""
    seeds = [example for number, example in enumerate(seed_examples()) if number % 6 == 0]
    monkeypatch.setattr(pure, "seed_examples", lambda: seeds)
    return seeds


@pytest.fixture
def confirm(make_ticket, clerk):
    def make(complaint_class="venting", description="呜呼哀哉呜呼哀哉，天天如此！", at=MORNING, **kwargs):
        ticket = make_ticket(description, at=at, **kwargs)
        return tickets.classify_ticket(ticket, actor=clerk, complaint_class=complaint_class, at=at)

    return make


def test_what_a_clerk_confirms_is_an_example(confirm):
    confirm("venting", "Words of a resident")
    (example,) = learning.confirmed_tickets()
    assert (example.text, example.complaint_class) == ("Words of a resident", "venting")


def test_a_ticket_counts_once_with_the_last_judgement(confirm, clerk):
    ticket = confirm("venting")
    tickets.classify_ticket(ticket, actor=clerk, complaint_class="inquiry", reason="Read again")
    assert [each.complaint_class for each in learning.confirmed_tickets()] == ["inquiry"]


def test_made_up_tickets_never_count_but_those_taken_after_them_do(confirm, estate):
    confirm("venting", "made up")
    estate.demo_until = MORNING + timedelta(minutes=1)
    estate.save()
    confirm("venting", "real", at=MORNING + timedelta(minutes=2))
    assert [each.text for each in learning.confirmed_tickets()] == ["real"]


def test_what_bad_handling_made_valid_still_reads_as_it_read(confirm, clerk):
    ticket = confirm("help_seeking")
    put_up(ticket, ClassReview.Cause.LATE, at=MORNING)
    tickets.answer_class_review(ticket, actor=clerk, becomes_valid=True, reason="Four days late")
    assert [each.complaint_class for each in learning.confirmed_tickets()] == ["help_seeking"]


def test_what_was_not_borne_out_still_reads_as_an_allegation(confirm, clerk):
    ticket = confirm("valid")
    tickets.tick_step(ticket, actor=clerk, key="on_site", finding="not_borne_out")
    tickets.classify_ticket(ticket, actor=clerk, complaint_class="venting", reason="Nothing was found")
    assert [each.complaint_class for each in learning.confirmed_tickets()] == ["valid"]


def test_before_anything_is_learnt_the_model_of_the_software_is_in_use(db):
    assert learning.model_in_use() is shipped_model()


def test_a_model_that_is_no_worse_comes_into_use_at_once_everywhere(confirm, few_seeds, clerk, make_ticket):
    for number in range(6):
        confirm(description=f"呜呼哀哉呜呼哀哉，天天如此，第{number}回了！")
    learning.ask_refit(actor=clerk)
    refit = learning.run_waiting_refit()
    assert (refit.status, refit.is_open) == (Refit.Status.REPLACED, False)
    learned = LearnedModel.objects.get(is_active=True)
    assert (learned.confirmed, learned.examples) == (6, len(few_seeds) + 6)
    assert learned.macro_f1 >= learned.macro_f1_before
    model = learning.model_in_use()
    assert model.version == learned.version
    suggestion = make_ticket("呜呼哀哉，又来了").suggestion
    assert (suggestion["model_version"], suggestion["examples"]) == (learned.version, learned.examples)


def test_a_model_that_is_worse_is_kept_out_of_use(confirm, few_seeds, clerk, monkeypatch):
    confirm()
    monkeypatch.setattr(pure.Learned, "is_no_worse", False)
    learning.ask_refit(actor=clerk)
    refit = learning.run_waiting_refit()
    assert refit.status == Refit.Status.KEPT
    assert learning.model_in_use() is shipped_model()
    assert not LearnedModel.objects.filter(is_active=True).exists()
    assert bytes(LearnedModel.objects.get().weights) == b""


def test_wrong_confirmations_are_seen_by_the_guarding_part(few_seeds):
    """Every class under another name: cross-validation sees that the texts have become harder to tell."""
    turned = {"valid": "venting", "venting": "inquiry", "inquiry": "help_seeking", "help_seeking": "valid"}
    wrong = [
        Example(example.text + " 此致", turned[example.complaint_class])
        for number, example in enumerate(seed_examples())
        if number % 6 == 3
    ]
    learned = learn(wrong, [False] * len(wrong), version="test", on_part=lambda part: None)
    assert learned.guard.macro_f1 < learned.guard_before.macro_f1
    assert not learned.is_no_worse


def test_the_progress_is_told_part_by_part(few_seeds):
    heard = []
    learn([], [], version="test", on_part=heard.append)
    assert heard == list(range(1, PARTS + 1))


def test_without_anything_new_nothing_is_fitted(confirm, few_seeds, clerk):
    learning.ask_refit(actor=clerk)
    assert learning.run_waiting_refit().status == Refit.Status.NOTHING
    confirm()
    learning.ask_refit(actor=clerk)
    assert learning.run_waiting_refit().status in {Refit.Status.REPLACED, Refit.Status.KEPT}
    learning.ask_refit(actor=clerk)
    assert learning.run_waiting_refit().status == Refit.Status.NOTHING


def test_asking_twice_is_one_refit(clerk, manager):
    assert learning.ask_refit(actor=clerk) == learning.ask_refit(actor=manager)
    assert Refit.objects.count() == 1


def test_two_workers_do_not_learn_at_once(confirm, few_seeds, clerk):
    learning.ask_refit(actor=clerk)
    Refit.objects.update(status=Refit.Status.RUNNING)
    assert learning.run_waiting_refit() is None


def test_a_refit_that_was_cut_off_is_taken_up_again(confirm, few_seeds, clerk):
    learning.ask_refit(actor=clerk)
    long_ago = timezone.now() - learning.CUT_OFF_AFTER - timedelta(seconds=1)
    Refit.objects.update(status=Refit.Status.RUNNING, moved_at=long_ago)
    assert learning.run_waiting_refit().finished_at is not None


def test_a_refit_that_fails_says_so_and_frees_the_place(confirm, clerk, monkeypatch):
    confirm()
    monkeypatch.setattr(learning, "learn", lambda *args, **kwargs: 1 / 0)
    learning.ask_refit(actor=clerk)
    assert learning.run_waiting_refit().status == Refit.Status.FAILED
    assert learning.ask_refit(actor=clerk).status == Refit.Status.WAITING


def test_by_itself_it_learns_once_a_day_where_enough_is_new(confirm, clerk, monkeypatch):
    monkeypatch.setattr(learning, "LEAST_NEW", 2)
    confirm()
    now = timezone.now()
    assert learning.ask_if_due(now) is None
    confirm(description="Another matter")
    first = learning.ask_if_due(now)
    assert first is not None
    Refit.objects.update(is_open=False, status=Refit.Status.FAILED)
    assert learning.ask_if_due(now + timedelta(hours=23)) is None
    assert learning.ask_if_due(now + timedelta(hours=25)) is not None


def test_the_beat_does_what_was_asked(confirm, few_seeds, clerk):
    confirm()
    learning.ask_refit(actor=clerk)
    learn_task()
    assert not Refit.objects.filter(is_open=True).exists()


def test_a_resolved_ticket_is_still_an_example(confirm, clerk, departments, make_ticket):
    bring_to(make_ticket(), "closed", actor=clerk, department=departments["cleaning"])
    assert len(learning.confirmed_tickets()) == 1
