"""Ground truth of one frame: the label document, its pixels, its edits and its safe keeping. No Qt, no torch."""
