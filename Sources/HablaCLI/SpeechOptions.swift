import ArgumentParser
import Habla

/// Options that say how a text is spoken.
struct SpeechOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "Speaker, by name or number (see 'habla inspect').")
  var speaker: String?

  @Option(name: .shortAndLong, help: "Language code, such as ES or EN.")
  var language: String?

  @Option(help: "Settings to start from: default, or assistant (speed 1.3, short silences).")
  var preset: Preset = .default

  @Option(help: "Speed of speech, 0.25 to 4.")
  var speed: Double?

  @Option(help: "Seed of the noise; the same seed gives the same samples.")
  var seed: UInt64 = 0

  @Option(help: "Liveliness of the voice, 0 to 2.")
  var noiseScale: Float?

  @Option(help: "Liveliness of the rhythm, 0 to 2.")
  var noiseScaleW: Float?

  @Option(help: "Share of the stochastic duration predictor, 0 to 1.")
  var sdpRatio: Float?

  @Option(help: "Factor on the samples, 0 to 10.")
  var volume: Float = 1

  @Option(help: "Silence after a sentence, in seconds.")
  var sentenceSilence: Double?

  @Option(help: "Silence after a paragraph, in seconds.")
  var paragraphSilence: Double?

  @Option(help: "Samples per second, 8000 to 192000; without it the voice's own.")
  var rate: Int?

  @Option(help: "Frames in the first chunk: fewer give earlier audio.")
  var firstChunk: Int?

  @Option(help: "Threads, 0 for one per processor (at most four).")
  var threads: Int = 0

  @Option(help: "A file of words and their pronunciations.")
  var lexicon: String?

  @Flag(help: "Leave numbers and abbreviations to the phonemizer.")
  var noNormalize = false

  /// The library's options.
  func synthesis() throws -> SynthesisOptions {
    var options = preset.options
    if let speaker { options.speaker = Int(speaker).map(Speaker.id) ?? .named(speaker) }
    options.language = language
    if let speed { options.speed = speed }
    options.seed = seed
    options.noiseScale = noiseScale
    options.noiseScaleW = noiseScaleW
    options.sdpRatio = sdpRatio
    options.volume = volume
    options.normalizesText = !noNormalize
    options.lexicon = try lexicon.map { try Lexicon(path: $0) }
    if let sentenceSilence { options.sentenceSilence = sentenceSilence }
    if let paragraphSilence { options.paragraphSilence = paragraphSilence }
    options.outputRate = rate
    if let firstChunk {
      options.chunks.first = firstChunk
      options.chunks.largest = max(options.chunks.largest, firstChunk)
    }
    return options
  }
}

/// Named settings.
enum Preset: String, ExpressibleByArgument, CaseIterable {
  case `default`
  case assistant

  /// The library's options.
  var options: SynthesisOptions { self == .assistant ? .assistant : SynthesisOptions() }
}
