/// Signs that are said: &, @, #, +, =, <, °, and the hyphen where it is a minus or a range.
struct SpanishSymbolRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    let sign = line[index].text
    if let currency = SpanishCurrency.at(index, line), line[index].kind == .mark {
      return RewriteMatch(kind: .symbol, end: currency.end, spoken: currency.0.plural)
    }
    if let word = Self.always[sign] {
      return RewriteMatch(kind: .symbol, end: index + 1, spoken: word)
    }
    guard let word = Self.inContext(sign, line, at: index, after: context) else { return nil }
    return RewriteMatch(kind: .symbol, end: index + 1, spoken: word)
  }

  private static func inContext(
    _ sign: String, _ line: TokenLine, at index: Int, after context: SpokenContext
  ) -> String? {
    let next = line[line.skippingSpace(index + 1)]
    switch sign {
    case "-", "–", "—", "−": return hyphen(sign, line, at: index)
    case "#":
      return next.kind == .digits && line[index + 1].kind == .digits ? "número" : "almohadilla"
    case "<": return next.kind == .digits ? "menor que" : nil
    case ">": return next.kind == .digits ? "mayor que" : nil
    case "~": return next.kind == .digits ? "aproximadamente" : nil
    case "^": return next.kind == .digits ? "elevado a" : nil
    case "²": return context.touchesWord ? "al cuadrado" : nil
    case "³": return context.touchesWord ? "al cubo" : nil
    case ":": return isBetweenDigits(line, index) ? "a" : nil
    case "/", "_":
      // A blank between words that are not read as a fraction or a unit.
      return context.touchesWord && line.isAlphanumeric(at: index + 1) ? " " : nil
    case ".": return point(line, at: index, after: context)
    default: return nil
    }
  }

  /// 3-2 and 10 - 15 are "a"; -5 is "menos"; COVID-19 has a blank; a dash stays.
  private static func hyphen(_ sign: String, _ line: TokenLine, at index: Int) -> String? {
    guard
      line[line.skippingSpace(index + 1)].kind == .digits
        || SpanishCurrency.at(index + 1, line) != nil
    else { return nil }
    let isGlued = line[index + 1].kind != .space
    let before = line[index - 1]
    if sign == "−", before.kind == .space || before.kind == .digits { return "menos" }
    if isGlued {
      switch before.kind {
      case .digits: return isChain(sign, line, at: index) ? " " : "a"
      case .word: return line[index - 2].kind == .digits ? "a" : " "
      case .mark:
        return Self.amountMarks.contains(before.text)
          ? "a" : openingMarks.contains(before.text) ? "menos" : nil
      case .space, .end: return sign == "—" ? nil : "menos"
      }
    }
    // 3 - 2: between two numbers; otherwise a dash.
    let isAmount = line[index - 2].kind == .digits || amountMarks.contains(line[index - 2].text)
    guard before.kind == .space, isAmount else { return nil }
    return endsInEquals(line, from: index) ? "menos" : "a"
  }

  /// Whether this is a sum: 5 - 3 = 2.
  private static func endsInEquals(_ line: TokenLine, from index: Int) -> Bool {
    (index..<index + 8).contains { line[$0].isMark("=") }
  }

  /// 4-4-2, 2024-25: no range.
  private static func isChain(_ sign: String, _ line: TokenLine, at index: Int) -> Bool {
    if line[index + 2].isMark(sign), line[index + 3].kind == .digits { return true }
    if line[index - 2].isMark(sign), line[index - 3].kind == .digits { return true }
    return line[index - 1].text.utf8.count == 4 && line[index + 1].text.utf8.count == 2
  }

  private static func isBetweenDigits(_ line: TokenLine, _ index: Int) -> Bool {
    line[index - 1].kind == .digits && line[index + 1].kind == .digits
  }

  /// The point of a domain that no other rule took: "5.com".
  private static func point(_ line: TokenLine, at index: Int, after context: SpokenContext)
    -> String?
  {
    let isDomain = context.touchesWord && WebAddress.topLevels.contains(line[index + 1].text)
    return isDomain && !(line[index + 2].isMark("-") || line[index + 2].kind == .digits)
      ? "punto" : nil
  }

  private static let amountMarks: Set<String> = ["%", "€", "$", "£", "°", "º", "ª", "’", "'"]
  private static let openingMarks: Set<String> = [
    "(", "[", "=", "+", "«", "“", "\"", ":", "<", ">", "*", "/",
  ]

  private static let always = [
    "&": "y", "@": "arroba", "+": "más", "=": "igual a", "×": "por", "*": "por", "÷": "entre",
    "≥": "mayor o igual que", "≤": "menor o igual que", "≠": "distinto de",
    "≈": "aproximadamente", "±": "más menos", "√": "raíz de", "∞": "infinito", "°": "grados",
    "§": "sección", "©": "copyright", "%": "por ciento", "‰": "por mil", "π": "pi", "Ω": "ohmios",
    "№": "número", "℃": "grados Celsius", "℉": "grados Fahrenheit",
  ]
}

/// The letter x between numbers: 3 x 4, 1920x1080.
struct SpanishTimesSignRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard line[index].lower == "x", line[line.skippingSpace(index + 1)].kind == .digits else {
      return nil
    }
    let before = line[index - 1].kind == .space ? index - 2 : index - 1
    guard line[before].kind == .digits else { return nil }
    return RewriteMatch(kind: .symbol, end: index + 1, spoken: "por")
  }
}
