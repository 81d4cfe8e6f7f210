"""Every setting, read from the environment; a value that makes no sense stops the start with its name."""

from pathlib import Path
from typing import Any

import django_stubs_ext
import pgtrigger
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from cdmo import environment as env
from cdmo.clockwork import schedule
from cdmo.reporting import start_reporting

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

DEVELOPMENT_SECRET = "development-only-secret-never-used-in-production-7c1d"  # noqa: S105

ENVIRONMENT = env.one_of("CDMO_ENVIRONMENT", ("development", "test", "production"), "development")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = False  # never on: error pages of ours say what to do, and no traceback leaves the server

SECRET_KEY = env.text("SECRET_KEY", "" if PRODUCTION else DEVELOPMENT_SECRET)
if PRODUCTION and (len(SECRET_KEY) < 50 or SECRET_KEY == DEVELOPMENT_SECRET):
    raise ImproperlyConfigured("SECRET_KEY is missing, too short or the development default; production needs 50 random characters.")

DEMO = env.one_of("CDMO_DEMO", ("projects", "people"), "projects")  # what a first start in development tells
STATE_DIR = Path(env.text("CDMO_STATE_DIR", str(BASE_DIR / ".state")))
ALLOWED_HOSTS = env.listed("ALLOWED_HOSTS", [] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.listed("CSRF_TRUSTED_ORIGINS", [])
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS is empty; name the hosts this installation answers for.")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "pgtrigger",
    "pghistory",
    "django_fsm",
    "rules.apps.AutodiscoverRulesConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "django_filters",
    "django_tables2",
    "crispy_forms",
    "crispy_bootstrap5",
    "js_asset",
    "django_prose_editor",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "audit",
    "accounts",
    "worksheets",
    "charts",
    "catalogue",
    "projects",
    "documents",
    "notifications",
    "process",
    "phases",
    "desk",
    "cdmo",
]

