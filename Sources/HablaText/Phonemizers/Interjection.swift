/// Interjections of consonants alone, such as "mmm", "shh" or "brrr", which espeak-ng spells.
///
/// Only those that nobody would spell: a sound that goes on, drawn out to three letters or more, and
/// a few known ones. What is all capitals and short may be an acronym (PST) and is none.
enum Interjection {
  /// Letters whose sound goes on.
  private static let drawnOut: Set<Character> = ["m", "n", "r", "s", "z", "f", "j", "l", "h"]
  /// Known ones, each letter once, with the letter that must be written twice at least, if any.
  private static let known: [String: Character?] = [
    "sh": "h", "br": "r", "gr": "r", "pf": "f", "hm": "m", "pst": nil, "tsk": nil,
  ]
  /// Capitals that are none of an acronym in spite of their length.
  private static let shortCapitals: Set<String> = ["MMM", "HMM", "SHH", "BRR", "GRR"]
  /// Longest sound, in phonemes.
  private static let longest = 3

  /// The IPA of a word that is an interjection in espeak-ng's voice "es", "fr" or "en"; otherwise
  /// nil.
  static func sounds(of word: String, voice: String) -> String? {
    guard let table = sounds[String(voice.prefix(2))], (3...60).contains(word.utf8.count) else {
      return nil
    }
    let isCapitals = word.unicodeScalars.allSatisfy(\.properties.isUppercase)
    if isCapitals, word.utf8.count < 4, !shortCapitals.contains(word) { return nil }
    var runs: [(letter: Character, count: Int)] = []
    for letter in word.lowercased() {
      if runs.last?.letter == letter {
        runs[runs.count - 1].count += 1
      } else {
        runs.append((letter, 1))
      }
    }
    let name = String(runs.map(\.letter))
    if let twice = known[name] {
      let isDrawn = twice.map { letter in runs.contains { $0.letter == letter && $0.count > 1 } }
      guard isDrawn ?? true else { return nil }
    } else if runs.count != 1 || runs[0].count < 3 || !drawnOut.contains(runs[0].letter) {
      return nil
    }
    if name == "sh" { return String(repeating: "ʃ", count: longest) }
    // English reads this one as people say it.
    if name == "hm", voice.hasPrefix("en") { return nil }
    return runs.map { run in
      String(repeating: table[run.letter] ?? String(run.letter), count: min(run.count, longest))
    }.joined()
  }

  /// Letters that are not their own IPA.
  private static let sounds: [String: [Character: String]] = [
    "es": ["g": "ɡ", "h": "", "j": "x", "r": "ɾ", "z": "θ"],
    "fr": ["g": "ɡ", "h": "", "j": "ʒ", "r": "ʁ"],
    "en": ["g": "ɡ", "j": "dʒ", "r": "ɹ"],
  ]
}

extension PhonemeRun.Segment {
  /// The segment cut at the interjections in it, which get phonemes; `text` is the whole text.
  func cutAtInterjections(in text: String, voice: String) -> [PhonemeRun.Segment] {
    guard phonemes == nil else { return [self] }
    var result: [PhonemeRun.Segment] = []
    var kept = bytes.lowerBound
    var byte = bytes.lowerBound
    let start = text.utf8.index(text.startIndex, offsetBy: bytes.lowerBound)
    let end = text.utf8.index(start, offsetBy: bytes.count)
    var rest = text.unicodeScalars[start..<end]
    while let first = rest.first {
      let isWord = PronunciationMarkup.isLetter(first)
      let run = rest.prefix { PronunciationMarkup.isLetter($0) == isWord }
      let next = byte + run.reduce(0) { $0 + $1.utf8Length }
      if isWord, let sounds = Interjection.sounds(of: String(Substring(run)), voice: voice),
        !sounds.isEmpty
      {
        if kept < byte { result.append(.init(bytes: kept..<byte, phonemes: nil)) }
        result.append(.init(bytes: byte..<next, phonemes: sounds))
        kept = next
      }
      byte = next
      rest = rest[run.endIndex...]
    }
    if kept < bytes.upperBound {
      result.append(.init(bytes: kept..<bytes.upperBound, phonemes: nil))
    }
    return result
  }
}
