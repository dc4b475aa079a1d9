"""The explorer in a real browser: in JupyterLab, and as the page that is served."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import nbformat
import psutil
import pytest

import svcimpact as si

# Servers are started once; one process holds them all.
pytestmark = pytest.mark.xdist_group("browser")
ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 90.0
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
PICTURE = ".svci img"
BUTTON = "document.activeElement.matches('button') ? document.activeElement.innerText : ''"
CHANGED = """before => {
    const all = document.querySelectorAll('.svci img');
    return all.length && all[all.length - 1].src !== before;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start Debian's Chromium; the one that Playwright brings cannot be had everywhere."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt install chromium")
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="needs Playwright: pip install 'svcimpact[test]'"
    )
    with playwright.sync_playwright() as running:
        yield running.chromium.launch(executable_path=CHROMIUM, args=QUIET)


@contextmanager
def server(command: list[str], path: str, folder: Path) -> Iterator[str]:
    """Run a server on a free port until it is no longer needed; return where it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with (folder / "said.txt").open("w+") as said:
        run = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", *command, f"--port={port}"],
            stdout=said, stderr=said, cwd=folder, env=environment,
        )  # fmt: skip
        try:
            where, end = f"http://127.0.0.1:{port}", time.monotonic() + PATIENCE
            while not _answers(f"{where}{path}"):
                assert run.poll() is None, said.read()
                assert time.monotonic() < end
                time.sleep(0.2)
            yield where
        finally:
            run.terminate()
            run.wait(PATIENCE)


def _answers(where: str) -> bool:
    try:
        with urllib.request.urlopen(where, timeout=5):  # noqa: S310 (this machine)
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


@contextmanager
def watched(browser: Any, width: int = 1280) -> Iterator[Any]:
    """Open a page, and hold that it asked nobody but this machine."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.set_default_timeout(1000 * PATIENCE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    try:
        yield page
    finally:
        page.close()
    outside = {u for u in asked if urlparse(u).scheme in ("http", "https", "ws", "wss")}
    assert outside
    assert {urlparse(u).hostname for u in outside} == {"127.0.0.1"}


