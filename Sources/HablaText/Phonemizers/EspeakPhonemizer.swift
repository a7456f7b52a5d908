/// Phonemes of texts from espeak-ng, in the International Phonetic Alphabet.
///
/// A value of this type is only a way to the process's one espeak-ng and may be used from any
/// thread; calls take turns.
package struct EspeakPhonemizer: Sendable {
  /// What espeak-ng makes of one clause.
  package struct Clause: Sendable, Equatable {
    /// Phonemes, stress and length marks, without language switch marks; words apart by spaces.
    package let ipa: String
    /// Its words in order of speech.
    package let words: [Word]
    /// Letters that the voice cannot speak and that were left out, in order.
    package let unspoken: [Unicode.Scalar]
  }

  /// A stretch of text and the phonemes that speak it.
  ///
  /// Where espeak-ng speaks several words as one, or it cannot be told which phonemes belong to
  /// which, one `Word` covers them all.
  package struct Word: Sendable, Equatable {
    /// UTF-8 bytes of the clause, white space at the ends left out.
    package let bytes: Range<Int>
    /// Scalars of `Clause.ipa`, counted without spaces.
    package let scalars: Range<Int>

    fileprivate func moved(bytes offset: Int, scalars count: Int) -> Word {
      Word(
        bytes: bytes.lowerBound + offset..<bytes.upperBound + offset,
        scalars: scalars.lowerBound + count..<scalars.upperBound + count)
    }
  }

  private let dataPath: String?

  /// Whether this build has espeak-ng.
  package static var isAvailable: Bool {
    #if EspeakNG
    true
    #else
    false
    #endif
  }

  /// Names the phonemizer; nothing is opened before the first text.
  ///
  /// - Parameter dataPath: The folder with espeak-ng's data; nil for the library's own search,
  ///   which starts with the environment variable ESPEAK_DATA_PATH. One process has one folder.
  package init(dataPath: String? = nil) { self.dataPath = dataPath }

  /// IPA of each text on its own, words apart by single spaces, language switch marks removed.
  package func phonemes(
    of texts: [String], voice: String
  ) throws(TextError) -> [String] {
    try EspeakLibrary.phonemes(of: texts, voice: voice, dataPath: dataPath).map(Self.cleaned)
  }

  /// Phonemes of one clause and the words they belong to.
  ///
  /// Phonemes that travel in the text (`PhonemeRun`) are given back as they are, as one word each;
  /// so are the sounds of interjections that espeak-ng would spell.
  package func clause(_ text: String, voice: String) throws(TextError) -> Clause {
    let segments = PhonemeRun.segments(of: text).flatMap {
      $0.cutAtInterjections(in: text, voice: voice)
    }
    if segments.allSatisfy({ $0.phonemes == nil }) { return try plainClause(text, voice: voice) }
    var ipa: [String] = []
    var words: [Word] = []
    var unspoken: [Unicode.Scalar] = []
    var count = 0
    for segment in segments {
      if let phonemes = segment.phonemes {
        let length = phonemes.unicodeScalars.count { !$0.isSpace }
        words.append(Word(bytes: segment.bytes, scalars: count..<count + length))
        count += length
        ipa.append(phonemes.split(whereSeparator: \.isWhitespace).joined(separator: " "))
        continue
      }
      let part = String(text.utf8.dropFirst(segment.bytes.lowerBound).prefix(segment.bytes.count))
      guard let part, part.unicodeScalars.contains(where: { !$0.isSpace }) else { continue }
      let spoken = try plainClause(part, voice: voice)
      words += spoken.words.map { $0.moved(bytes: segment.bytes.lowerBound, scalars: count) }
      unspoken += spoken.unspoken
      count += spoken.ipa.unicodeScalars.count { !$0.isSpace }
      if !spoken.ipa.isEmpty { ipa.append(spoken.ipa) }
    }
    return Clause(ipa: ipa.joined(separator: " "), words: words, unspoken: unspoken)
  }

  private func plainClause(_ written: String, voice: String) throws(TextError) -> Clause {
    let text =
      switch voice.prefix(2) {
      case "es": Self.withoutShortCapitals(written)
      case "en": Self.withSpelledA(written)
      default: written
      }
    let words = Self.wordRanges(in: text)
    // Words spoken alone tell which part of the clause's phonemes is theirs.
    let alone = words.count > 1 ? words.map { String(text.utf8[$0.indices]) ?? "" } : []
    let spoken = try phonemes(of: [text] + alone, voice: voice)
    guard let ipa = spoken.first else { return Clause(ipa: "", words: [], unspoken: []) }
    let groups = ipa.split(separator: " ").map { Array($0.unicodeScalars) }
    let spans: [WordAlignment.Span]
    if words.count > 1 {
      spans = WordAlignment.spans(
        words: spoken.dropFirst().map { Array($0.unicodeScalars) }, groups: groups)
    } else {
      spans = groups.isEmpty || words.isEmpty ? [] : [.init(words: 0..<1, groups: 0..<groups.count)]
    }

    var starts = [0]
    for group in groups { starts.append(starts[starts.count - 1] + group.count) }
    return Clause(
      ipa: ipa,
      words: spans.map { span in
        Word(
          bytes: words[span.words.lowerBound].bytes
            .lowerBound..<words[span.words.upperBound - 1].bytes.upperBound,
          scalars: starts[span.groups.lowerBound]..<starts[span.groups.upperBound])
      },
      unspoken: Self.unspoken(in: text, voice: voice))
  }

  /// Words of two and three capitals in lower case; ranges in bytes stay the same.
  ///
  /// Inside a sentence espeak-ng's Spanish spells such words, also those that are read as words (ONU,
  /// IVA) or only stressed ("NO", "MUY"). In lower case it reads what can be read and spells the rest.
  /// Words of vowels only (UE, IA) are spelled in Spanish too, so they stay.
  static func withoutShortCapitals(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for run in runs(of: text) {
      let isShort = (2...3).contains(run.count) && run.allSatisfy(\.properties.isUppercase)
      let lower = isShort ? String(Substring(run)).lowercased() : ""
      let isVowel = { (scalar: Unicode.Scalar) in "aeiouáéíóúü".unicodeScalars.contains(scalar) }
      let vowels = lower.unicodeScalars.count(where: isVowel)
      let isMixed = vowels > 0 && vowels < run.count
      let isSameLength = lower.utf8.count == Substring(run).utf8.count
      result.append(contentsOf: isMixed && isSameLength ? lower.unicodeScalars[...] : run)
    }
    return String(result)
  }

  /// A letter A that is spelled before another letter, joined to it; ranges in bytes stay the same.
  ///
  /// In "5 A M" or "A P I" espeak-ng's English takes it for the article; in "A-M" it does not.
  static func withSpelledA(_ text: String) -> String {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    guard words.contains("A"), var result = words.first.map(String.init) else { return text }
    var wasJoined = false
    for (last, word) in zip(words, words.dropFirst()) {
      // One letter at a time: the middle of "A-A-A" would be the article again.
      let isLetter = word.utf8.count == 1 && word.utf8.first.map { (65...90).contains($0) } == true
      wasJoined = last == "A" && isLetter && !wasJoined
      result += (wasJoined ? "-" : " ") + word
    }
    return result
  }

  /// The text cut into runs of letters and digits and the scalars between them.
  private static func runs(of text: String) -> [Substring.UnicodeScalarView] {
    var runs: [Substring.UnicodeScalarView] = []
    var rest = text.unicodeScalars[...]
    func isWord(_ scalar: Unicode.Scalar) -> Bool {
      scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
    }
    while let first = rest.first {
      let end = rest.firstIndex { isWord($0) != isWord(first) } ?? rest.endIndex
      runs.append(rest[..<end])
      rest = rest[end...]
    }
    return runs
  }

  private static func unspoken(in text: String, voice: String) -> [Unicode.Scalar] {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return [] }
    let extra = EspeakScripts.extraRanges(for: voice)
    return text.unicodeScalars.filter {
      !$0.isSpace && !EspeakScripts.allows($0, extra: extra)
        && $0.properties.generalCategory != .format
    }
  }

  private static func wordRanges(
    in text: String
  ) -> [(bytes: Range<Int>, indices: Range<String.Index>)] {
    let scalars = text.unicodeScalars
    return scalars.split(whereSeparator: \.isSpace).map { word in
      let start = text.utf8.distance(from: text.startIndex, to: word.startIndex)
      let length = word.reduce(0) { $0 + $1.utf8Length }
      return (start..<start + length, word.startIndex..<word.endIndex)
    }
  }

  /// Drops language switch marks such as "(en)" and surplus spaces.
  static func cleaned(_ ipa: String) -> String {
    var result = String.UnicodeScalarView()
    var rest = ipa.unicodeScalars[...]
    while let scalar = rest.first {
      if scalar == "(", let end = rest.firstIndex(of: ")") {
        let inside = rest[rest.index(after: rest.startIndex)..<end]
        let isSwitch =
          !inside.isEmpty && inside.allSatisfy { ("a"..."z").contains($0) || $0 == "-" }
        if isSwitch {
          rest = rest[rest.index(after: end)...]
          continue
        }
      }
      rest = rest.dropFirst()
      if scalar.isSpace {
        if let last = result.last, last != " " { result.append(" ") }
      } else {
        result.append(scalar)
      }
    }
    if result.last == " " { result.removeLast() }
    return String(result)
  }
}
