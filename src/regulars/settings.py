"""Django's settings, read from the environment, which `regulars.run` fills in.

REGULARS_DATABASE_URL  the application's database (role without ownership)
REGULARS_OWNER_URL     the same database as its owner, for migrations; default: the former
REGULARS_DATA          the data folder
REGULARS_SECRET_KEY    signs sessions
REGULARS_HOSTS         host names this installation answers to, with commas; default: loopback
REGULARS_BASE_URL      the address people use, for links in messages
REGULARS_SMTP_URL      smtp://user:password@host:port (smtps:// for TLS from the start)
REGULARS_MAIL_PROVIDER  in its place brevo, mailgun, mailjet, postmark, resend or sendgrid
REGULARS_MAIL_KEY      the provider's key (mailjet: KEY:SECRET)
REGULARS_MAIL_DOMAIN   the sending domain, where the provider asks for it
REGULARS_MAIL_FROM     the sender's address
REGULARS_MAIL_DKIM_SELECTOR  the name of the key that mail is signed with, for `regulars doctor`
REGULARS_DEMONSTRATION  set by `regulars demo`: mail stays in the outbox, the console shows it
REGULARS_WEBHOOK_NETWORKS  networks that are not public and may get webhooks, with commas
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext_lazy as _

PACKAGE = Path(__file__).resolve().parent


FAR_AWAY = {
    "connect_timeout": "5",
    "tcp_user_timeout": "10000",
    "keepalives_idle": "10",
    "keepalives_interval": "3",
    "keepalives_count": "3",
}
"""A database on another machine that says nothing any more is given up after some seconds."""


def _database(url: str) -> dict[str, object]:
    """A postgresql:// address as Django's dictionary; query parameters become libpq options."""
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    host = unquote(query.pop("host", "") or parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": query.pop("port", "") or str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **({} if host.startswith("/") else FAR_AWAY),
            **{key: unquote(value) for key, value in query.items()},
        },
    }


_url = os.environ.get("REGULARS_DATABASE_URL") or os.environ.get("DATABASE_URL") or ""
_owner_url = os.environ.get("REGULARS_OWNER_URL") or _url
DATABASES = {
    "default": _database(_url),
    "owner": {**_database(_owner_url), "TEST": {"MIRROR": "default"}},
}
DATA = Path(os.environ.get("REGULARS_DATA") or ".")

SECRET_KEY = os.environ.get("REGULARS_SECRET_KEY") or "not-configured"
DEBUG = False
BASE_URL = os.environ.get("REGULARS_BASE_URL", "").rstrip("/")
HTTPS = BASE_URL.startswith("https://")
ALLOWED_HOSTS = [
    *(host for host in os.environ.get("REGULARS_HOSTS", "").split(",") if host),
    *([urlsplit(BASE_URL).hostname or ""] if BASE_URL else []),
    "localhost",
    "127.0.0.1",
    "[::1]",
]
CSRF_TRUSTED_ORIGINS = [BASE_URL] if BASE_URL else []

INSTALLED_APPS = [
    "regulars.db",
    "regulars.console",  # before allauth: its templates give way to ours
    "regulars.till",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "procrastinate.contrib.django",
]
MIDDLEWARE = [
    "regulars.console.middleware.SecurityHeaders",
    "regulars.run.packing.PackedFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "regulars.console.middleware.Reader",
    "regulars.console.permissions.Gate",
]
ROOT_URLCONF = "regulars.urls"
TEMPLATES = [
    {
        "NAME": "console",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "console" / "templates"],  # before the templates of allauth
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "regulars.console.context.shell",
            ],
            "builtins": ["regulars.console.templatetags.look"],
        },
    },
    {
        "NAME": "portal",  # apart from the console's: nothing of staff is at hand there
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "portal" / "templates"],
        "OPTIONS": {
            "builtins": ["regulars.portal.tags"],
            "libraries": {
                "i18n": "django.templatetags.i18n",
                "static": "django.templatetags.static",
            },
        },
    },
]
WSGI_APPLICATION = None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "regulars.Staff"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 30 * 60
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "regulars.console.accounts.Adapter"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # all other sessions end, the changing one stays
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_FORMS = {
    "login": "regulars.console.account_forms.SignInForm",
    "change_password": "regulars.console.account_forms.ChangeForm",
    "set_password": "regulars.console.account_forms.FirstPasswordForm",
    "reauthenticate": "regulars.console.account_forms.ConfirmForm",
}
MFA_ADAPTER = "regulars.console.accounts.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "regulars.console.account_forms.SecondStepForm",
    "reauthenticate": "regulars.console.account_forms.ConfirmCodeForm",
    "activate_totp": "regulars.console.account_forms.AppForm",
    "add_webauthn": "regulars.console.account_forms.AddPasskeyForm",
    "edit_webauthn": "regulars.console.account_forms.RenamePasskeyForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses come from invitations, not from sign-ups
