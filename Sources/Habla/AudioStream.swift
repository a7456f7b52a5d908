/// Speech as an asynchronous sequence of chunks.
///
/// Each chunk is computed when it is asked for, on the concurrent executor and not on the caller's
/// actor; nothing is computed ahead. Cancelling the task that iterates ends the synthesis within
/// the time of one chunk, with an `HablaError` of kind `.cancelled`. Every iteration speaks the text
/// anew; iterating ends what the synthesizer was speaking before.
public struct AudioStream: AsyncSequence, Sendable {
  /// What the sequence gives.
  public typealias Element = AudioChunk

  private let synthesizer: Synthesizer
  private let request: SynthesisRequest

  init(_ synthesizer: Synthesizer, _ request: SynthesisRequest) {
    self.synthesizer = synthesizer
    self.request = request
  }

  /// Starts to speak.
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(stream: synthesizer.start(request))
  }

  /// Pulls chunks.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let stream: SpeechStream

    /// The next chunk, or nil at the end.
    ///
    /// - Throws: `HablaError`.
    public mutating func next() async throws -> AudioChunk? { try stream.next() }
  }
}

extension Synthesizer {
  /// Speaks a text as an asynchronous sequence of chunks.
  ///
  /// - Throws: `HablaError` when an option is out of range or the voice lacks speaker or language.
  public func stream(
    _ input: String, options: SynthesisOptions = SynthesisOptions(), kind: InputKind = .text
  ) throws -> AudioStream {
    AudioStream(self, try SynthesisRequest(input, kind, options, voice))
  }
}
