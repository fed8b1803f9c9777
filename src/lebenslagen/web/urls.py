"""Addresses: German paths, English names. One row a page; `tests/web/routes.py` holds a row for each."""

from django.urls import path

from lebenslagen.web.views import accounts, errors, indicators, info, jobs, maps, overview, quarters

__all__ = ["urlpatterns"]

urlpatterns = [
    path("", overview.overview, name="overview"),
    # --- indicators
    path("indikatoren/", indicators.catalogue, name="indicators"),
    path("indikatoren/karte/", maps.themed, name="map"),
    path("indikatoren/karte/einbetten/", maps.embedded, name="map-embed"),
    path("indikatoren/karte/datei/<str:kind>/", maps.download, name="map-file"),
    path("indikatoren/<str:key>/", indicators.indicator, name="indicator"),
    # --- quarters
    path("quartiere/", quarters.listed, name="quarters"),
    path("quartiere/<str:level>/<str:area>/", quarters.profile, name="quarter"),
    # --- jobs
    path("auftraege/", jobs.listed, name="jobs"),
    path("auftraege/starten/", jobs.start, name="job-start"),
    path("auftraege/<int:pk>/", jobs.job, name="job"),
    path("auftraege/<int:pk>/stand/", jobs.status, name="job-status"),
    path("auftraege/<int:pk>/abbrechen/", jobs.cancel, name="job-cancel"),
    path("auftraege/<int:pk>/nochmal/", jobs.retry, name="job-retry"),
    # --- accounts
    path("anmelden/", accounts.login, name="login"),
    path("anmelden/code/", accounts.login_code, name="login-code"),
    path("abmelden/", accounts.logout, name="logout"),
    path("einladung/<str:token>/", accounts.invitation, name="invitation"),
    path("sprache/", accounts.language, name="language"),
    path("konto/", accounts.account, name="account"),
    path("konto/passwort/", accounts.password, name="account-password"),
    path("konto/zweiter-faktor/", accounts.factor, name="account-factor"),
    path("konto/zweiter-faktor/codes/", accounts.codes, name="account-codes"),
    path("konto/zweiter-faktor/entfernen/", accounts.remove_factor, name="account-factor-remove"),
    path("konto/sitzungen/beenden/", accounts.end_sessions, name="account-end-sessions"),
    # --- everybody
    path("hilfe/", info.help, name="help"),
    path("barrierefreiheit/", info.accessibility, name="accessibility"),
    path("impressum/", info.imprint, name="imprint"),
    path("datenschutz/", info.privacy, name="privacy"),
    path("robots.txt", info.robots, name="robots"),
]

handler400 = errors.bad
handler403 = errors.forbidden
handler404 = errors.missing
handler500 = errors.broken
