"""The story of the café, on a folder of `regulars demo`: owner, cashier, member and friend, each at
a browser of their own. A coffee is sold, seen on the phone, given back; a reward is used; a friend
comes; and every page tells the same. Once in English, once in German (a short run in German alone:
English is what all others read); and a refund that comes late, by a file."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import Struct
from playwright.sync_api import Browser, expect
from test_portal_browser import address_of_member, come_in, mailed
from test_till_browser import PIN

from browser.chromium import follow, program
from browser.house import House, own_house
from browser.visiting import DESKTOP, PHONE, Visit

pytestmark = pytest.mark.browser
Open = Callable[..., Visit]
CUSTOMERS = 40
MOST_SECONDS = 240.0
WAIT = "    review: {wait: P14D}\n"
"""In the café a friend's first order must stand for two weeks; the story cannot wait so long."""


class Words(Struct, frozen=True, kw_only=True):
    """What the pages say in a language; `owner` reads it in the console."""

    owner: str
    locale: str
    market: str
    why: str
    counter: str
    returned: str
    back: str
    used: str
    friend: str
    to_pay: str
    undo: str
    taken_back: str
    paid: str
    undone: str


WORDS = {
    "en": Words(
        owner="otto",
        locale="en-GB",
        market="Market Street",
        why="€4.20 is 4 full euros.",
        counter="At the counter",
        returned="Returned",
        back="You got €4.20 back, so what it had earned went back too.",
        used="A coffee",
        friend="A friend came because of you",
        to_pay="Book · €15.00 to pay",
        undo="Undo the last: €4.20",
        taken_back="Taken back",
        paid="Both have it",
        undone="Taken back at the till",
    ),
    "de": Words(
        owner="gerda",
        locale="de-DE",
        market="Market Street",
        why="4,20 € sind 4 volle Euro.",
        counter="An der Theke",
        returned="Zurückgegeben",
        back="Du hast 4,20 € zurückbekommen, darum ging auch zurück, was es gebracht hatte.",
        used="Ein Kaffee",
        friend="Jemand kam durch deine Empfehlung",
        to_pay="Buchen · 15,00 € zu zahlen",
        undo="Das Letzte rückgängig: 4,20 €",
        taken_back="Zurückgenommen",
        paid="Beide haben es",
        undone="An der Kasse zurückgenommen",
    ),
}


@pytest.fixture(scope="module")
def cafe() -> Iterator[House]:
    program()
    with own_house(CUSTOMERS) as made:
        yield made


@pytest.fixture
def at(cafe: House, chromium: Browser) -> Iterator[Open]:
    """Opens a window for somebody; nothing may have gone wrong in any of them."""
    opened: list[Visit] = []

    def open_one(who: str = "", **options: object) -> Visit:
        opened.append(Visit(chromium, cafe, who, **options))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()
    assert [trouble for one in opened for trouble in one.troubles] == []


def plain(text: str) -> str:
    """A text with blanks as one."""
    return " ".join(text.replace("\xa0", " ").split())


def shorten_the_wait(owner: Visit) -> None:
    """The owner changes a rule in the console: friends need not wait any more."""
    owner.go("/console/programme/change/")
    file = owner.page.input_value("textarea[name=file]")
    if WAIT not in file:
        return
    owner.page.fill("textarea[name=file]", file.replace(WAIT, ""))
    follow(owner.page.locator("button[name=do][value=look]"))
    follow(owner.page.locator("button[name=do][value=publish]"))
    owner.go("/console/programme/change/")
    assert WAIT not in owner.page.input_value("textarea[name=file]")


def till_for(owner: Visit, till: Visit, name: str, words: Words) -> None:
    """The owner makes a till of the cashier's browser; Mia signs in."""
    owner.go("/console/settings/tills/")
    owner.page.select_option("#id_place", label=words.market)
    owner.page.fill("#id_name", name)
    follow(owner.page.locator("main form button.primary").last)
    till.go(owner.page.input_value("#address"))
    till.page.click("main button[type=submit]")
    till.page.wait_for_url("**/till/enter/")
    till.page.locator(".t-names label", has_text="Mia").click()
    till.page.fill("#pin", PIN)
    till.page.click("main form button[type=submit]")
    till.page.wait_for_url("**/till/")


