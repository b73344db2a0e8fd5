"""The analyser: what decodes and lets detectors look."""
