"""Forms of login and account."""

from __future__ import annotations

from django import forms

from lebenslagen.texts import N_
from lebenslagen.web.forms.base import Form

__all__ = ["Code", "Factor", "Join", "Login", "NewPassword", "Password", "Profile"]

LENGTH = N_("At least 12 characters. A sentence of four or five words is easy to remember and hard to guess.")


def _password(label: str, hint: str = "", *, new: bool = True) -> forms.CharField:
    kind = "new-password" if new else "current-password"
    return forms.CharField(
        label=label, help_text=hint, strip=False, max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": kind}),
    )  # fmt: skip


class Login(Form):
    """Login name or address, and password."""

    login = forms.CharField(
        label=N_("Login name or e-mail address"), max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip
    password = _password(N_("Password"), new=False)


class Code(Form):
    """A code of the second factor."""

    code = forms.CharField(
        label=N_("Code"), max_length=20, help_text=N_("Six digits from the app, or one of your recovery codes."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text", "spellcheck": "false"}),
    )  # fmt: skip


class Factor(Form):
    """The first code of a new second factor."""

    code = forms.CharField(
        label=N_("Code from the app"), max_length=8, help_text=N_("Six digits; they change every 30 seconds."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )  # fmt: skip


class NewPassword(Form):
    """A new password behind a one-time link."""

    password = _password(N_("Password"), LENGTH)
    again = _password(N_("Password once more"))

    def clean_again(self) -> str:
        if self.cleaned_data.get("password") != self.cleaned_data["again"]:
            raise forms.ValidationError(N_("The two passwords differ."))
        return str(self.cleaned_data["again"])


class Join(NewPassword):
    """A new person behind an invitation."""

    field_order = ("name", "login", "email", "password", "again")

    name = forms.CharField(
        label=N_("First and last name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    login = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._-]{1,58}$", label=N_("Login name"), max_length=60,
        help_text=N_("Letters, digits, full stop and hyphen."),
        error_messages={"invalid": N_("Use letters, digits, full stop and hyphen only, at least two characters.")},
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )  # fmt: skip
    email = forms.EmailField(
        label=N_("E-mail address"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class Password(NewPassword):
    """A change of one's own password."""

    field_order = ("old", "password", "again")

    old = _password(N_("Present password"), new=False)


class Profile(Form):
    """Name, address and language of one's own account."""

    name = forms.CharField(
        label=N_("First and last name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=N_("E-mail address"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    language = forms.ChoiceField(label=N_("Language"), choices=(("de", "Deutsch"), ("en", "English")))
