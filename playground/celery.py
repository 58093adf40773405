"""The Celery app: what is queued, and what is looked after by the clock.

Without a broker's address messages are files under `EASEL_DATA_DIR`, so that a
fresh clone needs no server. The order's row is the truth either way: a lost
message is sent again by the sweep, a doubled one finds the order taken.
"""

import os
from pathlib import Path

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")

app = Celery("easel")
app.set_default()  # for rooms that know no app, in whichever thread they queue something
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(
    [
        "accounts",
        "billing",
        "playground.batches",
        "playground.generation",
        "playground.gallery",
        "playground.arena",
        "playground.notices",
        "playground.retention",
        "playground.trust",
        "playground.web",
        "playground.webhooks",
    ]
)


@app.on_after_configure.connect
def make_room_for_messages(sender: Celery, **_: object) -> None:
    """Messages that are files need their folders, whichever process is first."""
    folders = sender.conf.broker_transport_options or {}
    for name in ("data_folder_in", "control_folder"):
        if name in folders:
            Path(folders[name]).mkdir(parents=True, exist_ok=True)
