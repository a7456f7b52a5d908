/// English phones as MeloTTS has them: ARPAbet with the stress as tone.
///
/// Tones: 0 for consonants and marks, 1 for vowels without stress, 2 for the main and 3 for the
/// secondary stress. Words come from the dictionary, if there is one; others from espeak-ng's
/// American English.
struct MeloEnglish: MeloLanguage {
  let dictionary: PronouncingDictionary?
  let marks = MeloMarks(
    phones: [
      ",": ",", ".": ".", "!": "!", "?": "?", "…": "…", "'": "'", "’": "'", "-": "-",
    ],
    spoken: ["%", "@", "+", "=", "€", "$", "£", "&", "#"])
  let endsInMark = false

  /// A letter A that is spelled, before another capital or behind one, is not the article.
  func words(of tokens: [MeloToken], in text: MappedText) -> [String] {
    let spoken = tokens.filter { if case .word = $0.kind { true } else { false } }
    let isLetter = spoken.map { token in
      token.bytes.count == 1 && (65...90).contains(text.substring(token.bytes).utf8.first ?? 0)
    }
    return spoken.words.enumerated().map { index, word in
      let touches = { (other: Int) in
        spoken.indices.contains(other) && isLetter[other]
          && abs(spoken[other].bytes.lowerBound - spoken[index].bytes.lowerBound) == 2
      }
      let isSpelled = isLetter[index] && (touches(index - 1) || touches(index + 1))
      return word == "a" && isSpelled ? "eigh" : word
    }
  }

  func phones(
    of words: [String], phonemizer: EspeakPhonemizer
  ) throws(TextError) -> [[MeloPhone]] {
    let bare = words.map(Self.withoutAccents)
    let known = bare.map { dictionary?.phones(of: $0) ?? Self.functionWords[$0] }
    let others = bare.indices.filter { known[$0] == nil }
    let spoken = try phonemizer.phonemes(of: others.map { bare[$0] }, voice: "en-us")
    var result = known.map { $0 ?? [] }
    for (place, ipa) in zip(others, spoken) {
      let sounds = Interjection.sounds(of: bare[place], voice: "en")
      result[place] = Arpabet.phones(ofIPA: sounds ?? ipa)
    }
    return result
  }

  /// Words that espeak-ng says otherwise when they stand alone.
  private static let functionWords: [String: [MeloPhone]] = [
    "a": [MeloPhone(symbol: "ah", tone: 1)],
    "than": Arpabet.phones(ofIPA: "ðˈæn"), "was": Arpabet.phones(ofIPA: "wˈɑːz"),
    "your": Arpabet.phones(ofIPA: "jˈɔːɹ"), "hundred": Arpabet.phones(ofIPA: "hˈʌndɹəd"),
  ]

  private static func withoutAccents(_ word: String) -> String {
    if word.utf8.allSatisfy({ $0 < 0x80 }) { return word }
    var kept = String.UnicodeScalarView()
    kept.append(
      contentsOf: CanonicalForm.decomposed(word).unicodeScalars.filter {
        $0.properties.generalCategory != .nonspacingMark
      })
    return String(kept)
  }
}

/// The ARPAbet phones of American English and how espeak-ng writes them.
enum Arpabet {
  static let symbols: Set<String> = vowels.union([
    "b", "ch", "d", "dh", "f", "g", "hh", "jh", "k", "l", "m", "n", "ng", "p", "r", "s", "sh", "t",
    "th", "v", "w", "y", "z", "zh",
  ])

  private static let vowels: Set<String> = [
    "aa", "ae", "ah", "ao", "aw", "ay", "eh", "er", "ey", "ih", "iy", "ow", "oy", "uh", "uw",
  ]

  /// MeloTTS's symbol of a phone; it writes "V", as "v" is a phone of another language.
  static func meloSymbol(_ phone: String) -> String { phone == "v" ? "V" : phone }

  /// The phones of espeak-ng's "en-us" phonemes.
  static func phones(ofIPA ipa: String) -> [MeloPhone] {
    var result: [MeloPhone] = []
    var rest = Array(ipa.unicodeScalars)[...]
    var stress = 0
    while let first = rest.first {
      if first == "ˈ" || first == "ˌ" {
        stress = first == "ˈ" ? 1 : 2
        rest = rest.dropFirst()
        continue
      }
      guard let (length, phones) = match(rest) else {
        rest = rest.dropFirst()
        continue
      }
      for name in phones {
        // espeak-ng's reduced vowel: "ih" in a first syllable (receive), else "ah" (wanted).
        let isFirst = first == "ᵻ" && !result.contains { $0.tone > 0 }
        let phone = isFirst ? "ih" : name
        let isVowel = vowels.contains(phone)
        result.append(MeloPhone(symbol: meloSymbol(phone), tone: isVowel ? stress + 1 : 0))
        if isVowel { stress = 0 }
      }
      rest = rest.dropFirst(length)
    }
    return result
  }

  private static func match(
    _ rest: ArraySlice<Unicode.Scalar>
  ) -> (length: Int, phones: [String])? {
    for length in stride(from: min(3, rest.count), to: 0, by: -1) {
      var key = String.UnicodeScalarView()
      key.append(contentsOf: rest.prefix(length))
      if let phones = table[String(key)] { return (length, phones) }
    }
    return nil
  }

  private static let table: [String: [String]] = [
    "aɪ": ["ay"], "aʊ": ["aw"], "eɪ": ["ey"], "oʊ": ["ow"], "ɔɪ": ["oy"], "iː": ["iy"],
    "uː": ["uw"], "ɑː": ["aa"], "ɔː": ["ao"], "oː": ["ao"], "ɜː": ["er"], "aɪɚ": ["ay", "er"],
    "aɪə": ["ay", "ah"], "iə": ["iy", "ah"], "əl": ["ah", "l"], "n̩": ["ah", "n"],
    "l̩": ["ah", "l"], "ɚ": ["er"], "ɚɹ": ["er"], "ɜːɹ": ["er"], "æ": ["ae"], "ʌ": ["ah"],
    "ə": ["ah"], "ɐ": ["ah"],
    "ɛ": ["eh"], "ɪ": ["ih"], "i": ["iy"], "ʊ": ["uh"], "u": ["uw"], "ᵻ": ["ah"], "a": ["aa"],
    "ɑ": ["aa"], "ɔ": ["ao"], "o": ["ow"], "e": ["ey"], "ɜ": ["er"], "tʃ": ["ch"], "dʒ": ["jh"],
    "ŋ": ["ng"], "θ": ["th"], "ð": ["dh"], "ʃ": ["sh"], "ʒ": ["zh"], "ɹ": ["r"], "r": ["r"],
    "ɾ": ["t"], "ʔ": ["t"], "j": ["y"], "h": ["hh"], "x": ["k"], "ɡ": ["g"], "g": ["g"],
    "b": ["b"], "d": ["d"], "f": ["f"], "k": ["k"], "l": ["l"], "m": ["m"], "n": ["n"],
    "p": ["p"], "s": ["s"], "t": ["t"], "v": ["v"], "w": ["w"], "z": ["z"],
  ]
}
