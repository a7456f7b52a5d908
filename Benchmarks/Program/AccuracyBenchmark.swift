import Habla
import HablaKernels
import HablaNetwork

/// The fast decoder beside the direct one that its tests use, at the size of the voice.
struct AccuracyBenchmark {
  private let options: Options
  private let voice: Voice

  init(_ options: Options, _ voice: Voice) {
    self.options = options
    self.voice = voice
  }

  func run() throws {
    var samples: [Float] = []
    let decoder = DecoderBenchmark(options, voice)
    decoder.run { samples.append(contentsOf: $0) }
    let reference = try HiFiGANReference(
      voice.model.decoder.configuration, weights: voice.weights.scoped("dec"))
    let direct = reference.forward(decoder.latent, speaker: decoder.speaker)
    guard samples.count == direct.count, !direct.isEmpty else {
      throw HablaError(.internal, "\(samples.count) samples, directly \(direct.count)")
    }
    var largest: Float = 0
    var squares = 0.0
    for (a, b) in zip(samples, direct) {
      largest = max(largest, abs(a - b))
      squares += Double(b * b)
    }
    let level = (squares / Double(direct.count)).squareRoot()
    say(
      "{\"difference\": \(largest), \"level\": \(level), \"samples\": \(direct.count), "
        + "\"frames\": \(decoder.frames)}")
  }
}
