import HablaText
import TestSupport
import Testing

/// What holds for every text.
@Suite struct NormalizationPropertyTests {
  private static let normalizers: [any TextNormalizer] = [
    SpanishNormalizer(), EnglishNormalizer(), FrenchNormalizer(), PlainNormalizer(),
  ]

  @Test func tablesInOneLine() throws {
    let rows =
      try NormalizationTable.rows("normalization-es.tsv")
      + NormalizationTable.rows("normalization-es-adversarial.tsv")
      + NormalizationTable.rows("normalization-en.tsv")
      + NormalizationTable.rows("normalization-fr.tsv")
    var random = SplitMix(seed: 7)
    for _ in 0..<2_000 {
      let texts = (0..<3).map { _ in rows[random.below(rows.count)].text }
      let text = texts.joined(separator: random.below(2) == 0 ? " " : ", ")
      for normalizer in Self.normalizers { check(text, normalizer) }
    }
  }

  @Test(arguments: 0..<10)
  func randomTexts(part: Int) {
    var random = SplitMix(seed: UInt64(part) + 100)
    for round in 0..<10_000 {
      let text = RandomText.text(&random, pieces: 1 + random.below(12))
      for normalizer in Self.normalizers { check(text, normalizer, offset: round % 3) }
    }
  }

  /// Ranges are ordered, disjoint and inside; the original can be rebuilt; the output is a fixpoint.
  private func check(_ text: String, _ normalizer: any TextNormalizer, offset: Int = 0) {
    let result = normalizer.normalize(text, offset: offset)
    let bytes = Array(text.utf8)
    var end = offset
    for rewrite in result.rewrites {
      guard rewrite.original.lowerBound >= end, rewrite.original.upperBound <= offset + bytes.count,
        !rewrite.original.isEmpty
      else {
        Issue.record("range \(rewrite) in \(text.debugDescription)")
        return
      }
      let part = bytes[rewrite.original.lowerBound - offset..<rewrite.original.upperBound - offset]
      if !part.elementsEqual(rewrite.originalText.utf8) {
        Issue.record("text of \(rewrite) in \(text.debugDescription)")
      }
      end = rewrite.original.upperBound
    }
    if !outsideIsKept(bytes, result, offset) {
      Issue.record("lost text: \(text.debugDescription) -> \(result.text.text.debugDescription)")
    }
    let again = normalizer.normalize(result.text.text)
    if !again.text.text.utf8.elementsEqual(result.text.text.utf8) {
      Issue.record(
        """
        not a fixpoint: \(text.debugDescription)
        -> \(result.text.text.debugDescription)
        -> \(again.text.text.debugDescription)
        """)
    }
  }

  /// Whether the verbatim pieces are exactly what stands outside the rewrites.
  private func outsideIsKept(_ bytes: [UInt8], _ result: NormalizedText, _ offset: Int) -> Bool {
    var outside: [UInt8] = []
    var place = 0
    for rewrite in result.rewrites {
      outside += bytes[place..<rewrite.original.lowerBound - offset]
      place = rewrite.original.upperBound - offset
    }
    outside += bytes[place...]
    var kept: [UInt8] = []
    let output = Array(result.text.text.utf8)
    var start = 0
    for piece in result.text.pieces {
      let end = start + piece.length
      if piece.isVerbatim {
        kept += output[start..<end]
        let original = piece.original.lowerBound - offset..<piece.original.upperBound - offset
        guard original.lowerBound >= 0, original.upperBound <= bytes.count,
          bytes[original] == output[start..<end]
        else { return false }
      }
      start = end
    }
    return kept == outside
  }
}

/// A small deterministic generator.
struct SplitMix {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }
}

/// Texts of fragments that rules look for and of scalars that nothing expects.
enum RandomText {
  static func text(_ random: inout SplitMix, pieces: Int) -> String {
    var text = ""
    for _ in 0..<pieces {
      switch random.below(8) {
      case 0...3: text += fragments[random.below(fragments.count)]
      case 4: text += String(random.below(20_000))
      case 5: text += " "
      case 6: text += signs[random.below(signs.count)]
      default: text.unicodeScalars.append(scalar(&random))
      }
    }
    return text
  }

  private static func scalar(_ random: inout SplitMix) -> Unicode.Scalar {
    let (low, high) = scripts[random.below(scripts.count)]
    return Unicode.Scalar(UInt32(low + random.below(high - low))) ?? "a"
  }

  /// Control characters, Latin, combining marks, Greek, Cyrillic, Hebrew, Arabic, Devanagari,
  /// Thai, punctuation, currency, letter-like, CJK, fullwidth, mathematical, emoji, anything.
  private static let scripts = [
    (0, 0x20), (0x20, 0x7F), (0x80, 0x250), (0x300, 0x370), (0x370, 0x400), (0x400, 0x500),
    (0x590, 0x600), (0x600, 0x700), (0x900, 0x980), (0xE00, 0xE80), (0x2000, 0x2070),
    (0x2070, 0x20D0), (0x2100, 0x2190), (0x4E00, 0x4F00), (0xFF00, 0xFFF0), (0x1D400, 0x1D800),
    (0x1F300, 0x1FB00), (0xFE00, 0xFE10), (0, 0x11_0000),
  ]

  private static let signs = [
    ".", ",", ":", "/", "-", "–", "−", "%", "€", "$", "£", "º", "ª", "°", "+", "=", "#", "@", "&",
    "'", "’", "(", ")", "*", "_", "~", "²", "½", "\n", "\r\n", "\t", "\u{A0}", "\u{202F}",
    "\u{301}",
    "\u{200B}", "\u{FE0F}\u{20E3}", "👩‍👩‍👧", "¿", "¡", "\"", "«", "…", "^", "<", ">", "|", "`",
  ]

  private static let fragments = [
    "Sr.", "D.", "EE. UU.", "p. ej.", "a. C.", "p. m.", "etc.", "pág.", "n.º", "siglo", "Felipe",
    "XIX", "VI", "I", "MIX", "km", "kg", "h", "m", "m2", "°C", "km/h", "EUR", "USD", "mil",
    "millones", "de mayo de", "personas", "días", "las", "a las", "el", "DVD", "ONU", "gmail",
    "com", "www.", "http://", "@", "x", "1.234,56", "12:30", "3/4", "3/5/1998", "+34",
    "612 345 678",
    "1.º", "2.ª", "3er", "s.", "No.", "c/", "s/n", "II", "Guerra", "José", "ñandú", "Mr.", "Dr.",
    "Jan.", "World War", "Henry", "Chapter", "st", "nd", "am", "p.m.", "the", "St.", "vs.", "I'm",
    "U.S.", "a", "T", "S/", "US$", "y", "o", "C", "A", "cap.", "J.", "K.", "M.ª", "etc", "Cristo",
    "M.", "Mme", "n°", "1er", "XXIe", "siècle", "14h30", "Louis", "p. ex.", "c.-à-d.", "J.-C.",
    "av.",
    "l'UE", "d'", "€", "M€", "svp", "habitants", "000", "06 12 34 56 78", "janv.", "le", "2nde",
  ]
}
