"""The data plane for plugins: what touches coded media. Heavy to import; see `core.api`."""

__all__: list[str] = []
