/// Spanish phones as MeloTTS has them.
///
/// MeloTTS looks words up in a lexicon of 597,000 forms that an older espeak-ng made, each word
/// spoken before itself, so that function words are unstressed as they are in a sentence. Its phones
/// differ from today's espeak-ng in a few regular ways, which the rules here undo.
///
/// Words that the lexicon lacks (many names, loans and acronyms) MeloTTS guesses letter by letter
/// with a statistical model, often wrongly ("Google" as in "goo-gle", without a main stress), and a
/// sign it says as the letter "d". Without a `PronunciationModel` they are read by espeak-ng.
struct MeloSpanish: MeloLanguage {
  let marks = MeloMarks(
    phones: [
      ",": ",", ".": ".", "!": "!", "?": "?", "…": "…", "¿": "¿", "¡": "¡", ";": ",", ":": ",",
    ],
    spoken: ["%", "@", "/", "+", "=", "€", "&", "#"])
  let endsInMark = true

  func phones(
    of words: [String], phonemizer: EspeakPhonemizer
  ) throws(TextError) -> [[MeloPhone]] {
    let parts = words.map(designationParts)
    var spoken = try phonemizer.repeatedWords(parts.flatMap { $0 }, voice: "es").makeIterator()
    return parts.map { part in
      part.flatMap { word in
        let ipa = spoken.next()?.inContext ?? ""
        return MeloPhone.scalars(
          Interjection.sounds(of: word, voice: "es") ?? Self.adapted(ipa, of: word))
      }
    }
  }

  func parts(of word: String) -> [String] {
    word.utf8.allSatisfy(Self.isDigit)
      ? Self.split(SpanishNumberWords.cardinal(word)) : [word]
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// The parts of a word, letters and digits of a designation ("a4") apart.
  private func designationParts(_ word: String) -> [String] {
    let (isDigit, split) = (Self.isDigit, Self.split)
    if word.utf8.allSatisfy(isDigit) || !word.utf8.contains(where: isDigit) {
      return parts(of: word)
    }
    var parts: [String] = []
    var letters = String.UnicodeScalarView()
    for scalar in word.unicodeScalars {
      if scalar.isASCII, let byte = UInt8(exactly: scalar.value), isDigit(byte) {
        if !letters.isEmpty { parts.append(String(letters)) }
        letters = String.UnicodeScalarView()
        parts += split(SpanishNumberWords.spelled(String(scalar)))
      } else {
        letters.append(scalar)
      }
    }
    return letters.isEmpty ? parts : parts + [String(letters)]
  }

  private static func split(_ words: String) -> [String] {
    words.split(separator: " ").map { String($0) }
  }

  /// espeak-ng's phonemes of a word as the lexicon has them.
  private static func adapted(_ ipa: String, of word: String) -> String {
    let source = Array(ipa.unicodeScalars)
    var result = String.UnicodeScalarView()
    for (index, scalar) in source.enumerated() {
      let previous = index > 0 ? source[index - 1] : " "
      let isLast = index == source.count - 1
      switch scalar {
      case "r" where !isLast && !["l", "n", "s"].contains(previous):
        // The trill is written as two taps.
        result.append(contentsOf: ["ɾ", "ɾ"])
      case "d" where isLast && word.hasPrefix("r") && word.hasSuffix("d"):
        // Softened before the trill of the next word, which here is the word itself.
        result.append("ð")
      case "ʝ" where index > 0 && !(index == 1 && isStress(previous)):
        result.append(contentsOf: ["j", "j"])
      case "j" where isLast: result.append(contentsOf: ["j", "j"])
      case "m" where isLast && word.hasSuffix("n"), "ŋ" where isLast && word.hasSuffix("n"):
        // Assimilated to the next word, which here is the word itself.
        result.append("n")
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  private static func isStress(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "ˈ" || scalar == "ˌ"
  }
}

extension EspeakPhonemizer {
  /// What espeak-ng says for each word before itself and alone.
  ///
  /// Before a word, even the same, a function word is unstressed and a liaison is made.
  func repeatedWords(
    _ words: [String], voice: String
  ) throws(TextError) -> [(inContext: String, alone: String)] {
    let spoken = try phonemes(of: words.flatMap { [$0 + " " + $0, $0] }, voice: voice)
    return words.indices.map { index in
      let alone = spoken[2 * index + 1].filter { $0 != " " }
      let groups = spoken[2 * index].split(separator: " ")
      // An odd number of groups is two words made one, so the halves are not known.
      guard groups.count.isMultiple(of: 2) else { return (alone, alone) }
      return (groups.prefix(groups.count / 2).joined(), alone)
    }
  }
}
