import CHabla
import Habla
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What a session handle stands for.
///
/// Threads: `cancel`, `close` and `append` may be called from any thread. Everything else happens in `use`,
/// which lets one call in at a time and refuses others; that also keeps callbacks from using the
/// session that called them. A call holds the object, so it survives being freed meanwhile.
final class Session: @unchecked Sendable {
  private enum State {
    case idle
    case speaking(SpeechStream)
    case incremental(IncrementalStream)
    case ended(habla_status)
    case failed(HablaError)
  }

  private let synthesizer: Synthesizer
  /// The text that may be appended to, for calls from any thread.
  private let text = Mutex<IncrementalText?>(nil)
  private let isBusy = Atomic<Bool>(false)
  private let isClosed = Atomic<Bool>(false)

  // For the call that holds `isBusy` only.
  private var state = State.idle
  private var lastSentence = -1
  private var began = ContinuousClock.now
  private var sampleCount = 0
  private var storage: ChunkStorage?
  /// The lexicon read last, as programs give the same one with every text.
  private var lexicon: (text: String, entries: Lexicon)?
  private var failure: (message: ErrorText, hint: ErrorText)?

  init(_ synthesizer: Synthesizer) { self.synthesizer = synthesizer }

  /// Ends the present synthesis.
  func cancel() {
    synthesizer.cancel()
    text.withLock { $0?.cancel() }
  }

  /// Ends the present synthesis for good: the handle is gone.
  func close() {
    isClosed.store(true, ordering: .releasing)
    cancel()
  }

  /// Why the last call failed.
  var message: UnsafePointer<CChar> { failure?.message.pointer ?? literal("") }

  /// What to do about it.
  var hint: UnsafePointer<CChar> { failure?.hint.pointer ?? literal("") }

  /// Runs one call: drops what the call before gave, and keeps what this one throws.
  func use(_ body: (Session) throws -> habla_status) -> habla_status {
    if isBusy.exchange(true, ordering: .acquiring) {
      Log.write(HABLA_LOG_ERROR, "the session is busy with another call")
      return HABLA_ERROR_ARGUMENT
    }
    defer { isBusy.store(false, ordering: .releasing) }
    storage = nil
    failure = nil
    do {
      return try body(self)
    } catch let thrown {
      let error = HablaError.from(thrown)
      if error.kind != .cancelled {
        failure = (ErrorText(error.message), ErrorText(error.hint))
        Log.write(HABLA_LOG_ERROR, error.description)
      }
      return error.status
    }
  }

  /// Starts a text; after a failure nothing is started.
  func start(_ text: UnsafePointer<CChar>?, _ options: UnsafePointer<habla_options>?) throws {
    drop()
    let options = try habla_options.read(options)
    let text = try CallerString.required(text, "text", invalid: .text)
    state = .speaking(
      try synthesizer.start(
        text, options: try synthesis(options), kind: try options.inputKind()))
  }

  private func synthesis(_ options: habla_options) throws -> SynthesisOptions {
    var synthesis = try options.synthesisOptions()
    synthesis.lexicon = try lexicon(of: options)
    return synthesis
  }

  private func lexicon(of options: habla_options) throws -> Lexicon? {
    let name = "habla_options.lexicon"
    guard let text = try CallerString.optional(options.lexicon, name) else { return nil }
    // By bytes: strings also count as equal when they are only equivalent.
    if let lexicon, lexicon.text.utf8.elementsEqual(text.utf8) { return lexicon.entries }
    let entries = try Lexicon(text: text, name: name)
    lexicon = (text, entries)
    return entries
  }

  /// Starts a text of which nothing is there yet.
  func startIncremental(_ options: UnsafePointer<habla_options>?) throws {
    drop()
    let options = try habla_options.read(options)
    let text = IncrementalText()
    state = .incremental(
      try synthesizer.start(
        text, options: try synthesis(options), kind: try options.inputKind()))
    self.text.withLock { $0 = text }
  }

  /// Readies everything; what was spoken is dropped.
  func preload() throws {
    drop()
    try synthesizer.preload()
  }

  /// Drops the text before.
  private func drop() {
    state = .idle
    lastSentence = -1
    began = .now
    sampleCount = 0
    cancel()
    text.withLock { $0 = nil }
  }

  /// Adds to the text that was started, or finishes it when `piece` is nil; from any thread.
  func append(_ piece: UnsafePointer<CChar>?) throws {
    guard let text = text.withLock({ $0 }) else {
      throw HablaError(
        .argument, "there is no text to append to",
        hint: "call habla_session_start_incremental first")
    }
    guard let piece else { return try text.finish() }
    let bytes = UnsafeRawBufferPointer(start: piece, count: strlen(piece))
    try text.append(utf8: bytes)
  }

