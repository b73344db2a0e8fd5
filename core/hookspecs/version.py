"""The version of the plugin API, apart from the product's.

Adding a hook or an optional argument raises the second number; removing, renaming or changing a meaning the first.
"""

API_VERSION = (1, 0)
