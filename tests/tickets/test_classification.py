"""The suggested class: what is said, in whose words, and how sure."""

import json
from io import StringIO
from pathlib import Path

import opencc
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tickets.classification import ALL_TOPICS, CLASSES, History, Suggestion, classify, suggest_topic
from tickets.classification.curves import learning_curve
from tickets.classification.features import features_of
from tickets.classification.model import SHIPPED, Model, shipped_model
from tickets.classification.patterns import PATTERNS
from tickets.classification.scoring import calibration_error, figures_of
from tickets.classification.similarity import near_duplicate_groups
from tickets.classification.text import fold, read
from tickets.classification.training import (
    Example,
    Judged,
    calibrated_temperature,
    cross_validate,
    fit,
    grouped_folds,
    guard_part,
    seed_examples,
)
from tickets.management.commands import evaluate_classifier
from tickets.management.commands.evaluate_classifier import Command

CLEAR = [
    ("物业擅自涨价，多次投诉没人处理，保安还在岗亭睡觉，管理混乱。", "valid"),
    ("管理處亂收費，投訴多次冇人跟進，要求退還多收的管理費。", "valid"),
    ("保安睡覺，大門冇人睇，報咗三次都冇人跟進。", "valid"),
    ("They overcharged us without notice, I complained three times and nothing was done.", "valid"),
    ("家里水管爆了一直漏水，麻烦马上派师傅来修。", "help_seeking"),
    ("廁所塞咗，好多水，麻煩即刻派人嚟整。", "help_seeking"),
    ("The kitchen sink is leaking, please send somebody to fix it today.", "help_seeking"),
    ("请问装修押金什么时候可以退？需要带什么材料？", "inquiry"),
    ("請問訪客停車怎麼收費？可以停過夜嗎？", "inquiry"),
    ("What time does the gym open, and am I allowed to bring a guest?", "inquiry"),
    ("真是受够了！！垃圾物业，只知道收钱，太让人寒心了，后悔买这里。", "venting"),
    ("真係激氣！呢棟樓真係受夠晒，管理處得個樣，笑死人！！", "venting"),
    ("Ugh, I am so sick of this place, these clowns are pathetic!!! I can't wait to move out.", "venting"),
]


@pytest.mark.parametrize(("text", "complaint_class"), CLEAR)
def test_a_clear_text_gets_its_class(text: str, complaint_class: str) -> None:
    assert classify(text).complaint_class == complaint_class


def test_all_four_classes_are_ranked_and_sum_to_one() -> None:
    for text in ("", "x", CLEAR[0][0], CLEAR[5][0]):
        ranking = classify(text).ranking
        assert sorted(name for name, _share in ranking) == sorted(CLASSES)
        assert [share for _name, share in ranking] == sorted(
            (share for _name, share in ranking), reverse=True
        )
        assert sum(share for _name, share in ranking) == pytest.approx(1)


def test_every_reason_stands_verbatim_in_the_text() -> None:
    for example in seed_examples():
        text = "Ｎｏｔｅ：" + example.text
        suggestion = classify(text)
        against = [suggestion.against] if suggestion.against else []
        for reason in (*suggestion.reasons, *suggestion.serious, *against):
            assert text[reason.start : reason.end] == reason.words != ""
        assert len(suggestion.reasons) <= 3
        assert all(reason.complaint_class == suggestion.complaint_class for reason in suggestion.reasons)


def test_offsets_hold_where_normalising_changes_the_length() -> None:
    text = "㎡½ﬁ①：電梯壞咗三次，多次反映冇人理！"
    words = [reason.words for reason in classify(text).reasons]
    assert words
    assert all(word in text for word in words)


def test_where_no_cue_is_found_no_reason_is_made_up() -> None:
    suggestion = classify("1-2-301 30/11")
    assert suggestion.reasons == []
    assert suggestion.against is None


def test_an_empty_text_is_unsure() -> None:
    assert classify("").is_unsure


