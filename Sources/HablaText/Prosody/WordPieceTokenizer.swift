/// A piece of a word, with its number in the model's vocabulary.
package struct WordPiece: Sendable, Equatable {
  /// Row of the model's embedding table.
  package let id: Int
  /// The bytes of the text it stands for.
  package let range: TextRange
  /// Whether MeloTTS counts it to the same word as the piece before it: its text begins with "#".
  package let continuesWord: Bool

  /// Makes a piece.
  package init(id: Int, range: TextRange, continuesWord: Bool) {
    self.id = id
    self.range = range
    self.continuesWord = continuesWord
  }
}

/// Turns text into the pieces that a BERT model was trained on.
///
/// Each word is covered from its start by the longest piece of the vocabulary, then the rest by
/// the longest "##" piece, and so on; a word that cannot be covered is one unknown piece. Source:
/// Devlin et al.; "Google's Neural Machine Translation System" (Wu et al.), section 4.1.
/// Threads: immutable.
package struct WordPieceTokenizer: Sendable {
  /// The texts of the tokens with a meaning of their own.
  package struct SpecialTokens: Sendable, Equatable {
    package var unknown = "[UNK]"
    package var classification = "[CLS]"
    package var separator = "[SEP]"
    package var padding = "[PAD]"
    package var mask = "[MASK]"

    /// The usual texts.
    package init() {}
  }

  /// Longest word, in scalars, that is looked for; a longer one is unknown.
  package static let maximumWordLength = 100

  /// The id that begins every sequence.
  package let classificationID: Int
  /// The id that ends every sequence.
  package let separatorID: Int
  /// The pieces.
  package let vocabulary: WordPieceVocabulary
  private let unknownID: Int
  private let basic: BasicTokenizer
  /// Texts that are one piece wherever they stand, longest first.
  private let literals: [(text: ArraySlice<UInt8>, id: Int)]

  /// Makes a tokenizer.
  ///
  /// With `matchesSpecialTokens` a special token's text inside the input, say "[MASK]", becomes
  /// that token, as in the transformers package.
  /// - Throws: `WordPieceError.missingSpecialToken` when the vocabulary lacks the unknown,
  ///   classification or separator token.
  package init(
    _ vocabulary: WordPieceVocabulary, _ basic: BasicTokenizer,
    special: SpecialTokens = SpecialTokens(), matchesSpecialTokens: Bool = true
  ) throws(WordPieceError) {
    func find(_ text: String) throws(WordPieceError) -> Int {
      guard let id = vocabulary.id(Array(text.utf8)[...]) else {
        throw .missingSpecialToken(text)
      }
      return id
    }
    self.vocabulary = vocabulary
    self.basic = basic
    unknownID = try find(special.unknown)
    classificationID = try find(special.classification)
    separatorID = try find(special.separator)
    var literals: [(text: ArraySlice<UInt8>, id: Int)] = []
    if matchesSpecialTokens {
      for text in [
        special.unknown, special.classification, special.separator, special.padding, special.mask,
      ] where !text.isEmpty {
        let bytes = Array(text.utf8)[...]
        if let id = vocabulary.id(bytes) { literals.append((bytes, id)) }
      }
    }
    self.literals = literals.sorted { $0.text.count > $1.text.count }
  }

  /// The pieces of `text` in order, without the tokens that begin and end a sequence.
  package func pieces(_ text: String) -> [WordPiece] {
    var pieces: [WordPiece] = []
    let utf8 = text.utf8
    var plainStart = utf8.startIndex
    var plainOffset = 0
    var index = utf8.startIndex
    var offset = 0
    func addPlain(upTo end: String.Index) {
      for word in basic.words(text[plainStart..<end], offset: plainOffset) {
        append(word, to: &pieces)
      }
    }
    while index < utf8.endIndex {
      guard let literal = literal(at: utf8[index...]) else {
        utf8.formIndex(after: &index)
        offset += 1
        continue
      }
      addPlain(upTo: index)
      let end = offset + literal.text.count
      pieces.append(piece(literal.id, offset..<end))
      utf8.formIndex(&index, offsetBy: literal.text.count)
      (plainStart, plainOffset, offset) = (index, end, end)
    }
    addPlain(upTo: utf8.endIndex)
    return pieces
  }

  private func literal(
    at utf8: Substring.UTF8View
  ) -> (text: ArraySlice<UInt8>, id: Int)? {
    literals.first { $0.text.first == utf8.first && utf8.starts(with: $0.text) }
  }

  private func append(_ word: BasicTokenizer.Word, to pieces: inout [WordPiece]) {
    let before = pieces.count
    var start = 0
    while start < word.count {
      guard word.count <= Self.maximumWordLength,
        let (id, end) = longestPiece(of: word, from: start)
      else {
        pieces.removeSubrange(before...)
        pieces.append(piece(unknownID, word.range))
        return
      }
      let range = word.sources[start].lowerBound..<word.sources[end - 1].upperBound
      pieces.append(piece(id, range))
      start = end
    }
  }

  /// The longest piece that covers the word from scalar `start` on, and the scalar behind it.
  private func longestPiece(
    of word: BasicTokenizer.Word, from start: Int
  ) -> (id: Int, end: Int)? {
    let first = word.starts[start]
    var end = word.count
    while end > start {
      let last = end < word.count ? word.starts[end] : word.utf8.count
      if last - first <= vocabulary.maximumPieceLength {
        let bytes = word.utf8[first..<last]
        let id = start == 0 ? vocabulary.id(bytes) : vocabulary.id(continuation: bytes)
        if let id { return (id, end) }
      }
      end -= 1
    }
    return nil
  }

  private func piece(_ id: Int, _ range: TextRange) -> WordPiece {
    WordPiece(id: id, range: range, continuesWord: vocabulary.continuesWord(id))
  }
}
