"""A simulated camera's ONVIF face: SOAP over HTTP, discovery, and the state behind both."""
