"""Draw the pictures of the README from the embedded example; run by ``make pictures``."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import matplotlib as mpl
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import sync_playwright

import svcimpact as si

mpl.use("agg")
HERE = Path(__file__).parent
PORT = 8877
EXAMPLE = HERE.parent / "data" / "meridian"

portfolio = si.read(EXAMPLE)
outcome = si.simulate(portfolio, si.Scenario.read(EXAMPLE / "payments-down.toml"))
ax = si.charts.delays(outcome)
ax.figure.savefig(HERE / "delays.png", dpi=100)

# The explorer as a browser shows it.
command = [sys.executable, "-m", "svcimpact", "dashboard", str(EXAMPLE), "--no-browser"]
command += ["--scenario", str(EXAMPLE / "payments-down.toml"), f"--port={PORT}"]
with subprocess.Popen(command) as server, sync_playwright() as running:
    try:
        browser = running.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        for _ in range(100):
            try:
                page.goto(f"http://127.0.0.1:{PORT}")
                break
            except PlaywrightError:
                time.sleep(0.3)
        page.wait_for_selector(".svci img", timeout=60_000)
        page.screenshot(path=HERE / "explorer.png", full_page=True)
    finally:
        server.terminate()
