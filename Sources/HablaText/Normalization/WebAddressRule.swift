/// E-mail and web addresses, part by part: juan@correo.es, www.rae.es, https://sitio.com/ruta.
///
/// "https://" is left out. Parts without vowels are spelled (mx, html), others are read.
struct WebAddressRule: RewriteRule {
  /// What to say for the signs of an address.
  let signs: [String: String]
  /// Says digits.
  let digits: @Sendable (String) -> String
  /// Spells a word of ASCII letters.
  let letters: @Sendable (String) -> String

  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let address = WebAddress(line, at: index) else { return nil }
    let words = (address.start..<address.end).compactMap { word(line[$0]) }
    guard !words.isEmpty else { return nil }
    return RewriteMatch(kind: .webAddress, end: address.end, spoken: words.joined(separator: " "))
  }

  private func word(_ token: Token) -> String? {
    switch token.kind {
    case .digits: return digits(token.text)
    case .word:
      if Letters.hasVowel(token.lower) { return token.lower }
      let spelled = letters(token.lower)
      return spelled.isEmpty ? token.lower : spelled
    case .mark: return signs[token.text]
    case .space, .end: return nil
    }
  }
}

/// Letters of the Latin alphabet.
enum Letters {
  static let vowels: Set<Unicode.Scalar> = ["a", "e", "i", "o", "u", "y"]

  /// Whether a word has a vowel; letters beyond ASCII count as such.
  static func hasVowel(_ text: String) -> Bool {
    text.lowercased().unicodeScalars.contains { !$0.isASCII || vowels.contains($0) }
  }
}
