"""Group control: one server shares what feeders can carry among many heaters."""
