"""The praise wall, the answers book, and the estate's own scripts (docs/domain.md §3)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from helpdesk.lib.errors import Stale
from tests.tickets.acts import refused
from tickets.models import Answer, Praise, ScriptText
from tickets.scripts import SCRIPTS, house_words, script_of
from tickets.services.answers import archive_answer, find_answers, write_answer
from tickets.services.praise import register_praise, show_on_wall
from tickets.services.script_texts import write_script

pytestmark = pytest.mark.django_db


@pytest.fixture
def answer(estate, clerk):
    def make(question, answer="Answer", **kwargs):
        values = {"estate": estate, "actor": clerk, "keeper": clerk, "checked_on": date(2026, 1, 5)}
        return write_answer(**values | {"question": question, "answer": answer} | kwargs)

    return make


def test_an_answer_is_dated_and_has_a_keeper(answer, clerk, outsider):
    entry = answer("When do the lifts run?")
    assert (entry.keeper, entry.checked_on, entry.version) == (clerk, date(2026, 1, 5), 1)
    with refused("in_the_future"):
        answer("x", checked_on=timezone.localdate() + timedelta(days=2))
    with refused("other_estate"):
        answer("x", keeper=outsider)
    with refused("text_missing"):
        answer("", "y")
    with refused("text_missing"):
        answer("x", "")


def test_the_book_is_searched_in_both_scripts_while_one_types(answer, estate):
    lift = answer("", "", question_zh_hans="电梯几点停？", answer_zh_hans="全天运行")
    answer("", "", question_zh_hans="物业费怎么算？", answer_zh_hans="按建筑面积")
    assert find_answers(estate, "請問電梯晚上開嗎") == [lift]
    assert find_answers(estate, "我们家的电梯又坏了")[0] == lift
    assert find_answers(estate, "") == find_answers(estate, "猫") == []


def test_a_rare_word_points_better_than_a_common_one(answer, estate):
    fee = answer("How is the management fee counted?")
    answer("How is the parking fee counted?")
    answer("How is the late fee counted?")
    assert find_answers(estate, "asks about the management of the fee")[0] == fee


def test_an_answer_out_of_use_is_found_no_more(answer, estate, clerk):
    entry = answer("When do the lifts run?")
    archive_answer(entry, actor=clerk)
    assert find_answers(estate, "lifts") == []


def test_a_colleagues_change_of_an_answer_is_not_written_over(answer, estate, clerk):
    entry = answer("When do the lifts run?")
    values = {"estate": estate, "actor": clerk, "keeper": clerk, "checked_on": date(2026, 1, 6)}
    write_answer(**values, entry=entry, version=1, question="Lifts?")
    with pytest.raises(Stale):
        write_answer(**values, entry=entry, version=1, question="Lift hours?")


def test_the_reader_sees_an_answer_in_the_own_language_or_in_one_there_is(answer):
    entry = answer("Lifts?", question_zh_hans="电梯？")
    with translation.override("zh-hant"):
        assert entry.asked == ("电梯？", "zh-hans")
    with translation.override("en"):
        assert entry.asked == ("Lifts?", "en")


def test_the_book_is_written_by_clerk_and_manager_and_read_by_others(
    login, answer, clerk, supervisor, technician
):
    entry = answer("When do the lifts run?")
    assert "lifts" in login(supervisor).get(reverse("answer_list")).content.decode()
    assert login(supervisor).get(reverse("answer_edit", args=[entry.pk])).status_code == 403
    assert login(technician).get(reverse("answer_list")).status_code == 403
    sent = {"question": "Lift hours?", "answer": "All day", "keeper": clerk.pk, "checked_on": "2026-02-01"}
    assert (
        login(clerk).post(reverse("answer_edit", args=[entry.pk]), sent | {"version": 1}).status_code == 303
    )
    assert (
        login(clerk).post(reverse("answer_edit", args=[entry.pk]), sent | {"version": 1}).status_code == 409
    )
    assert login(clerk).post(reverse("answer_new"), {"question": "x"}).status_code == 422
    assert Answer.objects.get().question == "Lift hours?"


def test_what_is_typed_brings_the_answer_beside_the_form(login, answer, clerk, outsider):
    answer("When do the lifts run?", "All day and night")
    page = login(clerk).post(reverse("answer_search"), {"description": "the lifts stopped"})
    assert "All day and night" in page.content.decode()
    assert (
        "All day" not in login(outsider).post(reverse("answer_search"), {"summary": "lifts"}).content.decode()
    )


def test_praise_is_registered_once_and_can_be_taken_down(estate, clerk, technician, outsider):
    first = register_praise(estate=estate, actor=clerk, words="Thanks", praised=technician, form_token="x")
    assert register_praise(estate=estate, actor=clerk, words="Thanks", form_token="x") == first
    assert not show_on_wall(first, actor=clerk, shown=False).is_on_wall
    assert not Praise.objects.on_the_wall().exists()
    with refused("text_missing"):
        register_praise(estate=estate, actor=clerk, words=" ")
    with refused("other_estate"):
        register_praise(estate=estate, actor=clerk, words="x", praised=outsider)


def test_everybody_reads_the_wall_and_the_desk_writes_on_it(login, clerk, guard, outsider, technician):
    sent = {"words": "So kind", "praised": technician.pk, "unit": ""}
    assert login(clerk).post(reverse("praise_new"), sent).status_code == 303
    assert login(clerk).post(reverse("praise_new"), {"words": ""}).status_code == 422
    assert "So kind" in login(guard).get(reverse("praise_wall")).content.decode()
    assert "So kind" not in login(outsider).get(reverse("praise_wall")).content.decode()
    assert login(guard).post(reverse("praise_new"), sent).status_code == 403


@pytest.mark.parametrize("key", sorted(SCRIPTS))
def test_every_procedure_has_its_script_in_three_languages(key):
    for language in ("en", "zh-hans", "zh-hant"):
        say, do = house_words(key, language)
        assert say and do and "%(" not in say


def test_the_estates_own_words_go_before_the_houses_and_fall_back(estate, other_estate, admin):
    write_script(estate, actor=admin, key="call", texts={"en": ("Good day, {estate}, {clerk} here.", "")})
    assert (
        script_of("call", language="en", estate=estate, clerk="Anna")["say"]
        == "Good day, Willow Bay, Anna here."
    )
    assert script_of("call", language="en", estate=estate)["do"] == house_words("call", "en")[1]
    house = script_of("call", language="en", estate=other_estate)["say"]
    assert house.startswith("Hello, Maple Court front desk")
    assert write_script(estate, actor=admin, key="call", texts={"en": ("", "")}) == ["en"]
    assert not ScriptText.objects.exists()
    assert write_script(estate, actor=admin, key="call", texts={"en": house_words("call", "en")}) == []


def test_a_placeholder_that_nothing_fills_in_is_refused(estate, admin):
    with refused("unknown_placeholder"):
        write_script(estate, actor=admin, key="call", texts={"en": ("Hello {mayor}", "")})
    with refused("unknown_script"):
        write_script(estate, actor=admin, key="song", texts={"en": ("x", "")})


def test_scripts_are_previewed_without_being_kept(login, admin, clerk):
    url = reverse("script_edit", args=["call"])
    sent = {f"{field}_{code}": "" for field in ("say", "do") for code in ("en", "zh-hans", "zh-hant")}
    sent["say_en"] = "Good day, {estate}."
    page = login(admin).post(url, sent | {"next": "preview"}).content.decode()
    assert "Good day, Willow Bay." in page and not ScriptText.objects.exists()
    assert login(admin).post(url, sent).status_code == 303
    assert ScriptText.objects.get().say == "Good day, {estate}."
    assert login(admin).post(url, sent | {"say_en": "{mayor}"}).status_code == 409
    assert login(admin).get(reverse("script_edit", args=["song"])).status_code == 404
    assert login(clerk).get(url).status_code == 403
