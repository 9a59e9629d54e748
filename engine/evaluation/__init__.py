"""Scoring predicted masks against the truth."""
