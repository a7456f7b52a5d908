import HablaText

/// One sentence, ready for the network.
struct PreparedSentence {
  /// Its tokens, at least one of which is spoken.
  let tokenized: TokenizedSentence
  /// The sentence as it is spoken.
  let text: MappedText
  /// Where it stands in the caller's text.
  let textRange: TextRange
  /// Whether a paragraph ends with it.
  let endsParagraph: Bool
  /// Whether it is a part of a sentence that goes on in the next one.
  let isContinued: Bool
}

/// The sentences of a text, made one by one as they are spoken.
///
/// Paragraph by paragraph: numbers and abbreviations are written out, sentences are split off,
/// each becomes phonemes and tokens. What has nothing to speak is skipped. Memory does not grow
/// with the text but with its longest paragraph.
struct SentencePipeline {
  private let request: SynthesisRequest
  private let tokenizer: any VoiceTokenizer
  private let normalizer: any TextNormalizer
  private var paragraphs: ParagraphReader
  private var sentences: SentenceSplitter.Iterator?

  init(_ request: SynthesisRequest, _ tokenizer: any VoiceTokenizer) {
    self.request = request
    self.tokenizer = tokenizer
    normalizer =
      request.options.normalizesText
      ? HablaText.normalizer(for: request.language) : PlainNormalizer()
    paragraphs = ParagraphReader(request.input)
  }

  /// The next sentence with something to speak, or nil at the end of the text.
  mutating func next() throws -> PreparedSentence? {
    while true {
      if let sentence = sentences?.next() {
        if let prepared = try prepare(sentence) { return prepared }
      } else {
        guard let paragraph = paragraphs.next() else { return nil }
        if request.kind == .phonemes {
          sentences = nil
          if let prepared = try preparePhonemes(paragraph) { return prepared }
        } else {
          sentences = SentenceSplitter(normalized(paragraph)).makeIterator()
        }
      }
    }
  }

  private func normalized(_ paragraph: MappedText) -> MappedText {
    normalizer.normalize(pronounced(paragraph)).text
  }

  /// The paragraph with the user's pronunciations, which normalization leaves alone.
  private func pronounced(_ paragraph: MappedText) -> MappedText {
    PronunciationMarkup.applied(
      to: paragraph, lexicon: request.options.lexicon?.words, language: request.language)
  }

  /// Every rewrite of the text that remains, in order.
  func rewrites() -> [Rewrite] {
    var rest = paragraphs
    var rewrites: [Rewrite] = []
    while let paragraph = rest.next() {
      rewrites += normalizer.normalize(pronounced(paragraph)).rewrites
    }
    return rewrites
  }

  private func prepare(_ sentence: Sentence) throws -> PreparedSentence? {
    let tokenized = try tokenizer.tokens(for: sentence.text, language: request.language)
    if tokenized.isEmpty { return nil }
    return PreparedSentence(
      tokenized: tokenized, text: PhonemeRun.decoded(sentence.text),
      textRange: sentence.textRange,
      endsParagraph: sentence.isParagraphEnd, isContinued: sentence.isContinued)
  }

  private func preparePhonemes(_ paragraph: MappedText) throws -> PreparedSentence? {
    let tokenized = try tokenizer.tokens(forPhonemes: paragraph, language: request.language)
    if tokenized.isEmpty { return nil }
    let range = paragraph.originalRange(of: 0..<paragraph.text.utf8.count)
    return PreparedSentence(
      tokenized: tokenized, text: paragraph, textRange: range, endsParagraph: true,
      isContinued: false)
  }
}

/// Cuts a text at blank lines.
private struct ParagraphReader {
  private let text: String
  private var start: String.UTF8View.Index
  private var offset = 0

  init(_ text: String) {
    self.text = text
    start = text.utf8.startIndex
  }

  /// The next stretch of text up to and with the blank line that ends it, or nil at the end.
  mutating func next() -> MappedText? {
    let bytes = text.utf8
    if start == bytes.endIndex { return nil }
    var index = start
    var count = 0
    var lineIsBlank = false
    var hasText = false
    scan: while index != bytes.endIndex {
      let byte = bytes[index]
      index = bytes.index(after: index)
      count += 1
      switch byte {
      case 0x0A:
        if lineIsBlank && hasText { break scan }
        lineIsBlank = true
      case 0x20, 0x09, 0x0D: break
      default:
        lineIsBlank = false
        hasText = true
      }
    }
    defer {
      start = index
      offset += count
    }
    return MappedText(verbatim: String(text[start..<index]), offset: offset)
  }
}
