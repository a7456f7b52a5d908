import HablaText

/// The sentences of a text that is still being written, each as soon as it is safe.
///
/// A paragraph that a blank line has ended, or the end of the text, is like any other. Of one that
/// goes on, a sentence is given once what follows shows that it has ended: the words so far are
/// normalized and split, and a sentence counts when at least `wordsBehind` complete words stand
/// behind it. So "3." waits for "14", "Sr." for "López", "..." for what it leads to, and a word for
/// its end. A sentence that has not ended within the splitter's limit is cut as the splitter cuts
/// it, at a clause's end if there is one.
///
/// Goals in order: the sentences, and so the speech, do not depend on how the text was cut in
/// pieces; they are those of the whole text, but for sentences longer than the limit; they come
/// early; the time per piece does not grow with the text. Left context is kept to the start of the
/// line, which is as far as normalization looks.
package struct IncrementalSentences: SentenceSource {
  /// Complete words that must stand behind a sentence.
  ///
  /// One tells whether the sentence ended there; the second whether the first has another meaning
  /// together with it, as "p." in "3 p. m.".
  static let wordsBehind = 2
  /// Bytes of a line before the next sentence that are kept at most.
  private static let mostContext = 4096

  private let text: IncrementalText
  private let maker: SentenceMaker
  /// What has come of the present paragraph, from the line on in which the next sentence begins.
  private var buffer = ""
  /// Where the buffer starts, in bytes of the whole text.
  private var offset = 0
  /// Where the last sentence of the buffer that was given ends.
  private var spokenEnd = 0
  /// The buffer's complete words when nothing could be given.
  private var triedEnd = -1
  private var isFinished = false
  /// What remains of a paragraph that is complete.
  private var closed: SentenceSplitter.Iterator?

  /// Reads a text with the options of a request.
  package init(
    _ text: IncrementalText, _ request: SynthesisRequest, _ tokenizer: any VoiceTokenizer
  ) {
    self.text = text
    maker = SentenceMaker(request, tokenizer)
  }

  /// The next sentence that is safe.
  package mutating func next() throws -> SentenceStep {
    let new = text.take()
    buffer += new.text
    isFinished = new.isFinished
    while true {
      if let sentence = closed?.next() {
        if let prepared = try maker.prepare(sentence) { return .sentence(prepared) }
        continue
      }
      closed = nil
      var reader = ParagraphReader(buffer, offset: offset)
      guard let paragraph = reader.next() else { return isFinished ? .end : .needsText }
      if reader.isClosed || isFinished {
        dropParagraph(paragraph, end: reader.offset)
        if maker.readsPhonemes {
          if let prepared = try maker.preparePhonemes(paragraph) { return .sentence(prepared) }
        }
      } else {
        guard !maker.readsPhonemes, let sentence = openSentence(paragraph) else {
          return .needsText
        }
        if let prepared = try maker.prepare(sentence) { return .sentence(prepared) }
      }
    }
  }

  /// Whether something can be spoken of what has come behind the last sentence.
  package func isSureOfMore() throws -> Bool {
    let rest = MappedText(verbatim: buffer, offset: offset)
    if maker.readsPhonemes { return try maker.preparePhonemes(rest) != nil }
    // What is left of the paragraph is a sentence or two.
    for sentence in split(rest).prefix(3) where try maker.prepare(sentence) != nil { return true }
    return false
  }

  /// The sentences that remain in the buffer's paragraph as far as it has come.
  private func split(_ paragraph: MappedText) -> SentenceSplitter {
    SentenceSplitter(
      maker.normalized(paragraph).text.suffix(fromOriginal: spokenEnd), looksBeyondLimit: false)
  }

  private mutating func dropParagraph(_ paragraph: MappedText, end: Int) {
    if !maker.readsPhonemes { closed = split(paragraph).makeIterator() }
    drop(upTo: end)
    spokenEnd = end
  }

  /// Drops what is before a place in the whole text.
  private mutating func drop(upTo place: Int) {
    let bytes = buffer.utf8
    buffer = String(buffer[bytes.index(bytes.startIndex, offsetBy: place - offset)...])
    offset = place
    triedEnd = -1
  }

  // MARK: a paragraph that goes on

  /// The next sentence, if it is safe.
  private mutating func openSentence(_ paragraph: MappedText) -> Sentence? {
    let words = OpenWords(paragraph.text, base: offset, spokenEnd: spokenEnd)
    if words.end == triedEnd || !words.mayHoldSentence { return nil }
    triedEnd = words.end
    let complete = MappedText(
      verbatim: paragraph.substring(0..<words.end - offset).description, offset: offset)
    let splitter = split(complete)
    guard let sentence = splitter.makeIterator().first(),
      case let end = sentence.textRange.upperBound, spokenEnd < end, end <= words.trustedEnd,
      !sentence.isContinued || Self.isCutKnown(splitter.text, trustedEnd: words.trustedEnd)
    else { return nil }
    spokenEnd = end
    triedEnd = -1
    dropSpokenLines()
    return sentence
  }

  /// Whether as much of the text as decides where a long sentence is cut will stay as it is.
  private static func isCutKnown(_ text: MappedText, trustedEnd: Int) -> Bool {
    let leading = text.text.unicodeScalars.prefix { $0.isSpace }.count
    let needed = leading + SentenceSplitter.scalarsNeeded()
    let scalars = text.text.unicodeScalars.prefix(needed)
    let bytes = scalars.reduce(0) { $0 + $1.utf8Length }
    return scalars.count == needed && text.originalRange(of: 0..<bytes).upperBound <= trustedEnd
  }

  /// Drops the lines before the one in which the last given sentence ends.
  private mutating func dropSpokenLines() {
    let spoken = buffer.utf8.prefix(spokenEnd - offset)
    let line = spoken.lastIndex(of: 0x0A).map { buffer.utf8.index(after: $0) }
    let start =
      offset
      + buffer.utf8.distance(
        from: buffer.startIndex, to: line ?? buffer.startIndex)
    drop(upTo: spokenEnd - start > Self.mostContext ? spokenEnd : start)
  }
}