def test_removing_the_words_of_a_reason_lowers_its_class() -> None:
    lowered = []
    for example in guard_part(seed_examples()):
        suggestion = classify(example.text)
        for reason in suggestion.reasons:
            rest = classify(example.text[: reason.start] + " " + example.text[reason.end :])
            lowered.append(dict(rest.ranking)[suggestion.complaint_class] < suggestion.confidence)
    assert sum(lowered) / len(lowered) >= 0.95


def test_traditional_and_simplified_are_read_alike() -> None:
    to_traditional = opencc.OpenCC("s2t").convert
    texts = [example.text for example in guard_part(seed_examples()) if read(example.text).has_han]
    same = [
        classify(text).complaint_class == classify(to_traditional(text)).complaint_class for text in texts
    ]
    assert sum(same) / len(same) >= 0.98


def test_folding_keeps_one_character_for_one() -> None:
    assert fold("電梯壞著，管理處裡") == "电梯坏着,管理处里"


def test_history_points_to_a_valid_complaint_and_is_a_reason_without_words() -> None:
    text = "楼道的灯又不亮了"
    past = History(open_same_topic=1, reports_30_days=3, reopened=True)
    before, after = classify(text), classify(text, history=past)
    assert dict(after.ranking)["valid"] > dict(before.ranking)["valid"]
    reasons = [*after.reasons, *([after.against] if after.against else [])]
    assert any(reason.key.startswith("history_") and reason.words == "" for reason in reasons)


def test_a_history_without_reports_changes_nothing() -> None:
    assert classify("楼道的灯又不亮了", history=History()) == classify("楼道的灯又不亮了")


def test_a_possible_valid_complaint_is_flagged_although_another_class_leads() -> None:
    flagged = [classify(example.text) for example in seed_examples()]
    assert any(each.possibly_valid and each.complaint_class != "valid" for each in flagged)
    for each in flagged:
        assert each.possibly_valid == (dict(each.ranking)["valid"] >= 0.22)
        first, second = each.ranking[0][1], each.ranking[1][1]
        assert each.is_unsure == (first < 0.50 or first - second < 0.15)


def test_a_stored_suggestion_comes_back_the_same() -> None:
    text = "电梯里冒烟了，多次反映没人处理！！" + CLEAR[0][0]
    suggestion = classify(text, history=History(open_same_topic=2))
    again = Suggestion.from_stored(json.loads(json.dumps(suggestion.stored())))
    assert again.reasons == suggestion.reasons
    assert again.serious == suggestion.serious
    assert again.stored() == suggestion.stored()


def test_a_stored_reason_whose_cue_was_dropped_is_named_by_its_key() -> None:
    kept = classify(CLEAR[0][0]).stored()
    kept["reasons"][0]["key"] = "an_old_cue"
    assert str(Suggestion.from_stored(kept).reasons[0].label) == "an old cue"


