"""Eyrie's framework. Knows no camera brand, no detector, no action: it imports no plugin."""
