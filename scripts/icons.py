"""Draw the app's icons from `eyrie.svg` by Chromium: `python scripts/icons.py`. They are committed as they come out."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

STATIC = Path(__file__).resolve().parent.parent / "webapp" / "static" / "webapp"
GROUND = "#15181c"
# Name, pixels, part of the width that the mark takes. A maskable icon is cut to a circle of 80 % of its width.
ICONS = (("eyrie-180", 180, 0.72), ("eyrie-192", 192, 0.78), ("eyrie-512", 512, 0.78), ("eyrie-maskable", 512, 0.56))


def main() -> None:
    """Write all of them."""
    mark = (STATIC / "eyrie.svg").read_text("utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, size, part in ICONS:
            page = browser.new_page(viewport={"width": size, "height": size})
            body = f"body{{margin:0;height:100vh;display:grid;place-items:center;background:{GROUND}}}"
            page.set_content(f"<style>{body}svg{{width:{part:.0%}}}</style>{mark}")
            page.screenshot(path=STATIC / "icons" / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
