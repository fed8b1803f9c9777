"""Login, logout, invitation, second factor, own account."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import auth, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from lebenslagen.texts import N_
from lebenslagen.web import models
from lebenslagen.web.forms import accounts as forms
from lebenslagen.web.permissions import role_keys
from lebenslagen.web.services import accounts, sessions
from lebenslagen.web.views.base import done, page, public, show, whole

__all__ = [
    "account", "codes", "end_sessions", "factor", "invitation", "lacks_factor", "language", "locked_out", "login",
    "login_code", "logout", "password", "remove_factor",
]  # fmt: skip

WRONG = N_("Login and password do not fit together. Please check both; capitals count in the password.")
LOCKED = N_("Too many attempts. Please wait five minutes and try again.")
HALF_WAY = timedelta(minutes=5)  # between password and code


def _next(request: HttpRequest) -> str:
    """Where to go after the login: only inside this application."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe and wanted.startswith("/") else reverse("overview")


@public("GET", "POST")
def login(request: Any) -> HttpResponse:
    """Name and password; whoever has a second factor is asked for its code next."""
    if request.user.is_authenticated:
        return redirect(_next(request))
    form = forms.Login(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        user = auth.authenticate(
            request, username=form.cleaned_data["login"], password=form.cleaned_data["password"]
        )
        if user is not None:
            return _half_way(request, user) if _devices(user) else _enter(request, user)
        locked = getattr(request, "axes_locked_out", False)
        status = 429 if locked else 200
        request.axes_locked_out = False  # told here, at the form
        form.fail(None, LOCKED if locked else WRONG)
    return show(request, "konto/anmelden.html", status=status, form=form, next=_next(request))


def _half_way(request: Any, user: models.User) -> HttpResponse:
    """The password was right; the session knows nobody yet but waits for the code."""
    request.session.flush()
    request.session["half"] = {
        "user": user.pk,
        "until": (timezone.now() + HALF_WAY).timestamp(),
        "next": _next(request),
    }
    return redirect("login-code")


@public("GET", "POST")
def login_code(request: Any) -> HttpResponse:
    """The code of the second factor, or a recovery code."""
    half = request.session.get("half")
    if not half or timezone.now().timestamp() > half["until"]:
        request.session.pop("half", None)
        return redirect("login")
    user = models.User.objects.get(pk=half["user"])
    form = forms.Code(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if user.is_active and _code_fits(user, form.cleaned_data["code"]):
            return _enter(request, user, half["next"])
        form.fail("code", N_("This code does not fit, or it was used already. Please take the next one."))
    return show(request, "konto/code.html", form=form)


def _code_fits(user: models.User, code: str) -> bool:
    """A code of the app, or a recovery code, each once; wrong ones slow the next attempt down."""
    from django_otp import match_token

    return match_token(user, code.replace(" ", "").lower()) is not None


def _enter(request: Any, user: models.User, to: str = "") -> HttpResponse:
    """Begin a session of one's own."""
    to = to or _next(request)
    auth.login(request, user, backend="lebenslagen.web.passwords.Backend")
    if request.session.session_key is None:
        request.session.save()
    sessions.begin(user, request.session.session_key, _device(request))
    response = redirect(to)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, user.language, max_age=31536000, samesite="Lax", secure=settings.HTTPS
    )
    return response


def _device(request: HttpRequest) -> str:
    """Browser and system in two words, enough to know one's own sessions by."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    browser = next((n for n in ("Firefox", "Edg", "Chrome", "Safari") if n in agent), "")
    system = next((n for n in ("Windows", "Android", "iPhone", "Mac OS", "Linux") if n in agent), "")
    return ", ".join(filter(None, (browser.replace("Edg", "Edge"), system)))


@public("POST")
def logout(request: Any) -> HttpResponse:
    """End the session; the next page cannot be turned back from."""
    if request.user.is_authenticated:
        sessions.end(request.session.session_key)
    auth.logout(request)
    messages.success(request, request.t(N_("You are logged out.")))
    response = redirect("login")
    response["Clear-Site-Data"] = '"cache"'
    return response


@public("POST")
def language(request: Any) -> HttpResponse:
    """German or English; stays on the page."""
    code = "en" if request.POST.get("language") == "en" else "de"
    response = redirect(_next(request))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, code, max_age=31536000, samesite="Lax", secure=settings.HTTPS
    )
    return response


def locked_out(request: Any, *_: Any, **__: Any) -> HttpResponse:
    """What axes shows where a locked attempt does not come through our login page."""
    return show(request, "fehler.html", status=429, title=request.t(LOCKED), sentence="")


@public("GET", "POST")
def invitation(request: Any, token: str) -> HttpResponse:
    """A one-time link: join, or choose a new password."""
    link = accounts.open_link(token)
    if link is None:
        title, sentence = (
            N_("This link is no longer good"),
            N_("It works once and for some days only. Please ask for a new one."),
        )
        return show(request, "fehler.html", status=410, title=request.t(title), sentence=request.t(sentence))
    kind = forms.NewPassword if link.user else forms.Join
    form = kind(request.POST or None, initial={"name": link.name, "email": link.email})
    if request.method == "POST" and form.is_valid():
        given = {k: form.cleaned_data.get(k, "") for k in ("login", "name", "email", "password")}
        try:
            user = accounts.accept(token, **given)
        except ValidationError as error:
            form.take(error)
        else:
            if _devices(user):
                return _half_way(request, user)
            messages.success(request, request.t(N_("Welcome, {name}."), name=user.name))
            return _enter(request, user, reverse("overview"))
    # no stricter referrer policy than everywhere: with "no-referrer" browsers send "Origin: null", and the form is refused
    return show(request, "konto/einladung.html", form=form, link=link)


# --- account ----------------------------------------------------------------------------------------------------


def _devices(user: models.User) -> bool:
    from django_otp.plugins.otp_totp.models import TOTPDevice

    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def lacks_factor(request: Any) -> bool:
    """Whether this person must set up a second factor before anything else."""
    if request.session.get("factor") == "there":
        return False
    required = models.RoleSetting.objects.filter(
        role__in=role_keys(request.user), second_factor=True
    ).exists()
    if not required:
        return False
    there = _devices(request.user)
    if there:
        request.session["factor"] = "there"
    return not there


@page("account.own", "GET", "POST")
def account(request: Any) -> HttpResponse:
    """One's own account: name, password, second factor, sessions."""
    user = request.user
    form = forms.Profile(
        request.POST or None, initial={"name": user.name, "email": user.email, "language": user.language}
    )
    if request.method == "POST" and form.is_valid():
        try:
            accounts.set_profile(user, by=user, **form.cleaned_data)
        except ValidationError as error:
            form.take(error)
        else:
            response = done(request, N_("Your account was changed."), "account")
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                form.cleaned_data["language"],
                samesite="Lax",
                secure=settings.HTTPS,
            )
            return response
    alive = models.UserSession.objects.filter(user=user).order_by("-seen_at")
    here = request.session.session_key
    return show(request, "konto/konto.html", form=form, sessions=alive, here=here, has_factor=_devices(user))


