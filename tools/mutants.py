"""Break the money code in every small way, one at a time, and see whether its tests notice.

A copy of the sources and of the tests is mutated by mutmut, so the checkout is never touched.
Prints how many mutants were killed and each survivor that the list of survivors does not explain;
exit 1 if there is one, if time left some untried, or if under `AT_LEAST` per cent were killed.

Usage: mutants.py [FILE…], files as below `src/regulars`; without any, all of `MUTATED`.
What mutmut leaves alone: decorated functions (properties) and what stands outside functions.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
EVERY = (
    "booking",
    "convergence",
    "desk",
    "fold",
    "fold_points",
    "fold_worked",
    "no_profit",
    "late_facts",
    "odd_facts",
    "snapshot",
)
FOLD = tuple(f"tests/engine/test_{name}.py" for name in EVERY)
"""What folds whole histories; whatever is broken in the fold may show there."""
GIVING = tuple(
    f"tests/engine/kinds/test_{name}.py"
    for name in ("earn_kinds", "earn_waiting", "limit_kinds", "rewards_paying", "rewards_ready")
)
"""What gives and takes by every way there is."""
BROUGHT = (
    "tests/engine/test_ten_histories.py",
    "tests/engine/test_people.py",
    "tests/engine/test_joining.py",
    *(
        f"tests/engine/kinds/test_{name}.py"
        for name in ("rewards_openings", "standing_rules", "change_kinds", "referrals_store")
    ),
)
"""What brings earlier history in, and what ends one."""
BOOKS = (
    "tests/engine/test_book_saying.py",
    "tests/engine/test_book_asking.py",
    "tests/engine/test_head.py",
    "tests/engine/kinds/test_rewards_loops.py",
    "tests/engine/kinds/test_rewards_paying.py",
)
"""What a book says, asks and keeps."""
HEADS = ("tests/engine/test_head.py",)
CORE = tuple(f"tests/engine/test_{name}.py" for name in ("core", "core_openings"))
MUTATED = {
    "ledger/*": ("tests/ledger",),
    "engine/position.py": (*FOLD, "tests/engine/test_position.py", "tests/engine/test_chains.py"),
    "engine/difference.py": (*FOLD, "tests/engine/test_difference.py"),
    "engine/advance.py": (*FOLD, "tests/engine/test_advance.py"),
    "engine/fold.py": (*FOLD, "tests/engine/test_ordered.py"),
    "engine/booking.py": (*FOLD, *BOOKS, "tests/engine/test_people.py"),
    "engine/known.py": (
        *FOLD,
        *HEADS,
        "tests/engine/test_known.py",
        "tests/engine/test_joining.py",
    ),
    "engine/head.py": HEADS,
    "engine/granting.py": (*FOLD, "tests/engine/test_granting.py", *GIVING),
    "engine/returning.py": (*FOLD, "tests/engine/test_returning.py", *GIVING),
    "engine/earning.py": (*FOLD, "tests/engine/kinds/test_earning.py", *GIVING),
    "engine/core.py": (*CORE, *FOLD, *GIVING, *BROUGHT),
}
"""What is broken, and whose task it is to notice; each is broken in a copy of its own."""
TESTS = ("tests/ledger", "tests/engine", "tests/shared.py")
NOT_RUN = ("tests/ledger/test_ledger_codes.py",)
"""Tests that read the source as text, which is another text in a mutated copy."""
SURVIVORS = ROOT / "tests" / "mutants-survivors.txt"
AT_LEAST = 90
MOST_SECONDS = int(os.environ.get("REGULARS_MUTANTS_SECONDS", "900"))
"""How long one file may take."""
AT_ONCE = os.environ.get("REGULARS_MUTANTS_AT_ONCE") or str(os.cpu_count() or 1)
KILLED = {"killed", "timeout", "segfault"}
UNREACHED = "not checked"
MUTMUT = str(Path(sys.executable).with_name("mutmut"))

SETUP = """\
[mutmut]
source_paths=src/
only_mutate=
    {mutated}
also_copy=
    pytest.ini
timeout_multiplier=5
pytest_add_cli_args_test_selection=
    {tests}
pytest_add_cli_args=
    -p
    no:django
    -p
    no:xdist
    -p
    no:cacheprovider
    --hypothesis-seed=0
"""
PYTEST = """\
[pytest]
pythonpath = src tests
timeout = 20
markers =
    slow: takes more than a few seconds
"""
CONFTEST = """\
from hypothesis import Phase, settings

settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate], database=None)
settings.load_profile("mutants")


def pytest_collection_modifyitems(items):
    for item in items:
        test = getattr(item, "function", None)
        own = getattr(test, "_hypothesis_internal_use_settings", None)
        if own is not None and "engine" in item.nodeid:
            few = settings(own, max_examples=min(own.max_examples, 20))
            test._hypothesis_internal_use_settings = few
