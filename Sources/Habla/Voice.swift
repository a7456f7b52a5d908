import HablaCheckpoints
import HablaNetwork
import HablaText
import Synchronization

/// A voice: a network with its weights and the rules by which it reads text.
///
/// Threads: any number of synthesizers on any threads share one voice, its weights and its cache.
/// Nothing that shapes the speech ever changes.
public final class Voice: Sendable {
  /// Family: "melotts", "piper", "hfvits".
  public let family: String
  /// Samples per second of the speech.
  public let sampleRate: Int
  /// Language codes that the voice speaks; the first is its default.
  public let languages: [String]
  /// Speakers; empty for a voice with one.
  public let speakers: [VoiceSpeaker]
  /// Phoneme symbols by token id.
  public let symbols: [String]
  /// The voice's default noise scale.
  public var noiseScale: Float { scales.noiseScale }
  /// The voice's default noise scale for durations.
  public var noiseScaleW: Float { scales.noiseScaleW }
  /// The voice's default share of the stochastic duration predictor.
  public var sdpRatio: Float { scales.sdpRatio }
  /// The voice's own factor on durations, which `SynthesisOptions.speed` divides.
  public var lengthScale: Float { scales.lengthScale }
  /// Samples per latent frame.
  public var hopLength: Int { model.decoder.hopLength }
  /// Number of weights of the network, as stored in its file.
  public let weightCount: Int
  /// Bytes that the weights take in their file.
  public var weightBytes: Int { parts.weights.byteCount }
  /// The type that most of the weights are stored as: "float32", "float16", "int8", ...
  public var weightType: String { parts.weights.storedTypes.first?.rawValue ?? "none" }

  /// Folder of the BERT model that gives the voice its prosody features; nil means zeros.
  public let prosodyPath: String?

  /// Folder of the model that says how words are pronounced; nil where there is none.
  public let pronunciationPath: String?

  /// Short answers that the voice has spoken, to be given again at once.
  public let cache = SpeechCache()

  /// Phrases that were spoken ahead.
  let packs = PhrasePacks()
  /// See `identity()`; nil until it is wanted.
  let knownIdentity = Mutex<UInt64?>(nil)

  package let model: VITSModel
  /// The weights that `model` was made from.
  package var weights: WeightReader { parts.weights }
  let prosody: ProsodyEncoder?
  let pronunciation: PronunciationModel?
  let scales: SynthesisScales
  let tokenizer: any VoiceTokenizer
  let parts: VoiceParts

  /// Opens the voice at a path: Habla's own file, or a published voice of any known family.
  ///
  /// - Parameters:
  ///   - path: A file or folder.
  ///   - prosody: Where prosody features come from, for voices that read them.
  ///   - dictionary: Path of an English pronouncing dictionary in the form of CMUdict ("WATER  W AO1
  ///     T ER0"), for MeloTTS voices that speak English: its words are spoken as it says, others as
  ///     espeak-ng does. nil: the one in the voice's folder (`cmudict.dict`), if there is one.
  ///   - pronunciation: Where the pronunciation of words comes from, for MeloTTS voices that speak
  ///     Spanish or French.
  /// - Throws: `HablaError`; when the path is none of the known kinds, its message says what was
  ///   looked for; of kind `.format`, with numbers of lines, for a dictionary that is none; of kind
  ///   `.unsupported` when the voice reads no dictionary or no pronunciation model that was named.
  public convenience init(
    path: String, prosody: ProsodySource = .automatic, dictionary: String? = nil,
    pronunciation: PronunciationSource = .automatic
  ) throws {
    do {
      var (family, parts) = try VoiceDetection.open(path)
      if let dictionary { parts = try Self.adding(dictionary, to: parts, family) }
      try self.init(
        family: family, parts: parts, prosody: { try prosody.open(voicePath: path, width: $0) },
        pronunciation: { try pronunciation.open(voicePath: path, $0, languages: $1) })
    } catch TextError.badEntries(let file, let entries) {
      throw HablaError(
        wrapping: TextError.badEntries(file: dictionary ?? "\(path): \(file)", entries))
    } catch {
      throw HablaError(wrapping: error, context: path)
    }
  }

