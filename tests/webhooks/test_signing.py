"""Signatures that any implementation of Standard Webhooks agrees with."""

import base64
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from cryptography.fernet import Fernet
from standardwebhooks import Webhook, WebhookVerificationError

from playground.generation.sealing import opened, sealed
from playground.webhooks.schedule import PAUSES, pause_after, wish_in
from playground.webhooks.signing import new_secret, signature, signed_headers

BODY = b'{"type":"webhook.test","data":{}}'


def now() -> int:
    return int(datetime.now(UTC).timestamp())


def test_a_signature_is_the_one_everybody_computes():
    secret = "whsec_ZWFzZWwtY29udHJhY3QtdGVzdC1zZWNyZXQtMDAwMQ=="

    said = signature(secret, "msg_easel_0001", 1795204800, BODY)

    assert said == "v1,ldjYemUxzMfBNMLC+87RIwM9AwmF46tuutXCJRWz4XY="


def test_the_reference_library_believes_us():
    secret = new_secret()
    headers = signed_headers([secret], "msg_1", now(), BODY)

    assert Webhook(secret).verify(BODY, headers)["type"] == "webhook.test"


def test_both_secrets_are_believed_while_they_change():
    new, old = new_secret(), new_secret()
    headers = signed_headers([new, old], "msg_1", now(), BODY)

    assert Webhook(new).verify(BODY, headers) == Webhook(old).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(BODY, headers)


def test_a_secret_has_256_random_bits():
    assert len(base64.b64decode(new_secret().removeprefix("whsec_"))) == 32
    assert new_secret() != new_secret()


def test_what_an_older_key_sealed_can_still_be_opened(settings):
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    settings.ENCRYPTION_KEYS = [old]
    text = sealed("whsec_abc")
    settings.ENCRYPTION_KEYS = [new, old]

    assert "abc" not in text
    assert opened(text) == "whsec_abc"


def test_pauses_grow_for_three_days_and_then_nothing_is_tried():
    pauses = [pause_after(number).total_seconds() for number in range(1, 10)]

    assert all(
        base <= pause <= base * 1.1 for base, pause in zip(PAUSES, pauses, strict=True)
    )
    assert sum(pauses) > 75 * 3600
    assert pause_after(10) is None


@pytest.mark.parametrize(
    ("status", "said", "seconds"),
    [
        (429, "120", 120),
        (503, "7", 7),
        (502, "7", 7),
        (504, " 7 ", 7),
        (500, "120", None),
        (429, "", None),
        (429, "soon", None),
        (429, "-1", None),
    ],
)
def test_a_receiver_may_ask_for_time(status, said, seconds):
    assert wish_in(status, {"Retry-After": said}) == seconds


def test_a_receiver_may_name_the_moment():
    said = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)

    assert 3500 < wish_in(429, {"Retry-After": said}) <= 3600


def test_a_wish_makes_a_pause_longer_within_reason_and_never_shorter():
    assert pause_after(1, 120).total_seconds() == 120
    assert pause_after(2, 7).total_seconds() >= 300
    assert pause_after(1, 10**9).total_seconds() == 24 * 3600
