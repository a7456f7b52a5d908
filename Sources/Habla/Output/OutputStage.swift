/// From the samples of the decoder to those that are heard: rate, volume, fades and silences.
///
/// Each sentence is resampled on its own, so that it is complete with its last chunk; its length at
/// the output rate is its own length, rounded to the nearest sample. Silences are made at the output
/// rate. Where sound meets an inserted silence, it is faded, so that a step of the waveform is not
/// heard as a click; sound that meets sound is left as it is. Threads: one at a time.
struct OutputStage {
  /// Seconds over which sound that meets a silence is faded.
  static let fadeSeconds = 0.003

  private let rates: SampleRates
  private let volume: Float
  /// Samples of a fade.
  private let fade: Int
  private var resampler: Resampler?
  /// Position, at the output rate, of the sentence's first sample.
  private(set) var sentenceStart = 0
  /// Samples of the sentence at the output rate.
  private var sentenceLength = 0
  /// Position of the next sample.
  private(set) var position = 0
  /// Whether the sentence comes after an inserted silence.
  private var followsSilence = false

  init(rates: SampleRates, volume: Float) {
    self.rates = rates
    self.volume = volume
    fade = Int((Self.fadeSeconds * Double(rates.output)).rounded())
  }

  /// Begins a sentence of `length` samples at the voice's rate.
  mutating func beginSentence(length: Int) throws {
    if rates.input != rates.output {
      if resampler == nil { resampler = try Resampler(rates) }
      resampler?.begin()
    }
    sentenceStart = position
    sentenceLength = rates.position(length)
  }

  /// Where a sample of the sentence is heard, in samples of the whole speech.
  func position(inSentence sample: Int) -> Int { sentenceStart + rates.position(sample) }

  /// Whether a chunk of `count` samples may be given before the sentence's last one: it must have
  /// something in it and leave to the last all that may have to be faded.
  func mayGive(_ count: Int) -> Bool {
    count > 0 && position + count <= sentenceStart + sentenceLength - fade
  }

  /// How many of the sentence's last `count` samples may be given before it is known whether a
  /// silence follows.
  func givableCount(of count: Int) -> Int { max(count - fade, 0) }

  /// Appends what the next samples of the decoder sound like.
  mutating func append(
    _ decoded: [Float], isLast: Bool, to samples: inout [Float]
  ) throws {
    if let resampler {
      try resampler.push(decoded, isLast: isLast, to: &samples)
    } else {
      samples += decoded
    }
  }

  /// Finishes a chunk, which ends its sentence when `silence`, the samples of silence to append, is
  /// given.
  mutating func finishChunk(_ samples: inout [Float], silence: Int?) {
    if volume != 1 {
      for i in samples.indices { samples[i] *= volume }
    }
    if followsSilence {
      let first = position - sentenceStart
      for i in samples.indices.prefix(max(fade - first, 0)) { samples[i] *= gain(first + i) }
    }
    if let silence, silence > 0 {
      for i in 0..<min(fade, samples.count) { samples[samples.count - 1 - i] *= gain(i) }
      samples += [Float](repeating: 0, count: silence)
    }
    position += samples.count
    if let silence { followsSilence = silence > 0 }
  }

  /// Gain of the fade's sample `i`, counted from the silence: a cubic without a kink at its ends.
  private func gain(_ i: Int) -> Float {
    let x = (Float(i) + 0.5) / Float(fade)
    return x * x * (3 - 2 * x)
  }
}
