import HablaCheckpoints
import HablaNetwork
import HablaText

/// Piper's way from phonemes to tokens.
///
/// The tokens are ^ _ p1 _ p2 _ and so on to pn _ $, where _ is the pad, ^ begins and $ ends.
/// A phoneme may stand for several tokens, which are not padded among each other.
package struct PiperTokenizer: Sendable {
  private let ids: [ExactString: [Int]]
  private let replacements: [ExactString: [String]]
  private let clusters: [[ExactString]]

  private static let pad = ExactString("_")
  private static let beginning = ExactString("^")
  private static let end = ExactString("$")

  /// Takes the tables of a voice.
  package init(_ configuration: PiperConfiguration) {
    ids = configuration.phonemeIds
    replacements = configuration.phonemeMap
    clusters = configuration.clusters
  }

  /// Whether the voice has tokens for a phoneme.
  package func contains(_ phoneme: String) -> Bool {
    ids[ExactString(phoneme)] != nil || replacements[ExactString(phoneme)] != nil
  }

  /// The characters of a text as phonemes: decomposed, as Piper trains its voices; those that the
  /// voice lacks are lowercased.
  package func characters(_ sentence: MappedText) -> PhonemeSequence {
    var sequence = PhonemeSequence()
    var byte = 0
    var word: (text: TextRange, symbols: Range<Int>)?
    for scalar in sentence.text.unicodeScalars {
      let range = sentence.originalRange(of: byte..<byte + UTF8.width(scalar))
      byte += UTF8.width(scalar)
      let start = sequence.symbols.count
      sequence.symbols += spelled(scalar)
      let isSpace = scalar.properties.isWhitespace
      if isSpace, let ended = word {
        sequence.words.append(.init(textRange: ended.text, symbols: ended.symbols))
        word = nil
      } else if !isSpace {
        let lower = min(word?.text.lowerBound ?? range.lowerBound, range.lowerBound)
        let upper = max(word?.text.upperBound ?? range.upperBound, range.upperBound)
        word = (lower..<upper, (word?.symbols.lowerBound ?? start)..<sequence.symbols.count)
      }
    }
    if let word { sequence.words.append(.init(textRange: word.text, symbols: word.symbols)) }
    sequence.tones = [Int](repeating: 0, count: sequence.symbols.count)
    return sequence
  }

  /// The voice's symbols for a character: its parts, itself, or those of its lowercase form.
  private func spelled(_ scalar: Unicode.Scalar) -> [String] {
    var lowercase: [String] = []
    for text in [String(scalar), scalar.properties.lowercaseMapping] {
      let parts = CanonicalForm.decomposed(text).unicodeScalars.map { String($0) }
      if parts.allSatisfy(contains) { return parts }
      if contains(text) { return [text] }
      lowercase = parts
    }
    return lowercase
  }

  /// The phonemes from `index` on that are one for the voice; most are by themselves.
  private func cluster(_ symbols: [String], at index: Int) -> Int {
    let rest = symbols[index...]
    return clusters.first {
      $0.count <= rest.count && $0.elementsEqual(rest.prefix($0.count).map(ExactString.init))
    }?.count ?? 1
  }

  /// Token ids of a phoneme sequence.
  package func ids(_ sequence: PhonemeSequence) -> [Int] { tokens(sequence).tokens.ids }

  /// Tokens of a phoneme sequence; phonemes that the voice lacks are skipped and reported.
  func tokens(_ sequence: PhonemeSequence) -> TokenizedSentence {
    var result = TokenizedSentence(
      tokens: TokenSequence(ids: []), words: [], phonemes: [], unknown: sequence.unknown)
    let pad = ids[Self.pad] ?? []
    result.tokens.ids += (ids[Self.beginning] ?? [])
    result.tokens.ids += pad
    // Where the token of each phoneme starts; a skipped one starts where the next one does.
    var starts: [Int] = []
    var index = 0
    while index < sequence.symbols.count {
      let start = result.tokens.ids.count
      let count = cluster(sequence.symbols, at: index)
      let phoneme = sequence.symbols[index..<index + count].joined()
      for _ in 0..<count { starts.append(start) }
      index += count
      for symbol in replacements[ExactString(phoneme)] ?? [phoneme] {
        guard let tokens = ids[ExactString(symbol)] else {
          if !result.unknown.contains(symbol) { result.unknown.append(symbol) }
          continue
        }
        result.tokens.ids += tokens
        result.tokens.ids += pad
      }
      let range = start..<result.tokens.ids.count
      if !range.isEmpty { result.phonemes.append((phoneme, range)) }
    }
    starts.append(result.tokens.ids.count)
    result.tokens.ids += (ids[Self.end] ?? [])
    result.words = sequence.words.compactMap { word in
      guard word.symbols.lowerBound >= 0, word.symbols.upperBound < starts.count else { return nil }
      let tokens = starts[word.symbols.lowerBound]..<starts[word.symbols.upperBound]
      return tokens.isEmpty ? nil : (word.textRange, tokens)
    }
    return result
  }
}
