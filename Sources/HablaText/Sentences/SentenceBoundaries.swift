/// Where sentences end.
///
/// A sentence ends at a run of terminators (`.` `!` `?` `…`), with the quotes and brackets that
/// close behind it, when white space and something that can begin a sentence follow; at a blank
/// line; and at a line break between short lines or before a list item. Full stops of
/// abbreviations, initials, list numbers and inside numbers do not end one. Two sentences taken
/// for one do little harm, one cut in two is heard, so doubt keeps them together.
enum SentenceBoundaries {
  /// Lines shorter than this are verses, titles or list items rather than wrapped prose.
  private static let shortLine = 50

  /// End (behind terminators and closers) of the first sentence of `window`.
  ///
  /// - Parameters:
  ///   - window: Scalars from the sentence's first on.
  ///   - stop: How far to look.
  ///   - isTextEnd: Whether the text ends where the window does.
  /// - Returns: nil when no sentence ends before `stop`.
  static func firstEnd(in window: [Unicode.Scalar], before stop: Int, isTextEnd: Bool) -> Int? {
    var lineStart = 0
    var position = 0
    while position < min(window.count, stop) {
      let scalar = window[position]
      if scalar.isSpace {
        let next = end(of: window, from: position) { $0.isSpace }
        let breaks = lineBreaks(in: window[position..<next])
        if breaks > 0, next < window.count,
          breaks > 1
            || lineBreakEndsSentence(window, lineLength: position - lineStart, next: next)
        {
          return position
        }
        if breaks > 0 { lineStart = next }
        position = next
        continue
      }
      if !isTerminator(scalar) {
        position += 1
        continue
      }
      let runEnd = end(of: window, from: position) { isTerminator($0) }
      let closed = end(of: window, from: runEnd) { isCloser($0) }
      if endsSentence(window, run: position..<runEnd, closed: closed) { return closed }
      position = closed
    }
    return isTextEnd && window.count <= stop ? window.count : nil
  }

  /// Whether the terminators `run`, with closers up to `closed`, end a sentence.
  private static func endsSentence(
    _ window: [Unicode.Scalar], run: Range<Int>, closed: Int
  ) -> Bool {
    if closed == window.count { return true }
    if isWideMark(window[closed - 1]) { return true }
    if !window[closed].isSpace { return false }
    let next = end(of: window, from: closed) { $0.isSpace }
    if next == window.count || lineBreaks(in: window[closed..<next]) > 1 { return true }
    let first = end(of: window, from: next) { isOpener($0) || $0.isSpace }
    if first == window.count { return true }

    let isFullStop = run.count == 1 && window[run.lowerBound] == "."
    let continues = window[first].properties.isLowercase
    if !isFullStop { return !continues }
    let word = Word(endingAt: run.lowerBound, in: window)
    if word.isListNumber || word.isInitial { return false }
    if word.isDottedAcronym || Abbreviations.never.contains(word.text) { return false }
    if Abbreviations.beforeNumber.contains(word.text) {
      return window[first].properties.numericType == nil && !continues
    }
    if continues { return word.length >= 4 && !Abbreviations.mayEnd.contains(word.text) }
    return true
  }

  /// Whether a single line break ends a sentence: between short lines, or before a list item.
  private static func lineBreakEndsSentence(
    _ window: [Unicode.Scalar], lineLength: Int, next: Int
  ) -> Bool {
    let first = window[next]
    if "•‣▪*".unicodeScalars.contains(first) { return true }
    if first == "-" || first == "–" || first == "—" { return true }
    let properties = first.properties
    let canBegin =
      properties.isUppercase || properties.numericType != nil || isOpener(first)
    return canBegin && lineLength < shortLine
  }

  /// Number of line breaks in white space; a page or paragraph break counts as two.
  static func lineBreaks(in space: ArraySlice<Unicode.Scalar>) -> Int {
    var count = 0
    var previous: Unicode.Scalar = " "
    for scalar in space {
      switch scalar.value {
      case 0x0A where previous == "\r": break
      case 0x0A, 0x0D, 0x85, 0x2028: count += 1
      case 0x0C, 0x2029: count += 2
      default: break
      }
      previous = scalar
    }
    return count
  }

  private static func end(
    of window: [Unicode.Scalar], from start: Int, while holds: (Unicode.Scalar) -> Bool
  ) -> Int {
    var end = start
    while end < window.count, holds(window[end]) { end += 1 }
    return end
  }

