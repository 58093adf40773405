"""Who is staff, what that opens, and that what staff did stays written."""

from threading import Thread

import pytest
from django.db import DatabaseError, connection, transaction

from accounts import deeds
from accounts.activity import OPERATOR
from accounts.models import Person, StaffDeed
from accounts.staff import POWERS, Power, StaffRole, may_operate
from accounts.staffing import LastAdmin, admins, appoint
from accounts.teams import TeamError
from playground.web.leaving import delete_person
from tests.cast import customer


def test_a_superuser_is_an_admin_and_other_staff_need_a_role():
    def opens(**person):
        return may_operate(Person(**person), Power.STAFF)

    assert opens(is_staff=True, is_superuser=True)
    assert opens(is_staff=True, staff_role="admin")
    assert not opens(is_staff=True)
    assert not opens(staff_role="admin")
    assert not opens(is_staff=True, staff_role="admin", is_active=False)
    assert not opens(is_staff=True, staff_role="support", is_superuser=True)


def test_every_power_is_somebodys_and_only_admins_have_all():
    assert set().union(*POWERS.values()) == set(Power)
    assert [role for role in POWERS if POWERS[role] == set(Power)] == [StaffRole.ADMIN]


def test_the_last_admin_stays(alice, bob):
    appoint(alice.person, StaffRole.ADMIN)
    with pytest.raises(LastAdmin):
        appoint(alice.person, StaffRole.SUPPORT, alice.person)

    appoint(bob.person, StaffRole.ADMIN, alice.person)
    appoint(alice.person, None, bob.person)

    assert [one.email for one in admins()] == ["bob@example.com"]
    assert not Person.objects.get(pk=alice.person.pk).is_staff


def test_the_last_admin_does_not_delete_their_account_either(alice, bob):
    appoint(alice.person, StaffRole.ADMIN)
    with pytest.raises(TeamError, match="last admin"):
        delete_person(alice.person, OPERATOR)

    appoint(bob.person, StaffRole.ADMIN)
    delete_person(alice.person, OPERATOR)
    assert [one.email for one in admins()] == ["bob@example.com"]


def test_two_admins_cannot_unmake_each_other_at_once(alice, bob):
    for one in (alice, bob):
        appoint(one.person, StaffRole.ADMIN)
    told = []

    def unmake(person):
        try:
            appoint(Person.objects.get(pk=person.pk), None)
        except LastAdmin:
            told.append(person.email)
        finally:
            connection.close()

    both = [Thread(target=unmake, args=[one.person]) for one in (alice, bob)]
    [one.start() for one in both]
    [one.join() for one in both]

    assert len(told) == admins().count() == 1


def test_the_database_refuses_to_change_or_delete_a_deed(alice):
    about = deeds.Subject("channel", "spare")
    before, after = {"weight": 1, "is_on": True}, {"weight": 3, "is_on": True}
    deeds.record(
        alice.person, "channel.changed", subject=about, before=before, after=after
    )
    rows = StaffDeed.objects.all()
    for change in (lambda: rows.update(reason="never mind"), lambda: rows.delete()):
        with pytest.raises(DatabaseError, match="never edited or deleted"):
            with transaction.atomic():
                change()

    assert rows.values_list("before", "after").get() == ({"weight": 1}, {"weight": 3})


def test_a_deed_outlives_whoever_did_it(books_db):
    gone = customer("gone").person
    deeds.record(gone, "staff.appointed", subject=gone)
    gone.memberships.all().delete()
    gone.emailaddress_set.all().delete()
    Person.objects.filter(pk=gone.pk).delete()

    assert StaffDeed.objects.get().person_id == gone.pk


@pytest.mark.parametrize("name", ["secret", "Prompt", "digest"])
def test_what_is_private_does_not_get_into_a_deed(name):
    about = deeds.Subject("channel", "spare")
    with pytest.raises(ValueError, match="never in the log"):
        deeds.record(None, "channel.added", subject=about, after={name: "x"})
