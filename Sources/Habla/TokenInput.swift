import HablaNetwork

/// What a voice's network reads, for callers with a front end of their own.
public struct TokenInput: Sendable {
  /// Token ids, blanks included.
  public var ids: [Int]
  /// Tone ids, one per token; empty means all 0.
  public var tones: [Int] = []
  /// Language ids, one per token; empty means all 0.
  public var languages: [Int] = []
  /// Prosody features, row-major [tokens, width]; nil means zeros.
  ///
  /// This is the 768-wide `ja_bert` of MeloTTS, read for every language but Chinese.
  public var prosody: [Float]?
  /// Second prosody features, row-major [tokens, width]; nil means zeros.
  ///
  /// This is the 1024-wide `bert` of MeloTTS, read for Chinese.
  public var secondProsody: [Float]?
  /// Standard normal noise to use instead of drawing it from the seed.
  public var noise: Noise?

  /// Standard normal noise, unscaled.
  public struct Noise: Sendable {
    /// For the durations: [2, tokens].
    public var durations: [Float]
    /// For the latent frames: [frames, channels], for as many frames as the durations give.
    public var latents: [Float]

    /// Makes noise.
    public init(durations: [Float], latents: [Float]) {
      self.durations = durations
      self.latents = latents
    }
  }

  /// Makes an input of ids; set the rest as needed.
  public init(ids: [Int]) { self.ids = ids }
}

/// Samples of a token sequence.
public struct TokenSpeech: Sendable, Equatable {
  /// Samples, mono, full scale ±1: the sum of `frames` times the voice's hop length.
  public let samples: [Float]
  /// Samples per second.
  public let sampleRate: Int
  /// Latent frames of each token.
  public let frames: [Int]
}

extension Synthesizer {
  /// Speaks tokens: the network alone, without text, sentences or silences.
  ///
  /// Of the options, speaker, speed, scales, seed and volume apply. Ends what the synthesizer was
  /// speaking.
  ///
  /// - Throws: `HablaError` of kind `.argument` when an id is not in the voice's tables, an array
  ///   has the wrong length, or an option is out of range.
  public func synthesize(
    tokens input: TokenInput, options: SynthesisOptions = SynthesisOptions()
  ) throws -> TokenSpeech {
    let request = try SynthesisRequest("", .phonemes, options, voice)
    let tokens = TokenSequence(
      ids: input.ids, tones: input.tones, languages: input.languages, prosody: input.prosody,
      secondProsody: input.secondProsody)
    let noise: NoiseSource =
      input.noise.map {
        .injected(InjectedNoise(durations: $0.durations, latents: $0.latents))
      } ?? .seed(options.seed)
    // Its latent frames lie in the working memory that is used here.
    cancel()
    return try lock.withLock { _ in
      do {
        return try engine.speak(tokens, request, noise, voice)
      } catch {
        throw HablaError(wrapping: error)
      }
    }
  }
}

extension Engine {
  fileprivate func speak(
    _ tokens: TokenSequence, _ request: SynthesisRequest, _ noise: NoiseSource, _ voice: Voice
  ) throws -> TokenSpeech {
    let decoder = try decoder()
    run.workspace.reset(to: .start)
    let latent = try voice.model.latentFrames(
      tokens, speaker: request.speaker, scales: request.scales, noise: noise, run)
    decoder.begin(speakerVector: try voice.model.speakerVector(request.speaker))
    var samples: [Float] = []
    samples.reserveCapacity(latent.frames * voice.hopLength)
    let channels = voice.parts.network.interChannels
    let largest = request.options.chunks.largest
    for start in stride(from: 0, to: latent.frames, by: largest) {
      let count = min(largest, latent.frames - start)
      decoder.push(
        latent.values + start * channels, frames: count, isLast: start + count == latent.frames
      ) { samples += $0 }
    }
    for i in samples.indices { samples[i] *= request.options.volume }
    return TokenSpeech(samples: samples, sampleRate: voice.sampleRate, frames: latent.durations)
  }
}
