"""Makes decoder.safetensors: a small decoder with a source, and what PyTorch gives for some frames.

    PYTHONPATH=Examples/VoiceTraining python Tests/Fixtures/decoder-source/make.py

The weights are random; `phase` frames run through the whole range of pitches and voicing.
"""

from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

from voicetraining.configuration import Network, Source
from voicetraining.model import source
from voicetraining.model.decoder import Generator

FRAMES = 24

torch.manual_seed(3)
network = Network(
    inter_channels=6,
    resblock_kernel_sizes=[3],
    resblock_dilation_sizes=[[1, 2]],
    upsample_initial_channel=32,
    gin_channels=3,
    source=Source(pitch_channel=1, voicing_channel=4, center=140.0, scale=4.0),
)
generator = Generator(network)
z = torch.randn(1, 6, FRAMES)
z[0, 1] = torch.linspace(-9, 12, FRAMES)  # 15 Hz to 2.8 kHz: both ends are out of range
z[0, 4] = torch.linspace(-2, 2, FRAMES).roll(FRAMES // 3)
g = torch.randn(1, 3, 1)
with torch.no_grad():
    signals = source.excitation(z, network.source)
    audio = generator(z, g)
tensors = {f"w.{name}": value for name, value in generator.state_dict().items()}
tensors |= {"in.z": z, "in.g": g, "out.source": signals, "out.audio": audio}
arrays = {name: np.ascontiguousarray(value.numpy()) for name, value in tensors.items()}
save_file(arrays, Path(__file__).with_name("decoder.safetensors"))
print({name: float(np.abs(value).max()) for name, value in arrays.items() if name[0] == "o"})
