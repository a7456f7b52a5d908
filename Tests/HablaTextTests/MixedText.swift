/// Random texts that mix everything a text may hold.
enum MixedText {
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

  /// A text of up to `length` of these pieces, every other time of `RandomText`'s.
  static func make(length: Int, using generator: inout SplitMix) -> String {
    if generator.below(2) == 0 { return RandomText.text(&generator, pieces: length) }
    return (0..<length).map { _ in pieces[generator.below(pieces.count)] }.joined()
  }
}