def test_the_json_has_the_shape_of_the_api() -> None:
    shown = classify(CLEAR[0][0]).as_json()
    assert json.loads(json.dumps(shown)) == shown
    assert shown["ranking"][0]["complaint_class"] == shown["complaint_class"]
    assert len(shown["ranking"]) == 4
    assert all(isinstance(reason, str) and "“" in reason for reason in shown["reasons"])


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("電梯又壞咗，升降機停喺七樓", "lift"),
        ("厨房水管漏水", "water"),
        ("整层停电跳闸", "electricity"),
        ("楼道垃圾没人打扫", "cleaning"),
        ("陌生人随便进出，保安不管", "security"),
        ("車位被人佔用，停車好亂", "parking"),
        ("The dog upstairs barks all night, so loud", "noise"),
        ("物业费账单多收了滞纳金", "fees"),
        ("I'd like to know about renovation hours for contractors", "decoration"),
        ("The lawn has not been mown and a tree fell", "landscaping"),
        ("The gym and the swimming pool are closed", "facilities"),
        ("客服态度恶劣，挂电话", "staff"),
        ("hello", None),
    ],
)
def test_the_topic_is_suggested_from_the_words(text: str, topic: str | None) -> None:
    assert suggest_topic(text) == topic
    assert topic is None or topic in ALL_TOPICS


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("老人在楼梯摔伤了，救护车来了", "injury"),
        ("A child was bitten by a dog in the lobby", "injury"),
        ("地下室着火了", "fire"),
        ("廚房有煤氣味，好驚", "fire"),
        ("There is smoke coming from the meter room", "fire"),
        ("水管爆了，家里全淹了", "flood"),
        ("The basement is flooded", "flood"),
        ("我被困在电梯里", "trapped"),
        ("有人困咗喺升降機入面，電梯困人", "trapped"),
        ("My wife is stuck in the elevator", "trapped"),
        ("家里被盗，门锁被撬", "break_in"),
        ("Somebody broke into our flat", "break_in"),
        ("全体业主联名反映", "many_residents"),
        ("Over 200 residents signed a petition", "many_residents"),
        ("再不处理我就找记者曝光", "media"),
        ("I have written to the local newspaper", "media"),
    ],
)
def test_a_serious_matter_is_seen(text: str, key: str) -> None:
    assert key in [reason.key for reason in classify(text).serious]


@pytest.mark.parametrize(
    "text",
    [
        "消防通道被电动车占用",
        "万一着火怎么办",
        "The fire lane is blocked",
        "Is there a fire drill this month?",
        "没有人受伤",
        "The rent of the parking space is too high",
    ],
)
def test_a_fear_or_a_rule_is_no_serious_matter(text: str) -> None:
    assert classify(text).serious == []


@pytest.mark.parametrize(
    ("text", "priority"),
    [
        ("我被困在电梯里", "critical"),
        ("整栋楼停水一天了", "critical"),
        ("The whole building has no power", "critical"),
        ("我家没有热水", "urgent"),
        ("The toilet is clogged and won't flush", "urgent"),
        ("厨房水管漏水", "urgent"),
        ("請問會所幾點開門？", "normal"),
        ("The lawn looks sad", "normal"),
        ("全体业主联名要求公开账目", "normal"),
    ],
)
def test_the_priority_follows_the_danger(text: str, priority: str) -> None:
    assert classify(text).priority == priority


def test_every_cue_has_a_short_label_and_a_key_of_its_own() -> None:
    assert 50 <= len(PATTERNS) == len({pattern.key for pattern in PATTERNS})
    assert all(len(str(pattern.label).split()) <= 6 for pattern in PATTERNS)
    assert all(pattern.zh and pattern.en for pattern in PATTERNS)


def test_the_shipped_model_was_made_from_the_seed_set() -> None:
    model = shipped_model()
    assert model.examples == len(seed_examples())
    assert model.version.startswith("seed-")
    assert SHIPPED.stat().st_size < 1_000_000
    assert classify("hello").model_version == model.version


def test_the_seed_set_is_varied_and_mostly_has_two_readings() -> None:
    seeds = seed_examples()
    assert len(seeds) >= 400
    assert {seed.complaint_class for seed in seeds} == set(CLASSES)
    assert sum(seed.second is not None for seed in seeds) / len(seeds) > 0.5
    assert len(set(near_duplicate_groups([seed.text for seed in seeds]))) > 0.97 * len(seeds)


def test_the_guarding_part_is_the_same_fifth_each_time() -> None:
    seeds = seed_examples()
    assert guard_part(seeds) == guard_part(seeds)
    assert 0.1 < len(guard_part(seeds)) / len(seeds) < 0.3
    assert {seed.complaint_class for seed in guard_part(seeds)} == set(CLASSES)


def some_examples() -> list[Example]:
    return [example for number, example in enumerate(seed_examples()) if number % 6 == 0]


