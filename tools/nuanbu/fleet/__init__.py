"""Many simulated heaters under group control: what the server does with ten thousand of them."""
