"""People and organisations from a former system."""
