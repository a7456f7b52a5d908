import HablaKernels
import HablaNetwork
import HablaText
import Synchronization

/// Speech as it is made: pull chunks until nil.
///
/// Nothing is computed ahead of the caller. Threads: one call at a time; `Synthesizer.cancel` may
/// come from any thread.
public final class SpeechStream {
  private let pull: SpeechPull

  init(_ pull: SpeechPull) { self.pull = pull }

  /// The next piece of speech, or nil at the end.
  ///
  /// - Throws: `HablaError`; of kind `.cancelled` after `Synthesizer.cancel`, or when the
  ///   synthesizer has started another text.
  public func next() throws -> AudioChunk? {
    if case .chunk(let chunk) = try pull.next() { chunk } else { nil }
  }
}

/// One use of a synthesizer's engine, chunk by chunk, from wherever the speech comes.
final class SpeechPull {
  private let synthesizer: Synthesizer
  private let number: UInt64
  private var source: Source

  /// Where the chunks come from.
  enum Source {
    /// Cache and packs are asked first.
    case request(SynthesisRequest)
    /// They are computed, and kept for the cache if there is a recording.
    case synthesis(SpeechProgress, SpeechRecording?)
    /// They were computed before.
    case stored(ArraySlice<AudioChunk>)
    /// There are no more.
    case ended
  }

  /// Ends what the synthesizer was speaking.
  init(_ synthesizer: Synthesizer, _ source: Source) {
    self.synthesizer = synthesizer
    self.source = source
    number = synthesizer.current.wrappingAdd(1, ordering: .relaxed).newValue
  }

  /// Changes where the chunks come from, as long as none was given.
  func replace(with source: Source) { self.source = source }

  /// The next step; an error ends the speech.
  func next() throws -> SpeechStep {
    try synthesizer.lock.withLock { _ in
      do {
        try checkCancelled()
        // Taken out while it is changed, so that it is never copied.
        var current = exchange(&source, with: .ended)
        if case .request(let request) = current {
          current = Self.open(request, synthesizer.voice)
        }
        return try advance(current)
      } catch {
        throw HablaError(wrapping: error)
      }
    }
  }

  private func checkCancelled() throws {
    // `Task.isCancelled` is false outside of tasks.
    if Task.isCancelled || synthesizer.current.load(ordering: .relaxed) != number {
      throw CancellationError()
    }
  }

  /// Looks for the speech where it may be kept, else starts to synthesize.
  private static func open(_ request: SynthesisRequest, _ voice: Voice) -> Source {
    let isCached = voice.cache.accepts(request.input)
    let isPacked = !voice.packs.isEmpty
    guard isCached || isPacked else { return .synthesis(SpeechProgress(request, voice), nil) }
    let key = SpeechKey(request)
    if isPacked, let chunks = voice.packs.chunks(for: key, textLength: request.input.utf8.count) {
      return .stored(chunks[...])
    }
    if isCached, let chunks = voice.cache.chunks(for: key) { return .stored(chunks[...]) }
    return .synthesis(SpeechProgress(request, voice), isCached ? SpeechRecording(key: key) : nil)
  }

  private func advance(_ current: consuming Source) throws -> SpeechStep {
    switch consume current {
    case .request, .ended: return .end
    case .stored(var chunks):
      guard let chunk = chunks.popFirst() else { return .end }
      source = .stored(chunks)
      return .chunk(chunk)
    case .synthesis(var progress, var recording):
      let step = try progress.next(synthesizer.engine, checkCancelled)
      switch step {
      case .chunk(let chunk):
        recording?.chunks.append(chunk)
        recording?.sampleCount += chunk.samples.count
        // What is too large for the cache need not be kept to its end.
        let most = synthesizer.voice.cache.limits.bytes / MemoryLayout<Float>.stride
        if let count = recording?.sampleCount, count > most { recording = nil }
        source = .synthesis(progress, recording)
      case .needsText: source = .synthesis(progress, recording)
      case .end:
        if let recording { synthesizer.voice.cache.insert(recording.chunks, for: recording.key) }
      }
      return step
    }
  }
}

/// What a synthesis has given so far, for the cache.
struct SpeechRecording {
  let key: SpeechKey
  var chunks: [AudioChunk] = []
  var sampleCount = 0
}

