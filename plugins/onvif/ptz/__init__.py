"""Moving cameras by ONVIF (PTZ and Imaging Service Specifications)."""
