/// Why a text could not be turned into a voice's symbols.
package enum TextError: Error, Sendable, Equatable {
  /// The voice or front end does not speak that language; `supported` lists those it does.
  case unknownLanguage(String, supported: [String])
  /// This build has no espeak-ng, so only phonemes can be spoken.
  case phonemizerNotBuilt
  /// espeak-ng found none of its data; `path` is the folder asked for, if one was.
  case phonemizerDataMissing(path: String?, reason: String)
  /// espeak-ng already runs in this process with the data in another folder.
  case phonemizerDataInUse(requested: String, current: String)
  /// Lines of a lexicon or dictionary break its format.
  case badEntries(file: String, [BadEntry])
  /// espeak-ng has no voice of that name.
  case phonemizerVoiceMissing(String, reason: String)
}

extension TextError {
  /// A line that is wrong.
  package struct BadEntry: Sendable, Equatable {
    /// Number of the line, from 1.
    package let line: Int
    /// What was expected and found.
    package let reason: String
  }
}

extension TextError: CustomStringConvertible {
  /// Most wrong lines that are described one by one: a file of another kind has nothing else.
  private static let shownEntries = 20

  /// One line for people.
  package var description: String {
    switch self {
    case .unknownLanguage(let name, let supported):
      "unknown language '\(name)'; known: \(supported.joined(separator: ", "))"
    case .phonemizerNotBuilt:
      "this build has no phonemizer for text"
    case .phonemizerDataMissing(let path, let reason):
      "espeak-ng's data was not found\(path.map { " in '\($0)'" } ?? ""): \(reason)"
    case .phonemizerDataInUse(let requested, let current):
      "espeak-ng already uses the data in '\(current)', so it cannot use '\(requested)'"
    case .badEntries(let file, let entries):
      file + ": "
        + entries.prefix(Self.shownEntries).map { "line \($0.line): \($0.reason)" }
        .joined(separator: "; ")
        + (entries.count > Self.shownEntries
          ? "; and \(entries.count - Self.shownEntries) lines more" : "")
    case .phonemizerVoiceMissing(let voice, let reason):
      "espeak-ng has no voice '\(voice)': \(reason)"
    }
  }

  /// What the caller can do about it.
  package var hint: String {
    switch self {
    case .unknownLanguage(_, let supported):
      "choose one of: \(supported.joined(separator: ", "))"
    case .phonemizerNotBuilt:
      "give phonemes instead of text, or build with the package trait EspeakNG"
    case .phonemizerDataMissing:
      "install the package espeak-ng-data, or set ESPEAK_DATA_PATH to the folder that holds it"
    case .phonemizerDataInUse:
      "use one data folder for the whole process"
    case .badEntries:
      "correct these lines or remove them"
    case .phonemizerVoiceMissing:
      "check that espeak-ng's data is complete and of the library's version"
    }
  }
}
