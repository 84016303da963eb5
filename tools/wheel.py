"""Build the wheel, install it elsewhere, and see that it lives without the checkout.

`regulars --version` within its time, `regulars doctor`, and a page with its static files.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSION_SECONDS = 0.3
START_SECONDS = 60


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="regulars-wheel-") as place:
        elsewhere = Path(place)
        elsewhere.chmod(0o711)
        command = install(elsewhere)
        check_version(command)
        check_page(command, elsewhere / "data")
        check_doctor(command, elsewhere / "data")
    print("the wheel works")
    return 0


def install(place: Path) -> Path:
    """Build and install into a virtual environment of its own; the command's path."""
    run(
        sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(place), cwd=ROOT
    )
    [wheel] = place.glob("*.whl")
    python = place / "venv" / "bin" / "python"
    run(sys.executable, "-m", "venv", "--without-pip", str(place / "venv"))
    uv = [str(Path(sys.executable).with_name("uv")), "pip", "install", "-q", "-p", str(python)]
    run(*uv, "--require-hashes", "-r", str(ROOT / "requirements" / "run.txt"))
    run(*uv, "--no-deps", str(wheel))
    return python.with_name("regulars")


def run(*command: str, cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def check_version(command: Path) -> None:
    run(str(command), "--version")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = run(str(command), "--version")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert said.startswith("regulars "), said
    assert used < VERSION_SECONDS, f"regulars --version took {used:.2f} s of CPU"
    print(f"{said.strip()}: {used:.2f} s of CPU")


def check_doctor(command: Path, data: Path) -> None:
    done = subprocess.run(
        [str(command), "doctor", "--data", str(data), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    findings = json.loads(done.stdout)
    failed = [finding for finding in findings if finding["state"] == "fail"]
    assert done.returncode in (0, 1), done.stderr
    assert not failed, failed
    print(f"doctor: {len(findings)} findings, none fails")


def check_page(command: Path, data: Path) -> None:
    port = free_port()
    server = subprocess.Popen(
        [str(command), "serve", "--data", str(data), "--port", str(port)],
        env={**os.environ, "PYTHONSAFEPATH": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        page = wait_for(f"{address}/console/", server)
        links = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
        assert links, "the page names no static files"
        for link in dict.fromkeys(links):
            with urllib.request.urlopen(address + link.split("#")[0], timeout=10) as answer:
                assert answer.status == 200, link
        print(f"a page and its {len(set(links))} static files")
    finally:
        server.send_signal(signal.SIGTERM)
        code = server.wait(timeout=40)
    assert code == 0, f"serve ended with {code}"


def wait_for(address: str, server: subprocess.Popen[bytes]) -> str:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                text: str = answer.read().decode()
                return text
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise SystemExit(f"{address} did not answer")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