  /// The parts of a voice that reads the dictionary at a path.
  private static func adding(
    _ dictionary: String, to parts: VoiceParts, _ family: any VoiceFamily.Type
  ) throws -> VoiceParts {
    guard let text = try ConfigurationFiles.text(dictionary, orLatin1: true) else {
      throw HablaError(.io, "\(dictionary): no such file")
    }
    guard let files = try family.files(of: parts, withDictionary: text) else {
      throw HablaError(
        .unsupported, "\(dictionary): the voice reads no pronouncing dictionary",
        hint: "MeloTTS voices that speak English do; for others use a lexicon")
    }
    return VoiceParts(network: parts.network, weights: parts.weights, files: files)
  }

  /// Opens Habla's own voice file from memory.
  public convenience init(bytes: [UInt8]) throws {
    do {
      let checkpoint = try Checkpoints.open(FileBytes(bytes))
      guard let (family, parts) = try VoiceFile.read(checkpoint) else {
        throw HablaError(.format, "the bytes are not a Habla voice file")
      }
      try self.init(family: family, parts: parts)
    } catch {
      throw HablaError(wrapping: error)
    }
  }

  init(
    family: any VoiceFamily.Type, parts: VoiceParts,
    prosody openProsody: (_ width: Int) throws -> (path: String, encoder: ProsodyEncoder)? = {
      _ in nil
    },
    pronunciation openPronunciation: (
      _ tokenizer: any VoiceTokenizer, _ languages: [String]
    ) throws -> OpenedPronunciation? = { _, _ in nil }
  ) throws {
    let traits = try family.traits(files: parts.files, network: parts.network)
    self.family = family.identifier
    self.parts = parts
    sampleRate = parts.network.sampleRate
    languages = traits.languages
    speakers = traits.speakers
    symbols = traits.symbols
    scales = traits.scales
    let pronunciation = try openPronunciation(traits.tokenizer, traits.languages)
    tokenizer = pronunciation?.tokenizer ?? traits.tokenizer
    pronunciationPath = pronunciation?.path
    self.pronunciation = pronunciation?.model
    weightCount = parts.weights.elementCount
    model = try VITSModel(parts.network, weights: parts.weights)
    let prosody = try openProsody(model.textEncoder.prosodyWidth)
    prosodyPath = prosody?.path
    self.prosody = prosody?.encoder
  }

  /// The speaker's number, checked against the voice.
  func speakerId(_ speaker: Speaker) throws -> Int? {
    let count = parts.network.speakerCount
    switch speaker {
    case .first:
      return count > 0 ? speakers.first?.id ?? 0 : nil
    case .id(let id):
      if id >= 0 && id < max(count, 1) { return count > 0 ? id : nil }
      throw HablaError(
        .argument, "speaker \(id) is not in 0..<\(max(count, 1))", hint: speakerHint)
    case .named(let name):
      if let exact = speakers.first(where: { $0.name == name }) { return exact.id }
      let folded = name.lowercased()
      if let found = speakers.first(where: { $0.name.lowercased() == folded }) { return found.id }
      throw HablaError(.argument, "the voice has no speaker '\(name)'", hint: speakerHint)
    }
  }

  private var speakerHint: String {
    if speakers.isEmpty { return "the voice has one speaker without a name" }
    let shown = speakers.prefix(20).map { "\($0.name) (\($0.id))" }.joined(separator: ", ")
    return "speakers: " + shown + (speakers.count > 20 ? ", ..." : "")
  }

  /// The language's code as the voice spells it; nil gives the default.
  func languageCode(_ language: String?) throws -> String {
    guard let language else { return languages[0] }
    let wanted = language.uppercased()
    if let exact = languages.first(where: { $0.uppercased() == wanted }) { return exact }
    // "es-MX" is asked of a voice that speaks "ES", "es" of one that speaks "es_ES".
    func base(_ code: String) -> Substring { code.prefix { $0 != "-" && $0 != "_" } }
    if let found = languages.first(where: { base($0.uppercased()) == base(wanted) }) {
      return found
    }
    throw HablaError(
      .language, "the voice does not speak '\(language)'",
      hint: "languages: " + languages.joined(separator: ", "))
  }
}