"""
"""A red example is enough and need not be made small; tables notice most, so examples are few."""


class Survivor(NamedTuple):
    """A change that no test notices: where, and the lines taken away and put in."""

    file: str
    function: str
    change: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join((f"{self.file} {self.function}", *self.change))


def main(files: list[str]) -> int:
    known = explained()
    total, survived, unreached = 0, [], 0
    for file in files or MUTATED:
        done = broken(file)
        count, alive = done.tried, done.alive
        total += count
        survived += alive
        unreached += done.unreached
        for one in alive:
            if one not in known:
                print(f"\n{one}\n", flush=True)
    new = [one for one in survived if one not in known]
    share = 100 * (total - len(survived)) / total if total else 0
    print(f"{total - len(survived)} of {total} mutants killed ({share:.1f} %)")
    if unreached:
        print(f"{unreached} more were not reached in time")
    print(f"{len(survived)} survived, {len(survived) - len(new)} of them explained in the list")
    if not files:
        for gone in known.keys() - set(survived):
            print(f"\nno longer survives, take it off the list:\n{gone}")
    return int(bool(new) or bool(unreached) or share < AT_LEAST)


class Broken(NamedTuple):
    """One file's mutants: how many were tried, which no test notices, how many time left out."""

    tried: int
    alive: list[Survivor]
    unreached: int


def broken(file: str) -> Broken:
    """Break one file, in a copy of everything."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        lay_out(copy, file)
        run(copy)
        every = outcomes(copy)
        tried = {name: became for name, became in every.items() if became != UNREACHED}
        alive = [name for name, became in tried.items() if became not in KILLED]
        print(
            f"{file}: {len(tried) - len(alive)} of {len(tried)} killed, "
            f"{len(every) - len(tried)} not reached, {time.monotonic() - begun:.0f} seconds",
            flush=True,
        )
        return Broken(len(tried), [shown(copy, name) for name in alive], len(every) - len(tried))


def lay_out(copy: Path, file: str) -> None:
    """Sources, tests and settings, in a folder that may be broken at will."""
    leave = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src", copy / "src", ignore=leave)
    (copy / "tests").mkdir()
    for name in TESTS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=leave)
        elif (ROOT / name).exists():
            shutil.copy(ROOT / name, copy / name)
    chosen = [name for name in MUTATED[file] if (copy / name).exists()]
    tests = "\n    ".join([*chosen, *(f"--ignore={name}" for name in NOT_RUN)])
    (copy / "setup.cfg").write_text(SETUP.format(mutated=f"src/regulars/{file}", tests=tests))
    (copy / "pytest.ini").write_text(PYTEST)
    (copy / "tests" / "conftest.py").write_text(CONFTEST)


def run(copy: Path) -> None:
    """Run mutmut for at most `MOST_SECONDS`; its own output is shown only where it fails."""
    shared = os.environ.get("REGULARS_SHARED") or str(ROOT.parent / "shared")
    log = copy / "mutmut.log"
    with log.open("wb") as output:
        running = subprocess.Popen(
            [MUTMUT, "run", "--max-children", AT_ONCE],
            cwd=copy,
            env={**os.environ, "REGULARS_SHARED": shared},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = running.wait(MOST_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            print(f"not done after {MOST_SECONDS} seconds")
            code = 0
    if code:
        sys.exit(f"{log.read_text(errors='replace')[-4000:]}\nmutmut did not run to its end")


def outcomes(copy: Path) -> dict[str, str]:
    """What became of each mutant, by its name."""
    told = ask(copy, "results", "--all", "true")
    return dict(re.findall(r"(?m)^\s*(\S+__mutmut_\d+): (.+)$", told))


def shown(copy: Path, mutant: str) -> Survivor:
    """The mutant as the list writes it: by its lines, because its number moves with the code."""
    lines = ask(copy, "show", mutant).splitlines()
    file = next(line[4:] for line in lines if line.startswith("--- "))
    changed = [line for line in lines if re.match(r"[-+](?![-+]{2} )", line)]
    function = mutant.rsplit("__mutmut_", 1)[0].rsplit(".", 1)[1]
    function = function.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
    return Survivor(
        file.removeprefix("src/regulars/"),
        function,
        tuple(f"{line[0]} {line[1:].strip()}" for line in changed),
    )


def ask(copy: Path, *command: str) -> str:
    asked = subprocess.run([MUTMUT, *command], cwd=copy, capture_output=True, text=True, check=True)
    return asked.stdout


def explained() -> dict[Survivor, str]:
    """The committed list: blocks of place, lines taken away and put in, and `why:` a reason."""
    text = SURVIVORS.read_text() if SURVIVORS.exists() else ""
    known = {}
    for block in re.split(r"\n\s*\n", re.sub(r"(?m)^#.*\n?", "", text)):
        if not block.strip():
            continue
        place, *lines = block.strip().splitlines()
        change = tuple(line for line in lines if line.startswith(("- ", "+ ")))
        reason = " ".join(lines[len(change) :]).removeprefix("why:").strip()
        if not reason or " " not in place:
            sys.exit(f"{SURVIVORS.name}: this block has no place or no reason:\n{block}")
        file, function = place.split(" ", 1)
        known[Survivor(file, function, change)] = reason
    return known


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
