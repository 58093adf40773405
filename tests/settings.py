"""The settings the tests run with: those of a clean checkout, in a folder of their own.

Only what makes a test slow is turned down. Every process of a parallel run has
its own data folder and its own database; all of them are gone afterwards.
`DATABASE_URL` chooses the database (see `tests/services/postgres.py`).
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

for name in [name for name in os.environ if name.startswith(("EASEL_", "STRIPE_"))]:
    if name != "EASEL_TEST_ROOT":
        del os.environ[name]

if "EASEL_TEST_ROOT" not in os.environ:
    root = tempfile.mkdtemp(prefix="easel-tests-")
    os.environ["EASEL_TEST_ROOT"] = root  # the processes of a parallel run find it here
    atexit.register(shutil.rmtree, root, ignore_errors=True)

os.environ["EASEL_DATA_DIR"] = str(
    Path(os.environ["EASEL_TEST_ROOT"]) / os.environ.get("PYTEST_XDIST_WORKER", "main")
)
os.environ["EASEL_SQLITE_SYNCHRONOUS"] = "OFF"

from playground.settings import *  # noqa: E402, F403
from playground.settings import DATA_DIR, DATABASES, INSTALLED_APPS  # noqa: E402

OIDC = "allauth.socialaccount.providers.openid_connect"  # a test says where it is
INSTALLED_APPS = [*INSTALLED_APPS, OIDC, "tests.services"]
STATUS_SECONDS = 0  # a test looks when it wants to
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_MAX_AGE = 3600  # a browser asks once for a file, as in production
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, because the API's own connections must see what the tests wrote.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
