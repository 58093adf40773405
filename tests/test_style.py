"""The tools that read the code agree with it."""

import sys
from pathlib import Path

import pytest

from tests.services.commands import PRODUCTION, complaints

pytestmark = [pytest.mark.check, pytest.mark.timeout(400)]


def test_ruff_finds_nothing():
    said = complaints("-m", "ruff", "check", ".")
    assert not said, said


def test_every_file_is_formatted():
    said = complaints("-m", "ruff", "format", "--check", ".")
    assert not said, said


def test_mypy_finds_nothing(tmp_path):
    said = complaints("-m", "mypy", EASEL_DATA_DIR=str(tmp_path))
    assert not said, said


def test_no_migration_is_missing(tmp_path):
    command = ("manage.py", "makemigrations", "--check", "--dry-run")
    said = complaints(*command, EASEL_DATA_DIR=str(tmp_path))
    assert not said, said


def test_check_deploy_is_content_with_production_settings(tmp_path):
    command = ("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    said = complaints(*command, **PRODUCTION, EASEL_DATA_DIR=str(tmp_path))
    assert not said, said


def test_the_locks_are_installed_as_they_stand():
    """Tests of other versions than the locked ones would prove nothing."""
    kept = Path(sys.prefix) / "installed-dev.txt"
    locks = [Path("requirements/run.txt"), Path("requirements/dev.txt")]
    if not kept.exists():
        pytest.skip("This environment was not made by requirements/install.sh.")
    assert kept.read_text() == "".join(lock.read_text() for lock in locks)
