"""What every page answers, and what an address answers that is no page."""

import pytest


@pytest.mark.parametrize(
    "address", ["/", "/create/quote", "/create/settings", "/console/credits"]
)
def test_a_page_answers_a_question_for_its_headers_alone(client, alice, address):
    client.force_login(alice.person)
    answer = client.head(address)
    assert answer.status_code == 200
    assert answer.content == b""
