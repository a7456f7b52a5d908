/// The front end of MeloTTS voices for Spanish, French and English.
///
/// MeloTTS speaks word by word, where a word is what its prosody network's tokenizer keeps apart:
/// a run of letters and digits, or one mark. A word always has the same phones, whatever stands
/// beside it. Spanish and French phones are scalars of IPA, stress and length marks included, all
/// of tone 0; English ones are ARPAbet symbols, whose stress is their tone. There are no phones for
/// spaces. Source: the phone sequences of MeloTTS's own front ends.
package struct MeloTTSFrontEnd: FrontEnd {
  private let symbols: Set<String>
  private let phonemizer: EspeakPhonemizer
  private let dictionary: PronouncingDictionary?
  private let pronunciation: PronunciationModel?

  /// The languages, by the names that MeloTTS gives them.
  package static let languages = LanguageTable([
    .init(name: "ES", espeakVoice: "es"), .init(name: "SP", espeakVoice: "es"),
    .init(name: "FR", espeakVoice: "fr"), .init(name: "EN", espeakVoice: "en-us"),
  ])

  /// Makes a front end for a voice.
  ///
  /// - Parameters:
  ///   - symbols: The voice's symbols.
  ///   - phonemizer: Where phonemes of words come from.
  ///   - dictionary: English words to be looked up first.
  ///   - pronunciation: What is said for the words of its language, in place of the phonemizer.
  package init(
    symbols: Set<String>, phonemizer: EspeakPhonemizer = EspeakPhonemizer(),
    dictionary: PronouncingDictionary? = nil, pronunciation: PronunciationModel? = nil
  ) {
    self.symbols = symbols
    self.phonemizer = phonemizer
    self.dictionary = dictionary
    self.pronunciation = pronunciation
  }

  /// The same with a pronunciation model; nil when there are no such models for its language.
  package func pronouncing(by model: PronunciationModel) -> MeloTTSFrontEnd? {
    guard ["es", "fr"].contains(model.language) else { return nil }
    return MeloTTSFrontEnd(
      symbols: symbols, phonemizer: phonemizer, dictionary: dictionary, pronunciation: model)
  }

  /// The phones of one sentence; empty when it has no word.
  package func phonemes(
    for sentence: MappedText, language: String
  ) throws(TextError) -> PhonemeSequence {
    let entry = try Self.languages.entry(for: language)
    let rules: any MeloLanguage =
      switch entry.espeakVoice {
      case "es": MeloSpanish()
      case "fr": MeloFrench()
      default: MeloEnglish(dictionary: dictionary)
      }
    let text = CanonicalForm.composed(sentence)
    let tokens = MeloToken.tokens(of: text, marks: rules.marks)
      .withoutFullStops(behind: rules.abbreviations)
    let words = rules.words(of: tokens, in: text)
    let pronunciation = pronunciation.flatMap { $0.language == entry.espeakVoice ? $0 : nil }
    var spoken =
      if let pronunciation {
        words.map { pronunciation.spoken(rules.parts(of: $0)) }.makeIterator()
      } else {
        try rules.phones(of: words, phonemizer: phonemizer)
          .map { MeloWord(phones: $0) }.makeIterator()
      }

    var output = Output(symbols: symbols)
    for token in tokens {
      let textRange = text.originalRange(of: token.bytes)
      switch token.kind {
      case .mark(let symbol): output.addMark(symbol)
      case .word: output.addWord(spoken.next() ?? MeloWord(), textRange)
      case .phonemes(let written):
        let given = PhonemeInput.parse(MappedText(verbatim: written), isKnown: symbols.contains)
        for symbol in given.unknown { output.unknown.insert(symbol) }
        let phones = zip(given.symbols, given.tones).map { MeloPhone(symbol: $0, tone: $1) }
        output.addWord(MeloWord(phones: phones), textRange)
      }
    }
    let addsFullStop =
      rules.endsInMark && !MeloToken.isFinal(output.lastMark) && symbols.contains(".")
    if addsFullStop { output.addMark(".") }
    return output.sequence(
      spokenText: tokens.spokenText(in: text, symbols, addsFullStop: addsFullStop))
  }

  /// The phones so far.
  private struct Output {
    let symbols: Set<String>
    var unknown = OrderedStrings()
    private(set) var lastMark: String?
    private var result = PhonemeSequence()
    private var saysSomething = false

    init(symbols: Set<String>) { self.symbols = symbols }

    mutating func addMark(_ symbol: String) {
      add(symbol, tone: 0)
      lastMark = symbol
    }

    mutating func addWord(_ word: MeloWord, _ textRange: TextRange) {
      let start = result.symbols.count
      for phone in word.phones { add(phone.symbol, tone: phone.tone) }
      if result.symbols.count > start { saysSomething = true }
      lastMark = nil
      result.words.append(
        .init(
          textRange: textRange, symbols: start..<result.symbols.count, isGuessed: word.isGuessed))
    }

    private mutating func add(_ symbol: String, tone: Int) {
      if symbols.contains(symbol) {
        result.symbols.append(symbol)
        result.tones.append(tone)
      } else {
        unknown.insert(symbol)
      }
    }

    func sequence(spokenText: MappedText) -> PhonemeSequence {
      var sequence = saysSomething ? result : PhonemeSequence()
      sequence.unknown = unknown.strings
      sequence.spokenText = saysSomething ? spokenText : nil
      return sequence
    }
  }
}

/// What differs between MeloTTS's languages.
protocol MeloLanguage: Sendable {
  /// What becomes of marks.
  var marks: MeloMarks { get }
  /// Whether a sentence without a final mark gets a full stop.
  var endsInMark: Bool { get }
  /// Abbreviations, whose full stop is no mark, with the words that they stand for.
  var abbreviations: [String: [String]] { get }
  /// The words among tokens, in lower case.
  func words(of tokens: [MeloToken], in text: MappedText) -> [String]
  /// The words that are spoken one by one for a word: those of a number or abbreviation.
  func parts(of word: String) -> [String]
  /// The phones of each word without a pronunciation model.
  func phones(of words: [String], phonemizer: EspeakPhonemizer) throws(TextError) -> [[MeloPhone]]
}

extension MeloLanguage {
  /// None: the normalizer has already rewritten them.
  var abbreviations: [String: [String]] { [:] }

  func words(of tokens: [MeloToken], in text: MappedText) -> [String] { tokens.words }

  func parts(of word: String) -> [String] { [word] }
}

/// What is said for one word.
struct MeloWord {
  var phones: [MeloPhone] = []
  /// Whether a pronunciation model guessed them, in whole or in part.
  var isGuessed = false
}

extension PronunciationModel {
  /// What is said for the parts of a word.
  fileprivate func spoken(_ parts: [String]) -> MeloWord {
    let found = parts.map(pronunciation)
    return MeloWord(
      phones: found.flatMap { MeloPhone.scalars($0.phones) },
      isGuessed: found.contains(where: \.isGuessed))
  }
}

/// One phone with its tone, 0-based within the language.
struct MeloPhone: Equatable {
  let symbol: String
  let tone: Int

  /// Phones of tone 0, one for each scalar that is no space.
  static func scalars(_ ipa: String) -> [MeloPhone] {
    ipa.unicodeScalars.filter { !$0.isSpace }.map { MeloPhone(symbol: String($0), tone: 0) }
  }
}
