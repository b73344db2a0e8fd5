"""The data plane: pure media code. Imports no Django; knows no camera brand, no database, no web."""
