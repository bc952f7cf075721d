"""The page in a real browser: it shows, filters and copies, and nothing from a service runs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.reports.html import pages
from tests.reports.html.browser import Browser

Place = Callable[[str], Path]

SHOWN_ROWS = "[...document.querySelectorAll('tr[data-verdict]')].filter((row) => !row.hidden).map((row) => row.id)"
LOW_CONTRAST = """
(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const pixel = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (colour) => {
    const [red, green, blue] = pixel(colour).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if (pixel(colour)[3] === 255) return colour;
    }
    return "white";
  };
  const found = new Set();
  for (const element of document.querySelectorAll("body *")) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!hasText || !element.checkVisibility() || element.localName === "script") continue;
    const style = getComputedStyle(element);
    const text = light(element.ownerSVGElement ? style.fill : style.color);
    const [high, low] = [text, light(ground(element))].sort((a, b) => b - a);
    const name = `${element.localName}.${element.className}: ${element.textContent}`;
    if ((high + 0.05) / (low + 0.05) < 4.5) found.add(name);
  }
  return [...found];
})()
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    def write(name: str) -> Path:
        path = tmp_path / f"{name}.html"
        path.write_text(pages.RENDERED[name](), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("name", pages.RENDERED)
def test_a_page_shows_without_a_complaint_and_asks_for_nothing(browser: Browser, place: Place, name: str) -> None:
    path = place(name)
    browser.open(path)
    assert browser.said == []
    assert browser.requested == [path.as_uri()]
    assert browser.screenshot().startswith(b"\x89PNG")


def test_nothing_from_a_service_runs(browser: Browser, place: Place) -> None:
    browser.open(place("hostile"))
    assert browser.evaluate("document.title").startswith("nonconformant: conformance of")
    assert browser.evaluate("typeof owned") == "undefined"
    assert browser.evaluate("[document.scripts.length, document.images.length]") == [1, 0]


def test_the_policy_refuses_a_script_that_got_into_a_page_all_the_same(browser: Browser, place: Place) -> None:
    path = place("failing")
    html = path.read_text(encoding="utf-8")
    path.write_text(html.replace("<main", "<script>owned = 1</script><img src=x onerror='owned = 1'><main"))
    browser.open(path)
    assert browser.evaluate("typeof owned") == "undefined"
    assert any("Content Security Policy" in said for said in browser.said)


@pytest.mark.parametrize(
    ("name", "dark"),
    [
        ("failing", False),
        ("failing", True),
        ("conformant", True),
        ("history", False),
        ("history", True),
        ("release", False),
        ("release", True),
    ],
)
def test_text_stands_out_from_its_ground(browser: Browser, place: Place, name: str, dark: bool) -> None:
    browser.open(place(name), dark=dark)
    ground = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(20, 23, 28)" if dark else "rgb(255, 255, 255)")
    browser.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert browser.evaluate(LOW_CONTRAST) == []


@pytest.mark.parametrize("name", pages.RENDERED)
def test_a_narrow_page_is_not_wider_than_its_screen(browser: Browser, place: Place, name: str) -> None:
    browser.open(place(name), width=800)
    browser.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    for width in (800, 360):
        browser.resize(width)
        assert browser.evaluate("document.documentElement.scrollWidth") <= width, width


@pytest.mark.parametrize(
    ("given", "fits"),
    [
        ("verdict=fail", lambda row: row.verdict == "fail"),
        ("level=should", lambda row: row.level == "should"),
        ("verdict=pass&level=must", lambda row: row.verdict == "pass" and row.level == "must"),
        ("text=SECOND+key", lambda row: row.reason == "no second key was given"),
        ("verdict=&level=&text=", lambda _: True),
        ("text=nothing+has+this", lambda _: False),
    ],
)
def test_the_address_chooses_what_is_shown(
    browser: Browser, place: Place, given: str, fits: Callable[[Any], bool]
) -> None:
    results = pages.failing().requirements
    expected = {f"requirement-{result.id}" for result in results if fits(result)}
    browser.open(place("failing"), f"#{given}")
    assert set(browser.evaluate(SHOWN_ROWS)) == expected
    shown = browser.evaluate("document.getElementById('filter-count').textContent")
    assert shown == f"{len(expected)} of {len(results)} requirements"
    empty = "[...document.querySelectorAll('table[data-group]:not([hidden])')].filter((each) => !each.querySelector("
    assert browser.evaluate(f"{empty}'tbody tr:not([hidden])')).length") == 0


def test_what_is_chosen_can_be_sent_to_others(browser: Browser, place: Place) -> None:
    browser.open(place("failing"))
    assert browser.evaluate("document.getElementById('filter-text').checkVisibility()")
    browser.evaluate(
        "(() => { const field = document.getElementById('filter-text'); field.value = 'page';"
        "field.dispatchEvent(new Event('input', { bubbles: true })); })()"
    )
    assert browser.evaluate("location.hash") == "#text=page"
    assert 0 < len(browser.evaluate(SHOWN_ROWS)) < len(pages.failing().requirements)


def test_a_link_to_what_is_hidden_shows_it(browser: Browser, place: Place) -> None:
    browser.open(place("failing"), "#verdict=pass")
    browser.evaluate("location.hash = '#evidence-results-cover-every-file'")
    browser.until(lambda: not browser.evaluate("document.getElementById('evidence-results-cover-every-file').hidden"))


@pytest.mark.parametrize(
    ("clipboard", "said"),
    [
        ("async (text) => { window.copied = text; }", "Copied."),
        ("async () => { throw new Error('no'); }", "Selected; copy it with the keyboard."),
    ],
)
def test_the_curl_line_can_be_copied(browser: Browser, place: Place, clipboard: str, said: str) -> None:
    browser.open(place("failing"))
    browser.evaluate(f"Object.defineProperty(navigator, 'clipboard', {{value: {{writeText: {clipboard}}}}})")
    browser.evaluate("document.querySelector('[data-copy]').click()")
    browser.until(lambda: browser.evaluate("document.querySelector('[data-copy] + [role=status]').textContent"))
    assert browser.evaluate("document.querySelector('[data-copy] + [role=status]').textContent") == said
    copied = browser.evaluate("window.copied ?? getSelection().toString()")
    assert copied.startswith("curl -i 'http://127.0.0.1:8000/api/v2/batches/bat-1")


def test_the_first_stop_of_the_keyboard_leads_past_the_head(browser: Browser, place: Place) -> None:
    browser.open(place("failing"))
    browser.press("Tab")
    assert browser.evaluate("document.activeElement.className") == "skip"
    assert browser.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert browser.evaluate("document.activeElement.getBoundingClientRect().left") >= 0


def test_without_scripts_everything_is_there_but_the_controls(browser: Browser, place: Place) -> None:
    browser.open(place("failing"), "#verdict=fail", scripts=False)
    hidden = browser.evaluate("[...document.querySelectorAll('[hidden]')].map((each) => each.localName)")
    assert sorted(set(hidden)) == ["button", "form"]


def test_a_page_can_be_printed(browser: Browser, place: Place) -> None:
    folded = "[...document.querySelectorAll('details:not([open]) pre')].map((each) => each.checkVisibility())"
    browser.open(place("hostile"), dark=True)
    assert set(browser.evaluate(folded)) == {False}
    browser.on_paper()
    assert set(browser.evaluate(folded)) == {True}
    assert not browser.evaluate("document.querySelector('form').checkVisibility()")
    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.pdf().startswith(b"%PDF")
