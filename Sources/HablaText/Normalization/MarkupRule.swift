/// Marks that lay text out and are not said: Markdown's emphasis, headings, bullets, quotes, code
/// and link targets, and characters without width.
///
/// Runs over the text before all other rules, so that "**5** km" is a measure to them.
struct MarkupRule: RewriteRule {
  static let rules = RuleSet(mark: [MarkupRule()], isMarkup: true)

  /// Whether a text may hold any of it.
  static func mayMatch(_ text: String) -> Bool {
    text.unicodeScalars.contains { marks.contains($0) }
  }

  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    let sign = line[index].text
    if Self.invisible.contains(sign) { return Self.removal(index + 1) }
    if context.isAtLineStart, let end = Self.lineStart(sign, line, at: index) {
      return Self.removal(end)
    }
    switch sign {
    case "*":
      // 2 * 3 is a product; everything else emphasis.
      let isProduct = Self.isDigit(line, index, -1) && Self.isDigit(line, index, 1)
      return isProduct ? nil : Self.removal(index + 1, isInside: Self.isInsideWord(line, index))
    case "_": return Self.isInsideWord(line, index) ? nil : Self.removal(index + 1)
    case "`", "|": return Self.removal(index + 1, isInside: Self.isInsideWord(line, index))
    case "~": return line[index + 1].isMark("~") ? Self.removal(index + 2) : nil
    case "]": return Self.linkTarget(line, at: index).map { Self.removal($0) }
    default: return nil
    }
  }

  private static func removal(_ end: Int, isInside: Bool = false) -> RewriteMatch {
    RewriteMatch(kind: .markup, end: end, spoken: isInside ? " " : "")
  }

  /// The index behind a heading's, quote's or list's sign and its blank.
  private static func lineStart(_ sign: String, _ line: TokenLine, at index: Int) -> Int? {
    var end = index + 1
    switch sign {
    case "#": while line[end].isMark("#"), end < index + 6 { end += 1 }
    case ">", "*", "-", "•", "·", "▪", "◦", "–": break
    default: return nil
    }
    return line[end].kind == .space ? end + 1 : nil
  }

  /// The index behind "](address)".
  private static func linkTarget(_ line: TokenLine, at index: Int) -> Int? {
    guard line[index + 1].isMark("(") else { return nil }
    var end = index + 2
    while end < index + 200, line[end].kind != .end, line[end].kind != .space {
      if line[end].isMark(")") { return end + 1 }
      end += 1
    }
    return nil
  }

  private static func isInsideWord(_ line: TokenLine, _ index: Int) -> Bool {
    line.isAlphanumeric(at: index - 1) && line.isAlphanumeric(at: index + 1)
  }

  /// Whether digits stand beside `index`, behind an optional blank.
  private static func isDigit(_ line: TokenLine, _ index: Int, _ step: Int) -> Bool {
    let next = index + step
    return line[line[next].kind == .space ? next + step : next].kind == .digits
  }

  private static let invisible: Set<String> = [
    "\u{AD}", "\u{200B}", "\u{200E}", "\u{200F}", "\u{2060}", "\u{FEFF}",
  ]
  private static let marks: Set<Unicode.Scalar> = [
    "*", "_", "`", "|", "~", "]", "#", ">", "-", "•", "·", "▪", "◦", "–", "\u{AD}", "\u{200B}",
    "\u{200E}", "\u{200F}", "\u{2060}", "\u{FEFF}",
  ]
}
