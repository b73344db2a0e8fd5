"""Settings of many cameras at once: read, looked at together, changed, and told camera by camera."""
