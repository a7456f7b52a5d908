/// How the user wants words to be spoken.
///
/// A UTF-8 text of lines:
///
///     # a comment
///     [es]
///     ChatGPT = chat ye pe te
///     wifi = /wˈifi/
///
/// A word is replaced by other words, or by phonemes of the voice between slashes. A word in lower
/// case matches in any case, another only as it is written. Entries count for all languages until
/// a line with a language in brackets, from there for that language; "[*]" is all again.
package struct UserLexicon: Sendable, Hashable {
  /// What is said for a word.
  package enum Pronunciation: Sendable, Hashable {
    /// Other words.
    case respelling(String)
    /// Symbols of the voice.
    case phonemes(String)
  }

  private struct Key: Hashable {
    /// Language code in lower case, empty for all.
    let language: String
    let word: String
  }

  private var entries: [Key: Pronunciation] = [:]

  /// Number of entries.
  package var count: Int { entries.count }

  /// Reads a lexicon; `name` is that of the file, for errors.
  ///
  /// - Throws: `TextError.badEntries` with every line that is wrong.
  package init(text: String, name: String) throws(TextError) {
    var bad: [TextError.BadEntry] = []
    var language = ""
    var number = 0
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    for line in lines {
      number += 1
      let content = Self.trimmed(
        number == 1 && line.hasPrefix("\u{FEFF}") ? line.dropFirst() : line)
      if content.isEmpty || content.hasPrefix("#") { continue }
      do throws(Reason) {
        if content.hasPrefix("[") {
          language = try Self.language(content)
        } else {
          let (word, pronunciation) = try Self.entry(content)
          let key = Key(language: language, word: word)
          if entries[key] != nil { throw Reason("'\(word)' is already given") }
          entries[key] = pronunciation
        }
      } catch {
        bad.append(.init(line: number, reason: error.text))
      }
    }
    if !bad.isEmpty { throw .badEntries(file: name, bad) }
  }

  /// What is said for a word in a language ("es", "es-MX"), if the lexicon has it.
  func pronunciation(of word: String, language: String) -> Pronunciation? {
    let base = language.lowercased().prefix { $0 != "-" && $0 != "_" }
    for language in [language.lowercased(), String(base), ""] {
      for form in [word, word.lowercased()] {
        if let found = entries[Key(language: language, word: form)] { return found }
      }
    }
    return nil
  }

  private struct Reason: Error {
    let text: String
    init(_ text: String) { self.text = text }
  }

  private static func trimmed(_ text: Substring) -> Substring {
    let start = text.drop(while: \.isWhitespace)
    return start.prefix(
      upTo: start.lastIndex { !$0.isWhitespace }.map { start.index(after: $0) } ?? start.startIndex)
  }

  private static func language(_ line: Substring) throws(Reason) -> String {
    let name = line.dropFirst().dropLast()
    guard line.hasSuffix("]"), line.count > 2,
      name == "*"
        || name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
    else {
      throw Reason("expected a language in brackets such as [es], found '\(line.prefix(40))'")
    }
    return name == "*" ? "" : name.lowercased()
  }

  private static func entry(_ line: Substring) throws(Reason) -> (String, Pronunciation) {
    guard let sign = line.firstIndex(of: "=") else {
      throw Reason("expected WORD = PRONUNCIATION, found no '='")
    }
    let word = trimmed(line[..<sign])
    let value = trimmed(line[line.index(after: sign)...])
    if word.isEmpty { throw Reason("there is no word before '='") }
    guard word.unicodeScalars.allSatisfy(PronunciationMarkup.isInsideWord),
      word.unicodeScalars.contains(where: PronunciationMarkup.isLetter)
    else { throw Reason("'\(word)' is not one word of letters, digits, hyphens and apostrophes") }
    if value.isEmpty { throw Reason("there is no pronunciation of '\(word)'") }
    guard value.hasPrefix("/") else { return (String(word), .respelling(String(value))) }
    let phonemes = trimmed(value.dropFirst().dropLast())
    guard value.hasSuffix("/"), value.count > 2, !phonemes.isEmpty, !phonemes.contains("/") else {
      throw Reason("expected phonemes between two slashes, found '\(value.prefix(40))'")
    }
    return (String(word), .phonemes(String(phonemes)))
  }
}
