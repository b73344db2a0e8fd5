"""Settings of the cameras themselves, as their devices offer them: read, changed, read back."""