def enrol(till: Visit, email: str, name: str, language: str) -> None:
    """Somebody joins at the counter."""
    till.go("/till/new/")
    till.page.fill("[name=contact]", email)
    till.page.fill("[name=name]", name)
    till.page.locator(f"input[name=language][value={language}]").check(force=True)
    till.page.check("[name=agreed]")
    till.page.click("main button.t-join")
    expect(till.page.locator("h1")).to_contain_text(name)
    follow(till.page.locator(".t-go .main"))
    expect(till.page.locator("h1")).to_have_text(name)


def sell(till: Visit, amount: str, says: str = "") -> None:
    """Sell to whoever stands before the till."""
    till.page.fill("#amount", amount)
    if says:
        expect(till.page.locator("#book")).to_have_text(re.compile(says.replace(" ", r"\s")))
    till.page.click("#book")
    till.page.wait_for_url("**/done/**")


def choose(till: Visit, who: str) -> None:
    """Find somebody by what is typed in full."""
    till.go("/till/")
    till.page.fill("#q", who)
    till.page.click("#find-form button[data-scan]")
    till.page.wait_for_url("**/till/?m=*")


def points(phone: Visit) -> int:
    """What the card on the phone says."""
    phone.go("/my/")
    return int(re.sub(r"\D", "", phone.page.locator(".mcard .number").inner_text()))


def lines(phone: Visit) -> list[str]:
    """The history, line by line, the newest first."""
    phone.go("/my/history/")
    return [plain(one) for one in phone.page.locator(".lines li").all_inner_texts()]


class People(Struct, frozen=True, kw_only=True):
    """Who is there, each at a browser of their own; Ana and Bea by their addresses."""

    words: Words
    owner: Visit
    till: Visit
    phone: Visit
    ana: str
    bea: str


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_story_of_the_cafe(language: str, cafe: House, at: Open) -> None:
    words = WORDS[language]
    people = People(
        words=words,
        owner=at(words.owner, locale=words.locale),
        till=at(viewport=DESKTOP, locale=words.locale),
        phone=at(viewport=PHONE, locale=words.locale),
        ana=f"ana-{language}@example.com",
        bea=f"bea-{language}@example.com",
    )
    before = owed(people.owner)
    shorten_the_wait(people.owner)
    till_for(people.owner, people.till, f"till {language}", words)
    enrol(people.till, people.ana, "Ana Popescu", language)
    sell(people.till, "54.00")
    come_in(people.phone, people.owner, people.ana)
    assert people.phone.page.locator("html").get_attribute("lang") == language
    a_coffee(people)
    a_reward_and_a_refund(people)
    a_friend(people, at(viewport=PHONE, locale=words.locale))
    the_books_agree(people)
    wanted = Owed(held=before.held + 54 + 15, used=before.used - 50, back=before.back - 4)
    assert owed(people.owner, wanted) == wanted
    assert cafe.run("verify")


def a_coffee(people: People) -> None:
    """It is on the phone at once, with its reason."""
    words, phone = people.words, people.phone
    assert points(phone) == 54
    choose(people.till, people.ana)
    sell(people.till, "4.20")
    assert points(phone) == 58
    newest = lines(phone)[0]
    assert all(one in newest for one in (words.counter, "+4", words.why, "Mia")), newest


def a_reward_and_a_refund(people: People) -> None:
    """A voucher is taken on the phone; the coffee goes back; the voucher is used at the till."""
    words, till, phone = people.words, people.till, people.phone
    phone.go("/my/rewards/")
    follow(phone.page.locator(".goods li", has_text=words.used).locator(".btn.main"))
    code = phone.page.locator(".ticket .small").inner_text()
    voucher = re.search(r"[0-9A-Z]{4}[0-9A-Z-]{4,}", code)
    assert voucher, code
    assert points(phone) == 8
    till.go("/till/")
    last = till.page.locator("button[name=undo]")
    assert words.undo in plain(last.inner_text())
    follow(last)
    expect(till.page.locator("h1")).to_have_text(words.taken_back)
    assert points(phone) == 4
    newest = lines(phone)[0]
    assert all(one in newest for one in (words.returned, "−4", words.back)), newest
    choose(till, voucher[0])
    expect(till.page.locator(".uses .on")).to_contain_text(words.used)
    till.page.click("#book")
    till.page.wait_for_url("**/done/**")
    phone.go("/my/rewards/")
    expect(phone.page.locator(".ticket")).to_have_count(0)


def a_friend(people: People, friend: Visit) -> None:
    """Bea comes by Ana's link, buys something, and both have theirs."""
    words, phone = people.words, people.phone
    bring(phone, friend, people.owner, people.bea)
    choose(people.till, people.bea)
    sell(people.till, "20.00", words.to_pay)
    assert points(friend) == 15
    assert points(phone) == 54, "4 and 50"
    newest = lines(phone)[0]
    assert words.friend in newest
    assert "+50" in newest
    phone.go("/my/share/")
    expect(phone.page.locator(".steps")).to_contain_text(words.paid)
    assert phone.sideways() <= 0


