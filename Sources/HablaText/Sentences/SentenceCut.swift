/// Where a sentence that is too long to be spoken at once is cut.
enum SentenceCut {
  /// How much a scalar adds to a sentence's length, in characters of ordinary text.
  ///
  /// A digit is read as a word, an ideograph or a pictograph often as several.
  static func weight(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0x30...0x39: 4
    case 0x2190...0x2BFF, 0x2E80...0xABFF, 0xF900...0xFAFF, 0x1F000...0x3FFFF: 8
    default: 1
    }
  }

  /// End of the next part to speak in `window`, and whether that is a cut inside a sentence.
  ///
  /// - Parameters:
  ///   - window: Scalars from the sentence's first on, not empty.
  ///   - sentenceEnd: Where the sentence ends in it, nil if that is further away.
  ///   - limit: Longest part in units of `weight`.
  /// - Returns: An index in 1...window.count.
  static func end(
    in window: [Unicode.Scalar], sentenceEnd: Int?, limit: Int
  ) -> (end: Int, isCut: Bool) {
    let whole = sentenceEnd ?? window.count
    let total = window[..<whole].reduce(0) { $0 + weight($1) }
    if let sentenceEnd, total <= limit { return (sentenceEnd, false) }
    // Parts of equal length where the whole is known, so that no short rest is left over.
    let parts = (total + limit - 1) / limit
    let target = sentenceEnd == nil ? limit * 4 / 5 : total / max(parts, 1)

    var best: (end: Int, quality: Int, distance: Int)?
    var length = 0
    var hardEnd = 1
    for end in 1..<whole {
      length += weight(window[end - 1])
      if length > limit { break }
      if !window[end].joinsPrevious { hardEnd = end }
      guard let quality = quality(of: end, in: window), length * 3 >= target || quality == 0
      else { continue }
      let distance = abs(length - target)
      if let found = best,
        found.quality > quality || (found.quality == quality && found.distance <= distance)
      {
        continue
      }
      best = (end, quality, distance)
    }
    return (best?.end ?? hardEnd, true)
  }

  /// How good a place before `window[end]` is: 2 after a sentence mark, 1 after a clause mark, 0
  /// between words, nil inside a word.
  private static func quality(of end: Int, in window: [Unicode.Scalar]) -> Int? {
    if window[end].isSpace || !window[end - 1].isSpace {
      return SentenceBoundaries.isWideMark(window[end - 1]) ? 1 : nil
    }
    var place = end - 1
    while place > 0, window[place].isSpace || SentenceBoundaries.isCloser(window[place]) {
      place -= 1
    }
    if SentenceBoundaries.isTerminator(window[place]) { return 2 }
    if SentenceBoundaries.isPunctuation(window[end - 1 - spaces(before: end, in: window)]) {
      return 1
    }
    return 0
  }

  private static func spaces(before end: Int, in window: [Unicode.Scalar]) -> Int {
    var count = 0
    while count < end - 1, window[end - 1 - count].isSpace { count += 1 }
    return count
  }
}

extension Unicode.Scalar {
  /// White space, or a control character, which is treated as such everywhere.
  package var isSpace: Bool {
    if value < 0x80 { return value <= 0x20 || value == 0x7F }
    return properties.isWhitespace || properties.generalCategory == .control
  }

  /// Whether the scalar belongs to the character before it.
  fileprivate var joinsPrevious: Bool {
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .format: true
    default: properties.isVariationSelector || properties.isEmojiModifier
    }
  }
}
