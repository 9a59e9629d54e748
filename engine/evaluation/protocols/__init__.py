"""Official protocols, to the digit: one file a benchmark.

Each module has `TITLE` and `score(predictions, truth, *, should_stop) -> Events`, which ends in Finished with the report as its summary.
"""