MIDDLEWARE = [
    "cdmo.metrics.MeasuringMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "audit.middleware.AuditContextMiddleware",
    "accounts.middleware.IdleTimeoutMiddleware",
    "accounts.middleware.LocaleMiddleware",
    "accounts.duties.DutiesMiddleware",
    "accounts.middleware.ClientRowsMiddleware",
    "desk.looking.LookingMiddleware",
    "cdmo.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "cdmo.urls"
WSGI_APPLICATION = "cdmo.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "desk/_table.html"

# Database: the application role reads and writes, the owner role migrates, the client role is taken on for a client's request;
# audit/roles.py says who may do what.
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **env.database("DATABASE_URL", "" if PRODUCTION else "postgres://cdmo_app@127.0.0.1:5432/cdmo"),
        "CONN_MAX_AGE": env.whole("CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
}
if env.text("MIGRATION_DATABASE_URL"):
    DATABASES["owner"] = {**env.database("MIGRATION_DATABASE_URL"), "TEST": {"MIRROR": "default"}}
DATABASE_APPLICATION_ROLE = env.text("DATABASE_APPLICATION_ROLE", "cdmo_app")
DATABASE_CLIENT_ROLE = env.text("DATABASE_CLIENT_ROLE", "cdmo_client")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.broker("REDIS_URL", "" if PRODUCTION else "redis://127.0.0.1:6379/0")
_redis_path = REDIS_URL.removeprefix("redis+socket://")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": f"unix://{_redis_path}" if REDIS_URL.startswith("redis+socket://") else REDIS_URL,
        "KEY_PREFIX": env.text("CACHE_PREFIX", "cdmo"),
    }
}
SESSION_ENGINE = "accounts.sessions"

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["rules.permissions.ObjectPermissionBackend", "allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if BREACHED_PASSWORDS := env.text("BREACHED_PASSWORDS_FILE"):  # a list of your own, one a line, besides the 20 000 that come along
    AUTH_PASSWORD_VALIDATORS.append(
        {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator", "OPTIONS": {"password_list_path": BREACHED_PASSWORDS}}
    )
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"login": "accounts.forms.SignInForm", "reset_password": "accounts.forms.ForgottenPasswordForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/900s/key", "reauthenticate": "10/m/user"}
# The lock holds for one person at one address, so that a stranger locks nobody out; from all addresses together this many an hour.
SIGN_IN_FAILURES_EACH_HOUR = env.whole("SIGN_IN_FAILURES_EACH_HOUR", 50, least=5)
SECOND_FACTOR_REQUIRED = env.yes("SECOND_FACTOR_REQUIRED", PRODUCTION)  # of our own people; clients' people may have one
SECOND_FACTOR_GRACE_DAYS = env.whole("SECOND_FACTOR_GRACE_DAYS", 7)  # after the account was opened
PASSWORD_MAX_AGE_DAYS = env.whole("PASSWORD_MAX_AGE_DAYS", 0)  # 0: a password does not age
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {"authenticate": "accounts.forms.SecondFactorForm"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "CDMO tracker"
# Sign-in by the organisation's own identity provider, where one is named; it vouches for its e-mails and opens no accounts.
OIDC_ISSUER = env.issuer("OIDC_ISSUER")
OIDC_NAME = env.text("OIDC_NAME", "your organisation")
OIDC_CLIENT = {"client_id": env.text("OIDC_CLIENT_ID"), "secret": env.text("OIDC_CLIENT_SECRET")}
if OIDC_ISSUER and not all(OIDC_CLIENT.values()):
    raise ImproperlyConfigured("OIDC_ISSUER asks for OIDC_CLIENT_ID and OIDC_CLIENT_SECRET as well.")
# Where one of these is named, a sign-in there counts as with a second factor only if the provider says so; else it vouches for it.
OIDC_ACR, OIDC_AMR = env.listed("OIDC_ACR"), env.listed("OIDC_AMR")
OIDC_APP = {"provider_id": "organisation", "name": OIDC_NAME, **OIDC_CLIENT, "settings": {"server_url": OIDC_ISSUER}}
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [OIDC_APP] if OIDC_ISSUER else [], "OAUTH_PKCE_ENABLED": True}}
SOCIALACCOUNT_ADAPTER = "accounts.oidc.ProviderAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form that leads to another host would ask for a hole in the content policy
SESSION_COOKIE_AGE = env.whole("SESSION_ABSOLUTE_SECONDS", 12 * 3600, least=60)
IDLE_TIMEOUT_SECONDS = env.whole("IDLE_TIMEOUT_SECONDS", 15 * 60, least=10)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = env.text("SESSION_COOKIE_NAME", "cdmo_session")
CSRF_COOKIE_NAME = env.text("CSRF_COOKIE_NAME", "cdmo_csrf")
CSRF_FAILURE_VIEW = "cdmo.errors.csrf_failure"

