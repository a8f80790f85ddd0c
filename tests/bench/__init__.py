"""What the product costs, as ratios to bare references measured in the same run; `make bench` prints them."""