  /// The next piece, or nil when there is none; then `outcome` says why.
  func next() throws -> AudioChunk? {
    switch state {
    case .idle:
      throw HablaError(
        .argument, "nothing was started",
        hint: "call habla_session_start before habla_session_next")
    case .failed(let error): throw error
    case .ended: return nil
    case .speaking(let stream):
      return try pull { try stream.next().map { .chunk($0) } ?? .end }
    case .incremental(let stream):
      return try pull { try stream.next() }
    }
  }

  /// The next piece that has samples from a stream.
  private func pull(_ next: () throws -> IncrementalStream.Step) throws -> AudioChunk? {
    if isClosed.load(ordering: .acquiring) {
      state = .ended(HABLA_CANCELLED)
      return nil
    }
    do {
      while true {
        switch try next() {
        case .chunk(let chunk):
          warn(of: chunk.unknownSymbols)
          sampleCount += chunk.samples.count
          if !chunk.samples.isEmpty { return chunk }
        case .needsText: return nil
        case .end:
          state = .ended(HABLA_END)
          Log.write(
            HABLA_LOG_DEBUG,
            "\(sampleCount) samples, \(ContinuousClock.now - began) since the start")
          return nil
        }
      }
    } catch let thrown {
      let error = HablaError.from(thrown)
      if error.kind != .cancelled {
        state = .failed(error)
        throw error
      }
      state = .ended(HABLA_CANCELLED)
      return nil
    }
  }

  /// Why there was no next piece.
  var outcome: habla_status {
    switch state {
    case .ended(let status): status
    case .incremental: HABLA_NEED_TEXT
    default: HABLA_ERROR_INTERNAL
    }
  }

  /// Ends the text as cancelled, whatever is left of it.
  func stop() {
    synthesizer.cancel()
    state = .ended(HABLA_CANCELLED)
  }

  /// Speaks a whole text into one piece; nil when there is nothing in it, or it was cancelled.
  func synthesize(
    _ text: UnsafePointer<CChar>?, _ options: UnsafePointer<habla_options>?
  ) throws -> UnsafePointer<habla_chunk>? {
    try start(text, options)
    var samples: [Float] = []
    var marks: [Mark] = []
    var skipped: [String] = []
    var textRange: Range<Int>?
    var sampleRate = 0
    while let chunk = try next() {
      samples += chunk.samples
      marks += chunk.marks
      for symbol in chunk.unknownSymbols where !skipped.contains(symbol) { skipped.append(symbol) }
      textRange = (textRange?.lowerBound ?? chunk.textRange.lowerBound)..<chunk.textRange.upperBound
      sampleRate = chunk.sampleRate
    }
    guard outcome == HABLA_END, let textRange else { return nil }
    return keep(
      ChunkStorage(
        samples: samples, marks: marks, skipped: skipped,
        place: .init(
          flags: HABLA_CHUNK_SENTENCE_BEGIN | HABLA_CHUNK_SENTENCE_END, position: 0,
          textRange: textRange, sampleRate: sampleRate, sentence: 0)))
  }

  /// Keeps a piece for the caller until the next call.
  func give(_ chunk: AudioChunk) -> UnsafePointer<habla_chunk> {
    var flags: UInt32 = 0
    if chunk.sentence != lastSentence { flags |= HABLA_CHUNK_SENTENCE_BEGIN }
    if chunk.isLastOfSentence { flags |= HABLA_CHUNK_SENTENCE_END }
    lastSentence = chunk.sentence
    return keep(
      ChunkStorage(
        samples: chunk.samples, marks: chunk.marks, skipped: chunk.unknownSymbols,
        place: .init(
          flags: flags, position: chunk.position, textRange: chunk.textRange,
          sampleRate: chunk.sampleRate, sentence: chunk.sentence)))
  }

  private func keep(_ storage: ChunkStorage) -> UnsafePointer<habla_chunk> {
    self.storage = storage
    return storage.chunk
  }

  private func warn(of symbols: [String]) {
    if symbols.isEmpty { return }
    Log.write(
      HABLA_LOG_WARNING, "the voice has no symbol for: \(symbols.joined(separator: " "))")
  }
}

/// An error's text in an object of its own, so that it can be optional.
private final class ErrorText {
  private let string: CString
  var pointer: UnsafePointer<CChar> { string.pointer }
  init(_ text: String) { string = CString(text) }
}
