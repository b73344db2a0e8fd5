"""Moving cameras by hand: what one web process keeps of a camera while somebody does."""
