"""Events that cameras tell of by themselves: fetched by pull point, understood by their topics, kept as Eyrie's."""
