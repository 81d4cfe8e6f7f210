import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cdmo.settings")

application = get_wsgi_application()
_addresses = get_resolver().url_patterns  # imported before the web server forks: no visitor waits for it
