"""The websocket interface: topics as JSON, live pictures as fragmented MP4."""
