"""What must not stop recording: faults of cameras, killed processes, full disks, a busy machine."""
