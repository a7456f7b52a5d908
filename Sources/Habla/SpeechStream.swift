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
final class Engine: @unchecked Sendable {
  let run: RunState
  let decoder: HiFiGANStream

  init(voice: Voice, threads: Int) {
    let pool = ThreadPool(threadCount: threads)
    run = RunState(pool: pool)
    decoder = HiFiGANStream(voice.model.decoder, pool: pool)
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
  private var position = 0
  private var chunkFrames: Int

  /// A sentence whose latent frames are in the engine's working memory.
  private struct ActiveSentence {
    let sentence: PreparedSentence
    let latent: LatentFrames
    let marks: [Mark]
    var marksGiven = 0
    var framesGiven = 0
    let start: Int
  }

  init(_ request: SynthesisRequest, _ voice: Voice) {
    self.request = request
    self.voice = voice
    sentences = SentencePipeline(request, voice.tokenizer)
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
    engine.run.workspace.reset(to: .start)
    var tokens = sentence.tokenized.tokens
    if let encoder = voice.prosody, let request = sentence.tokenized.prosody {
      tokens.prosody = encoder.features(request, engine.run)
    }
    let latent = try voice.model.latentFrames(
      tokens, speaker: request.speaker, scales: request.scales,
      noise: .seed(request.options.seed &+ UInt64(sentenceNumber) &* 0x9E37_79B9_7F4A_7C15),
      engine.run)
    engine.decoder.begin(speakerVector: try voice.model.speakerVector(request.speaker))
    active = ActiveSentence(
      sentence: sentence, latent: latent,
      marks: MarkBuilder(hopLength: voice.hopLength, start: position)
        .marks(sentence, durations: latent.durations),
      start: position)
  }

  /// Latent frames to the next samples.
  private mutating func decode(
    _ engine: Engine, _ checkCancelled: () throws -> Void
  ) throws -> AudioChunk? {
    guard var sentence = active else { return nil }
    var samples: [Float] = []
    // The decoder holds back what later frames still change: a small push may give nothing.
    while samples.isEmpty && sentence.framesGiven < sentence.latent.frames {
      try checkCancelled()
      let count = min(chunkFrames, sentence.latent.frames - sentence.framesGiven)
      let isLast = sentence.framesGiven + count == sentence.latent.frames
      engine.decoder.push(
        sentence.latent.values + sentence.framesGiven * voice.parts.network.interChannels,
        frames: count, isLast: isLast
      ) { samples += $0 }
      sentence.framesGiven += count
      chunkFrames = min(chunkFrames * 2, request.options.chunks.largest)
    }
    let isLast = sentence.framesGiven == sentence.latent.frames
    if request.options.volume != 1 {
      for i in samples.indices { samples[i] *= request.options.volume }
    }
    if isLast {
      upcoming = try sentences.next()
      if upcoming != nil { appendSilence(after: sentence.sentence, to: &samples) }
    }
    return finishChunk(&sentence, samples, isLast: isLast)
  }

  private func appendSilence(after sentence: PreparedSentence, to samples: inout [Float]) {
    let seconds =
      sentence.endsParagraph ? request.options.paragraphSilence : request.options.sentenceSilence
    let count = request.silence(seconds, sampleRate: voice.sampleRate)
    samples += [Float](repeating: 0, count: count)
  }

  private mutating func finishChunk(
    _ sentence: inout ActiveSentence, _ samples: [Float], isLast: Bool
  ) -> AudioChunk {
    let isFirst = position == sentence.start
    let end = position + samples.count
    var marks: [Mark] = []
    while sentence.marksGiven < sentence.marks.count,
      isLast || sentence.marks[sentence.marksGiven].sampleRange.lowerBound < end
    {
      marks.append(sentence.marks[sentence.marksGiven])
      sentence.marksGiven += 1
    }
    let chunk = AudioChunk(
      samples: samples, sampleRate: voice.sampleRate, position: position, sentence: sentenceNumber,
      textRange: sentence.sentence.textRange, isLastOfSentence: isLast, marks: marks,
      unknownSymbols: isFirst ? sentence.sentence.tokenized.unknown : [])
    position = end
    active = isLast ? nil : sentence
    if isLast { sentenceNumber += 1 }
    return chunk
  }
}

/// Places sentences, words and phonemes in the speech by the durations of their tokens.
struct MarkBuilder {
  /// Samples per frame.
  let hopLength: Int
  /// Position of the sentence's first sample.
  let start: Int

  /// Marks in order of their start; at equal starts sentence, word, phoneme.
  func marks(_ sentence: PreparedSentence, durations: [Int]) -> [Mark] {
    var ends: [Int] = [start]
    for frames in durations { ends.append(ends[ends.count - 1] + frames * hopLength) }
    func samples(_ tokens: Range<Int>) -> Range<Int> {
      ends[tokens.lowerBound]..<ends[tokens.upperBound]
    }
    let tokenized = sentence.tokenized
    var marks = [
      Mark(
        kind: .sentence, textRange: sentence.textRange,
        sampleRange: start..<ends[ends.count - 1])
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
