/// Which of a voice's speakers speaks.
public enum Speaker: Sendable, Hashable {
  /// The voice's first speaker.
  case first
  /// A speaker by name, as in `Voice.speakers`.
  case named(String)
  /// A speaker by number, as in `Voice.speakers`.
  case id(Int)
}

/// How a text is spoken.
///
/// Scales that are nil take the voice's own default. Values out of range are refused with an
/// `HablaError` of kind `.argument` when synthesis starts.
public struct SynthesisOptions: Sendable, Hashable {
  /// The speaker.
  public var speaker: Speaker = .first
  /// Language code as in `Voice.languages` ("ES"; case does not matter); nil: the voice's default.
  public var language: String?
  /// Speed of speech, 0.25...4; 1 is the voice's own.
  public var speed: Double = 1
  /// Standard deviation of the prior sample, 0...2: liveliness of the voice.
  public var noiseScale: Float?
  /// Standard deviation of the duration noise, 0...2: liveliness of the rhythm.
  public var noiseScaleW: Float?
  /// Share of the stochastic duration predictor, 0...1, for voices that have both predictors.
  public var sdpRatio: Float?
  /// Seed of all noise.
  ///
  /// The same text, voice, options and seed give the same samples; for variety pass a random number.
  public var seed: UInt64 = 0
  /// Factor on the samples, 0...10.
  public var volume: Float = 1
  /// Silence after each sentence but the last, in seconds at speed 1, 0...60.
  ///
  /// A sentence too long to be spoken at once is cut in parts, which follow one another without.
  public var sentenceSilence: Double = 0.15
  /// Silence after each paragraph but the last, in seconds at speed 1, 0...60.
  public var paragraphSilence: Double = 0.4
  /// Whether numbers, dates, abbreviations and the like are written out before they are spoken.
  public var normalizesText = true
  /// How certain words are to be spoken.
  public var lexicon: Lexicon?
  /// Frames in the chunks that a stream gives.
  public var chunks = ChunkSchedule()
  /// Samples per second of the speech, in `outputRates`; nil: the voice's own.
  ///
  /// Chunks, marks and silences are counted in these samples. Other rates than the voice's need a
  /// build with libsamplerate (package trait LibSampleRate).
  public var outputRate: Int?

  /// Rates that any voice can be heard at.
  public static let outputRates = 8000...192_000

  /// The defaults.
  public init() {}

  /// For the short answers of a voice assistant: a little faster, with short silences.
  public static var assistant: SynthesisOptions {
    var options = SynthesisOptions()
    options.speed = 1.3
    options.sentenceSilence = 0.08
    options.paragraphSilence = 0.2
    return options
  }

  /// Refuses values out of range.
  func check() throws {
    try Self.check("speed", speed, 0.25...4)
    try Self.check("noise scale", noiseScale.map(Double.init), 0...2)
    try Self.check("noise scale w", noiseScaleW.map(Double.init), 0...2)
    try Self.check("sdp ratio", sdpRatio.map(Double.init), 0...1)
    try Self.check("volume", Double(volume), 0...10)
    try Self.check("sentence silence", sentenceSilence, 0...60)
    try Self.check("paragraph silence", paragraphSilence, 0...60)
    try Self.check("first chunk", Double(chunks.first), 1...4096)
    try Self.check("largest chunk", Double(chunks.largest), Double(chunks.first)...4096)
  }

  private static func check(
    _ name: String, _ value: Double?, _ range: ClosedRange<Double>
  ) throws {
    guard let value else { return }
    // Written so that NaN fails too.
    if !(range.lowerBound <= value && value <= range.upperBound) {
      throw HablaError(
        .argument, "\(name) is \(value), expected \(range.lowerBound)...\(range.upperBound)")
    }
  }
}

/// How many latent frames a stream decodes at a time.
///
/// A small first chunk gives early audio; each next chunk doubles, up to the largest, which gives
/// throughput. The samples do not depend on the schedule beyond rounding (1e-5 of full scale).
public struct ChunkSchedule: Sendable, Hashable {
  /// Frames in the first chunk of a text, 1...4096.
  public var first = 8
  /// Frames in the largest chunk, `first`...4096.
  public var largest = 64

  /// Makes a schedule.
  public init(first: Int = 8, largest: Int = 64) {
    self.first = first
    self.largest = largest
  }
}
