"""Addresses: German paths, English names. One row a page; `tests/web/routes.py` holds a row for each."""

from django.urls import path

from lebenslagen.web.views import (
    accounts,
    administration,
    administration_rules,
    administration_trail,
    administration_trash,
    data,
    data_delivery,
    data_intake,
    data_lineage,
    errors,
    index,
    indicators,
    info,
    jobs,
    maps,
    overview,
    people,
    public,
    quarters,
    releases,
    reports,
    search,
)

__all__ = ["urlpatterns"]

urlpatterns = [
    path("", overview.overview, name="overview"),
    # --- data
    path("daten/", data.calendar, name="data"),
    path("daten/neu/", data.upload, name="data-upload"),
    path("daten/einfuegen/", data.paste, name="data-paste"),
    path("daten/eintippen/<str:source>/<str:period>/", data.grid, name="data-grid"),
    path("daten/eingang/<slug:token>/blatt/", data_intake.sheet, name="intake-sheet"),
    path("daten/eingang/<slug:token>/kopf/", data_intake.head, name="intake-head"),
    path("daten/eingang/<slug:token>/bedeutung/", data_intake.meaning, name="intake-meaning"),
    path("daten/eingang/<slug:token>/vorschau/", data_intake.preview, name="intake-preview"),
    path("daten/eingang/<slug:token>/pruefung/", data_intake.checked, name="intake-check"),
    path("daten/eingang/<slug:token>/kopie/", data_intake.copy, name="intake-copy"),
    path("daten/eingang/<slug:token>/uebernehmen/", data_intake.take, name="intake-take"),
    path("daten/eingang/<slug:token>/aufbau-verwerfen/", data_intake.reset, name="intake-reset"),
    path("daten/eingang/<slug:token>/verwerfen/", data_intake.dropped, name="intake-drop"),
    path("daten/lieferung/<str:source>/<str:period>/", data_delivery.delivery, name="delivery"),
    path("daten/lieferung/<str:source>/<str:period>/werte/", data_delivery.values, name="delivery-values"),
    path(
        "daten/lieferung/<str:source>/<str:period>/zurueckziehen/",
        data_delivery.withdraw,
        name="delivery-withdraw",
    ),
    path(
        "daten/lieferung/<str:source>/<str:period>/wiederherstellen/",
        data_delivery.restore,
        name="delivery-restore",
    ),
    path(
        "daten/lieferung/<str:source>/<str:period>/bereinigen/<slug:line>/",
        data_delivery.purge,
        name="delivery-purge",
    ),
    path("daten/bereinigung/<int:pk>/", data_delivery.confirm_purge, name="purge-confirm"),
    path("daten/bereinigung/<int:pk>/ablehnen/", data_delivery.refuse_purge, name="purge-refuse"),
    path("daten/herkunft/<str:column>/<str:level>/<str:area>/", data_lineage.lineage, name="lineage"),
    # --- indicators
    path("indikatoren/", indicators.catalogue, name="indicators"),
    path("indikatoren/karte/", maps.themed, name="map"),
    path("indikatoren/karte/einbetten/", maps.embedded, name="map-embed"),
    path("indikatoren/karte/datei/<str:kind>/", maps.download, name="map-file"),
    path("indikatoren/<str:key>/", indicators.indicator, name="indicator"),
    # --- index
    path("index/", index.listed, name="indices"),
    path("index/<str:key>/", index.workshop, name="index"),
    path("index/<str:key>/warum/<str:area>/", index.why, name="index-why"),
    path("index/<str:key>/vergleich/", index.compared, name="index-compare"),
    path("index/<str:key>/methode/", index.method, name="index-method"),
    path("index/<str:key>/speichern/", index.save, name="index-save"),
    path("index/<str:key>/verlauf/", index.past, name="index-past"),
    path("index/<str:key>/verlauf/<int:number>/zuruecknehmen/", index.revert, name="index-revert"),
    # --- quarters
    path("quartiere/", quarters.listed, name="quarters"),
    path("quartiere/<str:level>/<str:area>/", quarters.profile, name="quarter"),
    # --- releases
    path("freigaben/", releases.listed, name="releases"),
    path("freigaben/neu/", releases.new, name="release-new"),
    path("freigaben/verzeichnis/", releases.ledger, name="ledger"),
    path("freigaben/zurueckziehen/<str:digest>/", releases.withdraw, name="release-withdraw"),
    path("freigaben/<int:pk>/", releases.release, name="release"),
    path("freigaben/<int:pk>/tabelle/", releases.table, name="release-table"),
    path("freigaben/<int:pk>/schuetzen/", releases.protect, name="release-protect"),
    path("freigaben/<int:pk>/einreichen/", releases.submit, name="release-submit"),
    path("freigaben/<int:pk>/zuruecknehmen/", releases.recall, name="release-recall"),
    path("freigaben/<int:pk>/entscheiden/", releases.decide, name="release-decide"),
    # --- reports
    path("berichte/", reports.listed, name="reports"),
    path("berichte/ausgaben/<str:name>/<path:path>", reports.edition, name="edition"),
    path("berichte/<str:key>/", reports.report, name="report"),
    path("berichte/<str:key>/kapitel/", reports.arrange, name="report-arrange"),
    path("berichte/<str:key>/text/<str:chapter>/", reports.text, name="report-text"),
    path("berichte/<str:key>/vorschau/", reports.whole, name="report-whole"),
    path("berichte/<str:key>/vorschau/<str:chapter>/", reports.preview, name="report-preview"),
    path("berichte/<str:key>/ausgabe/", reports.make, name="report-make"),
    # --- public
    path("atlas/", public.atlas, name="atlas"),
    path("atlas/v/<str:digest>/<path:path>", public.atlas_of, name="atlas-release-file"),
    path("atlas/v/<str:digest>/", public.atlas_of, name="atlas-release"),
    path("atlas/<path:path>", public.atlas, name="atlas-file"),
    path("bericht/", public.report, name="report-public"),
    path("bericht/v/<str:digest>/<path:path>", public.report_of, name="report-release-file"),
    path("bericht/v/<str:digest>/", public.report_of, name="report-release"),
    path("bericht/<path:path>", public.report, name="report-public-file"),
    path("sitemap.xml", public.sitemap, name="sitemap"),
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
    # --- administration
    path("verwaltung/", administration.overview, name="administration"),
    path("verwaltung/personen/", people.listed, name="people"),
    path("verwaltung/personen/einladen/", people.invite, name="person-invite"),
    path("verwaltung/personen/<int:pk>/", people.person, name="person"),
    path("verwaltung/personen/<int:pk>/sperren/", people.block, name="person-block"),
    path("verwaltung/personen/<int:pk>/entsperren/", people.unblock, name="person-unblock"),
    path("verwaltung/personen/<int:pk>/abmelden/", people.end_sessions, name="person-sessions"),
    path("verwaltung/personen/<int:pk>/zweiter-faktor/", people.drop_factor, name="person-factor"),
    path("verwaltung/personen/<int:pk>/neues-passwort/", people.renew, name="person-renew"),
    path("verwaltung/personen/einladung/<int:pk>/zurueckziehen/", people.revoke_link, name="link-revoke"),
    path("verwaltung/einzelwerte/", people.single_values, name="single-values"),
    path("verwaltung/einzelwerte/<int:pk>/entziehen/", people.take_values, name="single-values-take"),
    path("verwaltung/rollen/", administration.roles, name="roles"),
    path("verwaltung/rollen/zweiter-faktor/", administration.require_factor, name="role-factor"),
    path("verwaltung/gebiete/", administration.areas, name="areas"),
    path("verwaltung/gebiete/namen/", administration.names, name="names"),
    path("verwaltung/regeln/", administration_rules.listed, name="rules"),
    path("verwaltung/regeln/vorschlag/<int:pk>/", administration_rules.change, name="rule-change"),
    path(
        "verwaltung/regeln/vorschlag/<int:pk>/bestaetigen/", administration_rules.confirm, name="rule-confirm"
    ),
    path("verwaltung/regeln/vorschlag/<int:pk>/ablehnen/", administration_rules.refuse, name="rule-refuse"),
    path("verwaltung/regeln/<str:key>/aendern/", administration_rules.ask, name="rule-ask"),
    path("verwaltung/protokoll/", administration_trail.listed, name="trail"),
    path("verwaltung/protokoll/pruefen/", administration_trail.check, name="trail-check"),
    path("verwaltung/protokoll/<int:number>/", administration_trail.line, name="trail-line"),
    path(
        "verwaltung/protokoll/<int:number>/zuruecknehmen/", administration_trail.revert, name="trail-revert"
    ),
    path("verwaltung/papierkorb/", administration_trash.listed, name="trash"),
    path(
        "verwaltung/papierkorb/<int:pk>/wiederherstellen/", administration_trash.restore, name="trash-restore"
    ),
    path("verwaltung/papierkorb/<str:kind>/<str:key>/", administration_trash.discard, name="trash-put"),
    path("verwaltung/stelle/", administration.details, name="details"),
    # --- everybody
    path("suche/", search.search, name="search"),
    path("hilfe/", info.assistance, name="help"),
    path("barrierefreiheit/", info.accessibility, name="accessibility"),
    path("impressum/", info.imprint, name="imprint"),
    path("datenschutz/", info.privacy, name="privacy"),
    path("robots.txt", info.robots, name="robots"),
]

handler400 = errors.bad
handler403 = errors.forbidden
handler404 = errors.missing
handler500 = errors.broken
