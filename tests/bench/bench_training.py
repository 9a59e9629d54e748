"""Training on CamVid: FPN-MobileNetV2, 15 epochs at 240×320, batch 8, random weights, against segmentation_models_pytorch.

The peer is that library's FPN in a plain float32 loop: the same frames, the same augmented batches in the same order, as many
steps, AdamW with torch's OneCycleLR, cross-entropy, scored on the same validation frames at the same size. Its images/s are
of the steps alone, without loading; ours are of the whole training loop, loading included. On a GPU both run there, and the goal
is higher.

    python tests/bench/bench_training.py [--epochs 15] [--steps N] [--data FOLDER] [--set KEY=VALUE …] [--skip-ours | --skip-peer]

With --steps both stop after so many steps and only the speeds are compared; `--set model.encoder=resnext50_32x4d` and
`--set data.size=[512,1024]` compare another size of network and picture.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

from engine import config, events  # noqa: E402
from engine.checkpoints import IMAGENET_MEAN, IMAGENET_STD  # noqa: E402
from engine.config import TrainConfig  # noqa: E402
from engine.evaluation.confusion import Confusion  # noqa: E402
from engine.inference import device as devices  # noqa: E402
from engine.runs import Run  # noqa: E402
from engine.training import batches, hardware, material, views  # noqa: E402
from engine.training.loop import train  # noqa: E402

PRESET = ROOT / "configs" / "camvid_fpn_mobilenet_v2.yaml"
GOAL, GOAL_ON_A_GPU = 1.8, 2.5


class Padded(nn.Module):
    """The peer takes sizes that are multiples of 32 only."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, images: Tensor) -> Tensor:
        height, width = images.shape[-2:]
        return self.inner(F.pad(images, (0, -width % 32, 0, -height % 32)))[..., :height, :width]


def ours(settings: TrainConfig, steps: int) -> tuple[float, float]:
    """Images/s and validation mIoU of `train`."""
    durations, score, last = [], float("nan"), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for event in train(settings, run=Run(Path(folder) / "run"), should_stop=lambda: bool(steps) and len(durations) >= steps):
            match event:
                case events.Started():
                    last = time.perf_counter()
                case events.StepDone(step=step, steps_total=total, loss=loss):
                    durations.append(time.perf_counter() - last)
                    _tell("ours", step, total, loss, settings.batch, durations)
                case events.Validated(mean_iou=mean_iou, epoch=epoch):
                    score = mean_iou
                    print(f"  ours: mIoU {mean_iou:.3f} after epoch {epoch + 1}", flush=True)
                case events.Failed(reason=reason):
                    sys.exit(reason)
            last = time.perf_counter()
    return _speed(settings.batch, durations), score


def peer(settings: TrainConfig, steps: int) -> tuple[float, float]:
    """Images/s and validation mIoU of a plain loop with segmentation_models_pytorch."""
    import segmentation_models_pytorch as smp

    torch.manual_seed(settings.seed)
    torch.set_num_threads(hardware.threads(settings.threads))
    given = material.opened(settings)
    rarity = np.full(len(given.classes), 1 / len(given.classes))
    device = devices.choose(settings.device)
    network = Padded(smp.FPN(settings.model.encoder, encoder_weights=None, classes=len(given.classes))).to(device)
    total = views.steps(len(given.train), settings)
    optimiser = torch.optim.AdamW(network.parameters(), lr=settings.optimiser.learning_rate, weight_decay=settings.optimiser.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.optimiser.learning_rate, total_steps=total + 1, pct_start=settings.optimiser.warm_up
    )
    durations: list[float] = []
    network.train()
    for pictures, masks in batches.made(given.train, settings, rarity=rarity, first=0, last=min(total, steps or total)):
        start = time.perf_counter()
        loss = F.cross_entropy(network(_normalised(pictures, device)), torch.from_numpy(masks).to(device).long(), ignore_index=255)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        value = float(loss.detach())
        durations.append(time.perf_counter() - start)
        _tell("peer", len(durations), total, value, settings.batch, durations)
    return _speed(settings.batch, durations), float("nan") if steps else _scored(network.eval(), given, settings)


@torch.inference_mode()
def _scored(network: nn.Module, given: material.Material, settings: TrainConfig) -> float:
    confusion, device = Confusion(len(given.classes)), devices.choose(settings.device)
    held_out: Iterator[tuple[int, batches.Batch]] = batches.in_order(given.validation, size=settings.data.size, batch=settings.batch)
    for _, (pictures, masks) in held_out:
        confusion.add(masks, network(_normalised(pictures, device)).argmax(1).to("cpu", torch.uint8).numpy())
    return confusion.mean_iou([one.scored for one in given.classes.classes])


def _normalised(pictures: np.ndarray, device: torch.device) -> Tensor:
    images = torch.from_numpy(pictures).to(device).permute(0, 3, 1, 2).float().contiguous() / 255
    return (images - torch.tensor(IMAGENET_MEAN, device=device).view(1, 3, 1, 1)) / torch.tensor(IMAGENET_STD, device=device).view(1, 3, 1, 1)


def _speed(batch: int, durations: list[float]) -> float:
    """Images/s by the median step, the first two left out: what else runs on the machine then weighs least, on both sides."""
    return batch / statistics.median(durations[2:] or durations)


def _tell(who: str, step: int, total: int, loss: float, batch: int, durations: list[float]) -> None:
    if step % 50 == 0:
        print(f"  {who}: step {step}/{total} loss {loss:.3f}, {_speed(batch, durations[-50:]):.1f} images/s", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--steps", type=int, default=0, help="compare the speed of so many steps only")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "camvid")
    parser.add_argument("--set", dest="overrides", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--skip-ours", action="store_true")
    parser.add_argument("--skip-peer", action="store_true")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        print(f"left out: CamVid is not at {arguments.data}; give its folder with --data")
        return 0
    settings = config.load(PRESET, [f"data.root={arguments.data}", f"epochs={arguments.epochs}", *arguments.overrides])
    results = {}
    for name, skipped, measured in (("ours", arguments.skip_ours, ours), ("peer", arguments.skip_peer, peer)):
        if not skipped:
            results[name] = measured(settings, arguments.steps)
    for name, (speed, score) in results.items():
        print(f"{name}: {speed:.1f} images/s" + ("" if math.isnan(score) else f", val mIoU {score:.3f}"))
    if len(results) < 2:
        return 0
    (our_speed, our_score), (peer_speed, peer_score) = results["ours"], results["peer"]
    goal = GOAL_ON_A_GPU if devices.choose(settings.device).type == "cuda" else GOAL
    fast = our_speed >= goal * peer_speed
    good = bool(arguments.steps) or our_score >= peer_score
    print(
        f"ratio {our_speed / peer_speed:.2f} (goal {goal}): {'reached' if fast else 'MISSED'}; mIoU no lower: {'reached' if good else 'MISSED'}"
    )
    return 0 if fast and good else 1


if __name__ == "__main__":
    sys.exit(main())
