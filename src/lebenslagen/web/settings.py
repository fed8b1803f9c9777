"""Settings of the web application, from a project directory and the environment; it refuses to start unsafely.

``LEBENSLAGEN_PROJECT`` names the project directory, ``LEBENSLAGEN_DATABASE_URL`` a PostgreSQL database (default: a
SQLite file in the project), ``LEBENSLAGEN_HOSTS`` further host names separated by commas, ``LEBENSLAGEN_HTTPS=1`` says
that a proxy in front speaks TLS. There is no debug mode.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from lebenslagen.web import safety

PROJECT = safety.project_directory(os.environ.get("LEBENSLAGEN_PROJECT", ""))
OWN = safety.own_folder(PROJECT)
HTTPS = os.environ.get("LEBENSLAGEN_HTTPS", "") == "1"

DEBUG = False
SECRET_KEY = safety.secret_key(OWN)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", *safety.hosts(os.environ.get("LEBENSLAGEN_HOSTS", ""))]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []
DATABASES = {"default": safety.database(os.environ.get("LEBENSLAGEN_DATABASE_URL", ""), PROJECT)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "lebenslagen.web.apps.Workplace",
]
MIDDLEWARE = [
    "lebenslagen.web.middleware.logged",
    "lebenslagen.web.middleware.Compressed",
    "lebenslagen.web.middleware.headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "lebenslagen.web.middleware.language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "lebenslagen.web.middleware.session_limits",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "lebenslagen.web.middleware.second_factor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "lebenslagen.web.middleware.faults",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "lebenslagen.web.urls"
WSGI_APPLICATION = "lebenslagen.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "builtins": ["lebenslagen.web.templatetags.workplace"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "lebenslagen.web.context.workplace",
            ],
        },
    }
]
FORM_RENDERER = "lebenslagen.web.forms.base.Renderer"
CSRF_FAILURE_VIEW = "lebenslagen.web.views.errors.csrf"

# --- people ---------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "web.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "lebenslagen.web.passwords.Backend"]
PASSWORD_HASHERS = ["lebenslagen.web.passwords.Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("login", "name", "email")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]  # fmt: skip
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "overview"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=5)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "lebenslagen.web.passwords.name_of"
AXES_CLIENT_IP_CALLABLE = "lebenslagen.web.passwords.network_of"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
OTP_TOTP_ISSUER = "lebenslagen"

SESSION_IDLE = timedelta(minutes=30)
SESSION_ABSOLUTE = timedelta(hours=12)
SESSION_COOKIE_AGE = int(SESSION_ABSOLUTE.total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_NAME = "sprache"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- transport and headers ------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
USE_X_FORWARDED_HOST = False

# --- uploads --------------------------------------------------------------------------------------------------
UPLOAD_LIMIT = 20 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a grid of 450 quarters with ten columns
DATA_UPLOAD_MAX_NUMBER_FILES = 5
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
FILE_UPLOAD_TEMP_DIR = str(OWN / "uploads")
FILE_UPLOAD_HANDLERS = [
    "lebenslagen.web.uploads.Limited",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- language, time, static files -----------------------------------------------------------------------------
LANGUAGE_CODE = "de"
LANGUAGES = [("de", "Deutsch"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "CET"
STATIC_URL = "/static/"
STATICFILES_DIRS = [
    Path(__file__).parent / "static",
    ("fonts", Path(__file__).parent.parent / "atlas" / "static" / "fonts"),
]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 31536000  # addresses carry a digest

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "lebenslagen.web.logs.JsonLines"}},
    "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["lines"], "level": "WARNING"},
    "loggers": {
        "lebenslagen": {
            "level": os.environ.get("LEBENSLAGEN_LOG", "WARNING"),
            "handlers": ["lines"],
            "propagate": False,
        },
        "axes": {"level": "ERROR"},
        "django.request": {
            "level": "CRITICAL"
        },  # answers are logged by our own line, without address and values
        "django.security": {"level": "CRITICAL"},
        "waitress.queue": {"level": "ERROR"},
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
