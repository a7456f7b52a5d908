/// Chapter and verse behind the name of a book of the Bible: Mateo 5:3, Psalm 20:3.
///
/// Both numbers are said with a pause between, so that 20:3 is neither 23, nor a time, nor a ratio.
/// The number before a book that there are several of is an ordinal: 1 Corintios 13:4.
struct VerseRule: RewriteRule {
  /// The books' names in lower case.
  let books: Set<String>
  let cardinal: @Sendable (String) -> String
  /// What is said for 1, 2 or 3 before a book; nil where there is one book of that name.
  let ordinal: @Sendable (_ number: Int, _ book: String) -> String?

  /// The most chapters of a book and the most verses of a chapter: of the Psalms.
  private static let chapters = 1...150
  private static let verses = 1...176

  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let digits = line.digits(at: index) else { return nil }
    if books.contains(context.lowerWord), Self.isName(context.word), Self.isVerse(line, at: index) {
      return RewriteMatch(
        kind: .number, end: index + 3,
        spoken: cardinal(digits) + ", " + cardinal(line[index + 2].text))
    }
    guard digits.utf8.count == 1, let number = Int(digits), (1...3).contains(number),
      line[index + 1].kind == .space, line[index + 2].isCapitalized,
      line[index + 3].kind == .space, Self.isVerse(line, at: index + 4),
      let spoken = ordinal(number, line[index + 2].lower)
    else { return nil }
    return RewriteMatch(kind: .ordinal, end: index + 1, spoken: spoken)
  }

  private static func isName(_ word: String) -> Bool {
    word.unicodeScalars.first?.properties.isUppercase == true
  }

  /// Two numbers with a colon between, and no third.
  private static func isVerse(_ line: TokenLine, at index: Int) -> Bool {
    guard let chapter = line.digits(at: index).flatMap({ Int($0) }), chapters.contains(chapter),
      line[index + 1].isMark(":"), let verse = line.digits(at: index + 2).flatMap({ Int($0) })
    else { return false }
    let isLonger = line[index + 3].isMark(":") && line[index + 4].kind == .digits
    return verses.contains(verse) && !isLonger
  }
}

extension VerseRule {
  static let spanish = VerseRule(
    books: Set(
      words: """
          génesis éxodo levítico números deuteronomio josué jueces rut samuel reyes crónicas esdras
        nehemías ester job salmo salmos proverbios eclesiastés cantares isaías jeremías lamentaciones
        ezequiel daniel oseas joel amós abdías jonás miqueas nahúm habacuc sofonías hageo zacarías
        malaquías mateo marcos lucas juan hechos romanos corintios gálatas efesios filipenses
        colosenses tesalonicenses timoteo tito filemón hebreos santiago pedro judas apocalipsis
        """),
    cardinal: { SpanishNumberWords.cardinal($0) },
    ordinal: { number, book in
      // Two books of Samuel, two letters to the Corinthians.
      let isLetter = ["corintios", "tesalonicenses", "timoteo", "pedro", "juan"].contains(book)
      guard isLetter || ["samuel", "reyes", "crónicas"].contains(book) else { return nil }
      return SpanishOrdinals.ordinal(number, isLetter ? .feminine : .masculine)
        .map { $0 + " de" }
    })

  static let english = VerseRule(
    books: Set(
      words: """
        genesis exodus leviticus numbers deuteronomy joshua judges ruth samuel kings chronicles ezra
        nehemiah esther job psalm psalms proverbs ecclesiastes songs isaiah jeremiah lamentations
        ezekiel daniel hosea joel amos obadiah jonah micah nahum habakkuk zephaniah haggai zechariah
        malachi matthew mark luke john acts romans corinthians galatians ephesians philippians
        colossians thessalonians timothy titus philemon hebrews james peter jude revelation
        """),
    cardinal: { EnglishNumberWords.cardinal($0) },
    ordinal: { number, book in
      let isNumbered = [
        "samuel", "kings", "chronicles", "corinthians", "thessalonians", "timothy", "peter", "john",
      ].contains(book)
      return isNumbered ? EnglishNumberWords.ordinal(String(number)) : nil
    })

  static let french = VerseRule(
    books: Set(
      words: """
        genèse exode lévitique nombres deutéronome josué juges ruth samuel rois chroniques esdras
        néhémie esther job psaume psaumes proverbes ecclésiaste cantique isaïe ésaïe jérémie
        lamentations ézéchiel daniel osée joël amos abdias jonas michée nahum habacuc sophonie aggée
        zacharie malachie matthieu marc luc jean actes romains corinthiens galates éphésiens
        philippiens colossiens thessaloniciens timothée tite philémon hébreux jacques pierre jude
        apocalypse
        """),
    cardinal: { FrenchNumberWords.cardinal($0) },
    ordinal: { _, _ in nil })
}
