import HablaText

/// What a voice makes of a text before it speaks.
public struct TextAnalysis: Sendable, Equatable {
  /// One sentence, or one part of a sentence too long to be spoken at once.
  public struct Sentence: Sendable, Equatable {
    /// UTF-8 bytes of the caller's text.
    public let textRange: Range<Int>
    /// The sentence as it is spoken: numbers and abbreviations written out.
    public let text: String
    /// The voice's phoneme symbols, punctuation included.
    public let phonemes: [String]
    /// What the network reads: token ids, blanks included.
    public let tokens: [Int]
    /// Symbols that the voice lacks and skips.
    public let unknown: [String]
    /// Words that the voice's pronunciation model guessed because its lexicon lacks them.
    public let guesses: [Guess]
  }

  /// A word whose phonemes were guessed.
  public struct Guess: Sendable, Equatable {
    /// UTF-8 bytes of the caller's text.
    public let textRange: Range<Int>
    /// What is written there.
    public let written: String
    /// The voice's phoneme symbols.
    public let phonemes: [String]
  }

  /// One stretch of text that is spoken differently from how it is written.
  public struct Rewrite: Sendable, Equatable {
    /// The rule's class, such as "number" or "date".
    public let kind: String
    /// UTF-8 bytes of the caller's text.
    public let textRange: Range<Int>
    /// What is written there.
    public let written: String
    /// What is spoken instead; empty when nothing is.
    public let spoken: String
  }

  /// The sentences in order; those with nothing to speak are left out.
  public let sentences: [Sentence]
  /// Every rewrite in order.
  public let rewrites: [Rewrite]
}

extension Voice {
  /// Shows how a text would be spoken, without speaking it.
  ///
  /// Of the options, language, lexicon and `normalizesText` matter. Any thread may call this.
  ///
  /// - Throws: `HablaError` as the synthesis would.
  public func analyze(
    _ text: String, options: SynthesisOptions = SynthesisOptions()
  ) throws -> TextAnalysis {
    do {
      let request = try SynthesisRequest(text, .text, options, self)
      var pipeline = SentencePipeline(request, tokenizer)
      var sentences: [TextAnalysis.Sentence] = []
      while case .sentence(let sentence) = try pipeline.next() {
        sentences.append(
          .init(
            textRange: sentence.textRange, text: sentence.text.text,
            phonemes: sentence.tokenized.phonemes.map(\.symbol),
            tokens: sentence.tokenized.tokens.ids, unknown: sentence.tokenized.unknown,
            guesses: sentence.tokenized.guesses.map {
              .init(
                textRange: $0.textRange,
                written: String(
                  decoding: text.utf8.dropFirst($0.textRange.lowerBound)
                    .prefix($0.textRange.count), as: UTF8.self),
                phonemes: $0.phonemes)
            }))
      }
      return TextAnalysis(
        sentences: sentences,
        rewrites: SentencePipeline(request, tokenizer).rewrites().map {
          .init(
            kind: $0.kind.rawValue, textRange: $0.original, written: $0.originalText,
            spoken: $0.spoken)
        })
    } catch {
      throw HablaError(wrapping: error)
    }
  }
}
