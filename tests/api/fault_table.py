"""What came of every fault at every provider: a table, made from the tests that were run."""

from pathlib import Path

TABLE = Path("test-results/provider-faults.md")
NOTE = (
    "Each fault is tried twice at each provider: where nobody else can paint (status,"
    " code, credits charged), and where another can (who paints then, charged once).\n\n"
)


def pytest_terminal_summary(terminalreporter):
    """Write the table when the tests of the faults were among those that ran."""
    found = {}
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            facts = dict(getattr(report, "user_properties", []))
            if "faults" in facts:
                place, day = facts["day"]
                found[place] = day, facts["faults"]
    if found:
        TABLE.parent.mkdir(exist_ok=True)
        TABLE.write_text(NOTE + table([found[place] for place in sorted(found)]))
        terminalreporter.write_line(f"Fault by provider: {TABLE}")


def table(days: list[tuple[str, dict[str, str]]]) -> str:
    providers = list(dict.fromkeys(name for _, cells in days for name in cells))
    lines = [
        "| fault | " + " | ".join(providers) + " |",
        "|---" * (len(providers) + 1) + "|",
    ]
    for day, cells in days:
        lines.append(
            f"| {day} | " + " | ".join(cells.get(p, "–") for p in providers) + " |"
        )
    return "\n".join(lines) + "\n"
