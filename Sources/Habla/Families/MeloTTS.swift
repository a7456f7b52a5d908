import HablaCheckpoints
import HablaNetwork
import HablaText

/// MeloTTS voices: a folder with `config.json` and `checkpoint.pth`, as published.
enum MeloTTS: VoiceFamily {
  static let identifier = "melotts"
  static let expectation = "a MeloTTS folder: config.json and checkpoint.pth"

  static let fileNames = checkpointNames + ["config.json"]

  private static let checkpointNames = ["checkpoint.pth", "checkpoint.safetensors"]

  /// A CMU Pronouncing Dictionary beside the checkpoint, by which English words are looked up.
  private static let dictionaryNames = ["cmudict.dict", "cmudict-0.7b"]
  /// Its name in Habla's own files.
  private static let dictionaryName = "cmudict.dict"

  static func evidence(at path: String) -> String? {
    let names = checkpointNames.filter { ConfigurationFiles.exists("\(path)/\($0)") }
    guard let name = names.first, ConfigurationFiles.exists(path + "/config.json") else {
      return nil
    }
    return name + ", config.json"
  }

  static func open(path: String) throws -> VoiceParts? {
    guard
      let checkpointPath = ConfigurationFiles.firstExisting(checkpointNames, in: path),
      let json = try ConfigurationFiles.text(path + "/config.json")
    else { return nil }
    let configuration = try ConfigurationJSON.decode(Configuration.self, json, name: "config.json")
    let weights = WeightReader(try Checkpoints.open(path: checkpointPath))
    var files = ["config.json": json]
    if configuration.languages.contains(where: { $0.code == "EN" }),
      let dictionary = ConfigurationFiles.firstExisting(dictionaryNames, in: path)
    {
      files[dictionaryName] = try ConfigurationFiles.text(dictionary, orLatin1: true)
    }
    return VoiceParts(
      network: try configuration.network(weights), weights: weights, files: files)
  }

  static func traits(
    files: [String: String], network: VITSConfiguration
  ) throws -> VoiceTraits {
    let configuration = try ConfigurationJSON.decode(
      Configuration.self, files["config.json"] ?? "", name: "config.json")
    let languages = configuration.languages
    guard !languages.isEmpty else {
      throw HablaError(
        .unsupported, "config.json: the voice speaks none of the languages that Habla knows",
        hint: "known: " + Language.all.map(\.code).joined(separator: ", "))
    }
    return VoiceTraits(
      speakers: configuration.speakers, languages: languages.map(\.code),
      symbols: configuration.symbols, scales: configuration.scales,
      tokenizer: Tokenizer(
        configuration, languages,
        dictionary: try files[dictionaryName].map { try PronouncingDictionary(text: $0) }))
  }

  static func files(of parts: VoiceParts, withDictionary text: String) throws -> [String: String]? {
    let configuration = try ConfigurationJSON.decode(
      Configuration.self, parts.files["config.json"] ?? "", name: "config.json")
    guard configuration.languages.contains(where: { $0.code == "EN" }),
      configuration.habla?.frontEnd != Configuration.clausePhonemes
    else { return nil }
    var files = parts.files
    files[dictionaryName] = text
    return files
  }

  /// One language of the MeloTTS symbol tables.
  struct Language: Sendable, Equatable {
    /// MeloTTS's code.
    let code: String
    /// Row of the language table.
    let id: Int
    /// First tone of the language.
    let toneOffset: Int
    /// espeak-ng's voice for it.
    let espeakVoice: String

    /// The languages that Habla speaks, with MeloTTS's language and tone numbering.
    static let all = [
      Language(code: "ES", id: 5, toneOffset: 12, espeakVoice: "es"),
      Language(code: "EN", id: 2, toneOffset: 7, espeakVoice: "en-us"),
      Language(code: "FR", id: 6, toneOffset: 13, espeakVoice: "fr"),
    ]
  }

  /// Phonemes by the front end that the voice was trained with, then ids.
  struct Tokenizer: VoiceTokenizer {
    private let table: SymbolTable
    private let languages: [Language]
    private var frontEnd: any FrontEnd
    private let isClausePhonemes: Bool
    private let tones: Configuration.Extension.Tones?
    private let addsBlank: Bool
    private let readsProsody: Bool

    init(
      _ configuration: Configuration, _ languages: [Language],
      dictionary: PronouncingDictionary? = nil
    ) {
      addsBlank = configuration.data.addBlank ?? true
      table = SymbolTable(symbols: configuration.symbols, addsBlank: addsBlank)
      self.languages = languages
      isClausePhonemes = configuration.habla?.frontEnd == Configuration.clausePhonemes
      tones = isClausePhonemes ? configuration.habla?.tones : nil
      readsProsody = !isClausePhonemes && configuration.data.disablesProsody != true
      let known = Set(configuration.symbols)
      frontEnd =
        isClausePhonemes
        ? ClausePhonemes(
          symbols: known,
          languages: LanguageTable(
            languages.map { .init(name: $0.code, espeakVoice: $0.espeakVoice) }))
        : MeloTTSFrontEnd(symbols: known, dictionary: dictionary)
    }

    func tokens(for sentence: MappedText, language: String) throws -> TokenizedSentence {
      let sequence = try frontEnd.phonemes(for: sentence, language: language)
      var result = number(sequence, language)
      if readsProsody {
        result.prosody = ProsodyRequest(
          text: sequence.spokenText ?? sentence,
          spans: PhoneAlignment.spans(of: sequence, isKnown: table.contains), addsBlank: addsBlank)
      }
      result.guesses = sequence.words.filter(\.isGuessed).map {
        ($0.textRange, Array(sequence.symbols[$0.symbols]))
      }
      return result
    }

    var readsPronunciation: Bool {
      frontEnd is MeloTTSFrontEnd && languages.contains { $0.code != "EN" }
    }

    func pronouncing(by model: PronunciationModel) -> (any VoiceTokenizer)? {
      guard languages.contains(where: { $0.espeakVoice == model.language }),
        let frontEnd = (frontEnd as? MeloTTSFrontEnd)?.pronouncing(by: model)
      else { return nil }
      var copy = self
      copy.frontEnd = frontEnd
      return copy
    }

    func tokens(forPhonemes phonemes: MappedText, language: String) throws -> TokenizedSentence {
      number(PhonemeInput.parse(phonemes, isKnown: table.contains), language)
    }

    /// Clause-phoneme voices carry the language at blanks too, and have one tone or those of the stresses.
    private func number(_ sequence: PhonemeSequence, _ code: String) -> TokenizedSentence {
      let language = languages.first { $0.code == code } ?? languages[0]
      var sequence = sequence
      switch tones {
      case .stressPlaces: sequence.tones = StressPlaces.tones(of: sequence.symbols)
      case nil: break
      }
      var numbering = SymbolTable.Numbering()
      numbering.language = language.id
      numbering.languageAtBlanks = isClausePhonemes
      numbering.toneOffset = isClausePhonemes ? 0 : language.toneOffset
      numbering.edge = isClausePhonemes ? nil : "_"
      return table.tokens(sequence, numbering)
    }
  }
}