/// Working memory of a synthesizer: of the network up to the latent frames, and of the decoder.
///
/// Threads: used under the synthesizer's lock only.
package final class Engine: @unchecked Sendable {
  package let run: RunState
  private let model: VITSModel
  private var stream: HiFiGANStream?

  init(voice: Voice, threads: Int) {
    run = RunState(pool: ThreadPool(threadCount: threads))
    model = voice.model
  }

  /// The decoder's working memory, with the voice's weights ready for use.
  ///
  /// - Throws: `CheckpointError` when the voice's weights cannot be used.
  func decoder() throws -> HiFiGANStream {
    try model.prepare(run.pool)
    if let stream { return stream }
    let made = HiFiGANStream(model.decoder, pool: run.pool)
    stream = made
    return made
  }
}

/// What comes next of a speech.
enum SpeechStep {
  case chunk(AudioChunk)
  /// More text must come first; of a text that is still being written.
  case needsText
  case end
}

/// Where a synthesis stands.
///
/// This is the way through, from text to audio.
struct SpeechProgress {
  private let request: SynthesisRequest
  private let voice: Voice
  private var sentences: any SentenceSource
  private var upcoming: PreparedSentence?
  private var active: ActiveSentence?
  private var sentenceNumber = 0
  private var output: OutputStage
  private var chunkFrames: Int

  /// A sentence whose latent frames are in the engine's working memory.
  private struct ActiveSentence {
    let sentence: PreparedSentence
    let latent: LatentFrames
    let marks: [Mark]
    var marksGiven = 0
    var framesGiven = 0
    /// The sentence's last samples, kept back until it is known whether another one follows.
    var held: [Float] = []
  }

  /// Speaks the request's text.
  init(_ request: SynthesisRequest, _ voice: Voice) {
    self.init(request, voice, SentencePipeline(request, voice.tokenizer))
  }

  /// Speaks sentences from elsewhere with the request's options.
  init(_ request: SynthesisRequest, _ voice: Voice, _ sentences: any SentenceSource) {
    self.request = request
    self.voice = voice
    self.sentences = sentences
    output = OutputStage(rates: request.rates, volume: request.options.volume)
    chunkFrames = request.options.chunks.first
  }

  /// The next chunk; `checkCancelled` throws when the synthesis has been cancelled.
  mutating func next(_ engine: Engine, _ checkCancelled: () throws -> Void) throws -> SpeechStep {
    try checkCancelled()
    if active == nil {
      guard let sentence = upcoming else {
        switch try sentences.next() {
        case .sentence(let sentence): upcoming = sentence
        case .needsText: return .needsText
        case .end: return .end
        }
        return try next(engine, checkCancelled)
      }
      upcoming = nil
      try begin(sentence, engine)
    }
    return try decode(engine, checkCancelled)
  }

  /// Tokens to latent frames, and the marks that follow from the durations.
  private mutating func begin(_ sentence: PreparedSentence, _ engine: Engine) throws {
    let decoder = try engine.decoder()
    engine.run.workspace.reset(to: .start)
    var tokens = sentence.tokenized.tokens
    if let encoder = voice.prosody, let request = sentence.tokenized.prosody {
      tokens.prosody = encoder.features(request, engine.run)
    }
    let latent = try voice.model.latentFrames(
      tokens, speaker: request.speaker, scales: request.scales,
      noise: .seed(request.options.seed &+ UInt64(sentenceNumber) &* 0x9E37_79B9_7F4A_7C15),
      engine.run)
    decoder.begin(speakerVector: try voice.model.speakerVector(request.speaker))
    try output.beginSentence(length: latent.frames * voice.hopLength)
    active = ActiveSentence(
      sentence: sentence, latent: latent,
      marks: MarkBuilder(hopLength: voice.hopLength, position: output.position(inSentence:))
        .marks(sentence, durations: latent.durations))
  }