extension SentenceSplitter.Iterator {
  /// The first sentence.
  fileprivate func first() -> Sentence? {
    var copy = self
    return copy.next()
  }
}

/// The complete words of a paragraph that goes on.
private struct OpenWords {
  /// End of the white space behind the last complete word, in bytes of the whole text.
  let end: Int
  /// Start of the words that only bear out what is before them.
  let trustedEnd: Int
  /// Whether a sentence could end, or be cut, before `trustedEnd`.
  let mayHoldSentence: Bool

  /// Looks at a paragraph that starts at `base` and of which the part before `spokenEnd` was given.
  init(_ paragraph: String, base: Int, spokenEnd: Int) {
    var place = base
    var lastSpace = base
    var starts: [Int] = []
    var wordStart: Int?
    var hasLetter = false
    var mark: Int?
    var bracket: Int?
    var previous: Unicode.Scalar = " "
    for scalar in paragraph.unicodeScalars {
      let isNew = place >= spokenEnd
      if scalar.isSpace {
        if let start = wordStart, hasLetter { starts.append(start) }
        wordStart = nil
        hasLetter = false
        lastSpace = place + scalar.utf8Length
        if isNew, mark == nil, scalar == "\n" || scalar.value > 0x7F { mark = place }
        if scalar == "\n" { bracket = nil }
      } else {
        if wordStart == nil { wordStart = place }
        hasLetter =
          hasLetter || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        if isNew, mark == nil, SentenceSplitter.mayEnd(scalar) { mark = place }
        // Phonemes in brackets may hold spaces and are one word.
        if scalar == "[", previous == "[" { bracket = bracket ?? place - 1 }
        if scalar == "]", previous == "]" { bracket = nil }
      }
      previous = scalar
      place += scalar.utf8Length
    }
    end = lastSpace
    let behind = starts.suffix(IncrementalSentences.wordsBehind)
    let trusted = behind.count < IncrementalSentences.wordsBehind ? base : behind[behind.startIndex]
    let trustedEnd = bracket.map { min($0, trusted) } ?? trusted
    let mayEnd = mark.map { $0 < trustedEnd } ?? false
    let mayBeCut = lastSpace - spokenEnd >= SentenceSplitter.defaultLimit
    self.trustedEnd = trustedEnd
    mayHoldSentence = trustedEnd > spokenEnd && (mayEnd || mayBeCut)
  }
}
