"""The audit finds what the database does not check itself."""

from django.db import connection

from playground.generation.audit import audit
from tests.generation.test_books import closing, do, in_studio, opened


def test_a_picture_of_an_order_that_is_gone_is_found(books_db, alice):
    in_studio(do(closing(opened(alice, state="running", claim="me"))))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM generation_generation")

    orphans = {one.row[0] for one in audit() if one.invariant == "I14"}

    assert orphans == {"generation_picture"}
