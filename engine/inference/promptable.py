"""A segment-anything network of the user's own, from ONNX files: an encoder that looks at a picture once, and a decoder that clicks are asked of.

Two published layouts are known by the names of their inputs: that of Segment Anything (A. Kirillov et al., ICCV 2023) and of MobileSAM, as their
authors' export script and samexporter write it, and that of EfficientSAM (Y. Xiong et al., CVPR 2024).
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.annotation.document import Painted
from engine.errors import ConfigError, DataError
from engine.sample import Image

Pixel = tuple[int, int]
"""x, y."""
Plane = NDArray[np.float32]
SIDE = 1024
"""Pixels of the longer side of what these networks look at."""
_SAM = {"image_embeddings", "point_coords", "point_labels", "mask_input", "has_mask_input", "orig_im_size"}
_EFFICIENT = {"image_embeddings", "batched_point_coords", "batched_point_labels", "orig_im_size"}
_MEAN, _DEVIATION = np.array([123.675, 116.28, 103.53], np.float32), np.array([58.395, 57.12, 57.375], np.float32)
_HINT = 256
"""Pixels of the side of the mask that a decoder takes as a hint."""
_SURE = 8.0
"""Logits of a hint: inside of the region and, below 0, outside of it."""
_KINDS = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(uint8)": np.uint8, "tensor(int64)": np.int64, "tensor(int32)": np.int32}


class Promptable:
    """One thread at a time. `look` at a picture, then ask what is `found` by clicks in it."""

    def __init__(self, file: Path) -> None:
        """`file` is the encoder or the decoder; the other stands beside it, named alike. Raises DataError, and ConfigError where ONNX Runtime is missing."""
        encoder, decoder = pair(file)
        runtime = _runtime()
        self._encoder, self._decoder = _opened(runtime, encoder), _opened(runtime, decoder)
        inputs = {one.name: one for one in self._decoder.get_inputs()}
        if not (_SAM <= set(inputs) or _EFFICIENT <= set(inputs)) or "image_embeddings" not in inputs:
            raise DataError(
                f"{decoder.name} takes {', '.join(sorted(inputs))}, which is no decoder of Segment Anything, MobileSAM or EfficientSAM; export one as samexporter does"
            )
        self._efficient = not _SAM <= set(inputs)
        self._kinds = {name: _KINDS.get(one.type, np.float32) for name, one in inputs.items()}
        self._outputs = [one.name for one in self._decoder.get_outputs()]
        (self._input,) = self._encoder.get_inputs()[:1]
        if len(self._encoder.get_inputs()) != 1 or len(self._input.shape) not in (3, 4):
            raise DataError(f"{encoder.name} takes {len(self._encoder.get_inputs())} inputs, an encoder of segment-anything networks takes one picture; choose another file")
        self._image: Image | None = None
        self._scale = 1.0
        self._embedding: Any = None

    def look(self, image: Image) -> None:
        """Looks at an image (H, W, 3) RGB, unless it is the one that was looked at last. Raises DataError."""
        if image is self._image:
            return
        height, width = image.shape[:2]
        limits = self._limits()
        self._scale = min(limits[0] / height, limits[1] / width)
        size = max(1, round(width * self._scale)), max(1, round(height * self._scale))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA if self._scale < 1 else cv2.INTER_LINEAR).astype(np.float32)
        if self._efficient:
            small /= 255
        elif len(self._input.shape) == 4:
            small = (small - _MEAN) / _DEVIATION
        if not self._efficient and (len(self._input.shape) == 4 or not self._is_free()):
            small = np.pad(small, ((0, limits[0] - small.shape[0]), (0, limits[1] - small.shape[1]), (0, 0)))
        elif not self._is_free():
            small = cv2.resize(small, limits[::-1], interpolation=cv2.INTER_LINEAR)  # it brings pictures to its own shape itself
        fed = small.transpose(2, 0, 1)[None] if len(self._input.shape) == 4 else small
        self._embedding = _run(self._encoder, {self._input.name: np.ascontiguousarray(fed, _KINDS.get(self._input.type, np.float32))})[0]
        self._image = image

    def found(self, inside: Sequence[Pixel], outside: Sequence[Pixel] = (), *, prior: Painted | None = None) -> Painted | None:
        """The thing that holds the pixels `inside` and none of those `outside`; `prior` is what it is so far, which EfficientSAM has no ear for. None for none.

        Raises DataError, and ValueError before anything was looked at.
        """
        if self._image is None:
            raise ValueError("nothing was looked at yet")
        clicks = np.array([*inside, *outside], np.float32).reshape(-1, 2) + 0.5
        words = np.array([1] * len(inside) + [0] * len(outside), np.float32)
        size = self._image.shape[:2]
        if self._efficient:
            fed = {"batched_point_coords": clicks[None, None], "batched_point_labels": words[None, None]}
        else:
            fed = {  # a point of the label -1 stands for the box that there is none of
                "point_coords": np.concatenate([clicks * self._scale, np.zeros((1, 2), np.float32)])[None],
                "point_labels": np.append(words, np.float32(-1))[None],
                "mask_input": self._hint(prior),
                "has_mask_input": np.array([prior is not None], np.float32),
            }
        fed |= {"image_embeddings": self._embedding, "orig_im_size": np.array(size)}
        answers = dict(zip(self._outputs, _run(self._decoder, {name: np.asarray(value, self._kinds[name]) for name, value in fed.items()})))
        return Painted.of(self._best(answers, size) > 0)

    def _best(self, answers: dict[str, Any], size: tuple[int, int]) -> Plane:
        """(H, W) logits of the mask that the network is surest of."""
        worth = np.ravel(answers.get("iou_predictions", [0.0]))
        small = answers.get("low_res_masks") if not self._efficient else None
        if small is not None:
            # Enlarged here: the part of the square that the picture covers is fixed in some exports, for pictures of another aspect.
            whole = cv2.resize(_planes(small)[int(np.argmax(worth))], (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
            rows, columns = round(size[0] * self._scale), round(size[1] * self._scale)
            return np.asarray(cv2.resize(whole[: max(1, rows), : max(1, columns)], size[::-1], interpolation=cv2.INTER_LINEAR))
        best = _planes(answers.get("masks", answers.get("output_masks", next(iter(answers.values())))))[int(np.argmax(worth))]
        return best if best.shape == size else np.asarray(cv2.resize(best, size[::-1], interpolation=cv2.INTER_LINEAR))

    def _hint(self, prior: Painted | None) -> Plane:
        """(1, 1, 256, 256) logits of what is there already, in the square that the network looks at."""
        square = np.zeros((SIDE, SIDE), np.float32)
        if prior is not None:
            assert self._image is not None
            left, top, right, bottom = prior.box
            height, width = self._image.shape[:2]
            mask = np.zeros((height, width), np.uint8)
            mask[top:bottom, left:right] = prior.mask
            rows, columns = round(height * self._scale), round(width * self._scale)
            square[:rows, :columns] = cv2.resize(mask, (columns, rows), interpolation=cv2.INTER_AREA)
            square = (square * 2 - 1) * _SURE
        return cv2.resize(square, (_HINT, _HINT), interpolation=cv2.INTER_AREA)[None, None]

    def _is_free(self) -> bool:
        """Whether the encoder takes pictures of any size."""
        return any(not isinstance(side, int) for side in self._sides())

    def _sides(self) -> list[Any]:
        shape = list(self._input.shape)
        return shape[2:] if len(shape) == 4 else shape[:2]

    def _limits(self) -> tuple[int, int]:
        """The (height, width) that a picture must fit into."""
        if self._is_free():
            return SIDE, SIDE
        height, width = self._sides()
        return height, width


def pair(file: Path) -> tuple[Path, Path]:
    """The encoder and the decoder that one of both belongs to: files of the same name but for that word. Raises DataError."""
    for own, other in (("encoder", "decoder"), ("decoder", "encoder")):
        if own in file.name:
            partner = file.with_name(other.join(file.name.rsplit(own, 1)))
            for one in (file, partner):
                if not one.is_file():
                    raise DataError(f"{one} isn't there; a segment-anything network is two files, such as vit.encoder.onnx and vit.decoder.onnx in one folder")
            return (file, partner) if own == "encoder" else (partner, file)
    raise DataError(f"{file.name} has neither encoder nor decoder in its name; choose one of the two files of a segment-anything network, such as vit.encoder.onnx")


def _runtime() -> Any:
    try:
        return importlib.import_module("onnxruntime")
    except ImportError as error:
        raise ConfigError("segment-anything networks need ONNX Runtime, which isn't installed; type: pip install 'roadscope[onnx]'") from error


def _opened(runtime: Any, file: Path) -> Any:
    try:
        options = runtime.SessionOptions()
        options.log_severity_level = 3
        return runtime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # whatever it is, its file can't be used
        raise DataError(f"{file.name} is no network that ONNX Runtime can load ({_first_line(error)}); export it anew") from error


def _run(session: Any, fed: dict[str, Any]) -> list[Any]:
    try:
        return session.run(None, fed)
    except Exception as error:
        raise DataError(f"the segment-anything network can't take this picture ({_first_line(error)}); choose an export for pictures of any size") from error


def _planes(masks: Any) -> Plane:
    """(N, h, w) of masks (…, h, w)."""
    found = np.asarray(masks, np.float32)
    return found.reshape(-1, found.shape[-2], found.shape[-1])


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
