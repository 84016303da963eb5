"""What people come for, in a real browser, on a real server with a small Corner Coffee."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from browser.chromium import follow
from browser.house import House
from browser.visiting import PHONE, Visit

pytestmark = pytest.mark.browser
Visits = Callable[..., Visit]


def table(house: House, *arguments: str) -> list[dict[str, str]]:
    """A table that `regulars measure` prints."""
    return list(csv.DictReader(io.StringIO(house.run("measure", *arguments, "--format", "csv"))))


def downloaded(visit: Visit, selector: str) -> list[dict[str, str]]:
    with visit.page.expect_download() as download:
        visit.page.click(selector)
    text = download.value.path().read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_owner_comes_in_by_a_link_and_looks_after_somebody(house: House, visit: Visits) -> None:
    link = house.link()
    owner = visit("")
    assert owner.go(link) == 200
    follow(owner.page.locator("main button.primary"))
    assert owner.page.url == f"{house.address}/console/"
    expect(owner.page.locator("h1")).to_contain_text("Lena")
    first = owner.page.locator("ul.people li").first
    name, reason = first.locator(".who a").inner_text(), first.locator("p").nth(1).inner_text()
    assert "Not seen for" in reason or "for the first time" in reason
    follow(first.locator(".btn"))
    expect(owner.page.locator("h1")).to_contain_text(name)
    assert re.search(r"last seen|ordered", owner.text(), re.IGNORECASE)
    owner.page.locator(".crumbs a").first.click()
    expect(owner.page.locator("h1")).to_have_text("Customers")
    owner.page.go_back()
    owner.page.go_back()
    expect(owner.page.locator("ul.people li").first).to_contain_text(name)
    stranger = visit("")
    assert stranger.go(link) == 404, "a link works once"


def test_somebody_is_found_as_their_name_sounds(visit: Visits) -> None:
    otto = visit()
    otto.go("/console/customers/")
    otto.page.locator("#find").press_sequentially("mueller", delay=20)
    expect(otto.page.locator("#answer")).to_contain_text("match “mueller”")
    otto.page.wait_for_url("**/*q=mueller*")
    names = otto.page.locator("#people tbody th a")
    expect(names.first).to_contain_text("Müller")
    expect(names.filter(has_not_text="Müller")).to_have_count(0)
    otto.page.fill("#find", "qqqqqq")
    expect(otto.page.locator("#people")).to_contain_text("Nobody found")


def test_the_list_is_sorted_filtered_and_taken_along(visit: Visits) -> None:
    otto = visit("max")  # who follows all links takes many lists in an hour
    otto.go("/console/customers/")
    everybody = otto.text("#answer")
    assert re.match(r"3\d\d people", everybody), "others bring in a few"
    follow(otto.page.locator("th a.sort:has-text('Orders')"))
    counts = [
        int(text) for text in otto.page.locator("#people td.n:nth-of-type(3)").all_inner_texts()
    ]
    assert counts == sorted(counts, reverse=True) or counts == sorted(counts)
    expect(otto.page.locator("th[aria-sort]:not([aria-sort=none])")).to_have_count(1)
    chip = otto.page.locator(".chip", has_text="Drifting away")
    follow(chip)
    assert "filter=drifting" in otto.page.url
    for _again in range(20):  # others may buy something meanwhile
        wanted = int(re.sub(r"\D", "", chip.inner_text()))
        rows = downloaded(otto, "text=Download CSV")
        if len(rows) == wanted:
            break
        otto.page.reload()
    assert len(rows) == wanted
    shown = otto.page.locator("#people tbody th a").first.inner_text()
    assert shown in {row["name"] for row in rows}


def test_insights_on_a_phone_in_german_equal_the_command_line(house: House, visit: Visits) -> None:
    gerda = visit("gerda", viewport=PHONE, locale="de-DE", has_touch=True)
    gerda.go("/console/insights/")
    assert gerda.page.locator("html").get_attribute("lang") == "de"
    expect(gerda.page.locator("h1")).to_have_text("Kommen sie wieder?")
    heat = gerda.page.locator("table.heat").first
    heat.scroll_into_view_if_needed()
    expect(heat).to_be_visible()
    box = heat.locator("xpath=..").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    assert gerda.sideways() <= 0
    shown, told = _both(house, gerda)
    for _again in range(20):  # others bring in orders meanwhile, which the page counts later
        if shown == told:
            break
        gerda.page.wait_for_timeout(2000)
        gerda.page.reload()
        shown, told = _both(house, gerda)
    assert shown == told


def _both(house: House, gerda: Visit) -> tuple[list[list[str]], list[list[str]]]:
    """The cohorts as the page shows them, and as the command line tells them."""
    day = gerda.page.input_value("#as_of")
    rows = table(house, "cohorts", "--as-of", day)
    shares = {(r["cohort"], r["months_later"]): r for r in rows}
    return _heat(gerda.page.locator("table.heat").first), _expected(shares, day)


def _heat(heat: object) -> list[list[str]]:
    """The numbers of the heat map's rows, size first; cells that a phone has no room for too."""
    cells = heat.locator("tbody tr").evaluate_all(  # type: ignore[attr-defined]
        "rows => rows.map(row => [...row.cells].slice(1).map(cell => cell.textContent.trim()))"
    )
    return [[cell for cell in row if cell.isdigit()] for row in cells]


