/// Guesses the gender of the noun behind a number, from its ending.
///
/// Spanish numbers agree with what they count (veintiuna personas, doscientas páginas, un día), so
/// the word that follows decides. Words in -a, -ción, -dad and the like are feminine, all others
/// masculine, but for the exceptions in `SpanishWordLists`. A word that cannot be counted there
/// (a preposition, a verb, an adverb; a singular behind 21) is no noun, and the number stands
/// alone: "el 21 de mayo", "1 disponible".
struct SpanishNoun: Sendable, Equatable {
  let isFeminine: Bool
  let isPlural: Bool
  /// Whether singular and plural look the same (crisis, lunes).
  let isInvariable: Bool

  /// What `word` (in lower case) is behind a number, or nil when it is no noun.
  init?(_ word: String) {
    guard word.utf8.count > 2, word.utf8.first != 0x27, !SpanishWordLists.notNouns.contains(word),
      !Self.isAdverbOrVerb(word)
    else { return nil }
    // mes, país, autobús: singular in spite of -s; cafés is not told apart from them.
    isInvariable =
      SpanishWordLists.invariable.contains(word)
      || ["ás", "és", "ís", "ós", "ús"].contains { word.hasSuffix($0) }
    isPlural = word.hasSuffix("s") && !isInvariable
    isFeminine = Self.isFeminine(isPlural ? Self.singulars(of: word) : [word])
  }

  var form: SpanishNumberWords.Form { isFeminine ? .feminine : .masculine }

  /// Whether it can stand behind a number that is one, or behind one that is not.
  func agrees(withOne isOne: Bool) -> Bool { isInvariable || isPlural != isOne }

  /// What the plural may come from: clases -> clase, clas; luces -> luce, luc, luz.
  private static func singulars(of plural: String) -> [String] {
    let stem = String(plural.dropLast())
    guard stem.hasSuffix("e") else { return [stem] }
    let root = String(stem.dropLast())
    if root.hasSuffix("c") { return [stem, String(root.dropLast()) + "z"] }
    if root.hasSuffix("on") { return [String(root.dropLast(2)) + "ón"] }
    return [stem, root]
  }

  private static func isAdverbOrVerb(_ word: String) -> Bool {
    if word.hasSuffix("mente") || word.hasSuffix("able") || word.hasSuffix("ible") { return true }
    // estamos, quedamos; but gramos, últimos, tramos.
    guard word.hasSuffix("mos") else { return false }
    return !SpanishWordLists.nounsInMos.contains { word.hasSuffix($0) }
  }

  private static func isFeminine(_ singulars: [String]) -> Bool {
    if singulars.contains(where: SpanishWordLists.masculine.contains) { return false }
    if singulars.contains(where: SpanishWordLists.feminine.contains) { return true }
    func endsIn(_ endings: [String]) -> Bool {
      singulars.contains { word in endings.contains { word.hasSuffix($0) } }
    }
    return !endsIn(SpanishWordLists.masculineEndings) && endsIn(SpanishWordLists.feminineEndings)
  }
}
