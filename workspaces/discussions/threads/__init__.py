"""What is done with a whole thread: kinds, bells, pin, lock, rename, move, the accepted answer, the decision."""
