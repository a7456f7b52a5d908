import HablaText

/// Speech of a text that is still being written: pull steps until the end.
///
/// Nothing is computed ahead of the caller. Threads: one call at a time; the text may be appended to,
/// and `Synthesizer.cancel` be called, from any thread meanwhile.
public final class IncrementalStream {
  /// What comes next.
  public enum Step: Sendable, Equatable {
    /// A piece of speech.
    case chunk(AudioChunk)
    /// Nothing can be spoken before more is appended, or the text is finished.
    case needsText
    /// All has been spoken.
    case end
  }

  /// The text that is spoken.
  public let text: IncrementalText
  private let request: SynthesisRequest
  private let pull: SpeechPull
  private var hasGiven = false

  init(_ text: IncrementalText, _ request: SynthesisRequest, _ synthesizer: Synthesizer) {
    self.text = text
    self.request = request
    let voice = synthesizer.voice
    let sentences = IncrementalSentences(text, request, voice.tokenizer)
    pull = SpeechPull(synthesizer, .synthesis(SpeechProgress(request, voice, sentences), nil))
  }

  deinit { text.cancel() }

  /// The next piece of speech, or why there is none yet.
  ///
  /// - Throws: `HablaError`; of kind `.cancelled` after `Synthesizer.cancel`, or when the
  ///   synthesizer has started another text. Then the text takes no more either.
  public func next() throws -> Step {
    if !hasGiven, let whole = text.finishedShortText {
      // A short answer that is there before it is spoken: cache and packs may have it.
      hasGiven = true
      pull.replace(with: .request(request.speaking(whole)))
    }
    do {
      switch try pull.next() {
      case .chunk(let chunk):
        hasGiven = true
        return .chunk(chunk)
      case .needsText: return .needsText
      case .end: return .end
      }
    } catch {
      text.cancel()
      throw error
    }
  }
}

extension Synthesizer {
  /// Starts to speak a text that is still being written, and returns the stream to pull from.
  ///
  /// A sentence is spoken as soon as the words behind it show that it has ended, and one of more
  /// than 200 characters up to the end of a clause. Samples and marks are those of the whole text
  /// spoken at once, unless it has such long sentences, which are then cut at other places; chunks may
  /// be cut at other places too. Positions in marks count from the start of the whole text. Nothing is
  /// computed before the first `next`. One text is spoken by one stream.
  ///
  /// - Throws: `HablaError` when an option is out of range or the voice lacks speaker or language.
  public func start(
    _ text: IncrementalText, options: SynthesisOptions = SynthesisOptions(),
    kind: InputKind = .text
  ) throws -> IncrementalStream {
    IncrementalStream(text, try SynthesisRequest("", kind, options, voice), self)
  }

  /// Speaks the pieces of a text, such as the tokens of a language model, as they come.
  ///
  /// A piece is asked for when there is nothing left to speak without it, which slows down a source
  /// that waits for its reader. What the source throws is thrown on. Otherwise like `start`.
  ///
  /// - Throws: `HablaError` when an option is out of range or the voice lacks speaker or language.
  public func stream<Pieces: AsyncSequence>(
    _ pieces: Pieces, options: SynthesisOptions = SynthesisOptions(), kind: InputKind = .text
  ) throws -> IncrementalAudio<Pieces> where Pieces.Element == String {
    IncrementalAudio(self, pieces, try SynthesisRequest("", kind, options, voice))
  }
}

/// Speech of the pieces of a text, as an asynchronous sequence of chunks.
///
/// Each chunk is computed when it is asked for. Every iteration asks for the pieces anew.
public struct IncrementalAudio<Pieces: AsyncSequence>: AsyncSequence
where Pieces.Element == String {
  /// What the sequence gives.
  public typealias Element = AudioChunk

  private let synthesizer: Synthesizer
  private let pieces: Pieces
  private let request: SynthesisRequest

  init(_ synthesizer: Synthesizer, _ pieces: Pieces, _ request: SynthesisRequest) {
    self.synthesizer = synthesizer
    self.pieces = pieces
    self.request = request
  }

  /// Starts to speak.
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(
      stream: IncrementalStream(IncrementalText(), request, synthesizer),
      pieces: pieces.makeAsyncIterator())
  }

  /// Pulls chunks, and pieces of text as they are needed.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let stream: IncrementalStream
    var pieces: Pieces.AsyncIterator

    /// The next chunk, or nil at the end.
    ///
    /// - Throws: `HablaError`, or what the source of the text throws.
    public mutating func next() async throws -> AudioChunk? {
      while true {
        switch try stream.next() {
        case .chunk(let chunk): return chunk
        case .end: return nil
        case .needsText:
          if let piece = try await pieces.next() {
            try stream.text.append(piece)
          } else {
            try stream.text.finish()
          }
        }
      }
    }
  }
}

extension IncrementalAudio: Sendable where Pieces: Sendable {}
