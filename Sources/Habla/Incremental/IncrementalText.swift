import HablaText
import Synchronization

/// A text that is still being written, such as the answer of a language model.
///
/// Pieces may end anywhere: inside a word, a number, or a character. What is appended is spoken by
/// the one stream that was started for the text (`Synthesizer.start(_:options:kind:)`). It waits in
/// memory until then; whoever writes faster than is spoken and cares for memory appends when the
/// stream asks for more. Threads: any; one may append while another pulls audio.
public final class IncrementalText: Sendable {
  private struct State {
    /// What the stream has not taken yet.
    var fresh = ""
    /// The first bytes of a character that is not complete yet.
    var partial: [UInt8] = []
    /// Bytes appended in all.
    var count = 0
    /// The whole text, as long as it is short.
    var whole: String? = ""
    var isFinished = false
    var isCancelled = false
  }

  private let state = Mutex(State())
  /// Bytes of the longest text that is kept whole.
  private static let mostWhole = 4 * SentenceSplitter.defaultLimit

  /// An empty text.
  public init() {}

  /// Whether `finish` was called.
  public var isFinished: Bool { state.withLock { $0.isFinished } }

  /// Adds what comes next of the text.
  ///
  /// - Throws: `HablaError`: `.argument` when the text was finished, `.cancelled` when the speech was
  ///   cancelled or ended with an error.
  public func append(_ text: String) throws { try append(utf8: text.utf8) }

  /// Adds the next bytes of the text in UTF-8, which may end inside a character.
  ///
  /// - Throws: as above, and `.text` when the bytes are not UTF-8; then none of them are taken.
  public func append(utf8 bytes: some Collection<UInt8>) throws {
    try state.withLock { state in
      try Self.checkOpen(state)
      let all = state.partial + bytes
      let tail = Self.incompleteTail(all)
      guard let text = String(validating: all.dropLast(tail), as: UTF8.self) else {
        let start = state.count - state.partial.count
        throw HablaError(
          .text, "the text is not UTF-8 at byte \(start + UTF8Check.firstInvalidByte(all))",
          hint: "convert it to UTF-8")
      }
      state.fresh += text
      state.whole? += text
      if state.count > Self.mostWhole { state.whole = nil }
      state.partial = Array(all.suffix(tail))
      state.count += bytes.count
    }
  }

  /// Says that the text is complete; further calls do nothing.
  ///
  /// - Throws: `HablaError` of kind `.text` when it ends inside a character, which is left out.
  public func finish() throws {
    try state.withLock { state in
      state.isFinished = true
      if state.partial.isEmpty { return }
      let start = state.count - state.partial.count
      state.partial = []
      throw HablaError(.text, "the text ends inside the character at byte \(start)")
    }
  }

  /// Hands over what was appended since the last call.
  package func take() -> (text: String, isFinished: Bool) {
    state.withLock { state in
      defer { state.fresh = "" }
      return (state.fresh, state.isFinished)
    }
  }

  /// The whole text when it is complete and no longer than a sentence may be.
  ///
  /// Its sentences are then the same however they are found.
  var finishedShortText: String? {
    state.withLock { state in
      guard state.isFinished, let whole = state.whole,
        whole.unicodeScalars.count <= SentenceSplitter.defaultLimit
      else { return nil }
      return whole
    }
  }

  /// Refuses further text: nobody speaks it.
  package func cancel() {
    state.withLock {
      $0.isCancelled = true
      $0.fresh = ""
    }
  }

  private static func checkOpen(_ state: State) throws {
    if state.isFinished { throw HablaError(.argument, "the text was finished before") }
    if state.isCancelled { throw HablaError(.cancelled, "the synthesis was cancelled") }
  }

  /// How many bytes at the end, at most three, begin a character that is not complete.
  private static func incompleteTail(_ bytes: [UInt8]) -> Int {
    for count in 1...3 where count <= bytes.count {
      let byte = bytes[bytes.count - count]
      // 0b10xxxxxx continues a character.
      if byte & 0xC0 == 0x80 { continue }
      let length =
        switch byte {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 1
        }
      return length > count ? count : 0
    }
    return 0
  }
}

/// Finds what is wrong with bytes that should be UTF-8.
package enum UTF8Check {
  /// Offset of the first byte that is not UTF-8; the number of bytes when all are.
  package static func firstInvalidByte(_ bytes: some Sequence<UInt8>) -> Int {
    var iterator = bytes.makeIterator()
    var parser = Unicode.UTF8.ForwardParser()
    var offset = 0
    while case .valid(let scalar) = parser.parseScalar(from: &iterator) { offset += scalar.count }
    return offset
  }
}
