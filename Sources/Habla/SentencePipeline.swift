import HablaText

/// One sentence, ready for the network.
package struct PreparedSentence {
  /// Its tokens, at least one of which is spoken.
  package let tokenized: TokenizedSentence
  /// The sentence as it is spoken.
  package let text: MappedText
  /// Where it stands in the caller's text.
  package let textRange: TextRange
  /// Whether a paragraph ends with it.
  package let endsParagraph: Bool
  /// Whether it is a part of a sentence that goes on in the next one.
  package let isContinued: Bool
}

/// What comes next of a text.
package enum SentenceStep {
  case sentence(PreparedSentence)
  /// More text must come before the next sentence is known; of a text that is still being written.
  case needsText
  case end
}

/// Sentences in order, ready for the network.
package protocol SentenceSource {
  /// The next sentence with something to speak.
  mutating func next() throws -> SentenceStep
  /// After `needsText`: whether there will be another sentence, as far as can be seen.
  func isSureOfMore() throws -> Bool
}

/// The sentences of a text, made one by one as they are spoken.
///
/// Paragraph by paragraph: numbers and abbreviations are written out, sentences are split off,
/// each becomes phonemes and tokens. What has nothing to speak is skipped. Memory does not grow
/// with the text but with its longest paragraph.
package struct SentencePipeline: SentenceSource {
  private let maker: SentenceMaker
  private var paragraphs: ParagraphReader
  private var sentences: SentenceSplitter.Iterator?

  /// Starts at the beginning of the request's text.
  package init(_ request: SynthesisRequest, _ tokenizer: any VoiceTokenizer) {
    maker = SentenceMaker(request, tokenizer)
    paragraphs = ParagraphReader(request.input)
  }

  /// The next sentence; never asks for text.
  package mutating func next() throws -> SentenceStep {
    while true {
      if let sentence = sentences?.next() {
        if let prepared = try maker.prepare(sentence) { return .sentence(prepared) }
      } else {
        guard let paragraph = paragraphs.next() else { return .end }
        if maker.readsPhonemes {
          sentences = nil
          if let prepared = try maker.preparePhonemes(paragraph) { return .sentence(prepared) }
        } else {
          sentences = SentenceSplitter(maker.normalized(paragraph).text).makeIterator()
        }
      }
    }
  }

  /// Never asked.
  package func isSureOfMore() -> Bool { false }

  /// Every rewrite of the text that remains, in order.
  func rewrites() -> [Rewrite] {
    var rest = paragraphs
    var rewrites: [Rewrite] = []
    while let paragraph = rest.next() { rewrites += maker.normalized(paragraph).rewrites }
    return rewrites
  }
}

/// Makes what is spoken of paragraphs and sentences.
struct SentenceMaker {
  private let request: SynthesisRequest
  private let tokenizer: any VoiceTokenizer
  private let normalizer: any TextNormalizer

  init(_ request: SynthesisRequest, _ tokenizer: any VoiceTokenizer) {
    self.request = request
    self.tokenizer = tokenizer
    normalizer =
      request.options.normalizesText
      ? HablaText.normalizer(for: request.language) : PlainNormalizer()
  }

  /// Whether paragraphs are phonemes rather than text.
  var readsPhonemes: Bool { request.kind == .phonemes }

  /// The paragraph with the user's pronunciations, which normalization leaves alone, normalized.
  func normalized(_ paragraph: MappedText) -> NormalizedText {
    normalizer.normalize(
      PronunciationMarkup.applied(
        to: paragraph, lexicon: request.options.lexicon?.words, language: request.language))
  }

  /// A sentence of a normalized paragraph; nil when there is nothing to speak in it.
  func prepare(_ sentence: Sentence) throws -> PreparedSentence? {
    let tokenized = try tokenizer.tokens(for: sentence.text, language: request.language)
    if tokenized.isEmpty { return nil }
    return PreparedSentence(
      tokenized: tokenized, text: PhonemeRun.decoded(sentence.text),
      textRange: sentence.textRange,
      endsParagraph: sentence.isParagraphEnd, isContinued: sentence.isContinued)
  }

  /// A paragraph of phonemes; nil when there is nothing to speak in it.
  func preparePhonemes(_ paragraph: MappedText) throws -> PreparedSentence? {
    let tokenized = try tokenizer.tokens(forPhonemes: paragraph, language: request.language)
    if tokenized.isEmpty { return nil }
    let range = paragraph.originalRange(of: 0..<paragraph.text.utf8.count)
    return PreparedSentence(
      tokenized: tokenized, text: paragraph, textRange: range, endsParagraph: true,
      isContinued: false)
  }
}

/// Cuts a text at blank lines.
struct ParagraphReader {
  private let text: String
  private var start: String.UTF8View.Index
  /// Where the next paragraph starts, in bytes of the whole text.
  private(set) var offset: Int
  /// Whether the last paragraph ended with a blank line rather than with the text.
  private(set) var isClosed = false

  /// Reads a text that starts at byte `offset` of the whole.
  init(_ text: String, offset: Int = 0) {
    self.text = text
    self.offset = offset
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
    isClosed = false
    scan: while index != bytes.endIndex {
      let byte = bytes[index]
      index = bytes.index(after: index)
      count += 1
      switch byte {
      case 0x0A:
        if lineIsBlank && hasText {
          isClosed = true
          break scan
        }
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
