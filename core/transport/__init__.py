"""How browsers reach Eyrie safely: the portal's certificate, where it comes from, and how it is served and replaced."""
