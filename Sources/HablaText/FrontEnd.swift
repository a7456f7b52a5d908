/// Turns sentences into the symbols of one voice.
package protocol FrontEnd: Sendable {
  /// The phonemes of one sentence; empty when nothing in it is spoken.
  ///
  /// - Parameters:
  ///   - sentence: One sentence as `SentenceSplitter` gives them.
  ///   - language: A name the voice knows, such as "ES"; a region ("es-MX") may be added.
  /// - Returns: Symbols of the voice with the words that they speak.
  /// - Throws: `TextError`, for an unknown language or a phonemizer that cannot work.
  func phonemes(for sentence: MappedText, language: String) throws(TextError) -> PhonemeSequence
}

/// The languages of a voice and what its front end calls them.
package struct LanguageTable: Sendable, Equatable {
  /// Name in the voice's configuration and name for the phonemizer, in the voice's order.
  package let entries: [Entry]

  /// One language.
  package struct Entry: Sendable, Equatable {
    /// The voice's name of it, such as "ES".
    package let name: String
    /// espeak-ng's voice for it, such as "es".
    package let espeakVoice: String

    /// Makes an entry.
    package init(name: String, espeakVoice: String) {
      self.name = name
      self.espeakVoice = espeakVoice
    }
  }

  /// Makes a table.
  package init(_ entries: [Entry]) { self.entries = entries }

  /// The entry that `language` means: the same name in any case, else the same before "-" or "_".
  package func entry(for language: String) throws(TextError) -> Entry {
    let wanted = language.lowercased()
    if let exact = entries.first(where: { $0.name.lowercased() == wanted }) { return exact }
    let base = wanted.prefix { $0 != "-" && $0 != "_" }
    if !base.isEmpty,
      let near = entries.first(where: {
        $0.name.lowercased().prefix { $0 != "-" && $0 != "_" } == base
      })
    {
      return near
    }
    throw .unknownLanguage(language, supported: entries.map(\.name))
  }
}
