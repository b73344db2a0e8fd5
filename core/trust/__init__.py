"""Whose code this is: signed lists of files, the keys that are trusted, and whether files are as they were signed.

Pure: knows neither Django nor plugins, so that it works before either is loaded.
"""
