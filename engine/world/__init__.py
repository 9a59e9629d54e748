"""The procedural street: an endless supply of labelled street scenes, drawn on this machine from a seed.

`write(folder, frames=…, seed=…)` leaves

    <folder>/drive/                              one ride along one street, in the KITTI raw layout
        2026_01_01/calib_{cam_to_cam,velo_to_cam,imu_to_velo}.txt
        2026_01_01/2026_01_01_drive_0001_sync/
            image_02/data/NNNNNNNNNN.png         pictures; image_02/timestamps.txt
            image_02/semantic/NNNNNNNNNN.png     truth: Cityscapes ids, 8 bits
            image_02/instance/NNNNNNNNNN.png     truth: class · 256 + n (n from 1, 0 none), 16 bits
            image_02/depth/NNNNNNNNNN.png        truth: metres along the camera's axis · 256, 0 none, 16 bits
            velodyne_points/data/NNNNNNNNNN.bin  scans of about 100 000 points
            velodyne_points/labels/NNNNNNNNNN.label  truth: the SemanticKITTI id of the point's Cityscapes class, instance in the high bits
            oxts/data/NNNNNNNNNN.txt             30 readings a frame
    <folder>/cityscapes/                         single pictures, each of a street, a weather and a camera of its own
        leftImg8bit/{train,val,test}/<city>/     gtFine/…, gtCoarse/… with labelIds, instanceIds, color, polygons.json

How it is made: `plan` draws what kind of street it is; `layout` builds it from `street` (the sheets of the road), `buildings`,
`plants`, `furniture`, and `traffic` fills it with `vehicles`, `lorries` and `people`; `scene` keeps the triangles with their classes and
`casting` asks Open3D what rays meet. `camera` and `lidar` cast the same geometry, `shading` and `weather` light it with patterns
from `textures`; `shoot` takes the pictures, `rig` is the car's calibration, `polygons` and `files` write, `job` is the generator.
Each frame draws its random numbers from the seed and its own number, so the bytes don't depend on the order of the threads.
"""

from engine.world.job import sample_drive, write

__all__ = ["sample_drive", "write"]
