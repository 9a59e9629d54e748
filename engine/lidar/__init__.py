"""Lidar: scans, calibrations, projection into the camera, fusion with masks, colours, cloud files and the Open3D render process."""
