"""What was acknowledged is kept, once, in order, and reaches who may see it: tried while things break, one at a time.

`stage` sets up a site of two processes (PostgreSQL, Redis, a reverse proxy) or of one (SQLite) and knows how it breaks;
`people` write, read and are moved in and out of it; `judge` says whether every promise was kept. `test_short` runs with
all the tests, `make chaos` (`__main__`) as long as it is told to.
"""
