"""What end-to-end tests, fault rounds and benches put together: cameras, a whole running Eyrie, comparisons."""
