"""Prometheus's own tool reads the alert rules and the board, and plays sites to them."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.services.commands import ROOT

ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
BOARD = ROOT / "deploy" / "grafana" / "easel.json"
pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(
        shutil.which("promtool") is None,
        reason="promtool is not installed (Debian package: prometheus).",
    ),
]


def told_by_promtool(folder: Path, *words: str) -> str:
    """Return nothing when it is content, and else all it said."""
    done = subprocess.run(
        ["promtool", *words], cwd=folder, capture_output=True, text=True
    )
    return done.stdout + done.stderr if done.returncode else ""


def test_alerts_wake_somebody_when_they_should_and_only_then(tmp_path):
    shutil.copy(ALERTS, tmp_path / "alerts-of-easel.yml")
    shutil.copy(Path(__file__).with_name("alerts.yml"), tmp_path / "played.yml")
    assert told_by_promtool(tmp_path, "check", "rules", "alerts-of-easel.yml") == ""
    assert told_by_promtool(tmp_path, "test", "rules", "played.yml") == ""


def test_every_question_of_the_board_is_one_that_prometheus_understands(tmp_path):
    panels = json.loads(BOARD.read_text())["panels"]
    asked = [one["expr"] for panel in panels for one in panel.get("targets", ())]
    rules = [
        {"record": f"asked:{at}", "expr": one.replace("$__rate_interval", "5m")}
        for at, one in enumerate(asked)
    ]
    text = json.dumps({"groups": [{"name": "board", "rules": rules}]})
    (tmp_path / "board.yml").write_text(text)
    assert told_by_promtool(tmp_path, "check", "rules", "board.yml") == ""
    assert len(asked) > 20
