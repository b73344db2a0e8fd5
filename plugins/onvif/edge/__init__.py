"""What devices keep themselves (ONVIF Profile G)."""
