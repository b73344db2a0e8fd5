"""REST v1: one module a resource, all below `/api/v1/`."""
