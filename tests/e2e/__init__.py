"""The whole of Eyrie, from a camera to a player."""
