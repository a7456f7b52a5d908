"""How the voice inside Habla is made, and how to make one from recordings.

Goals, in order: reproducible from nothing but espeak-ng and two word lists; small enough to read;
the network is MeloTTS's, with MeloTTS's parameter names, so that what is exported opens in Habla
and in MeloTTS alike. See README.md for the steps and for where this departs from MeloTTS's own
training.
"""
