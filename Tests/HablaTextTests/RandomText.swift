/// Random texts that mix everything a text may hold.
enum RandomText {
  static let pieces: [String] = [
    "a", "e", "ñ", "é", "Z", "hola", "Word", "q", " ", " ", " ", "  ", "\n", "\n\n", "\r\n", "\t",
    ".", ",", "!", "?", ";", ":", "…", "...", "¿", "¡", "\"", "«", "»", "(", ")", "[", "]", "{",
    "}", "—", "-", "'", "’", "0", "7", "42", "3,5", "1.234,56", "12:30", "%", "€", "$", "#", "@",
    "&", "e\u{301}", "\u{301}", "\u{327}\u{323}", "n\u{303}", "ㄱ", "한", "\u{1112}\u{1161}\u{11AB}",
    "漢字", "。", "日本", "עברית", "العربية", "हिन्दी", "ไทย", "😀", "👩‍👩‍👧", "🇪🇸", "\u{FE0F}",
    "\u{0}", "\u{1}", "\u{1B}[0m", "\u{7F}", "\u{85}", "\u{200B}", "\u{FEFF}", "\u{FFFD}",
    "\u{202E}", "\u{E000}", "\u{10FFFF}", "Sr.", "etc.", "J.", "EE.UU.", "www.example.org",
    "http://a.b/c?d=e", "<b>", "(en)", "[[a]]", "\u{A0}", "ß", "ŒUVRE", "ﬁ", "½", "Ⅳ",
  ]

  static func make(length: Int, using generator: inout SplitMix) -> String {
    (0..<length).map { _ in pieces[Int(generator.next() % UInt64(pieces.count))] }.joined()
  }
}

/// A small seeded generator (SplitMix64), so that a failing text can be found again.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
