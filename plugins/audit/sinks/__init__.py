"""Where copies of the log go as it grows: a syslog server, a file."""
