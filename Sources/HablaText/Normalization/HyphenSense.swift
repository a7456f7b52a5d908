/// What a hyphen or dash before a number stands for.
enum HyphenSense: Sendable {
  /// −5
  case minus
  /// 10-15, 3 - 2
  case range
  /// COVID-19, 11-S, 4-4-2, 2024-25: a blank
  case blank

  /// What the sign at `index` means, or nil where it is punctuation or joins words.
  init?(_ line: TokenLine, at index: Int) {
    let sign = line[index].text
    guard ["-", "–", "—", "−"].contains(sign) else { return nil }
    let next = line[line.skippingSpace(index + 1)]
    if line[index - 1].kind == .digits, line[index + 1].kind == .word {
      // 11-S
      self = .blank
      return
    }
    guard next.kind == .digits || next.kind == .mark && Self.currencySigns.contains(next.text)
    else { return nil }
    let before = line[index - 1]
    if sign == "−", before.kind == .space || before.kind == .digits {
      self = .minus
    } else if line[index + 1].kind != .space {
      guard let sense = Self.glued(sign, line, at: index) else { return nil }
      self = sense
    } else {
      // 3 - 2: between two numbers; otherwise a dash.
      guard before.kind == .space, Self.isAmount(line[index - 2]) else { return nil }
      self = Self.isSum(line, from: index) ? .minus : .range
    }
  }

  private static func glued(_ sign: String, _ line: TokenLine, at index: Int) -> HyphenSense? {
    let before = line[index - 1]
    switch before.kind {
    case .digits:
      // i7-12700 and 4-4-2 are no ranges.
      let isName = line[index - 2].kind == .word
      return isName || isChain(sign, line, at: index) ? .blank : .range
    case .word: return line[index - 2].kind == .digits ? .range : .blank
    case .mark:
      if amountMarks.contains(before.text) { return .range }
      return openingMarks.contains(before.text) ? .minus : nil
    case .space, .end: return sign == "—" ? nil : .minus
    }
  }

  /// Whether this is a sum: 5 - 3 = 2.
  private static func isSum(_ line: TokenLine, from index: Int) -> Bool {
    (index..<index + 8).contains { line[$0].isMark("=") }
  }

  private static func isAmount(_ token: Token) -> Bool {
    token.kind == .digits || amountMarks.contains(token.text)
  }

  /// Numbers that are no range: 4-4-2, 2024-25.
  private static func isChain(_ sign: String, _ line: TokenLine, at index: Int) -> Bool {
    if line[index + 2].isMark(sign), line[index + 3].kind == .digits { return true }
    if line[index - 2].isMark(sign), line[index - 3].kind == .digits { return true }
    return line[index - 1].text.utf8.count == 4 && line[index + 1].text.utf8.count == 2
  }

  private static let currencySigns: Set<String> = ["€", "$", "£", "¥"]
  private static let amountMarks: Set<String> = ["%", "€", "$", "£", "°", "º", "ª", "’", "'"]
  private static let openingMarks: Set<String> = [
    "(", "[", "=", "+", "«", "“", "\"", ":", "<", ">", "*", "/",
  ]
}
