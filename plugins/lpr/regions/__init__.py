"""What plates look like in each region: data files, and what they say about a text."""
