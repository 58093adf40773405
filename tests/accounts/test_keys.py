"""A key is random, checks itself, is kept as a keyed digest, and ends when told to."""

import hashlib
import hmac

import pytest
from django.conf import settings

from accounts.ids import ALPHABET
from accounts.issuing import GroupNotAllowed, groups_for, issue_key, revoke_key
from accounts.keys import is_well_formed, new_secret
from accounts.models import AccessGroup, ApiKey


@pytest.mark.check
@pytest.mark.parametrize("place", range(len("esl_live_"), 47))
def test_a_mistyped_key_fails_by_its_checksum(place):
    secret = new_secret(is_test=False)
    other = ALPHABET[(ALPHABET.index(secret[place]) + 1) % 32]
    assert is_well_formed(secret)
    assert not is_well_formed(secret[:place] + other + secret[place + 1 :])


@pytest.mark.check
@pytest.mark.parametrize(
    "text", ["", "esl_live_", "sk-123", "esl_live_é" * 5, "x" * 47]
)
def test_what_is_no_key_of_ours_is_never_looked_up(text):
    assert not is_well_formed(text)


def test_a_key_is_kept_only_as_a_digest_under_the_pepper(alice):
    key, secret = issue_key(alice.account, name="web app", person=alice.person)
    kept = ApiKey.objects.filter(pk=key.pk).values().get()
    peppered = hmac.new(settings.KEY_PEPPER.encode(), secret.encode(), hashlib.sha256)
    assert kept["digest"] == peppered.hexdigest()
    assert not any(secret[-20:] in str(value) for value in kept.values())
    assert secret.startswith(kept["prefix"])


def test_a_test_key_says_so_in_its_first_letters(alice):
    key, secret = issue_key(alice.account, name="ci", is_test=True)
    assert secret.startswith("esl_test_")
    assert key.is_test


def test_ending_a_key_twice_keeps_the_first_time(alice):
    key, _ = issue_key(alice.account, name="web app")
    revoke_key(key)
    first = key.revoked_at
    revoke_key(ApiKey.objects.get(pk=key.pk))
    assert ApiKey.objects.get(pk=key.pk).revoked_at == first


def test_a_key_names_no_price_level_its_account_was_not_granted(alice):
    partners = AccessGroup.objects.create(slug="partners", name="Partners")
    with pytest.raises(GroupNotAllowed):
        issue_key(alice.account, name="cheap", group=partners)
    assert not alice.account.keys.filter(name="cheap").exists()


def test_a_granted_price_level_can_be_named(alice):
    partners = AccessGroup.objects.create(slug="partners", name="Partners")
    alice.account.granted_groups.add(partners)
    key, _ = issue_key(alice.account, name="cheap", group=partners)
    assert key.group == partners
    assert list(groups_for(alice.account)) == [partners, alice.account.group]