@page("account.own", "GET", "POST")
def password(request: Any) -> HttpResponse:
    """Change the password; all other sessions end."""
    form = forms.Password(request.POST or None)
    if request.method == "POST" and form.is_valid() and not _is_herself(request, form.cleaned_data["old"]):
        form.fail("old", NOT_HERS)
    elif request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        keep = request.session.session_key
        try:
            accounts.change_password(
                request.user, by=request.user, old=data["old"], new=data["password"], keep=keep
            )
        except ValidationError as error:
            form.take(error)
        else:
            return _still_here(
                request,
                done(request, N_("Your password was changed; your other sessions have ended."), "account"),
            )
    return show(request, "konto/passwort.html", form=form)


NOT_HERS = N_("This is not your present password.")


def _is_herself(request: Any, password: str) -> bool:
    """Whether the password is that of the person logged in; wrong ones count like wrong logins and slow the next down."""
    found = auth.authenticate(request, username=request.user.login, password=password)
    request.axes_locked_out = False  # told here, at the form
    return found is not None and found.pk == request.user.pk


def _asks_again(request: Any) -> HttpResponse | None:
    """Whoever sits at a screen left open does not change the second factor: back to the account without the password."""
    if _is_herself(request, request.POST.get("password", "")):
        return None
    messages.error(request, request.t(NOT_HERS))
    return redirect("account")


def _still_here(request: Any, response: HttpResponse) -> HttpResponse:
    """The present session stays, under a new key."""
    old = request.session.session_key
    auth.update_session_auth_hash(request, models.User.objects.get(pk=request.user.pk))
    sessions.renamed(old, request.session.session_key)
    return response


@page("account.own", "GET", "POST")
def factor(request: Any) -> HttpResponse:
    """Set up the second factor: scan, type the first code, keep the recovery codes."""
    if _devices(request.user):
        return redirect("account")  # the one that is there goes first, with the password
    key = request.session.setdefault("new_factor", secrets.token_hex(20))
    form = forms.Factor(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            fresh = accounts.enrol_factor(
                request.user, by=request.user, key=key, code=form.cleaned_data["code"]
            )
        except ValidationError as error:
            form.take(error)
        else:
            del request.session["new_factor"]
            return show(request, "konto/codes.html", codes=fresh)
    required = lacks_factor(request)
    picture, groups = _shown(request.user, key)
    return show(request, "konto/faktor.html", form=form, required=required, picture=picture, groups=groups)


def _shown(user: models.User, key: str) -> tuple[str, str]:
    """The secret as a picture to scan and as groups of four to type."""
    import base64
    import io
    from urllib.parse import quote

    import segno

    from lebenslagen.web.town import town

    plain = base64.b32encode(bytes.fromhex(key)).decode()
    label = quote(f"{town().name}: {user.login}")
    address = f"otpauth://totp/{label}?secret={plain}&issuer={quote('lebenslagen')}"
    picture = io.BytesIO()
    segno.make(address, error="m").save(
        picture, kind="svg", scale=5, border=4, light="#fff", xmldecl=False, svgns=True
    )
    groups = " ".join(plain[i : i + 4] for i in range(0, len(plain), 4))
    return "data:image/svg+xml;base64," + base64.b64encode(picture.getvalue()).decode(), groups


@page("account.own", "POST")
def codes(request: Any) -> HttpResponse:
    """New recovery codes."""
    if not _devices(request.user):
        return redirect("account-factor")
    if (back := _asks_again(request)) is not None:
        return back
    return show(request, "konto/codes.html", codes=accounts.new_codes(request.user, by=request.user))


@page("account.own", "POST")
def remove_factor(request: Any) -> HttpResponse:
    """Remove one's own second factor; where the role requires one, a new one is set up next."""
    if (back := _asks_again(request)) is not None:
        return back
    accounts.drop_factor(request.user, by=request.user)
    request.session.pop("factor", None)
    return done(request, N_("Your second factor was removed."), "account")


@page("account.own", "POST")
def end_sessions(request: Any) -> HttpResponse:
    """End one session, or all others."""
    only = request.POST.get("session", "")
    accounts.end_sessions(
        request.user,
        by=request.user,
        only=(whole(only) or 0) if only else None,  # what is no session ends none
        keep=request.session.session_key,
    )
    return done(request, N_("The session has ended."), "account")
