"""Pictures that people brought: their files go with whoever brought them."""

import os
import time

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from accounts.activity import OPERATOR
from accounts.models import Account
from accounts.roles import Role
from accounts.teams import open_team
from playground.web.models import Upload
from playground.web.uploads import remove_forsaken, remove_orphans
from tests.cast import join
from tests.web.test_edit import bring
from tests.web.test_leaving import DELETE, SURE, proven
from tests.web.test_teams import acting

proven = proven


def files():
    return [one.file for one in Upload.objects.order_by("created_at")]


@pytest.fixture
def brought(proven, alice):
    """Alice's browser, in which she brought a picture to her own account and a team."""
    bring(proven)
    team = open_team("Foxes", alice.person, OPERATOR)
    acting(proven, alice.person, team)
    bring(proven)
    return proven


def test_who_deletes_their_account_leaves_no_picture_behind(brought, carol):
    team = Account.objects.get(kind="team")
    join(team, carol.person, Role.OWNER)
    bring(acting(Client(), carol.person, team))
    names = files()
    remove_forsaken()
    assert files() == names
    brought.post(DELETE, SURE)
    remove_forsaken()
    assert files() == names[2:]
    assert [default_storage.exists(name) for name in names] == [False, False, True]


def test_a_file_whose_row_is_gone_goes_an_hour_later(brought):
    kept, lost = files()
    Upload.objects.filter(file=lost).delete()
    assert remove_orphans() == 0  # it has just been written: its row may be coming
    long_ago = time.time() - 3700
    for name in (kept, lost):
        os.utime(default_storage.path(name), (long_ago, long_ago))
    assert remove_orphans() == 1
    assert (default_storage.exists(kept), default_storage.exists(lost)) == (True, False)
