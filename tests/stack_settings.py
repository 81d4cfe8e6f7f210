"""The settings of the running product of the tests: the product's own, but passwords are looked at as quickly as in unit tests.

With the real hasher somebody signs in to `make run` (tests/cdmo/test_run.py).
"""

from cdmo.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
