"""What each official client could do: a table, made from the tests that were run."""

from pathlib import Path

TABLE = Path("test-results/sdk-matrix.md")
MARKS = {"passed": "yes", "failed": "NO", "skipped": "not tried"}


def pytest_terminal_summary(terminalreporter):
    """Write the table when the tests of the clients were among those that ran."""
    found = {}
    for outcome in MARKS:
        for report in terminalreporter.stats.get(outcome, []):
            facts = dict(getattr(report, "user_properties", []))
            if "client" in facts:
                place = found.setdefault(facts["case"], {})
                place.setdefault(facts["client"], []).append(outcome)
    if found:
        TABLE.parent.mkdir(exist_ok=True)
        TABLE.write_text(table(found))
        terminalreporter.write_line(f"Client by case: {TABLE}")


def table(found: dict[str, dict[str, list[str]]]) -> str:
    clients = sorted({client for place in found.values() for client in place})
    lines = [
        "| case | " + " | ".join(clients) + " |",
        "|---" * (len(clients) + 1) + "|",
    ]
    for case, place in found.items():
        cells = [mark(place.get(client, [])) for client in clients]
        lines.append(f"| {case} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def mark(outcomes: list[str]) -> str:
    """The worst of what came out; a client that has no such thing has no mark."""
    worst = next((one for one in reversed(MARKS) if one in outcomes), "")
    failed = "failed" in outcomes
    return MARKS["failed"] if failed else MARKS.get(worst, "")