# Transport and content security. HTTPS is required in production; a laptop serves plain HTTP on loopback.
HTTPS = env.yes("CDMO_HTTPS", PRODUCTION)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # asked from inside, past the proxy that ends TLS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
BEHIND_PROXY = env.yes("CDMO_BEHIND_PROXY", False)  # one that writes X-Forwarded-Proto and X-Forwarded-For itself
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)  # the limits on wrong passwords count each visitor, not the proxy
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.TokenAuthentication", "accounts.authentication.PageSessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated", "accounts.authentication.TokenScopePermission"],
    "DEFAULT_RENDERER_CLASSES": ["accounts.api_json.Renderer"],
    "DEFAULT_PARSER_CLASSES": ["cdmo.api.LimitedJSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_PAGINATION_CLASS": "cdmo.api.KeysetPagination",
    "DEFAULT_FILTER_BACKENDS": ["cdmo.api.KnownFilters"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["cdmo.throttling.PersonThrottle", "cdmo.throttling.StrangerThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": env.rate("API_RATE", "600/min"), "anon": env.rate("API_RATE_ANONYMOUS", "60/min")},
    "NUM_PROXIES": int(BEHIND_PROXY),
    "EXCEPTION_HANDLER": "cdmo.api.problem_json",
    "PAGE_SIZE": 50,
}
REST_KNOX = {"TOKEN_MODEL": "accounts.IntegrationToken"}
KNOX_TOKEN_MODEL = "accounts.IntegrationToken"  # noqa: S105
MIGRATION_MODULES = {"knox": None}  # its own token table would stay beside ours, referencing people, and break the flush of tests
SPECTACULAR_SETTINGS = {
    "TITLE": "CDMO project tracker API",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENFORCE_NON_BLANK_FIELDS": True,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "PhaseEnum": "projects.models.states.Phase",
        "ApprovalStateEnum": "projects.approvals.ApprovalState",
        "ApprovalAnswerEnum": "projects.models.sharing.ApprovalAnswer.Kind",
        "SharedKindEnum": "projects.sharing_api.KINDS",
        "CurrencyEnum": "accounts.currencies.CURRENCIES",
        "OfferedCurrencyEnum": "accounts.currencies.OFFERED",
        "OfferStateEnum": "projects.models.offer.Offer.State",
        "RfpStateEnum": "projects.models.rfp.Rfp.State",
        "MilestoneStateEnum": "projects.milestone_state.STATES",
        "MilestoneKindEnum": "projects.models.plan.Milestone.Kind",
        "RelationEnum": "projects.models.plan.Relation",
        "TailoringKindEnum": "projects.models.tailoring.Tailoring.Kind",
        "ShapedKindEnum": "projects.shape_api.SHAPED",
        "AddedKindEnum": "projects.change_order_api.ADDED",
        "InquiryStateEnum": "process.purchasing.models.PurchaseInquiry.State",
        "YesNoEnum": "projects.models.rfp_choices.YesNo",
        "IncotermEnum": "projects.models.commercial.Incoterm",
        "FileKindEnum": "projects.models.rfp_choices.FileKind",
    },
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "cdmo.api.declare_problem_responses"],
}

# Work in the background. The row of a document carries its state, so no result backend is needed.
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_timeout": 5, "socket_connect_timeout": 5}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_TASK_TIME_LIMIT = 900
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {"documents.tasks.*": {"queue": "documents"}}
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False  # its lines are written like all others (LOGGING)
SWEEP_SECONDS = env.seconds("SWEEP_SECONDS", 30.0)
RENDER_LEASE_SECONDS = env.whole("RENDER_LEASE_SECONDS", 60, least=1)  # renewed while a worker makes progress; ends when it died
CELERY_BEAT_SCHEDULE = schedule(SWEEP_SECONDS)

