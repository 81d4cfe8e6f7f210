import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from cdmo.room import with_room

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cdmo.settings")

application = with_room(get_wsgi_application())
_addresses = get_resolver().url_patterns  # imported before the web server forks: no visitor waits for it
gc.freeze()  # all of that stays: nobody's page waits while the garbage collector walks through it
