"""Keys as they come in a form."""

from helpdesk.lib.keys import BIGGEST_ID, keys_in


def test_only_what_may_be_a_key_is_taken():
    texts = ["7", str(BIGGEST_ID), str(BIGGEST_ID + 1), "9" * 5000, "-1", "1e9", "", "x", "\0"]
    assert keys_in(texts) == [7, BIGGEST_ID]
