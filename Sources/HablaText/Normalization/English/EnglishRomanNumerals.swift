/// Roman numerals behind the words that have them: World War II, Chapter IV, Henry VIII.
struct EnglishRomanRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard line[index].isAllCapitals, let value = RomanNumeral.value(of: line[index].text),
      value < 100, !line[index].text.contains("C"),
      !(line[index + 1].isMark("-") && line[index + 2].kind == .word)
    else { return nil }
    let text = line[index].text
    let word = context.lowerWord
    let isSingle = text.utf8.count == 1
    if Self.rulers.contains(word), value < 40 {
      // Elizabeth I think: the pronoun.
      if text == "I", line[index + 1].kind == .space, line[index + 2].kind == .word { return nil }
      return Self.match("the " + EnglishNumberWords.ordinal(String(value)), index)
    }
    let isName = context.word.unicodeScalars.first?.properties.isUppercase == true
    let isNumbered = Self.numbered.contains(word) && !["L", "D", "M"].contains(text)
    let isLong = text.utf8.count >= 3 && value < 40 && text != "XXX"
    let isPlain = !isSingle && value < 40 && isName && context.word != context.word.uppercased()
    guard isNumbered || isLong || isPlain else { return nil }
    if text == "I", line[index + 1].kind == .space, line[index + 2].kind == .word, !isName {
      return nil
    }
    return Self.match(EnglishNumberWords.cardinal(String(value)), index)
  }

  private static func match(_ spoken: String, _ index: Int) -> RewriteMatch {
    RewriteMatch(kind: .romanNumeral, end: index + 1, spoken: spoken)
  }

  private static let rulers: Set<String> = [
    "henry", "elizabeth", "george", "charles", "edward", "james", "william", "richard", "mary",
    "john", "paul", "louis", "philip", "pius", "benedict", "gregory", "leo", "clement", "francis",
    "frederick", "napoleon", "alexander", "nicholas", "peter", "catherine", "ivan", "felipe",
    "juan", "alfonso", "ferdinand", "carlos", "isabella", "urban", "innocent", "sixtus", "julius",
    "ramses", "victoria", "margaret", "leopold", "albert", "harald", "gustav", "olaf",
  ]

  private static let numbered: Set<String> = [
    "war", "chapter", "part", "act", "scene", "volume", "book", "phase", "type", "section",
    "title", "article", "bowl", "figure", "table", "appendix", "level", "class", "stage",
    "division", "group", "episode", "season", "apollo",
  ]
}