# Files, static assets, mail
FILES_DIR = Path(env.text("CDMO_FILES_DIR", str(STATE_DIR / "files")))
STATIC_FILES_STORAGES = {  # compressing gains nothing on one machine
    "development": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
    "test": "django.contrib.staticfiles.storage.StaticFilesStorage",
    "production": "cdmo.static.StaticFilesStorage",
}
FILES_BUCKET = env.text("FILES_BUCKET")  # S3-compatible storage instead of the folder
S3_OPTIONS = {
    "bucket_name": FILES_BUCKET,
    "endpoint_url": env.text("FILES_S3_ENDPOINT") or None,
    "region_name": env.text("FILES_S3_REGION") or None,
    "access_key": env.text("FILES_S3_ACCESS_KEY") or None,
    "secret_key": env.text("FILES_S3_SECRET_KEY") or None,
    "location": env.text("FILES_S3_PREFIX"),
    "default_acl": None,
    "file_overwrite": True,  # the name is the hash of the content
}
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": S3_OPTIONS}
    if FILES_BUCKET
    else {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": FILES_DIR}},
    "staticfiles": {"BACKEND": STATIC_FILES_STORAGES[ENVIRONMENT]},
}
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("CDMO_STATIC_ROOT", str(STATE_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
UPLOAD_MAX_BYTES = env.whole("UPLOAD_MAX_BYTES", 50 * 1024 * 1024, least=1)
FILE_UPLOAD_HANDLERS = [
    "audit.uploads.UploadLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FILES = 5  # no form takes more than one
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# Mail: printed in development, SMTP in production; EMAIL_BACKEND=anymail.backends.<service>.EmailBackend for a mail service.
EMAIL_BACKEND = env.text("EMAIL_BACKEND", f"django.core.mail.backends.{'smtp' if PRODUCTION else 'console'}.EmailBackend")
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.whole("EMAIL_PORT", 25, least=1)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.yes("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = env.yes("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = env.whole("EMAIL_TIMEOUT", 20, least=1)
EMAIL_FILE_PATH = env.text("EMAIL_FILE_PATH", str(STATE_DIR / "mail"))
ANYMAIL = env.starting_with("ANYMAIL_")
if EMAIL_BACKEND.startswith("anymail."):
    INSTALLED_APPS.append("anymail")
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "CDMO tracker <no-reply@localhost>")

# Messages and feeds that leave the product: links lead to SITE_URL; a digest leaves at DIGEST_HOUR of its reader's own day.
SITE_URL = env.site("SITE_URL", f"https://{ALLOWED_HOSTS[0].lstrip('.*')}" if PRODUCTION else "http://localhost:8000")
DIGEST_HOUR = 7
MAIL_LEASE_SECONDS = env.whole("MAIL_LEASE_SECONDS", 120, least=1)
WEBHOOK_LEASE_SECONDS = env.whole("WEBHOOK_LEASE_SECONDS", 60, least=15)
WEBHOOK_LOOPBACK = env.yes("WEBHOOK_LOOPBACK", False)  # tests and laptops: http to this machine alone
if PRODUCTION and WEBHOOK_LOOPBACK:
    raise ImproperlyConfigured("WEBHOOK_LOOPBACK lets clients call this machine itself; it is for tests and laptops, never for production.")

# Words, dates, numbers
LANGUAGE_CODE = "en"
LANGUAGES: list[tuple[str, Any]] = [
    ("en", _("English")),
    ("zh-hans", "简体中文 (Simplified Chinese)"),
]  # of messages and mails; each is called by its own name
PAGE_LANGUAGES = ["en"]  # pages, the API and the record speak these
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.zone("TIME_ZONE", "UTC")
FORMAT_MODULE_PATH = ["cdmo.formats"]
ORGANISATION_NAME = env.text("ORGANISATION_NAME", "Demo CDMO")

# History: one trigger call per statement costs a third of one per row (bulk), and its rows can never be changed.
PGHISTORY_LEVEL = pgtrigger.Statement
PGHISTORY_APPEND_ONLY = True

# Who may read /metrics: whoever sends the token, and these addresses or networks. Nobody where neither is set.
METRICS_TOKEN = env.text("METRICS_TOKEN")
METRICS_ADDRESSES = env.networks("METRICS_ADDRESSES")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "structlog.stdlib.ProcessorFormatter", "processors": "ext://audit.logging.PROCESSORS"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.one_of("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO")},
    "loggers": {"fontTools": {"level": "WARNING"}, "weasyprint": {"level": "ERROR"}},
}

# Errors are sent to Sentry only where a DSN says whose: without names, addresses, bodies.
SENTRY_DSN = env.text("SENTRY_DSN")
SENTRY_TRACES_RATE = env.share("SENTRY_TRACES_RATE", 0.0)
if SENTRY_DSN:
    start_reporting(SENTRY_DSN, environment=ENVIRONMENT, traces=SENTRY_TRACES_RATE)
