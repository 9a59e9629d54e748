"""Checkpoints at work: masks, movies and fused clouds of whole drives."""