  /// Marks that end sentences.
  static func isTerminator(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case ".", "!", "?", "…", "。", "！", "？", "؟", "।", "‼", "⁇", "⁈", "⁉": true
    default: false
    }
  }

  /// Marks that need no white space behind them.
  static func isWideMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "。", "！", "？", "、", "，", "；", "：": true
    default: false
    }
  }

  /// Quotes and brackets that close.
  static func isCloser(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\"", "”", "»", ")", "]", "}", "'", "’", "」", "』": true
    default: false
    }
  }

  /// What may stand before a sentence's first letter.
  private static func isOpener(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "¿", "¡", "\"", "“", "«", "(", "[", "{", "'", "‘", "—", "–", "-", "「", "『": true
    default: false
    }
  }

  /// Marks at which the voice pauses, dashes and closing brackets included.
  static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case ",", ";", ":", "—", "–": true
    default: isTerminator(scalar) || isWideMark(scalar) || isCloser(scalar)
    }
  }

  /// Whether a part of a sentence ends in a mark that a front end speaks as a pause.
  static func hasMark(_ part: ArraySlice<Unicode.Scalar>) -> Bool {
    guard let last = part.last(where: { !isCloser($0) }) else { return false }
    return last == "," || last == ";" || last == ":" || isTerminator(last) || isWideMark(last)
  }

  /// The word before a full stop.
  private struct Word {
    /// Lower case, full stops inside included, opening marks left out.
    let text: String
    let length: Int
    let isInitial: Bool
    let isListNumber: Bool
    /// Parts of one or two letters between full stops, as in "EE.UU" or "a.C".
    let isDottedAcronym: Bool

    init(endingAt end: Int, in window: [Unicode.Scalar]) {
      var start = end
      // No abbreviation is longer; a long word need not be gone through again and again.
      while start > 0, end - start < 16, !window[start - 1].isSpace, !isOpener(window[start - 1]) {
        start -= 1
      }
      let letters = window[start..<end]
      var view = String.UnicodeScalarView()
      view.append(contentsOf: letters)
      text = String(view).lowercased()
      length = letters.count
      isInitial = length == 1 && letters.allSatisfy { $0.properties.isUppercase }
      isListNumber =
        start == 0 && length <= 3 && letters.allSatisfy { $0.properties.numericType != nil }
      let parts = letters.split(separator: ".", omittingEmptySubsequences: false)
      isDottedAcronym =
        parts.count > 1
        && parts.allSatisfy {
          (1...2).contains($0.count) && $0.allSatisfy { $0.properties.isAlphabetic }
        }
    }
  }
}

/// Abbreviations of Spanish, English and French, lower case, without their last full stop.
private enum Abbreviations {
  /// Something always follows: titles and the like.
  static let never: Set<String> = [
    "sr", "sra", "srta", "sres", "sras", "dr", "dra", "dres", "d", "dña", "prof", "profa", "lic",
    "licda", "ing", "arq", "gral", "cnel", "tte", "sgto", "cte", "mons", "rvdo", "excmo", "excma",
    "ilmo", "ilma", "fdo", "av", "avda", "avd", "ctra", "pza", "sto", "sta", "ee", "ej", "vs", "cf",
    "mr", "mrs", "ms", "mx", "drs", "messrs", "gen", "lt", "sgt", "capt", "cpl", "rev", "hon",
    "gov", "st", "mt", "e.g", "i.e", "viz", "mme", "mlle", "mgr", "me", "bd", "p.ej",
  ]
  /// A number follows, or the sentence ends.
  static let beforeNumber: Set<String> = [
    "no", "nos", "núm", "núms", "num", "nº", "n°", "art", "arts", "fig", "figs", "pág", "págs",
    "pag", "pp", "p", "vol", "cap", "caps", "ch", "sec", "secc", "tel", "tél", "tlf", "ext",
    "aprox", "approx", "ca", "versión", "ver", "op", "ap", "apdo", "km", "c",
  ]
  /// A sentence may end with it or go on.
  static let mayEnd: Set<String> = [
    "etc", "aprox", "approx", "dept", "dpto", "depto", "incl", "excl", "máx", "mín", "admón",
    "cía", "corp", "inc", "ltda", "ltd", "sept", "abrev", "trad", "edit",
  ]
}
