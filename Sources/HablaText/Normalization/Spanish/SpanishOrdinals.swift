/// Spanish ordinal and fraction words.
enum SpanishOrdinals {
  /// How an ordinal agrees.
  enum Form: Sendable {
    /// primero
    case masculine
    /// primera
    case feminine
    /// primer, before a masculine noun
    case shortened
  }

  /// The ordinal of 1...999 in words, or nil.
  static func ordinal(_ value: Int, _ form: Form, plural: Bool = false) -> String? {
    guard value >= 1, value <= 999 else { return nil }
    let (hundred, rest) = value.quotientAndRemainder(dividingBy: 100)
    var stems: [String] = []
    if hundred > 0 { stems.append(hundreds[hundred]) }
    switch rest {
    case 0: break
    case 1...9: stems.append(units[rest])
    case 10...19: stems.append(teens[rest - 10])
    default:
      stems.append(tens[rest / 10])
      if rest % 10 > 0 { stems.append(units[rest % 10]) }
    }
    let ending = (form == .feminine ? "a" : "o") + (plural ? "s" : "")
    var words = stems.map { $0 + ending }
    if form == .shortened, !plural, let last = stems.last, last == "primer" || last == "tercer" {
      words[words.count - 1] = last
    }
    return words.joined(separator: " ")
  }

  /// The name of the part `1/value`, for 2...9: medio, tercio, cuarto...
  static func part(_ value: Int) -> String? {
    switch value {
    case 2: return "medio"
    case 3: return "tercio"
    case 4...9: return units[value] + "o"
    default: return nil
    }
  }

  // Stems: the ending -o or -a is added to every word.
  private static let units = [
    "", "primer", "segund", "tercer", "cuart", "quint", "sext", "séptim", "octav", "noven",
  ]
  private static let teens = [
    "décim", "undécim", "duodécim", "decimotercer", "decimocuart", "decimoquint", "decimosext",
    "decimoséptim", "decimoctav", "decimonoven",
  ]
  private static let tens = [
    "", "", "vigésim", "trigésim", "cuadragésim", "quincuagésim", "sexagésim", "septuagésim",
    "octogésim", "nonagésim",
  ]
  private static let hundreds = [
    "", "centésim", "ducentésim", "tricentésim", "cuadringentésim", "quingentésim",
    "sexcentésim", "septingentésim", "octingentésim", "noningentésim",
  ]
}
