"""Fragmented MP4 (ISO/IEC 14496-12), as little of it as a recorder needs: written, read back, cut and joined.

A segment's file: `ftyp`, `moov`, a `uuid` box that says whose recording it is, then for each fragment `prft` (media
time to UTC), `moof`, `mdat`. All fields that differ when fragments of several files are joined lie at fixed places.
"""
