"""A link that got about is no open tap (docs/domain.md §3)."""

from django.test import Client

from tickets.services.public import REPLIES_AN_HOUR


def test_one_address_writes_no_more_than_thirty_lines_an_hour(make_ticket):
    address = f"/api/v1/public/tickets/{make_ticket().track_secret}/replies/"
    answers = [
        Client().post(address, {"body": f"Line {n}"}, content_type="application/json").status_code
        for n in range(REPLIES_AN_HOUR + 1)
    ]
    assert answers == [201] * REPLIES_AN_HOUR + [429]
