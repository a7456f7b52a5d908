import HablaCheckpoints
import HablaNetwork
import HablaText

/// Hugging Face VITS and MMS voices: a folder as `save_pretrained` writes it.
enum HFVITS: VoiceFamily {
  static let identifier = "hfvits"
  static let expectation =
    "a Hugging Face VITS folder: config.json, vocab.json and model.safetensors"

  static let fileNames = weightNames + [configurationName, vocabularyName, settingsName]

  private static let weightNames = ["model.safetensors", "pytorch_model.bin"]
  private static let configurationName = "config.json"
  private static let vocabularyName = "vocab.json"
  private static let settingsName = "tokenizer_config.json"

  static func evidence(at path: String) -> String? {
    guard let json = try? ConfigurationFiles.text("\(path)/\(configurationName)"),
      HFVITSConfiguration.isLikely(json, name: configurationName)
    else { return nil }
    return "config.json of type '\(HFVITSConfiguration.modelType)'"
  }

  static func open(path: String) throws -> VoiceParts? {
    guard let json = try ConfigurationFiles.text("\(path)/\(configurationName)"),
      HFVITSConfiguration.isLikely(json, name: configurationName)
    else { return nil }
    guard let weightsPath = ConfigurationFiles.firstExisting(weightNames, in: path) else {
      throw HablaError(
        .io,
        "\(path): config.json is that of a VITS model, but there is neither "
          + "model.safetensors nor pytorch_model.bin")
    }
    var files = [configurationName: json]
    for name in [vocabularyName, settingsName] {
      files[name] = try ConfigurationFiles.text("\(path)/\(name)")
    }
    let configuration = try HFVITSConfiguration(json, name: configurationName)
    let weights = WeightReader(view(try Checkpoints.open(path: weightsPath)))
    return VoiceParts(
      network: try configuration.network(weights), weights: weights, files: files)
  }

  /// The tensors under their canonical names; the stochastic predictor is called `sdp`.
  private static func view(_ checkpoint: any Checkpoint) -> CheckpointView {
    var names: [String: String] = [:]
    for tensor in checkpoint.tensors {
      if let name = HFVITSNames.canonical(tensor.name) { names[name] = tensor.name }
    }
    if names["dp.flows.0.m"] != nil {
      names = Dictionary(
        names.map { ($0.key.hasPrefix("dp.") ? "s" + $0.key : $0.key, $0.value) },
        uniquingKeysWith: { first, _ in first })
    }
    return CheckpointView(checkpoint, names: names)
  }

  static func traits(
    files: [String: String], network: VITSConfiguration
  ) throws -> VoiceTraits {
    guard let vocabulary = files[vocabularyName] else {
      throw HablaError(.io, "vocab.json: no such file; a Hugging Face VITS voice needs it")
    }
    let configuration = try HFVITSConfiguration(
      files[configurationName] ?? "", name: configurationName)
    let tokenizer = try HFVITSTokenizer(vocabulary: vocabulary, settings: files[settingsName])
    let speakers = (0..<network.speakerCount).map { VoiceSpeaker(name: "\($0)", id: $0) }
    return VoiceTraits(
      speakers: speakers, languages: [tokenizer.language], symbols: tokenizer.symbols,
      scales: configuration.scales, tokenizer: Tokenizer(characters: tokenizer))
  }

  /// Characters as they are written, their phonemes, or what the caller gives.
  struct Tokenizer: VoiceTokenizer {
    let characters: HFVITSTokenizer
    /// espeak-ng's American English, whatever the voice's language: so the library has it.
    private let frontEnd = SpacedPhonemes(
      languages: LanguageTable([.init(name: "", espeakVoice: "en-us")]), decomposes: false)

    init(characters: HFVITSTokenizer) { self.characters = characters }

    func tokens(for sentence: MappedText, language: String) throws -> TokenizedSentence {
      if characters.isPhonemic {
        return characters.tokens(try frontEnd.phonemes(for: sentence, language: ""))
      }
      let sequence = characters.characters(PhonemeRun.decoded(sentence))
      // Punctuation is left out silently; whole words in another script are not.
      if characters.needsRomanization,
        let letter = sequence.unknown.first(where: { $0.unicodeScalars.contains(where: \.isLetter) }
        )
      {
        throw HablaError(
          .language, "the voice reads romanised text, which '\(letter)' is not",
          hint: "romanise the text with the tool uroman first")
      }
      return characters.tokens(sequence)
    }

    func tokens(forPhonemes phonemes: MappedText, language: String) throws -> TokenizedSentence {
      characters.tokens(characters.characters(phonemes))
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isLetter: Bool { properties.isAlphabetic }
}
