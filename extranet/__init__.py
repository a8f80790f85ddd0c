"""The ground: everything an extranet needs before it knows what people do on it.

Nothing in this package imports a feature (`directory`, `workspaces`); features import the ground and
`wsgi.py` composes them.
"""
