import HablaCheckpoints
import HablaNetwork
import HablaText

/// Piper voices: `NAME.onnx` with `NAME.onnx.json` beside it, as published.
enum Piper: VoiceFamily {
  static let identifier = "piper"
  static let expectation = "a Piper voice: NAME.onnx with NAME.onnx.json beside it"

  /// A model's own name is what counts, and any folder may hold several.
  static let fileNames: [String] = []

  /// Name under which the configuration is kept in Habla's own files.
  private static let configurationName = "voice.onnx.json"

  static func evidence(at path: String) -> String? {
    let models = models(at: path)
    return models.isEmpty ? nil : models.joined(separator: ", ")
  }

  static func open(path: String) throws -> VoiceParts? {
    let models = models(at: path)
    guard let modelPath = models.first else { return nil }
    guard models.count == 1 else {
      throw HablaError(
        .argument, "\(path): holds several Piper voices: " + models.joined(separator: ", "),
        hint: "give the path of one .onnx file")
    }
    let jsonPath = modelPath + ".json"
    guard let json = try ConfigurationFiles.text(jsonPath) else {
      throw HablaError(
        .io, "\(jsonPath): no such file; a Piper voice needs it",
        hint: "it is published beside the .onnx file")
    }
    let configuration = try PiperConfiguration(json, name: jsonPath)
    let checkpoint = try Checkpoints.open(path: modelPath)
    guard let model = checkpoint as? ONNXCheckpoint else {
      throw HablaError(.format, "\(modelPath): is not an ONNX file")
    }
    let graph = PiperGraph(model)
    let view = try graph.weights()
    let network = try graph.network(view, sampleRate: configuration.sampleRate)
    return VoiceParts(
      network: network, weights: WeightReader(view), files: [configurationName: json])
  }

  /// The model files at a path: the file itself, the one that a .json belongs to, or a folder's
  /// that have a .json beside them.
  private static func models(at path: String) -> [String] {
    if ConfigurationFiles.isFolder(path) {
      return ConfigurationFiles.names(in: path).filter { $0.hasSuffix(".onnx") }
        .map { "\(path)/\($0)" }.filter { ConfigurationFiles.exists($0 + ".json") }
    }
    if path.hasSuffix(".onnx.json") { return [String(path.dropLast(".json".count))] }
    guard let file = try? FileBytes(mapping: path) else { return [] }
    return path.hasSuffix(".onnx") || ONNXCheckpoint.isLikely(file) ? [path] : []
  }

  static func traits(
    files: [String: String], network: VITSConfiguration
  ) throws -> VoiceTraits {
    let configuration = try PiperConfiguration(
      files[configurationName] ?? "", name: configurationName)
    // Voices with one speaker may name it, though the network has no table.
    if let wrong = configuration.speakers.first(where: {
      $0.id < 0 || $0.id >= max(network.speakerCount, 1)
    }) {
      throw HablaError(
        .format,
        "\(configurationName): speaker '\(wrong.name)' has number \(wrong.id), "
          + "the network has \(network.speakerCount) speakers")
    }
    return VoiceTraits(
      speakers: network.speakerCount > 0 ? configuration.speakers : [],
      languages: [configuration.language],
      symbols: configuration.symbolTable, scales: configuration.scales,
      tokenizer: Tokenizer(configuration))
  }

  /// Phonemes of text, or as the caller gives them, with Piper's padding.
  struct Tokenizer: VoiceTokenizer {
    private let table: PiperTokenizer
    private let phonemeType: PiperConfiguration.PhonemeType
    private let frontEnd: SpacedPhonemes

    init(_ configuration: PiperConfiguration) {
      table = PiperTokenizer(configuration)
      phonemeType = configuration.phonemeType
      let language = LanguageTable.Entry(
        name: configuration.language, espeakVoice: configuration.espeakVoice)
      frontEnd = SpacedPhonemes(languages: LanguageTable([language]), decomposes: true)
    }

    func tokens(for sentence: MappedText, language: String) throws -> TokenizedSentence {
      switch phonemeType {
      case .espeak: return table.tokens(try frontEnd.phonemes(for: sentence, language: language))
      case .text: return table.tokens(table.characters(PhonemeRun.decoded(sentence)))
      case .other(let type):
        throw HablaError(
          .language, "the voice reads phonemes of type '\(type)', which Habla cannot make of text",
          hint: "give phonemes instead of text")
      }
    }

    func tokens(forPhonemes phonemes: MappedText, language: String) throws -> TokenizedSentence {
      table.tokens(PhonemeInput.parse(phonemes, isKnown: table.contains))
    }
  }
}
