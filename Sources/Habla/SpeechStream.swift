import HablaKernels
import HablaNetwork
import HablaText
import Synchronization

/// Speech as it is made: pull chunks until nil.
///
/// Nothing is computed ahead of the caller. Threads: one call at a time; `Synthesizer.cancel` may
/// come from any thread.
public final class SpeechStream {
  private let synthesizer: Synthesizer
  private let number: UInt64
  private var progress: SpeechProgress

  init(synthesizer: Synthesizer, number: UInt64, request: SynthesisRequest) {
    self.synthesizer = synthesizer
    self.number = number
    progress = SpeechProgress(request, synthesizer.voice)
  }

  /// The next piece of speech, or nil at the end.
  ///
  /// - Throws: `HablaError`; of kind `.cancelled` after `Synthesizer.cancel`, or when the
  ///   synthesizer has started another text.
  public func next() throws -> AudioChunk? {
    try synthesizer.lock.withLock { _ in
      do {
        return try progress.next(synthesizer.engine) { [synthesizer, number] in
          // `Task.isCancelled` is false outside of tasks.
          if Task.isCancelled || synthesizer.current.load(ordering: .relaxed) != number {
            throw CancellationError()
          }
        }
      } catch {
        throw HablaError(wrapping: error)
      }
    }
  }
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

/// Where a synthesis stands.
///
/// This is the way through, from text to audio.
struct SpeechProgress {
  private let request: SynthesisRequest
  private let voice: Voice
  private var sentences: SentencePipeline
  private var upcoming: PreparedSentence?
  private var hasStarted = false
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
  }

  init(_ request: SynthesisRequest, _ voice: Voice) {
    self.request = request
    self.voice = voice
    sentences = SentencePipeline(request, voice.tokenizer)
    output = OutputStage(rates: request.rates, volume: request.options.volume)
    chunkFrames = request.options.chunks.first
  }

  /// The next chunk; `checkCancelled` throws when the synthesis has been cancelled.
  mutating func next(_ engine: Engine, _ checkCancelled: () throws -> Void) throws -> AudioChunk? {
    try checkCancelled()
    if active == nil {
      if !hasStarted {
        upcoming = try sentences.next()
        hasStarted = true
      }
      guard let sentence = upcoming else { return nil }
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
  ) throws -> AudioChunk? {
    guard var sentence = active else { return nil }
    let decoder = try engine.decoder()
    var samples: [Float] = []
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
    if sentence.framesGiven == sentence.latent.frames { upcoming = try sentences.next() }
    return finishChunk(&sentence, &samples)
  }

  private mutating func finishChunk(
    _ sentence: inout ActiveSentence, _ samples: inout [Float]
  ) -> AudioChunk {
    let isFirst = output.position == output.sentenceStart
    let isLast = sentence.framesGiven == sentence.latent.frames
    let position = output.position
    output.finishChunk(
      &samples,
      silence: isLast ? upcoming == nil ? 0 : request.silence(after: sentence.sentence) : nil)
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
