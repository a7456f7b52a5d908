/// Applies a language's rules to a text, line by line.
struct RewriteEngine: Sendable {
  let rules: RuleSet

  /// Passes over a text before giving up on a fixpoint; real text needs one and a check.
  private static let passes = 5

  /// Rewrites a text until nothing is left to rewrite, so that the output is its own output.
  ///
  /// A second rewrite happens only where spoken words touch what stood beside them: "www.5".
  func normalize(_ source: MappedText) -> NormalizedText {
    var result = NormalizedText(text: source, rewrites: [])
    let merge = RewriteMerge(source)
    for _ in 0..<Self.passes {
      var isChanged = false
      for rules in [MarkupRule.rules, rules] {
        if rules.isMarkup, !MarkupRule.mayMatch(result.text.text) { continue }
        let next = pass(result.text, rules)
        if next.rewrites.isEmpty { continue }
        result = merge.merge(result.rewrites, next)
        isChanged = true
      }
      if !isChanged { break }
    }
    return result
  }

  private func pass(_ source: MappedText, _ rules: RuleSet) -> NormalizedText {
    var output = RewriteOutput(source)
    let scalars = source.text[...].unicodeScalars
    var start = scalars.startIndex
    var offset = 0
    while start < scalars.endIndex {
      let end = scalars[start...].firstIndex(where: Self.isLineBreak) ?? scalars.endIndex
      rewrite(TokenLine(scalars[start..<end]), at: offset, by: rules, into: &output)
      offset += source.text.utf8.distance(from: start, to: end)
      start = end
      if start < scalars.endIndex {
        let length = UTF8.width(scalars[start])
        output.copy(offset..<offset + length)
        offset += length
        start = scalars.index(after: start)
      }
    }
    return output.finish()
  }

  private func rewrite(
    _ line: TokenLine, at offset: Int, by rules: RuleSet, into output: inout RewriteOutput
  ) {
    var context = SpokenContext()
    var index = 0
    var needsSpace = false
    while index < line.count {
      let token = line[index]
      let begin = offset + token.range.lowerBound
      guard let match = rules.match(line, at: index, after: context) else {
        let space = needsSpace && (token.kind == .word || token.isCombining)
        output.copy(begin..<offset + token.range.upperBound, spaceBefore: space)
        context.add(token)
        needsSpace = false
        index += 1
        continue
      }
      if match.spoken == " " {
        // A sign that only separates words.
        output.replace(
          begin..<offset + line[match.end - 1].range.upperBound, by: " ", kind: match.kind)
        context.add(.blank)
        needsSpace = false
        index = match.end
        continue
      }
      let range = begin..<offset + line[match.end - 1].range.upperBound
      let space = !match.spoken.isEmpty && context.touchesWord
      // A sentence that starts with a number still starts with a capital, for those who split it.
      let isLower = token.kind == .word && !token.isCapitalized
      let spoken =
        context.startsSentence && !isLower ? match.spoken.capitalizingFirst : match.spoken
      output.replace(range, by: spoken, kind: match.kind, spaceBefore: space)
      if !match.spoken.isEmpty {
        context.add(spoken: match.spoken)
        needsSpace = true
      }
      index = match.end
    }
  }

  private static func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0A...0x0D, 0x85, 0x2028, 0x2029: return true
    default: return false
    }
  }
}

/// The text being written, with its way back through the source's own mapping.
private struct RewriteOutput {
  private let source: MappedText
  private var text = MappedText()
  private var rewrites: [Rewrite] = []
  /// Bytes of the source that are to be copied next.
  private var pending = 0..<0
  /// Piece of the source under `pieceStart`.
  private var piece = 0
  private var pieceStart = 0

  init(_ source: MappedText) {
    self.source = source
  }

  /// Copies bytes of the source's text; ranges must come in order.
  mutating func copy(_ range: Range<Int>, spaceBefore: Bool = false) {
    if spaceBefore || range.lowerBound != pending.upperBound {
      flush()
      pending = range
    } else {
      pending = pending.lowerBound..<range.upperBound
    }
    if spaceBefore {
      let place = source.originalRange(of: range.lowerBound..<range.lowerBound).lowerBound
      text.appendRewritten(" ", for: place..<place)
    }
  }

  /// Says `spoken` in place of bytes of the source's text.
  mutating func replace(
    _ range: Range<Int>, by spoken: String, kind: Rewrite.Kind, spaceBefore: Bool = false
  ) {
    flush()
    let original = source.originalRange(of: range)
    text.appendRewritten(spaceBefore ? " " + spoken : spoken, for: original)
    rewrites.append(
      Rewrite(
        kind: kind, original: original, originalText: slice(range),
        spoken: spoken == " " ? "" : spoken))
  }

  mutating func finish() -> NormalizedText {
    flush()
    return NormalizedText(text: text, rewrites: rewrites)
  }

  private mutating func flush() {
    var position = pending.lowerBound
    while position < pending.upperBound, piece < source.pieces.count {
      let current = source.pieces[piece]
      let pieceEnd = pieceStart + current.length
      if position >= pieceEnd {
        pieceStart = pieceEnd
        piece += 1
        continue
      }
      let end = min(pending.upperBound, pieceEnd)
      let part = slice(position..<end)
      if current.isVerbatim {
        text.appendVerbatim(part, from: current.original.lowerBound + position - pieceStart)
      } else {
        text.appendRewritten(part, for: current.original)
      }
      position = end
    }
    pending = pending.upperBound..<pending.upperBound
  }

  private func slice(_ range: Range<Int>) -> String {
    String(decoding: source.text.utf8.slice(range), as: UTF8.self)
  }
}

extension String {
  /// The same with its first letter in upper case.
  fileprivate var capitalizingFirst: String {
    guard let first else { return self }
    return first.uppercased() + dropFirst()
  }
}

extension String.UTF8View {
  /// The bytes at offsets `range`, which must lie inside.
  func slice(_ range: Range<Int>) -> Substring.UTF8View {
    let begin = index(startIndex, offsetBy: range.lowerBound)
    return self[begin..<index(begin, offsetBy: range.count)]
  }
}
