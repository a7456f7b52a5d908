import HablaCheckpoints

/// Where latent frames say what pitch the decoder's oscillator has; see `HarmonicSource`.
package struct HarmonicSourceConfiguration: Sendable, Equatable, Codable {
  /// Samples per second.
  package var sampleRate: Int
  /// Latent channel with `pitchScale` times the natural logarithm of F0 / `centerPitch`.
  package var pitchChannel: Int
  /// Latent channel that is 1 where there is a voice and -1 where there is none.
  package var voicingChannel: Int
  /// F0 in Hz where the pitch channel is zero.
  package var centerPitch: Float
  /// Factor on the pitch channel.
  package var pitchScale: Float

  /// Signals of the source: pulses, cosine, sine, noise.
  package static let channels = 4

  /// Describes a source; `check` tells whether it can exist.
  package init(
    sampleRate: Int, pitchChannel: Int, voicingChannel: Int, centerPitch: Float, pitchScale: Float
  ) {
    self.sampleRate = sampleRate
    self.pitchChannel = pitchChannel
    self.voicingChannel = voicingChannel
    self.centerPitch = centerPitch
    self.pitchScale = pitchScale
  }

  /// Refuses sources that `decoder` cannot have; every number may come from an untrusted file.
  ///
  /// - Throws: `CheckpointError.unsupported` naming the value, what was expected and found.
  func check(in decoder: HiFiGANConfiguration) throws {
    let channels = 0...decoder.inputChannels - 1
    try decoder.require("source pitch channel", pitchChannel, channels)
    try decoder.require("source voicing channel", voicingChannel, channels)
    try decoder.require("source sample rate", sampleRate, 1000...384_000)
    try decoder.require("source center pitch", centerPitch, 1...10_000)
    try decoder.require("source pitch scale", pitchScale, 0.001...10_000)
    // So many samples of signals are kept per frame.
    try decoder.require("hop length with a source", decoder.hopLength, 2...4096)
    try decoder.require("source hop length modulo 2", decoder.hopLength % 2, 0...0)
    for (rate, kernel) in zip(decoder.upsampleRates, decoder.upsampleKernelSizes) {
      try decoder.require(
        "kernel size minus rate, modulo 2, with a source", (kernel - rate) % 2, 0...0)
    }
  }
}