  /// Latent frames to the next samples.
  private mutating func decode(
    _ engine: Engine, _ checkCancelled: () throws -> Void
  ) throws -> SpeechStep {
    guard var sentence = active else { return .end }
    let decoder = try engine.decoder()
    var samples: [Float] = sentence.held
    // The decoder and the resampler hold back what later frames still change: a small push may
    // give nothing.
    while !output.mayGive(samples.count) && sentence.framesGiven < sentence.latent.frames {
      try checkCancelled()
      let count = min(chunkFrames, sentence.latent.frames - sentence.framesGiven)
      let isLast = sentence.framesGiven + count == sentence.latent.frames
      var decoded: [Float] = []
      decoder.push(
        sentence.latent.values + sentence.framesGiven * voice.parts.network.interChannels,
        frames: count, isLast: isLast
      ) { decoded += $0 }
      try output.append(decoded, isLast: isLast, to: &samples)
      sentence.framesGiven += count
      chunkFrames = min(chunkFrames * 2, request.options.chunks.largest)
    }
    guard sentence.framesGiven == sentence.latent.frames else {
      return .chunk(finishChunk(&sentence, &samples, silence: nil))
    }
    let silence = request.silence(after: sentence.sentence)
    let isFollowed = try isFollowed()
    if silence > 0, isFollowed == nil {
      // What can be given now is given; the few milliseconds that may be faded end the sentence.
      let given = output.givableCount(of: samples.count)
      sentence.held = Array(samples[given...])
      active = sentence
      if given == 0 { return .needsText }
      samples.removeSubrange(given...)
      return .chunk(finishChunk(&sentence, &samples, silence: nil))
    }
    return .chunk(finishChunk(&sentence, &samples, silence: isFollowed == true ? silence : 0))
  }

  /// Whether another sentence follows the one that is ending; nil while that is not known.
  private mutating func isFollowed() throws -> Bool? {
    switch try sentences.next() {
    case .sentence(let next):
      upcoming = next
      return true
    case .end: return false
    case .needsText: return try sentences.isSureOfMore() ? true : nil
    }
  }

  /// Makes a chunk, which ends its sentence when `silence`, the samples of silence behind it, is
  /// given.
  private mutating func finishChunk(
    _ sentence: inout ActiveSentence, _ samples: inout [Float], silence: Int?
  ) -> AudioChunk {
    let isFirst = output.position == output.sentenceStart
    let isLast = silence != nil
    let position = output.position
    output.finishChunk(&samples, silence: silence)
    var marks: [Mark] = []
    while sentence.marksGiven < sentence.marks.count,
      isLast || sentence.marks[sentence.marksGiven].sampleRange.lowerBound < output.position
    {
      marks.append(sentence.marks[sentence.marksGiven])
      sentence.marksGiven += 1
    }
    let chunk = AudioChunk(
      samples: samples, sampleRate: request.rates.output, position: position,
      sentence: sentenceNumber, textRange: sentence.sentence.textRange, isLastOfSentence: isLast,
      marks: marks, unknownSymbols: isFirst ? sentence.sentence.tokenized.unknown : [])
    active = isLast ? nil : sentence
    if isLast { sentenceNumber += 1 }
    return chunk
  }
}

/// Places sentences, words and phonemes in the speech by the durations of their tokens.
struct MarkBuilder {
  /// Samples per frame, at the voice's rate.
  let hopLength: Int
  /// From samples of the sentence, at the voice's rate, to samples of the speech.
  let position: (Int) -> Int

  /// Marks in order of their start; at equal starts sentence, word, phoneme.
  func marks(_ sentence: PreparedSentence, durations: [Int]) -> [Mark] {
    var frames = 0
    var ends = [position(0)]
    for duration in durations {
      frames += duration
      ends.append(position(frames * hopLength))
    }
    func samples(_ tokens: Range<Int>) -> Range<Int> {
      ends[tokens.lowerBound]..<ends[tokens.upperBound]
    }
    let tokenized = sentence.tokenized
    var marks = [
      Mark(
        kind: .sentence, textRange: sentence.textRange,
        sampleRange: ends[0]..<ends[ends.count - 1])
    ]
    marks += tokenized.words.map {
      Mark(kind: .word, textRange: $0.textRange, sampleRange: samples($0.tokens))
    }
    marks += tokenized.phonemes.map {
      Mark(kind: .phoneme, textRange: nil, sampleRange: samples($0.tokens), label: $0.symbol)
    }
    return marks.enumerated().sorted {
      ($0.element.sampleRange.lowerBound, $0.element.kind.rawValue, $0.offset)
        < ($1.element.sampleRange.lowerBound, $1.element.kind.rawValue, $1.offset)
    }.map(\.element)
  }
}
