"""Words of a status that English shares with another meaning (WORDS): each has a context, so that it can be translated."""

import pytest
from django.utils import translation

from billing.models import Bill, InvoiceRequest
from billing.models.accounts import DepositMove
from residents.models import AccessCard
from visitors.models import Parcel

WORDS = [
    (DepositMove.Kind.TAKEN, "收取"),
    (InvoiceRequest.State.ISSUED, "已开票"),
    (Bill.Status.OPEN, "未缴"),
    (AccessCard.Status.ISSUED, "已发卡"),
    (Parcel.Status.RECEIVED, "已收件"),
]


@pytest.mark.parametrize(("choice", "chinese"), WORDS)
def test_a_status_reads_in_chinese_as_its_own_trade_says_it(choice, chinese):
    with translation.override("zh-hans"):
        assert str(choice.label) == chinese
