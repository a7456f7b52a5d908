import HablaCheckpoints

/// Guesses the phones of a word letter by letter, as gruut does.
///
/// A conditional random field gives every scalar of the word a label, from the scalar, up to three
/// on either side, and whether it is the first or the last; the labels with the highest score as a
/// whole win (Viterbi's algorithm). A label is the phones of its scalar.
///
/// A model names its attributes "bias", "begin", "end", "grapheme:X", "grapheme-1:X", ...,
/// "grapheme+3:X" and its labels X, where X is in base64: a scalar; phones with "|" in between, or
/// "_" for none. Sources: gruut's g2p module; J. Lafferty et al., "Conditional Random Fields" (2001).
package struct LetterGuesser: Sendable {
  /// Scalars on each side that have a say.
  private static let reach = 3

  /// An attribute of a position in a word.
  private enum Attribute: Hashable {
    case bias, begin, end
    /// The scalar at a distance, -reach...reach.
    case scalar(Int, Unicode.Scalar)
  }

  private let model: CRFSuiteModel
  private let attributes: [Attribute: Int]
  /// Phones of each label, one after the other.
  private let phones: [String]

  /// Takes a model's names apart; attributes of other names are never present.
  ///
  /// - Throws: `CheckpointError` for a label that is no phones in base64, or when no attribute is of
  ///   the names above, so that the model is for something else.
  package init(_ model: CRFSuiteModel) throws {
    self.model = model
    phones = try model.labels.enumerated().map { index, label in
      guard let text = Base64.text(label[...]) else {
        throw CheckpointError.unsupported(
          format: "pronunciation model", what: "label \(index) is '\(label.prefix(40))', no phones")
      }
      return text.split(separator: "|").filter { $0 != "_" }.joined()
    }
    var attributes: [Attribute: Int] = [:]
    for (index, name) in model.attributes.enumerated() {
      if let attribute = Self.attribute(name) { attributes[attribute] = index }
    }
    guard !attributes.isEmpty else {
      throw CheckpointError.unsupported(
        format: "pronunciation model", what: "no attribute is about letters")
    }
    self.attributes = attributes
  }

  private static func attribute(_ name: String) -> Attribute? {
    switch name {
    case "bias": return .bias
    case "begin": return .begin
    case "end": return .end
    default: break
    }
    let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].hasPrefix("grapheme"),
      let text = Base64.text(parts[1])?.unicodeScalars, text.count == 1, let scalar = text.first
    else { return nil }
    let distance = parts[0].dropFirst("grapheme".count)
    if distance.isEmpty { return .scalar(0, scalar) }
    guard distance.count == 2, let digit = distance.last?.wholeNumberValue,
      (1...reach).contains(digit), let sign = ["-": -1, "+": 1][distance.first]
    else { return nil }
    return .scalar(sign * digit, scalar)
  }

  /// The phones of a word, one scalar after the other; empty for an empty word.
  ///
  /// The word is in lower case and normalization form C. Takes the number of its scalars times the
  /// square of the number of labels.
  package func phones(of word: String) -> String {
    let scalars = Array(word.unicodeScalars)
    if scalars.isEmpty { return "" }
    let count = phones.count
    var scores = stateScores(scalars, 0)
    var next = scores
    /// The best label before each label, position by position from the second.
    var before: [Int32] = []
    before.reserveCapacity((scalars.count - 1) * count)
    for position in scalars.indices.dropFirst() {
      let state = stateScores(scalars, position)
      for label in 0..<count {
        var best = -Double.greatestFiniteMagnitude
        var bestBefore = 0
        let row = label * count
        for previous in 0..<count {
          let score = scores[previous] + model.transitions[row + previous]
          if score > best { (best, bestBefore) = (score, previous) }
        }
        next[label] = best + state[label]
        before.append(Int32(bestBefore))
      }
      swap(&scores, &next)
    }

    // Of equal scores the first counts, here as above.
    var label = scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
    var path = [label]
    for position in stride(from: scalars.count - 2, through: 0, by: -1) {
      label = Int(before[position * count + label])
      path.append(label)
    }
    return path.reversed().map { phones[$0] }.joined()
  }

  /// Each label's score at a position, without its neighbours'; sums in gruut's order.
  private func stateScores(_ word: [Unicode.Scalar], _ position: Int) -> [Double] {
    var scores = [Double](repeating: 0, count: phones.count)
    func add(_ attribute: Attribute) {
      guard let index = attributes[attribute] else { return }
      for feature in model.features(of: index) { scores[feature.label] += feature.weight }
    }
    add(.bias)
    add(.scalar(0, word[position]))
    if position == 0 { add(.begin) }
    for distance in 1...Self.reach where position >= distance {
      add(.scalar(-distance, word[position - distance]))
    }
    for distance in 1...Self.reach where position + distance < word.count {
      add(.scalar(distance, word[position + distance]))
    }
    if position == word.count - 1 { add(.end) }
    return scores
  }
}

/// Text in base64 (RFC 4648).
enum Base64 {
  /// The text that is encoded; nil when it is not base64 with its padding, or not UTF-8.
  static func text(_ encoded: Substring) -> String? {
    let characters = Array(encoded.utf8)
    let padding = characters.reversed().prefix { $0 == UInt8(ascii: "=") }.count
    guard characters.count.isMultiple(of: 4), padding <= 2 else { return nil }
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for character in characters.dropLast(padding) {
      guard let value = value(character) else { return nil }
      bits = bits << 6 | value
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        bits &= (1 << UInt32(count)) - 1
      }
    }
    // What is left over is zeros, and as many as the padding says.
    guard bits == 0, count == padding * 2 else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func value(_ character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character) - 65
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character) - 71
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character) + 4
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
