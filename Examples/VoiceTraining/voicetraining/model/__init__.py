"""MeloTTS's network for training: parameter names and shapes are those of its SynthesizerTrn, so
state dicts are interchangeable (but for the posterior encoder, which only MeloTTS's own training
needs).

Shapes: b utterances, t tokens or frames, c channels; masks are [b, 1, t] with 1 where there is
something, speaker vectors g are [b, gin, 1].
"""

from .synthesizer import Batch, Synthesizer, TextToLatent

__all__ = ["Batch", "Synthesizer", "TextToLatent"]
