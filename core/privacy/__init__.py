"""What is owed to those who are recorded: proof of how long recordings are kept, and what goes with a copy for them."""
