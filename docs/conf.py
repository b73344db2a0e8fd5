"""Sphinx settings; `make docs` builds, and a warning is an error."""

project = "Eyrie"
author = "The Eyrie authors"
project_copyright = "2026, the Eyrie authors"
extensions = ["myst_parser"]
myst_enable_extensions = ["deflist", "colon_fence"]
myst_heading_anchors = 3
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "Eyrie"
nitpicky = True
