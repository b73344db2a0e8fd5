"""Signed updates: taken up beside the version that runs, tried, and taken back when they do not come up well.

Knows neither Django nor plugins. `launcher.py` stands alone: it is what starts Eyrie where it is installed, and must
work whatever the versions below it are like.
"""
