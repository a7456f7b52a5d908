/// E-mail and web addresses: juan@correo.es, www.rae.es, https://sitio.com/ruta.
///
/// "https://" is left out. Parts without vowels are spelled (mx, html), others are read.
struct SpanishWebAddressRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let address = WebAddress(line, at: index) else { return nil }
    let words = (address.start..<address.end).compactMap { Self.word(line[$0]) }
    guard !words.isEmpty else { return nil }
    return RewriteMatch(kind: .webAddress, end: address.end, spoken: words.joined(separator: " "))
  }

  private static func word(_ token: Token) -> String? {
    switch token.kind {
    case .digits:
      return token.text.utf8.count <= 4
        ? SpanishNumberWords.withZeros(token.text) : SpanishNumberWords.spelled(token.text)
    case .word:
      let isSpelled =
        !SpanishLetters.hasVowel(token.lower)
        || SpanishAbbreviations.byFirstWord[token.lower] != nil
      let letters = isSpelled ? SpanishLetters.spelled(token.lower) : token.lower
      return letters.isEmpty ? token.lower : letters
    case .mark: return signs[token.text]
    case .space, .end: return nil
    }
  }

  private static let signs = [
    ".": "punto", "@": "arroba", "-": "guion", "_": "guion bajo", "/": "barra", "+": "más",
    "?": "interrogación", "=": "igual", "&": "y", "#": "almohadilla", "%": "por ciento",
    ":": "dos puntos", "~": "virgulilla",
  ]
}
