"""safetensors files: u64 header length, JSON header, raw little-endian data."""

import json
import struct

import torch

DTYPES = {torch.float32: "F32", torch.int64: "I64"}


def write_safetensors(path, tensors):
    # Wider elements first, so that every tensor's offset is a multiple of its element size.
    ordered = sorted(tensors.items(), key=lambda item: (-item[1].element_size(), item[0]))
    header, blobs, end = {"__metadata__": {"format": "pt"}}, [], 0
    for name, tensor in ordered:
        blob = tensor.detach().contiguous().numpy().tobytes()
        offsets = [end, end + len(blob)]
        header[name] = {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": offsets}
        blobs.append(blob)
        end += len(blob)
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    path.write_bytes(struct.pack("<Q", len(head)) + head + b"".join(blobs))


def read_float32_safetensors(path):
    content = path.read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            raise SystemExit(f"{path.name}: expected F32 tensors, received {entry['dtype']} for {name}")
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        tensors[name] = torch.frombuffer(bytearray(content[start:end]), dtype=torch.float32).view(entry["shape"])
    return tensors
