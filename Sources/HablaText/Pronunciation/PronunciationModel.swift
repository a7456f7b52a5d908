import HablaCheckpoints

/// What the Python original of a voice says for each word: a lexicon, and a guesser for the words
/// that it lacks.
///
/// A folder with `lexicon.tsv` (see `WordTable`) and `model.crf` (see `LetterGuesser`), made from
/// gruut's data by `import_gruut.py`. Both files are checked when they are opened; afterwards nothing
/// fails. Threads: immutable.
package struct PronunciationModel: Sendable {
  /// Name of the lexicon's file, by which a folder is recognised.
  package static let lexiconName = "lexicon.tsv"
  private static let guesserName = "model.crf"

  /// The phones of a word.
  package struct Pronunciation: Sendable, Equatable {
    /// IPA, one scalar after the other, stress marks included.
    package let phones: String
    /// Whether the lexicon lacks the word.
    package let isGuessed: Bool
  }

  /// The language that the lexicon is of: "es", "fr".
  package var language: String { lexicon.language }
  private let lexicon: WordTable
  private let guesser: LetterGuesser
  private let guesserFile: FileBytes

  /// Opens a folder; the lexicon is mapped, the guesser read.
  ///
  /// - Throws: `CheckpointError`, which begins with the file's path.
  package init(path: String) throws {
    lexicon = try Self.naming(path + "/" + Self.lexiconName) { try WordTable($0) }
    let (guesser, file) = try Self.naming(path + "/" + Self.guesserName) {
      (try LetterGuesser(CRFSuiteModel($0)), $0)
    }
    (self.guesser, guesserFile) = (guesser, file)
  }

  /// What is said for a word in lower case and normalization form C.
  package func pronunciation(of word: String) -> Pronunciation {
    if let phones = lexicon.phones(of: word) ?? lexicon.phones(of: Self.lettersAndDigits(word)) {
      return Pronunciation(phones: phones, isGuessed: false)
    }
    return Pronunciation(phones: guesser.phones(of: word), isGuessed: true)
  }

  /// A hash of both files.
  package func contentHash(seed: UInt64) -> UInt64 {
    withExtendedLifetime(guesserFile) {
      lexicon.contentHash(seed: ContentHash.hash(guesserFile.bytes, seed: seed))
    }
  }

  /// The word without what is neither letter nor digit nor "_", as it is looked up a second time.
  private static func lettersAndDigits(_ word: String) -> String {
    let kept = word.unicodeScalars.filter { scalar in
      switch scalar.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
        .decimalNumber, .letterNumber, .otherNumber:
        true
      default: scalar == "_"
      }
    }
    return String(String.UnicodeScalarView(kept))
  }

  private static func naming<T>(_ path: String, _ read: (FileBytes) throws -> T) throws -> T {
    do {
      return try read(FileBytes(mapping: path))
    } catch CheckpointError.malformed(_, let offset, let expected, let found) {
      throw CheckpointError.malformed(
        format: path, offset: offset, expected: expected, found: found)
    } catch CheckpointError.unsupported(_, let what) {
      throw CheckpointError.unsupported(format: path, what: what)
    }
  }
}
