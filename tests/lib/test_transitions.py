import pytest
from django.utils.translation import gettext_lazy, override

from helpdesk.lib.errors import Refused, Stale
from helpdesk.lib.transitions import Transitions

STEPS = Transitions(
    {
        "issue": (("draft", "awaiting_consent"), "issued"),
        "release": (["issued"], "released"),
        "revoke": (("draft", "issued"), "revoked"),
    },
    statuses=[("released", gettext_lazy("Released"))],
    actions={"issue": "Issue"},
)


def test_a_step_leads_to_its_status():
    assert STEPS.guard("draft", "issue") == "issued"
    assert STEPS.guard("issued", "release") == "released"


def test_a_step_from_elsewhere_is_refused_and_names_both():
    with pytest.raises(Refused) as refusal:
        STEPS.guard("released", "issue")
    assert refusal.value.code == "invalid_transition"
    assert "“Issue”" in str(refusal.value)
    assert "“Released”" in str(refusal.value)
    assert refusal.value.extra == {"status": "released", "action": "issue"}


def test_a_status_without_a_label_is_said_in_plain_words():
    with pytest.raises(Refused, match="“awaiting consent”"):
        STEPS.guard("awaiting_consent", "revoke")


def test_the_possible_actions_and_their_sources():
    assert STEPS.allowed("draft") == ["issue", "revoke"]
    assert STEPS.allowed("released") == []
    assert STEPS.sources("issue") == ("draft", "awaiting_consent")


def test_an_unknown_action_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        STEPS.guard("draft", "fly")


def test_a_refusal_keeps_its_code_field_and_facts_and_says_its_lazy_sentence():
    refusal = Refused("arrears", gettext_lazy("Save"), field="unit", amount="12.00")
    assert (refusal.code, refusal.field, refusal.extra) == ("arrears", "unit", {"amount": "12.00"})
    with override("zh-hans"):
        assert str(refusal) == "保存"


def test_a_lost_race_is_a_refusal_called_stale():
    stale = Stale("Somebody else was quicker.", current=3)
    assert isinstance(stale, Refused)
    assert (stale.code, stale.extra) == ("stale", {"current": 3})
