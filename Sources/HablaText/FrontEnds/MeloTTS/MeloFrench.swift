/// French phones as MeloTTS has them; the words are spoken as in `MeloSpanish`.
struct MeloFrench: MeloLanguage {
  let marks = MeloMarks(
    phones: [",": ",", ".": ".", "!": "!", "?": "?", "…": "…", ";": ",", ":": ","],
    spoken: ["%", "@", "+", "=", "€", "$", "&"])
  let endsInMark = true

  func parts(of word: String) -> [String] {
    word.utf8.allSatisfy { (0x30...0x39).contains($0) }
      ? FrenchNumberWords.cardinal(word).split { $0 == " " || $0 == "-" }.map { String($0) }
      : abbreviations[word] ?? [word]
  }

  func phones(
    of words: [String], phonemizer: EspeakPhonemizer
  ) throws(TextError) -> [[MeloPhone]] {
    let parts = words.map(parts)
    var spoken = try phonemizer.repeatedWords(parts.flatMap { $0 }, voice: "fr").makeIterator()
    return parts.map { part in
      part.flatMap { word in
        let (inContext, alone) = spoken.next() ?? ("", "")
        return MeloPhone.scalars(
          Interjection.sounds(of: word, voice: "fr")
            ?? Self.adapted(inContext, alone: alone, of: word))
      }
    }
  }

  private static func adapted(_ ipa: String, alone: String, of word: String) -> String {
    var scalars = Array(ipa.unicodeScalars)
    // Words that espeak-ng never stresses have their stress here ("de", "nos").
    if !alone.unicodeScalars.contains(where: { $0 == "ˈ" || $0 == "ˌ" }),
      let vowel = scalars.firstIndex(where: { "aeiouyøœəɛɔɑ".unicodeScalars.contains($0) })
    {
      scalars.insert("ˈ", at: vowel)
    }
    // "gn" is one sound at a word's end too.
    if word.contains("gn"),
      let place = scalars.indices.dropLast().first(where: {
        scalars[$0] == "n" && scalars[$0 + 1] == "j"
      })
    {
      scalars.replaceSubrange(place...place + 1, with: ["ɲ"])
    }
    // "imm" has a long consonant ("immense").
    if word.hasPrefix("imm"), scalars.count > 2, scalars[1] == "m", scalars[2] != "m" {
      scalars.insert("m", at: 1)
    }
    // "lui" has no stress, nor has its "-lui" behind a verb.
    if word.hasSuffix("lui"), scalars.suffix(2) == ["ˌ", "i"] {
      scalars.remove(at: scalars.count - 2)
    }
    var result = String.UnicodeScalarView()
    result.append(contentsOf: scalars)
    return String(result)
  }

  let abbreviations: [String: [String]] = [
    "etc": ["et", "cetera"], "dr": ["docteur"], "mme": ["madame"], "mlle": ["mademoiselle"],
    "mm": ["messieurs"], "st": ["saint"], "ste": ["sainte"], "av": ["avenue"], "bd": ["boulevard"],
  ]
}
