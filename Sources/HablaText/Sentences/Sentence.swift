/// One sentence, or one part of a sentence too long to be spoken at once.
package struct Sentence: Sendable, Equatable {
  /// Its text without surrounding white space, with the way back to the caller's text.
  ///
  /// A part cut off where the text has no punctuation ends in an added comma.
  package let text: MappedText
  /// Whether a blank line or the text's end follows.
  package let isParagraphEnd: Bool
  /// Whether this is a part that was cut off; the next one goes on with the sentence.
  package let isContinued: Bool

  /// Where the sentence stands in the caller's text.
  package var textRange: TextRange { text.originalRange(of: 0..<text.text.utf8.count) }
}

/// The sentences of a text, found one by one as they are asked for.
///
/// Goals in order: no sentence longer than a voice can speak well; boundaries where a reader would
/// pause; time linear in the text's length and memory independent of it. `SentenceBoundaries` says
/// where sentences end, `SentenceCut` where a long one is cut: at punctuation, else between words,
/// else anywhere between characters.
package struct SentenceSplitter: Sequence, Sendable {
  /// Default of `limit`: about 12 s of speech.
  package static let defaultLimit = 200

  /// The text to split.
  package let text: MappedText
  /// Longest sentence, in characters of ordinary text; see `SentenceCut.weight`.
  package let limit: Int
  /// Scalars within which a sentence's end is looked for.
  ///
  /// A sentence that ends within the limit is the same for any reach. One that is longer is cut in
  /// parts of equal length if its end is within reach.
  private let reach: Int

  /// Splits a text; `limit` is raised to 20 where it is less.
  ///
  /// With `looksBeyondLimit` a long sentence's end is looked for as far again as the limit. Without,
  /// each part follows from the next `scalarsNeeded(limit:)` scalars alone, whatever comes after them.
  package init(_ text: MappedText, limit: Int = defaultLimit, looksBeyondLimit: Bool = true) {
    self.text = text
    self.limit = Swift.min(Swift.max(limit, 20), 100_000)
    reach = looksBeyondLimit ? 2 * self.limit : self.limit
  }

  /// Scalars that decide where a sentence's first part ends when the end of it is not looked for
  /// beyond the limit.
  package static func scalarsNeeded(limit: Int = defaultLimit) -> Int {
    limit + Iterator.lookahead
  }

  /// Splits a text that is its own original.
  package init(_ text: String, limit: Int = defaultLimit) {
    self.init(MappedText(verbatim: text), limit: limit)
  }

  /// Whether a sentence may end at a scalar.
  package static func mayEnd(_ scalar: Unicode.Scalar) -> Bool {
    SentenceBoundaries.isTerminator(scalar)
  }

  /// Starts at the text's beginning.
  package func makeIterator() -> Iterator { Iterator(self) }

  /// Goes through the text with a window of a few hundred scalars.
  package struct Iterator: IteratorProtocol {
    /// Scalars beyond the limit that are read to see what follows a sentence's end.
    fileprivate static let lookahead = 64

    private let text: MappedText
    private let limit: Int
    private let reach: Int
    private var unread: String.UnicodeScalarView.Iterator
    private var isAllRead = false
    /// Scalars from `offset` on.
    private var window: [Unicode.Scalar] = []
    /// Byte offset of the window's first scalar.
    private var offset = 0

    fileprivate init(_ splitter: SentenceSplitter) {
      text = splitter.text
      limit = splitter.limit
      reach = splitter.reach
      unread = text.text.unicodeScalars.makeIterator()
    }

    /// The next sentence, or nil at the text's end.
    package mutating func next() -> Sentence? {
      skipWhiteSpace()
      if window.isEmpty { return nil }
      fill(to: reach + Self.lookahead)
      let found = SentenceBoundaries.firstEnd(in: window, before: reach, isTextEnd: isAllRead)
      let (end, isCut) = SentenceCut.end(in: window, sentenceEnd: found, limit: limit)
      let last = window[..<end].lastIndex { !$0.isSpace } ?? end - 1
      let needsComma = isCut && !SentenceBoundaries.hasMark(window[...last])

      let start = offset
      let stop = start + window[...last].reduce(0) { $0 + $1.utf8Length }
      consume(end)
      let newlines = skipWhiteSpace()

      var sentence = MappedText()
      sentence.append(text, bytes: start..<stop)
      if needsComma {
        let place = text.originalRange(of: start..<stop).upperBound
        sentence.appendRewritten(",", for: place..<place)
      }
      return Sentence(
        text: sentence, isParagraphEnd: window.isEmpty || (!isCut && newlines >= 2),
        isContinued: isCut && !window.isEmpty)
    }

    /// Reads on until the window has `count` scalars or the text ends.
    private mutating func fill(to count: Int) {
      while window.count < count, !isAllRead {
        if let scalar = unread.next() { window.append(scalar) } else { isAllRead = true }
      }
    }

    /// Drops scalars from the window's front.
    private mutating func consume(_ count: Int) {
      offset += window[..<count].reduce(0) { $0 + $1.utf8Length }
      window.removeFirst(count)
    }

    /// Drops white space; returns the number of line breaks in it.
    @discardableResult private mutating func skipWhiteSpace() -> Int {
      var newlines = 0
      while true {
        fill(to: Self.lookahead)
        let end = window.firstIndex { !$0.isSpace } ?? window.count
        newlines += SentenceBoundaries.lineBreaks(in: window[..<end])
        consume(end)
        if !window.isEmpty || isAllRead { return newlines }
      }
    }
  }
}
