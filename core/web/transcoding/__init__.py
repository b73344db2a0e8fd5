"""Live video in H.264 for browsers that cannot play what the camera sends, each stream in a process of its own."""
