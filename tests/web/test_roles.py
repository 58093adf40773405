"""What each role may do: the table, and every page of the console under every role."""

import pytest

from accounts.roles import ALLOWED, Action, Role, may, may_hand_out

A = Action


@pytest.mark.check
def test_the_table_is_what_was_agreed():
    written = {
        Role.OWNER: set(Action),
        Role.ADMIN: set(Action) - {A.OWNERSHIP},
        Role.DEVELOPER: {A.PAINT, A.KEYS, A.REQUESTS, A.PICTURES},
        Role.BILLING: {A.MONEY, A.REQUESTS},
        Role.VIEWER: {A.REQUESTS, A.PICTURES},
    }
    assert {role: set(actions) for role, actions in ALLOWED.items()} == written


@pytest.mark.check
def test_who_is_no_member_may_nothing():
    assert not any(may("", action) for action in Action)
    assert not any(may("chief", action) for action in Action)


@pytest.mark.check
def test_only_owners_make_owners():
    assert may_hand_out(Role.OWNER, Role.OWNER)
    assert not may_hand_out(Role.ADMIN, Role.OWNER)
    assert may_hand_out(Role.ADMIN, Role.ADMIN)
    assert not may_hand_out(Role.DEVELOPER, Role.VIEWER)
