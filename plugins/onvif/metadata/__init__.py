"""What a camera sees by itself, from its metadata stream (ONVIF Profile M)."""
