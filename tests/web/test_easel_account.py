"""`easel_account` gives an operator, or a script, everything in one command."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, ManagementUtility, call_command

from accounts.models import AccessGroup, Account, Person


@pytest.fixture
def provision(books_db):
    def call(*arguments):
        output = StringIO()
        call_command("easel_account", *arguments, stdout=output)
        return output.getvalue()

    return call


def test_one_line_of_json_holds_all_a_script_needs(provision, api):
    line = provision("ops@example.com", "--credits", "40", "--key", "robot", "--json")
    told = json.loads(line)
    assert list(told) == ["account", "email", "credits", "key_id", "key"]
    assert told["credits"] == 40
    balance = api.get("/v1/balance", as_=told["key"]).json()
    assert balance["available"]["credits"] == 40


def test_a_second_call_adds_to_the_same_account(provision):
    first = json.loads(provision("ops@example.com", "--credits", "1.5", "--json"))
    second = json.loads(provision("Ops@Example.com", "--credits", "2", "--json"))
    assert second["account"] == first["account"]
    assert second["credits"] == 3.5
    assert second["key"] is None


def test_a_new_person_cannot_sign_in_until_they_choose_a_password(provision):
    provision("ops@example.com")
    assert not Person.objects.get(email="ops@example.com").has_usable_password()


def test_the_account_joins_the_group_that_is_named(provision):
    AccessGroup.objects.create(slug="partners", name="Partners", multiplier="0.5")
    told = json.loads(provision("ops@example.com", "--group", "partners", "--json"))
    assert Account.objects.get(pk=told["account"]).group_id == "partners"


def test_a_key_that_manages_keys_is_made_and_paints_nothing(provision, api):
    arguments = ("--credits", "9", "--key", "manager", "--admin", "--json")
    secret = json.loads(provision("ops@example.com", *arguments))["key"]

    made = api.post("/v1/keys", as_=secret, name="first")
    painted = api.post("/v1/images/generations", as_=secret, prompt="a fox")

    assert (made.status_code, painted.status_code) == (200, 403)


@pytest.mark.parametrize("whose", ["account", "member"])
def test_a_monthly_limit_is_set_and_lifted(provision, api, whose):
    made = provision("ops@example.com", "--credits", "9", "--key", "bot", "--json")
    secret = json.loads(made)["key"]
    ask = {"as_": secret, "prompt": "a fox", "resolution": "0.5K"}

    provision("ops@example.com", f"--{whose}-limit", "1")
    statuses = [api.post("/v1/images/generations", **ask).status_code for _ in range(2)]
    provision("ops@example.com", f"--{whose}-limit", "none")
    statuses.append(api.post("/v1/images/generations", **ask).status_code)

    assert statuses == [200, 402, 200]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("ops@example.com", "--group", "nobody"), "There are: standard"),
        (("ops@example.com", "--credits", "-1"), "0 or more"),
        (("ops@example.com", "--credits", "many"), "not a number"),
        (("ops@example.com", "--credits", "NaN"), "0 or more"),
        (("ops@example.com", "--credits", "99999999999999999"), "at most 1,000,000"),
        (("ops@example.com", "--credits", "1e999999"), "at most 1,000,000,000"),
        (("ops@example.com", "--key", "k" * 300), "at most 80 characters"),
        (("ops@example.com", "--key", "k", "--admin", "--test"), "a live key"),
        (("not-an-address",), "not an e-mail address"),
        ((f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.com",), "too long"),
    ],
)
def test_what_cannot_be_done_is_said_and_leaves_nothing(
    provision, arguments, complaint
):
    with pytest.raises(CommandError, match=complaint):
        provision(*arguments)
    assert not Account.objects.exists()


@pytest.mark.parametrize(
    "arguments",
    [("--credits", "99999999999999999"), ("--credits", "many"), ("--key", "k" * 300)],
)
def test_a_complaint_is_one_line_and_exit_1(books_db, capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        ManagementUtility(
            ["manage.py", "easel_account", "ops@example.com", *arguments]
        ).execute()
    assert ended.value.code == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
