"""Accounts: how a person becomes a member, signs in, and keeps their own settings."""
