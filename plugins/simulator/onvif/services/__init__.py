"""The ONVIF services of a simulated device: a module each, a function an operation."""
