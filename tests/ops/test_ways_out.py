"""A site that reaches nobody says so before it opens (docs/operations.md)."""

from helpdesk.notifications.checks import check_ways_out


def test_the_console_is_no_way_to_reach_a_resident(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    settings.SMS_GATEWAY = "console"
    assert [found.id for found in check_ways_out(None)] == ["desk.W001", "desk.W002"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.SMS_GATEWAY = "http"
    assert check_ways_out(None) == []
