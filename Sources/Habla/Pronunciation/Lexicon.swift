import HablaCheckpoints
import HablaText

/// How words are to be spoken, from a file of the user's.
///
/// UTF-8 text, one entry a line, `#` begins a comment line:
///
///     [es]
///     ChatGPT = chat ye pe te
///     wifi = /wˈifi/
///
/// A word is replaced by other words, or by phonemes between slashes: symbols of the voice. A word
/// in lower case matches in any case, another only as it is written. Entries hold for all languages
/// until a line with a language in brackets, from there for that language; `[*]` is all again.
///
/// Without a lexicon, phonemes can stand in the text itself: `[[wˈifi]]`.
public struct Lexicon: Sendable, Hashable {
  let words: UserLexicon
  /// Tells lexicons apart: of the text that it was read from.
  let digest: UInt64

  /// Number of entries.
  public var count: Int { words.count }

  /// Reads a lexicon's text; `name` stands for it in errors.
  ///
  /// - Throws: `HablaError` of kind `.format` that names every line that is wrong.
  public init(text: String, name: String = "lexicon") throws {
    do {
      words = try UserLexicon(text: text, name: name)
      digest = ContentHash.hash(Array(text.utf8))
    } catch {
      throw HablaError(.format, error.description, hint: error.hint)
    }
  }

  /// Reads a lexicon file.
  ///
  /// - Throws: `HablaError` of kind `.io`, or `.format` as above.
  public init(path: String) throws {
    guard let text = try ConfigurationFiles.text(path) else {
      throw HablaError(.io, "\(path): no such file")
    }
    try self.init(text: text, name: path)
  }
}
