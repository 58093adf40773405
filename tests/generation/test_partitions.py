"""Orders in parts by month: nothing is lost on the way there, and each finds its month."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.ids import id_of
from billing.models import Transfer
from playground.doctor.parts import months
from playground.gallery.keeping import note_of
from playground.generation.ahead import make_ahead
from playground.generation.audit import audit
from playground.generation.books import Open
from playground.generation.models import Attempt, Generation, Picture, Rolled
from playground.generation.parted import strays
from playground.generation.parting import begin
from playground.generation.tasks import make_months_ahead
from playground.retention.dropping import drop_overdue
from playground.web.operator.support.finding import find
from tests.generation.shapes import tables_to_part
from tests.generation.test_books import TRY, closing, do, in_studio, opened, order

LONG_AGO = timezone.now() - timedelta(days=160)


@pytest.fixture
def whole(books_db, pytestconfig):
    """Tables in one piece, which a test may part."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no partitions.")
    if pytestconfig.getoption("--parted"):
        pytest.skip("The tables are in parts already.")
    with tables_to_part():
        yield


@pytest.fixture
def parted(whole):
    """Tables that were parted 40 days ago: this month is one that was made ahead."""
    begin(timezone.now() - timedelta(days=40))


@pytest.fixture
def half_a_year(whole, settings):
    """Tables that were parted half a year ago; three months are kept."""
    settings.ORDERS_KEPT_MONTHS = 3
    begin(LONG_AGO)
    make_ahead(timezone.now())


def part_of(generation):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM generation_generation WHERE id = %s",
            [generation.pk],
        )
        return cursor.fetchone()[0]


def painted(customer, at=None):
    generation = order(customer, state="running", claim="me")
    if at:
        generation.id = id_of("img", at)
    assert in_studio(do(Open(generation, 60)))
    assert in_studio(do(closing(generation, attempts=(TRY,))))
    picture = generation.pictures.get()
    picture.file = default_storage.save(f"{picture.pk}.png", ContentFile(b"fox"))
    picture.save()
    return generation


def star(picture):
    note = note_of(picture)
    note.starred_at = timezone.now()
    note.save()


def add_up():
    """Nothing is dropped before it was added up."""
    begun = {"hours_until": timezone.now(), "days_until": timezone.now()}
    Rolled.objects.update_or_create(pk=1, defaults=begun)


def test_parting_loses_no_order_and_no_credit(alice, whole, capsys):
    before = painted(alice)
    call_command("easel_partitions", begin=True)
    after = painted(alice)

    assert "first" in capsys.readouterr().out
    assert set(Generation.objects.values_list("pk", flat=True)) == {before.pk, after.pk}
    tries = dict(Attempt.objects.values_list("pk", "generation_id"))
    assert [tries[pk] for pk in sorted(tries)] == [before.pk, after.pk]
    assert alice.credits() == 84
    assert audit() == []


def test_an_order_lies_in_its_month(alice, parted):
    generation = painted(alice)

    assert part_of(generation) == f"generation_generation_{timezone.now():%Y_%m}"
    assert strays() == {"generation_generation": 0, "generation_attempt": 0}


def test_a_guest_has_one_live_order_in_a_month(bob, parted):
    opened(bob, price=0, lane="guest")

    with pytest.raises(Exception, match="unique"):
        in_studio(do(Open(order(bob, price=0, lane="guest"), 60)))


def test_what_lay_in_no_month_moves_into_its_own(alice, whole):
    begin(timezone.now() - timedelta(days=150))
    generation = painted(alice)
    assert part_of(generation) == "generation_generation_rest"
    assert [one.level for one in months()] == ["wrong"]

    make_months_ahead()

    assert part_of(generation) == f"generation_generation_{timezone.now():%Y_%m}"
    assert [one.level for one in months()] == ["good"]
    assert audit() == []


def test_a_month_that_is_no_longer_kept_goes_with_its_files_and_the_money_stays(
    alice, half_a_year
):
    old, newer = painted(alice, LONG_AGO), painted(alice)
    file = old.pictures.get().file
    add_up()

    dropped = drop_overdue(timezone.now())

    assert dropped[0] == "generation_generation_first"
    assert [one.pk for one in Generation.objects.all()] == [newer.pk]
    assert [one.generation_id for one in Picture.objects.all()] == [newer.pk]
    assert [one.generation_id for one in Attempt.objects.all()] == [newer.pk]
    assert not default_storage.exists(file)
    assert alice.credits() == 84
    assert Transfer.objects.filter(kind="charge").count() == 2
    assert audit() == []


def test_of_a_request_that_is_no_longer_kept_everybody_is_told_so(
    alice, half_a_year, client, api
):
    old = painted(alice, LONG_AGO)
    add_up()
    drop_overdue(timezone.now())
    client.force_login(alice.person)

    page = client.get(f"/console/requests/{old.pk}")
    statement = client.get("/console/credits")
    answer = api.get(f"/v1/requests/{old.pk}", as_=alice)

    assert page.status_code == 410
    assert "This request is no longer kept" in page.content.decode()
    assert old.pk in statement.content.decode()
    assert (answer.status_code, "no longer kept" in answer.text) == (404, True)
    assert [one.url for one in find(old.pk)] == [
        one.url for one in find(alice.account.pk)
    ]


def test_what_others_rest_on_stays_when_its_month_goes(alice, half_a_year):
    starred, plain = painted(alice, LONG_AGO), painted(alice, LONG_AGO)
    star(starred.pictures.get())
    add_up()

    drop_overdue(timezone.now())

    assert part_of(starred) == "generation_generation_kept"
    assert starred.attempts.count() == starred.pictures.count() == 1
    assert not Generation.objects.filter(pk=plain.pk).exists()
    assert audit() == []


def test_an_order_that_went_missing_is_still_found(alice, half_a_year):
    painted(alice, LONG_AGO)
    kept = painted(alice, LONG_AGO)
    star(kept.pictures.get())
    add_up()
    drop_overdue(timezone.now())

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM generation_generation")

    assert {one.invariant for one in audit()} == {"I14", "I17"}


def test_sqlite_says_that_it_has_no_partitions(db):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has them.")
    with pytest.raises(CommandError, match="SQLite has no partitions"):
        call_command("easel_partitions")
