"""`manage.py serve`: starts, watches, restarts and stops all processes of one machine."""
