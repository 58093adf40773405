"""The supervisor keeps its processes running, and leaves none behind."""

import os
import re
import signal
import sys
import textwrap

import pytest

from tests.services.instance import is_alive, running
from tests.services.ports import wait_until

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="Processes are looked up in /proc."
)


@pytest.fixture
def supervised(tmp_path):
    """Run these Python programs under the supervisor, with a grace of three seconds."""

    def start(*programs):
        files = []
        for number, program in enumerate(programs):
            file = tmp_path / f"program_{number}.py"
            file.write_text(textwrap.dedent(program))
            files.append(str(file))
        script = tmp_path / "supervise.py"
        script.write_text(
            textwrap.dedent(f"""
            import asyncio, sys
            from playground.supervisor import Program, supervise
            async def ready(): print("ready")
            programs = [Program(name, (sys.executable, name)) for name in {files}]
            asyncio.run(supervise(programs, grace_seconds=3, when_started=ready()))
            """)
        )
        return running("-c", f"exec(open({str(script)!r}).read())")

    return start


POLITE = """
    import time
    print("polite is up", flush=True)
    time.sleep(600)
"""
STUBBORN = """
    import signal, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("stubborn is up", flush=True)
    time.sleep(600)
"""
PARENT = """
    import subprocess, sys, time
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(601)"])
    print("parent is up", flush=True)
    time.sleep(600)
"""
CRASHING = """
    print("tried", flush=True)
    raise SystemExit(3)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_ends_everything(supervised, number):
    with supervised(POLITE, POLITE) as supervisor:
        supervisor.wait_for(r"(?s)polite is up.*polite is up")
        started = supervisor.children()
        supervisor.send(number)
        assert supervisor.process.returncode == 0
        assert [pid for pid in started if is_alive(pid)] == []


def test_one_that_does_not_listen_is_ended_within_the_grace(supervised):
    with supervised(STUBBORN) as supervisor:
        supervisor.wait_for("stubborn is up")
        started = supervisor.children()
        assert supervisor.send(signal.SIGTERM) < 3.5
        assert [pid for pid in started if is_alive(pid)] == []


def test_what_a_program_started_ends_with_it(supervised):
    with supervised(PARENT) as supervisor:
        supervisor.wait_for("parent is up")
        started = supervisor.children()
        assert len(started) == 2
        supervisor.send(signal.SIGTERM)
        assert [pid for pid in started if is_alive(pid)] == []


def test_a_killed_program_is_started_again(supervised):
    with supervised(POLITE) as supervisor:
        supervisor.wait_for("polite is up")
        [first] = supervisor.children("program_0")
        os.kill(first, signal.SIGKILL)
        supervisor.wait_for(r"(?s)polite is up.*polite is up")
        assert supervisor.children("program_0") != [first]


def test_what_a_killed_program_left_is_cleared_before_it_starts_again(supervised):
    with supervised(PARENT) as supervisor:
        supervisor.wait_for("parent is up")
        [parent] = supervisor.children("program_0")
        [child] = supervisor.children("sleep(601)")
        os.kill(parent, signal.SIGKILL)
        supervisor.wait_for(r"(?s)parent is up.*parent is up")
        assert not is_alive(child)


def test_one_that_keeps_crashing_is_tried_less_and_less_often(supervised):
    with supervised(CRASHING) as supervisor:
        supervisor.wait_for(r"(?s)(tried.*){3}")
        supervisor.send(signal.SIGTERM)
        pauses = re.findall(r"again_in_seconds=([\d.]+)", supervisor.said)
        assert len(pauses) >= 2
        assert pauses == sorted(set(pauses), key=float)


def test_programs_end_when_the_supervisor_is_killed(supervised):
    with supervised(POLITE) as supervisor:
        supervisor.wait_for("polite is up")
        started = supervisor.children()
        supervisor.send(signal.SIGKILL)
        wait_until(lambda: not any(map(is_alive, started)), "the program's end")
