"""Logging in, and changing one's own password: few tries at a time, however many addresses they come from."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.audit.services import record
from helpdesk.lib.addresses import address_of
from helpdesk.lib.attempts import forget_attempts, give_back, take_attempt
from helpdesk.staff.models import User
from helpdesk.staff.passwords import LONGEST_PASSWORD

SPAN = 15 * 60  # seconds
TRIES_AN_ACCOUNT = 5
TRIES_AN_ADDRESS = 30  # wrong ones; a whole office may stand behind one address
TOO_MANY = gettext_lazy("Too many tries. Wait a quarter of an hour, then try again.")
TOO_LONG = gettext_lazy("A password has at most 128 characters.")


def status_of(form: forms.Form) -> int:
    """429 for too many tries, 400 for what no password can be, else 200: the page says what is wrong."""
    codes = {error.code for errors in form.errors.as_data().values() for error in errors}
    return 429 if "too_often" in codes else 400 if "max_length" in codes else 200


class LogInForm(AuthenticationForm):
    """Name and password. A check of a password is dear, so who tries too often is told so before it is made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = forms.CharField(
            label=self.fields["password"].label,
            strip=False,
            widget=self.fields["password"].widget,
            max_length=LONGEST_PASSWORD,
            error_messages={"max_length": TOO_LONG},
        )

    def clean(self) -> dict[str, Any]:
        if self.errors:
            return self.cleaned_data
        assert self.request is not None
        # Names that nobody has count like those that somebody has.
        account, address = self.cleaned_data["username"].casefold(), address_of(self.request)
        if not (
            take_attempt("log-in-from", address, most=TRIES_AN_ADDRESS, seconds=SPAN)
            and take_attempt("log-in", account, most=TRIES_AN_ACCOUNT, seconds=SPAN)
        ):
            raise ValidationError(TOO_MANY, code="too_often")
        cleaned = super().clean()
        forget_attempts("log-in", account)
        give_back("log-in-from", address, seconds=SPAN)
        return cleaned


class LogInPage(LoginView):
    """The one way in, for the settings pages too."""

    form_class = LogInForm
    redirect_authenticated_user = True

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        return _waiting(self.render_to_response(self.get_context_data(form=form), status=status_of(form)))


class OwnPasswordForm(PasswordChangeForm):
    """The password that holds, and twice the new one; whoever sits at somebody's desk can't guess on."""

    def clean_old_password(self) -> str:
        if not take_attempt("password", str(self.user.pk), most=TRIES_AN_ACCOUNT, seconds=SPAN):
            raise ValidationError(TOO_MANY, code="too_often")
        # No password is longer, and to check a very long one is dear.
        if len(self.cleaned_data["old_password"]) > LONGEST_PASSWORD:
            raise ValidationError(TOO_LONG, code="max_length")
        old: str = super().clean_old_password()
        forget_attempts("password", str(self.user.pk))
        return old


class OwnPasswordPage(PasswordChangeView):
    """Change one's own password; other browsers of that person are logged out by it."""

    form_class = OwnPasswordForm
    template_name = "staff/password.html"
    success_url = reverse_lazy("desk")

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        user: User = self.request.user  # type: ignore[assignment]
        record("password.changed", user, actor=user)
        messages.success(self.request, _("The new password is kept."))
        return answer

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        status = status_of(form)
        return _waiting(
            self.render_to_response(self.get_context_data(form=form), status=422 if status == 200 else status)
        )


def _waiting(response: HttpResponse) -> HttpResponse:
    if response.status_code == 429:
        response["Retry-After"] = str(SPAN)
    return response