def _expected(shares: dict[tuple[str, str], dict[str, str]], day: str) -> list[list[str]]:
    cohorts = sorted({cohort for cohort, _ in shares})[-12:]
    lines = []
    for cohort in cohorts:
        later = [shares.get((cohort, str(n))) for n in range(1, 12)]
        told = [r for r in later if r and r["complete"] == "True"]
        size = next(r["size"] for (c, _), r in shares.items() if c == cohort)
        lines.append([size, *(f"{float(r['share']) * 100:.0f}" for r in told)])
    return lines


@pytest.mark.parametrize("counts", ["net", "gross"])
def test_a_past_day_and_what_counts_change_the_numbers(
    counts: str, house: House, visit: Visits
) -> None:
    otto = visit("max")
    otto.go("/console/insights/sales/")
    otto.page.fill("#as_of", "2026-06-30")
    otto.page.select_option("#counts", counts)
    otto.page.click("main form button[type=submit]")
    expect(otto.page.locator("h2", has_text="June 2026: €").first).to_be_visible()
    rows = table(house, "revenue", "--as-of", "2026-06-30", "--counts", counts)
    [june] = [row for row in rows if row["period"] == "2026-06-01"]
    whole = round(float(june["revenue"]) + float(june["guest_revenue"]))
    expect(otto.page.locator("h2", has_text="June 2026: €").first).to_contain_text(f"€{whole:,}")
    found = downloaded(otto, "text=Download as CSV >> nth=0")
    [line] = [row for row in found if row["period"] == "2026-06-01"]
    assert (line["orders"], float(line["revenue"])) == (june["orders"], float(june["revenue"]))


GERMAN = (
    "Bestellnummer;Bestelldatum;Kundennummer;E-Mail;Artikel;Menge;Einzelpreis\n"
    "BR-1;03.10.2026;BR-K1;browser.eins@example.com;Espresso;2;2,50\n"
    "BR-1;03.10.2026;BR-K1;browser.eins@example.com;Hörnchen;1;1,80\n"
    "BR-2;25.10.2026;BR-K2;browser.zwei@example.com;Bohnen 1 kg;1;1.024,90\n"
    "BR-3;26.10.2026;BR-K1;browser.eins@example.com;Tee;kein;3,20\n"
)


def test_a_german_file_comes_in_and_its_bad_row_comes_back(visit: Visits) -> None:
    otto = visit("max")
    page = otto.page
    otto.go("/console/customers/imports/new/")
    orders = {"name": "bestellungen.csv", "mimeType": "text/csv", "buffer": GERMAN.encode()}
    page.set_input_files("input[type=file]", [orders])
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile("/columns/"))
    expect(page.locator("select[name^=column_]")).to_have_count(7)
    page.locator("main form button.primary, .foot-bar button.primary").last.click()
    begin = page.locator("form[action$='/start/'] button[type=submit]")
    expect(begin).to_be_visible()
    begin.click()
    expect(page.locator("[aria-current=step]")).to_contain_text("Done")
    assert "1.03" in otto.text() or "1,03" in otto.text(), "1,032.70 in sales"
    with page.expect_download() as download:
        page.locator("a[href$='/rejected/']").first.click()
    returned = download.value.path().read_text(encoding="utf-8-sig")
    assert download.value.suggested_filename == "bestellungen.rejected.csv"
    assert "BR-3;26.10.2026" in returned
    assert len(returned.splitlines()) == 2
    otto.go("/console/customers/?q=browser.zwei@example.com")
    expect(page.locator("#people tbody tr")).to_have_count(1)