def move(page: Any, words: str, key: str = "ArrowRight") -> tuple[str, str]:
    """Press a key on a slider, and return the figures before and after the picture changed."""
    page.wait_for_selector(PICTURE)
    figures = page.locator(".svci table").first
    before, picture = figures.inner_text(), page.locator(PICTURE).last.get_attribute("src")
    row = page.locator(".widget-hslider, .jupyter-widget-hslider").filter(has_text=words)
    row.locator(".noUi-handle").focus()
    page.keyboard.press(key)
    page.wait_for_function(CHANGED, arg=picture)
    return before, figures.inner_text()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve our example by the command that a user types."""
    command = ["svcimpact", "dashboard", str(ROOT / "data" / "meridian"), "--no-browser"]
    with server(command, "/static/", tmp_path_factory.mktemp("served")) as where:
        yield where


def test_a_slider_moves_the_served_page(browser: Any, served: str) -> None:
    """Figures and picture follow; the picture says its finding to those who cannot see it."""
    with watched(browser) as page:
        page.goto(served)
        before, after = move(page, "median, hours", "PageUp")
        assert before != after
        assert "loses most" in page.locator(PICTURE).last.get_attribute("alt")
        assert page.title() == "svcimpact"
        with page.expect_download() as loaded:
            page.get_by_text("Download the scenario (.toml)").click()
        assert si.Scenario.read(loaded.value.path()).incidents[0].service == "payments"
        wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        assert page.evaluate(wide), "the page is wider than 1280 pixels"


def test_another_view_and_a_second_scenario(browser: Any, served: str) -> None:
    """Attribution comes by itself; A stays beside B."""
    with watched(browser) as page:
        page.goto(served)
        page.wait_for_selector(PICTURE)
        picture = page.locator(PICTURE).last.get_attribute("src")
        page.get_by_role("button", name="Why late", exact=True).click()
        page.wait_for_function(CHANGED, arg=picture)
        page.get_by_role("button", name="Delays", exact=True).click()
        page.get_by_role("button", name="Keep as A").click()
        page.wait_for_selector("text=A against B")
        assert page.locator(PICTURE).count() == 2


def test_a_file_with_faults_shows_them_in_the_page(
    browser: Any, served: str, tmp_path: Path
) -> None:
    """Every fault, no traceback; what was open is still there."""
    portfolio = si.read(ROOT / "data" / "tiny")
    bad = si.write(portfolio, tmp_path / "bad")
    (bad / "links.csv").write_text("predecessor,successor\nT1,nobody\nT1,nothing\n")
    with watched(browser) as page:
        page.goto(served)
        page.wait_for_selector(PICTURE)
        (tmp_path / "broken.toml").write_text("runs = 'many'\nseed = -1\n")
        with page.expect_file_chooser() as chosen:
            page.get_by_role("button", name="Open a file").click()
        chosen.value.set_files(tmp_path / "broken.toml")
        alert = page.wait_for_selector("[role=alert]")
        assert alert.inner_text().count("expected") >= 2
        assert "Traceback" not in page.content()
        assert page.locator(PICTURE).count() == 1
        # Larger than what the server lets through unasked.
        (tmp_path / "large.xlsx").write_bytes(b"not a workbook " * 900_000)
        with page.expect_file_chooser() as chosen:
            page.get_by_role("button", name="Open a file").click()
        chosen.value.set_files(tmp_path / "large.xlsx")
        page.wait_for_selector("[role=alert] >> text=large.xlsx")
    command = ["svcimpact", "dashboard", str(bad), "--no-browser"]
    told = subprocess.run(  # noqa: S603
        [sys.executable, "-m", *command], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert told.returncode == 2
    assert "'nobody'" in told.stderr
    assert "'nothing'" in told.stderr
    assert "Traceback" not in told.stderr


def test_faults_that_come_after_the_start_are_shown_in_the_page(
    browser: Any, tmp_path: Path
) -> None:
    """The files are read again with every visit."""
    place = si.write(si.read(ROOT / "data" / "tiny"), tmp_path / "mine")
    command = ["svcimpact", "dashboard", str(place), "--no-browser"]
    with server(command, "/static/", tmp_path) as where, watched(browser) as page:
        page.goto(where)
        page.wait_for_selector(PICTURE)
        (place / "links.csv").write_text("predecessor,successor\nT1,nobody\n")
        page.goto(where)
        assert "'nobody'" in page.wait_for_selector("[role=alert]").inner_text()
        assert "Traceback" not in page.content()


def _is_kernel(process: psutil.Process) -> bool:
    return any("ipykernel" in word for word in process.info["cmdline"] or ())


def test_a_page_that_is_closed_leaves_no_process(browser: Any, tmp_path: Path) -> None:
    """Reloaded or closed, it takes its process along."""
    command = ["svcimpact", "dashboard", str(ROOT / "data" / "tiny"), "--no-browser"]
    with server(command, "/static/", tmp_path) as where:

        def left() -> int:
            kernels = [p for p in psutil.process_iter(["cmdline"]) if _is_kernel(p)]
            return len(kernels) - others

        others = 0
        others = left()
        page = browser.new_page()
        page.set_default_timeout(1000 * PATIENCE)
        for _ in range(3):
            page.goto(where)
            page.wait_for_selector(PICTURE)
        assert left() >= 1
        page.goto("about:blank")
        end = time.monotonic() + PATIENCE
        while left() > 0:
            assert time.monotonic() < end
            time.sleep(0.2)
        page.close()


def test_the_keyboard_opens_what_is_folded(browser: Any, served: str) -> None:
    """Levers and rules open by Tab and Space, and what is in them is reached then."""
    with watched(browser) as page:
        page.goto(served)
        page.wait_for_selector(PICTURE)
        for words, inside in (("Levers:", "List the levers"), ("Aftermath", "resume cost, h")):
            assert not page.get_by_text(inside).first.is_visible()
            for _ in range(60):
                page.keyboard.press("Tab")
                if words in page.evaluate(BUTTON):
                    break
            else:
                pytest.fail(f"Tab does not reach {words}")
            outline = "getComputedStyle(document.activeElement).outlineWidth"
            assert page.evaluate(outline) == "3px"
            page.keyboard.press("Space")
            page.get_by_text(inside).first.wait_for(state="visible")


def test_the_keyboard_reaches_every_control(browser: Any, served: str) -> None:
    """Tab comes by the menus, the sliders, the views and the file."""
    with watched(browser) as page:
        page.goto(served)
        page.wait_for_selector(PICTURE)
        met = set()
        for _ in range(40):
            page.keyboard.press("Tab")
            met.add(page.evaluate("document.activeElement.className"))
        whole = " ".join(map(str, met))
        for kind in ("noUi-handle", "jupyter-button", "widget-toggle-button"):
            assert kind in whole
        assert page.evaluate("document.querySelectorAll('select').length") >= 3


def test_a_port_that_is_taken_is_told(served: str) -> None:
    """The message names another."""
    port = urlparse(served).port
    command = [sys.executable, "-m", "svcimpact", "dashboard", str(ROOT / "data" / "tiny")]
    told = subprocess.run(  # noqa: S603
        [*command, "--no-browser", "--port", str(port)],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert told.returncode == 2
    assert f"--port: found {port}, which is taken or not allowed" in told.stderr


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run JupyterLab with a notebook that explores our example."""
    folder = tmp_path_factory.mktemp("lab")
    where = json.dumps(str(ROOT / "data" / "meridian"))
    cell = f"import svcimpact as si\n\nsi.explore(si.read({where}))"
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell, id="explore")])
    book.metadata["kernelspec"] = {
        "name": "python3", "display_name": "Python 3", "language": "python",
    }  # fmt: skip
    (folder / "explore.ipynb").write_text(nbformat.writes(book), encoding="utf-8")
    command = [
        "jupyterlab", "--no-browser", "--ip=127.0.0.1", "--allow-root",
        "--IdentityProvider.token=", "--ServerApp.password=", "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    with server(command, "/api", folder) as running:
        yield running


def test_a_slider_moves_the_widget_in_jupyterlab(browser: Any, lab: str) -> None:
    """Run the cell as a user does, and move a slider."""
    with watched(browser, 1400) as page:
        page.goto(f"{lab}/lab/tree/explore.ipynb?reset")
        page.wait_for_selector("text=| Idle")
        page.locator(".jp-CodeCell .cm-content").first.click()
        page.keyboard.press("Shift+Enter")
        before, after = move(page, "median, hours", "PageUp")
        assert before != after
