"""The mail of a test: letters that wait are sent, as a worker would."""

from django.core import mail

from accounts.posting import due, send


def posted():
    """Send what waits, and return every mail there was, the oldest first."""
    for letter_id in due():
        send(letter_id)
    return mail.outbox