class Owed(Struct, frozen=True):
    """What the page of points owed says: how many are held, and this month's were used and came
    back."""

    held: int
    used: int
    back: int


def owed(owner: Visit, wanted: Owed | None = None) -> Owed:
    """The figures of that page, once they are what is `wanted`: they follow within a minute."""
    until = time.monotonic() + MOST_SECONDS
    while True:
        owner.go("/console/insights/owed/")
        held = owner.page.locator("[aria-labelledby=hold] tbody tr").first.locator("td").first
        moved = owner.page.locator("[aria-labelledby=mv] tbody tr td:nth-of-type(1)")
        told = [_figure(one) for one in moved.all_inner_texts()]
        found = Owed(_figure(held.inner_text()), told[2], told[3])
        if wanted in (None, found) or time.monotonic() > until:
            return found
        owner.page.wait_for_timeout(2000)


def _figure(text: str) -> int:
    found = int(re.sub(r"\D", "", text))
    return -found if "−" in text else found


def bring(phone: Visit, friend: Visit, owner: Visit, email: str) -> None:
    """A link goes from phone to phone; the friend claims by mail, and has a card."""
    phone.go("/my/share/")
    link = re.search(r"/r/[\w-]+/", phone.text(".linkbox"))
    assert link
    assert friend.go(link[0]) == 200
    friend.page.fill("input[name=email]", email)
    follow(friend.page.locator("main .btn.main"))
    assert friend.go(mailed(owner, email, r"/r/confirm/[\w-]+/")) == 200
    friend.page.fill("input[name=name]", "Bea Brandes")
    friend.page.click("main .btn.main")
    friend.page.wait_for_url("**/my/")


def the_books_agree(people: People) -> None:
    """The member's page and the audit log tell what the phone told."""
    owner = people.owner
    owner.go(f"/console/customers/?q={people.ana}")
    follow(owner.page.locator("#people tbody th a").first)
    expect(owner.page.locator("h1")).to_have_text("Ana Popescu")
    told = plain(owner.text())
    assert "Bea" in told
    assert re.search(r"\b54 (points|Punkte)", told), told
    owner.go("/console/settings/audit/?what=till")
    newest = plain(owner.page.locator("main tbody tr").first.inner_text())
    assert all(one in newest for one in (people.words.undone, "Mia", "−4")), newest


ORDERS = "Order;Date;E-mail;Item;Quantity;Price\nLR-1;{day} 10:00;{email};Filter coffee;2;6.20\n"
REFUNDS = (
    "Order;Refund of;Date;E-mail;Item;Quantity;Price;Status\n"
    "LR-2;LR-1;{day} 18:00;{email};Filter coffee;1;6.20;refund\n"
)


def bring_in(cafe: House, name: str, text: str) -> None:
    """A file of the shop's, by the command line."""
    file = Path(cafe.folder) / name
    file.write_text(text)
    cafe.run("import", "orders", str(file), "--currency", "EUR", "--dates", "ymd")


def test_a_late_refund_goes_from_a_file_to_the_members_history(cafe: House, at: Open) -> None:
    owner = at("otto")
    email = address_of_member(cafe, owner)
    phone = at(viewport=PHONE)
    come_in(phone, owner, email)
    phone.go("/my/profile/")
    phone.page.check("input[name=language][value=en]", force=True)
    phone.page.click("#about .btn")
    phone.page.wait_for_url("**/my/profile/?saved=about*")
    had = points(phone)
    today = datetime.now(UTC).date()
    order_day, refund_day = today - timedelta(days=2), today - timedelta(days=1)
    bring_in(cafe, "orders.csv", ORDERS.format(day=order_day, email=email))
    assert points(phone) == had + 12
    bring_in(cafe, "refunds.csv", REFUNDS.format(day=refund_day, email=email))
    assert points(phone) == had + 6
    [line] = [one for one in lines(phone) if "Returned: Filter coffee" in one]
    assert "−6" in line
    assert "You got €6.20 back, so what it had earned went back too." in line
    owner.go(f"/console/customers/?q={email}")
    follow(owner.page.locator("#people tbody th a").first)
    told = plain(owner.text())
    assert "Refund of €6.20" in told
    assert "for order LR-1" in told
    assert cafe.run("verify")
