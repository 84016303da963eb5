"""Keeps the translations in step with the code.

    python tools/words.py              take over new messages, drop gone ones, compile
    python tools/words.py --missing de print what is still to be translated
    python tools/words.py --check      change nothing; exit 1 if anything is out of step

English is the source. The catalogues are `src/regulars/words/locale/<language>/LC_MESSAGES/`;
translate by filling `msgstr` in the .po file and running this again. Nothing is guessed: a message
whose English changed is a new message.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "regulars"
LOCALE = SOURCE / "words" / "locale"
LANGUAGES = ("de", "pl", "ro")
PLAIN = ("_", "gettext", "gettext_lazy", "gettext_noop")
KEYWORDS = {
    **dict.fromkeys(PLAIN),
    **dict.fromkeys(("ngettext", "ngettext_lazy", "Counted"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
NAMED = re.compile(r"%\((\w+)\)[a-z]|\{(\w+)\}")
HEADERS = ("Language", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Plural-Forms")
WIDTH = 96

MessageId = str | tuple[str, str]
Key = tuple[str, MessageId]


class Words(Catalog):
    """A catalogue without dates and names, so that it changes only when a message does."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [pair for pair in self._get_mime_headers() if pair[0] in HEADERS]


def empty(language: str) -> Words:
    """A catalogue of `language` without messages."""
    return Words(locale=language, header_comment="", fuzzy=False, charset="utf-8")


def messages(source: Path) -> set[Key]:
    """Every message of the code and the templates, as (context, message)."""
    found: set[Key] = set()
    for path in sorted(source.rglob("*.py")):
        found |= set(_extracted(path.read_text("utf-8")))
    for folder in sorted(source.rglob("templates")):
        for path in sorted([*folder.rglob("*.html"), *folder.rglob("*.txt")]):
            found |= set(_extracted(_as_code(path)))
    return found


def _as_code(template: Path) -> str:
    """A template as lines that hold its calls of gettext, without indentation."""
    text = templatize(template.read_text("utf-8"), origin=str(template))
    return "\n".join(line.strip() for line in text.splitlines())


def _extracted(code: str) -> Iterator[Key]:
    source = io.BytesIO(code.encode())
    options = {"encoding": "utf-8"}
    for _line, found, _comments, context in extract("python", source, KEYWORDS, (), options):
        message = tuple(found[:2]) if isinstance(found, tuple) else found
        if message:
            yield context or "", message  # type: ignore[misc]


def translations(path: Path, language: str) -> dict[Key, Message]:
    """What a .po file holds; empty if there is none."""
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    return {_key(message): message for message in catalog if message.id}


def _key(message: Message) -> Key:
    found = message.id
    return message.context or "", found if isinstance(found, str) else (found[0], found[1])


def is_translated(message: Message) -> bool:
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(strings)


def in_step(found: Iterable[Key], known: dict[Key, Message], language: str) -> Words:
    """The catalogue with exactly the messages `found`, in a fixed order, translated as known."""
    catalog = empty(language)
    for key in sorted(found, key=lambda k: (str(k[1]), k[0])):
        context, message = key
        string = known[key].string if key in known else None
        catalog.add(message, string, context=context or None)
    return catalog


def po_text(catalog: Words) -> bytes:
    """The catalogue as a .po file."""
    file = io.BytesIO()
    write_po(file, catalog, width=WIDTH, no_location=True)
    return file.getvalue().strip() + b"\n"


def mo_bytes(catalog: Words) -> bytes:
    """The catalogue as a .mo file: only what is translated, so that the rest falls to English."""
    compiled = empty(str(catalog.locale))
    for message in catalog:
        if message.id and is_translated(message):
            compiled.add(message.id, message.string, context=message.context)
    file = io.BytesIO()
    write_mo(file, compiled)
    return file.getvalue()


def wrong_names(catalog: Words) -> Iterator[str]:
    """Translations whose named parameters are not those of the English message."""
    for message in catalog:
        if not message.id or not is_translated(message):
            continue
        wanted = set(NAMED.findall(str(message.id)))
        if not set(NAMED.findall(str(message.string))) <= wanted:
            yield f"{message.id!r} names other parameters than {message.string!r}"


def problems(found: set[Key], language: str) -> Iterator[str]:
    """What is out of step in one language, one sentence each."""
    folder = LOCALE / language / "LC_MESSAGES"
    catalog = in_step(found, translations(folder / "django.po", language), language)
    for name, wanted in (("django.po", po_text(catalog)), ("django.mo", mo_bytes(catalog))):
        path = folder / name
        if not path.exists() or path.read_bytes() != wanted:
            yield f"{path.relative_to(ROOT)} is not in step with the code: run tools/words.py"
    gaps = [message for message in catalog if message.id and not is_translated(message)]
    if gaps:
        yield (
            f"{language}: {len(gaps)} messages are not translated, the first is "
            f"{gaps[0].id!r}; tools/words.py --missing {language} prints them"
        )
    yield from (f"{language}: {sentence}" for sentence in wrong_names(catalog))


def update(found: set[Key]) -> None:
    """Writes every catalogue anew and says how much of it is translated."""
    for language in LANGUAGES:
        folder = LOCALE / language / "LC_MESSAGES"
        folder.mkdir(parents=True, exist_ok=True)
        catalog = in_step(found, translations(folder / "django.po", language), language)
        (folder / "django.po").write_bytes(po_text(catalog))
        (folder / "django.mo").write_bytes(mo_bytes(catalog))
        done = sum(1 for message in catalog if message.id and is_translated(message))
        sys.stdout.write(f"{language}: {done} of {len(found)} messages translated\n")


def print_missing(found: set[Key], language: str) -> None:
    """What is still to be translated, in the form of a .po file."""
    path = LOCALE / language / "LC_MESSAGES" / "django.po"
    known = translations(path, language)
    open_ones = {key for key in found if key not in known or not is_translated(known[key])}
    sys.stdout.write(po_text(in_step(open_ones, {}, language)).decode())


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="change nothing, report")
    parser.add_argument("--missing", choices=LANGUAGES, help="print what is untranslated")
    options = parser.parse_args()
    found = messages(SOURCE)
    if options.missing:
        print_missing(found, options.missing)
    elif options.check:
        wrong = [sentence for language in LANGUAGES for sentence in problems(found, language)]
        sys.stderr.writelines(f"{sentence}\n" for sentence in wrong)
        return 1 if wrong else 0
    else:
        update(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
