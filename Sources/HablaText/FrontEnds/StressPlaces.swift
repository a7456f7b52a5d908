/// Tones that say where a symbol is among the stressed syllables of its clause.
///
/// Intonation follows them: it steps down from one stressed syllable to the next and falls, or rises,
/// from the last one on. With b primary stress marks of the clause up to the symbol and a behind it,
/// the tone is 4 min(b, 3) + min(a, 3), so 0...15.
package enum StressPlaces {
  private static let primaryStress = "ˈ"
  private static let most = 3
  /// Symbols that end a clause, and belong to it.
  private static let marks: Set<String> = [",", ".", "!", "?"]

  /// The tone of each symbol.
  package static func tones(of symbols: [String]) -> [Int] {
    var tones: [Int] = []
    tones.reserveCapacity(symbols.count)
    var clause = 0
    for (index, symbol) in symbols.enumerated() {
      if !marks.contains(symbol) && index + 1 < symbols.count { continue }
      let range = symbols[clause...index]
      let total = range.count { $0 == primaryStress }
      var before = 0
      for each in range {
        if each == primaryStress { before += 1 }
        tones.append((most + 1) * min(before, most) + min(total - before, most))
      }
      clause = index + 1
    }
    return tones
  }
}