def test_fitting_learns_what_it_is_shown_and_saves_as_it_was(tmp_path: Path) -> None:
    model = fit(some_examples(), version="test")
    text = some_examples()[0].text
    model.save(tmp_path / "model.gz")
    again = Model.load(tmp_path / "model.gz")
    assert again == model
    assert classify(text, model=again).ranking == classify(text, model=model).ranking
    assert fit(some_examples(), version="test") == model


def test_a_set_without_one_of_the_classes_is_refused() -> None:
    with pytest.raises(ValueError, match="venting"):
        fit([example for example in some_examples() if example.complaint_class != "venting"])


def test_cross_validation_judges_every_example_once() -> None:
    judged = cross_validate(some_examples(), folds=3)
    assert sorted(each.example.text for each in judged) == sorted(each.text for each in some_examples())
    assert figures_of(judged).accuracy > 0.4
    assert 0.5 <= calibrated_temperature(judged) <= 4.0


def test_near_duplicates_share_a_fold() -> None:
    texts = [example.text for example in some_examples()]
    twins = texts + [text + " 谢谢！" for text in texts]
    folds = grouped_folds(twins, 5)
    assert folds[: len(texts)] == folds[len(texts) :]
    assert len(set(folds)) == 5


def test_calibration_error_is_the_distance_between_claim_and_truth() -> None:
    assert calibration_error([(0.95, False)] * 4) == pytest.approx(0.95)
    assert calibration_error([(0.75, True)] * 3 + [(0.75, False)]) == pytest.approx(0)


def test_figures_count_what_was_judged() -> None:
    right = Judged(Example("a", "valid"), [0.9, 0.05, 0.03, 0.02])
    second = Judged(Example("b", "inquiry", "valid"), [0.5, 0.1, 0.3, 0.1])
    figures = figures_of([right, second])
    assert (figures.accuracy, figures.top_two, figures.one_reading) == (0.5, 1.0, 1.0)
    assert (figures.valid_recall, figures.valid_flagged, figures.sure_accuracy) == (1.0, 1.0, 1.0)
    with pytest.raises(ValueError, match="Nothing"):
        figures_of([])


def test_the_features_name_their_cues() -> None:
    features = features_of(read("投诉多次没人处理"))
    assert {f"cue:{pattern.key}" for pattern, _start, _end in features.found} <= set(features.named)


def test_the_evaluation_prints_every_figure(tmp_path: Path) -> None:
    rows = [
        {"text": text, "label": name.replace("help_seeking", "help"), "second_label": None, "lang": "zh"}
        for text, name in CLEAR
    ]
    file = tmp_path / "labelled.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    out = StringIO()
    Command(stdout=out).handle(file=file)
    for figure in (
        "accuracy", "macro-F1", "F1 venting", "first two", "one reading", "recall", "flagged",
        "calibration error", "where sure", "95th percentile", "language zh",
    ):  # fmt: skip
        assert figure in out.getvalue()
    assert f"items                        {len(CLEAR)}" in out.getvalue()


def test_the_evaluation_says_what_more_examples_bring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate_classifier, "learning_curve", lambda examples: {40: 0.5, 160: 0.61})
    file = tmp_path / "labelled.jsonl"
    file.write_text(json.dumps({"text": CLEAR[0][0], "label": CLEAR[0][1]}), encoding="utf-8")
    out = StringIO()
    call_command("evaluate_classifier", file, stdout=out)
    assert "gained from 40 to 160        +0.110" in out.getvalue()


def test_a_learning_curve_is_drawn_from_the_hand_written_set_the_same_each_time() -> None:
    examples = [Example(text, name) for text, name in CLEAR]
    (reached,) = {learning_curve(examples, sizes=(40,), draws=2)[40] for _ in range(2)}
    assert 0 < reached <= 1


@pytest.mark.parametrize("content", ["", "not json", '{"text": "x"}', '{"text": "x", "label": "angry"}'])
def test_a_file_that_cannot_be_scored_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError):
        Command().handle(file=file)