MFA_TOTP_TOLERANCE = 1
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
USERSESSIONS_TRACK_ACTIVITY = False

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = (
    f"{'__Host-' if HTTPS else ''}{name}" for name in ("sessionid", "csrftoken")
)
"""The prefix binds them to this host: no other one of its domain can set them."""
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "regulars.console.views.errors.csrf_failure"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "regulars_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # it counts wrong tries: not to be flushed by a crowd
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("de", _("German")),
    ("pl", _("Polish")),
    ("ro", _("Romanian")),
]
LOCALE_PATHS = [PACKAGE / "words" / "locale"]
LANGUAGE_COOKIE_NAME = "regulars_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "static"]  # what the faces share; each room has its own beside it
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False  # nobody else needs our files
ROUTES = ["regulars.run.facts.route"]
"""What the server answers past Django."""
UPLOAD_GATE = "regulars.console.uploads.may_upload"
BATCH_GATE = "regulars.api.gate.may_send_batches"
METRICS_GATE = "regulars.api.gate.may_measure"
API_REFUSAL = "regulars.api.gate.refusal"
PAGE_REFUSAL = "regulars.api.gate.sentence"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

DEMONSTRATION = os.environ.get("REGULARS_DEMONSTRATION") == "1"
_PROVIDERS = {
    "brevo": "BREVO_API_KEY",
    "mailgun": "MAILGUN_API_KEY",
    "mailjet": "MAILJET_API_KEY",
    "postmark": "POSTMARK_SERVER_TOKEN",
    "resend": "RESEND_API_KEY",
    "sendgrid": "SENDGRID_API_KEY",
}
_smtp = urlsplit(os.environ.get("REGULARS_SMTP_URL", ""))
_provider = os.environ.get("REGULARS_MAIL_PROVIDER", "").lower()
_mail_key = os.environ.get("REGULARS_MAIL_KEY", "")
_by_provider = _provider in _PROVIDERS and bool(_mail_key)
MAIL_CONFIGURED = not DEMONSTRATION and (_by_provider or bool(_smtp.hostname))
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
if MAIL_CONFIGURED:
    EMAIL_BACKEND = (
        f"anymail.backends.{_provider}.EmailBackend"
        if _by_provider
        else "django.core.mail.backends.smtp.EmailBackend"
    )
ANYMAIL: dict[str, object] = {"REQUESTS_TIMEOUT": 20}
if _by_provider:
    ANYMAIL[_PROVIDERS[_provider]] = _mail_key
    if _provider == "mailjet":
        ANYMAIL["MAILJET_API_KEY"] = _mail_key.partition(":")[0]
        ANYMAIL["MAILJET_SECRET_KEY"] = _mail_key.partition(":")[2]
    if _provider == "mailgun" and os.environ.get("REGULARS_MAIL_DOMAIN"):
        ANYMAIL["MAILGUN_SENDER_DOMAIN"] = os.environ["REGULARS_MAIL_DOMAIN"]
EMAIL_HOST = _smtp.hostname or ""
EMAIL_PORT = _smtp.port or (465 if _smtp.scheme == "smtps" else 25)
EMAIL_HOST_USER = unquote(_smtp.username or "")
EMAIL_HOST_PASSWORD = unquote(_smtp.password or "")
EMAIL_USE_SSL = _smtp.scheme == "smtps"
EMAIL_USE_TLS = _smtp.scheme == "smtp" and _smtp.port == 587
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("REGULARS_MAIL_FROM", "regulars@localhost")

WEBHOOK_NETWORKS = [
    one for one in os.environ.get("REGULARS_WEBHOOK_NETWORKS", "").split(",") if one
]

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_IMPORT_PATHS = ["regulars.jobs"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "regulars.run.log.Lines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "regulars": {"level": "INFO"},
        # Below that it writes down every address that is not there, and what was put into it.
        "django.request": {"level": "ERROR"},
        # Strangers ask for hosts that are not ours; each would leave a whole traceback.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
