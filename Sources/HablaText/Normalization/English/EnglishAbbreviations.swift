/// Abbreviations of titles, months, Latin words and initials.
struct EnglishAbbreviationRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    if line[index].text == "w", line[index + 1].isMark("/") {
      return RewriteMatch(kind: .abbreviation, end: index + 2, spoken: "with")
    }
    if let letters = Self.letters(line, at: index, after: context) { return letters }
    guard line[index + 1].isMark(".") else { return nil }
    let next = line[line.skippingSpace(index + 2)]
    let word = line[index].lower
    var spoken: String?
    var mayEnd = false
    if word == "st", line[index].isCapitalized {
      // Main St. is a street; St. John a saint.
      let isName = context.word.unicodeScalars.first?.properties.isUppercase == true
      spoken = isName && !context.isAtSentenceStart ? "Street" : next.isCapitalized ? "Saint" : nil
      mayEnd = isName
    } else if let title = Self.titles[word], line[index].isCapitalized {
      spoken = title
    } else if let name = Self.beforeDigits[word], next.kind == .digits {
      let isSentence = word == "no" && (context.isAtSentenceStart || !line[index].isCapitalized)
      spoken = isSentence ? nil : name
    } else if let name = Self.anywhere[word] {
      (spoken, mayEnd) = (name, true)
    }
    guard let spoken else { return nil }
    let keepsPoint = mayEnd && line.endsSentence(at: index + 2)
    return RewriteMatch(
      kind: .abbreviation, end: keepsPoint ? index + 1 : index + 2, spoken: spoken)
  }

  /// Single letters with points, as in initials and countries.
  private static func letters(
    _ line: TokenLine, at index: Int, after context: SpokenContext
  ) -> RewriteMatch? {
    guard line[index].text.utf8.count == 1, line[index + 1].isMark("."), !context.touchesWord else {
      return nil
    }
    if line[index + 3].isMark(".") {
      let pair = line[index].text + line[index + 2].text
      if pair == "eg" {
        return RewriteMatch(kind: .abbreviation, end: index + 4, spoken: "for example")
      }
      if pair == "ie" {
        return RewriteMatch(kind: .abbreviation, end: index + 4, spoken: "that is")
      }
    }
    guard line[index].isAllCapitals else { return nil }
    var words = [line[index].text]
    var end = index + 2
    while words.count < 8, line[end].isAllCapitals, line[end].text.utf8.count == 1,
      line[end + 1].isMark(".")
    {
      words.append(line[end].text)
      end += 2
    }
    guard words.count > 1 else { return nil }
    if line.endsSentence(at: end), line[line.skippingSpace(end)].kind == .end { end -= 1 }
    return RewriteMatch(kind: .abbreviation, end: end, spoken: words.joined(separator: " "))
  }

  private static let titles = [
    "mr": "mister", "mrs": "missus", "ms": "miz", "dr": "doctor", "prof": "professor",
    "gen": "general", "col": "colonel", "lt": "lieutenant", "sgt": "sergeant", "capt": "captain",
    "gov": "governor", "sen": "senator", "rep": "representative", "rev": "reverend",
    "hon": "honorable", "mt": "mount",
  ]
  private static let beforeDigits = [
    "no": "number", "nos": "numbers", "p": "page", "pp": "pages", "vol": "volume", "ch": "chapter",
    "fig": "figure", "sec": "section", "art": "article", "jan": "January", "feb": "February",
    "mar": "March", "apr": "April", "jun": "June", "jul": "July", "aug": "August",
    "sep": "September", "sept": "September", "oct": "October", "nov": "November",
    "dec": "December", "rm": "room", "apt": "apartment", "ste": "suite",
  ]
  private static let anywhere = [
    "etc": "et cetera", "vs": "versus", "jr": "junior", "sr": "senior", "inc": "incorporated",
    "ltd": "limited", "corp": "corporation", "ave": "avenue", "blvd": "boulevard", "rd": "road",
    "dept": "department", "mon": "Monday", "tue": "Tuesday", "tues": "Tuesday", "thu": "Thursday",
    "thurs": "Thursday", "fri": "Friday", "approx": "approximately", "est": "established",
    "tel": "telephone",
  ]
}

/// Acronyms in capitals that are spelled: DVD, FBI, USA; others are left as they are.
struct EnglishAcronymRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    var text = line[index].text
    if let words = Self.wars[text] {
      return RewriteMatch(kind: .acronym, end: index + 1, spoken: words)
    }
    let isPlural = text.utf8.count > 2 && text.hasSuffix("s")
    if isPlural { text.removeLast() }
    guard (2...8).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 65 && $0 <= 90 }),
      Self.spelled.contains(text) || !Letters.hasVowel(text)
    else { return nil }
    let spoken = Self.spell(text) + (isPlural ? "s" : "")
    return RewriteMatch(kind: .acronym, end: index + 1, spoken: spoken)
  }

  /// The letters with blanks between.
  static func spell(_ text: String) -> String {
    text.uppercased().map(String.init).joined(separator: " ")
  }

  private static let wars = ["WWI": "World War One", "WWII": "World War Two"]

  private static let spelled: Set<String> = [
    "USA", "US", "UK", "EU", "UN", "AI", "FBI", "CIA", "USB", "ATM", "CEO", "CFO", "CTO", "API",
    "URL", "ID", "UFO", "IBM", "BBC", "HBO", "NBA", "ADHD", "AC", "EV", "IP", "PIN",
    "GPU", "CPU", "UI", "UX", "VIP", "DIY", "FAQ", "IQ", "EPA", "FDA", "IRS", "UPS", "ABC",
    "SUV", "UV", "DNA", "RNA", "NFL", "IMF", "OECD", "EST", "PDF",
  ]
}
