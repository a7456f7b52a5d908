/// A stretch of a sentence between two marks, as one call of the phonemizer takes it.
struct TextClause: Equatable {
  /// Its text in normalization form C: no marks at the end, single spaces, none at the ends.
  let text: MappedText
  /// The voice's punctuation symbol that ends it.
  let mark: String

  /// What counts as a mark and what the voice makes of it.
  struct Marks: Sendable, Equatable {
    /// Each mark with the voice's symbol for it.
    let symbols: [Unicode.Scalar: String]
    /// The symbol at the end of a text without a mark.
    let final: String

    func isMark(_ scalar: Unicode.Scalar) -> Bool { symbols[scalar] != nil }
  }

  /// Splits a sentence into its clauses.
  ///
  /// A mark ends a clause when, behind it and every mark or closing quote or bracket that
  /// directly follows, the text ends or white space stands. The first mark of such a run counts.
  static func clauses(of sentence: MappedText, marks: Marks) -> [TextClause] {
    let text = CanonicalForm.composed(sentence)
    let scalars = Array(text.text.unicodeScalars)
    var clauses: [TextClause] = []
    var builder = Builder(source: text)
    var byte = 0
    var position = 0
    while position < scalars.count {
      let scalar = scalars[position]
      if let symbol = marks.symbols[scalar] {
        var end = position + 1
        while end < scalars.count, marks.isMark(scalars[end]) || isCloser(scalars[end]) { end += 1 }
        if end == scalars.count || scalars[end].isSpace {
          if let clause = builder.finish() { clauses.append(Self(text: clause, mark: symbol)) }
          byte += scalars[position..<end].reduce(0) { $0 + $1.utf8Length }
          position = end
          continue
        }
      }
      let next = byte + scalar.utf8Length
      builder.add(byte..<next, isSpace: scalar.isSpace || isSkipped(scalar))
      byte = next
      position += 1
    }
    if let rest = builder.finish() { clauses.append(Self(text: rest, mark: marks.final)) }
    return clauses
  }

  private static func isCloser(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\"", "”", "»", ")", "]", "}", "'", "’": true
    default: false
    }
  }

  /// Marks without a sound or a pause of their own.
  private static func isSkipped(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "¿", "¡", "\"", "“", "”", "«", "»", "(", ")", "[", "]", "{", "}", "—", "–": true
    default: false
    }
  }

  /// Collects a clause with runs of white space made one space.
  private struct Builder {
    let source: MappedText
    private var result = MappedText()
    private var word: Range<Int>?
    private var space: Range<Int>?

    init(source: MappedText) { self.source = source }

    mutating func add(_ bytes: Range<Int>, isSpace: Bool) {
      if isSpace {
        flushWord()
        space = (space?.lowerBound ?? bytes.lowerBound)..<bytes.upperBound
      } else {
        word = (word?.lowerBound ?? bytes.lowerBound)..<bytes.upperBound
      }
    }

    private mutating func flushWord() {
      guard let range = word else { return }
      if let space, !result.text.isEmpty {
        if source.substring(space) == " " {
          result.append(source, bytes: space)
        } else {
          result.appendRewritten(" ", for: source.originalRange(of: space))
        }
      }
      result.append(source, bytes: range)
      word = nil
      space = nil
    }

    /// The clause so far, nil when empty; starts the next one.
    mutating func finish() -> MappedText? {
      flushWord()
      defer { self = Builder(source: source) }
      return result.text.isEmpty ? nil : result
    }
  }
}
