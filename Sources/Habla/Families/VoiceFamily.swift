import HablaCheckpoints
import HablaNetwork
import HablaText

/// A kind of voice: how its files are recognised and read, and how text becomes its tokens.
///
/// A new family is one file in this folder and one line in `VoiceFamilies.all`. A family supplies
/// configuration, weight names and a front end; the network is the same for all.
protocol VoiceFamily: Sendable {
  /// Identifier, written into Habla's own files: lowercase letters and digits.
  static var identifier: String { get }
  /// What its files are, for the message when a path is none of the known families.
  static var expectation: String { get }
  /// Names of files by any of which a voice may be opened instead of by their folder.
  static var fileNames: [String] { get }
  /// Names the files by which a voice of this family is recognised at a path, or nil.
  static func evidence(at path: String) -> String?
  /// Opens the voice at a path; nil when the files there are not of this family.
  ///
  /// - Throws: an error that names what is wrong when they are, but cannot be used.
  static func open(path: String) throws -> VoiceParts?
  /// What the configuration files say beyond the network.
  static func traits(files: [String: String], network: VITSConfiguration) throws -> VoiceTraits
  /// A voice's files with the text of a pronouncing dictionary among them; nil when the voice does
  /// not read one.
  static func files(of parts: VoiceParts, withDictionary text: String) throws -> [String: String]?
}

extension VoiceFamily {
  static func files(of parts: VoiceParts, withDictionary text: String) throws -> [String: String]? {
    nil
  }
}

/// The families, in the order in which they are tried.
enum VoiceFamilies {
  static let all: [any VoiceFamily.Type] = [MeloTTS.self, Piper.self, HFVITS.self]
}

/// A voice's network and the text of its configuration files, by file name.
struct VoiceParts: Sendable {
  /// The network's configuration.
  let network: VITSConfiguration
  /// Weights by canonical name.
  let weights: WeightReader
  /// Configuration files as published, by name; kept in Habla's own files.
  let files: [String: String]
}

/// What a front end needs and users ask about.
struct VoiceTraits: Sendable {
  /// Names and numbers of the speakers; empty for a voice with one.
  let speakers: [VoiceSpeaker]
  /// Language codes; the first is the default.
  let languages: [String]
  /// Symbols of the token table, by id.
  let symbols: [String]
  /// The family's default scales.
  let scales: SynthesisScales
  /// Makes tokens.
  let tokenizer: any VoiceTokenizer
}

/// One speaker of a voice.
public struct VoiceSpeaker: Sendable, Hashable {
  /// Name, as in the voice's configuration.
  public let name: String
  /// Number, as the network knows it.
  public let id: Int
}

/// Makes a network's tokens of text or phonemes.
package protocol VoiceTokenizer: Sendable {
  /// Tokens of a normalized sentence; `language` is one of the voice's codes.
  func tokens(for sentence: MappedText, language: String) throws -> TokenizedSentence
  /// Tokens of phonemes that the caller gives, separated as the front end documents.
  func tokens(forPhonemes phonemes: MappedText, language: String) throws -> TokenizedSentence
  /// Whether there are pronunciation models for the voice.
  var readsPronunciation: Bool { get }
  /// The same with a pronunciation model; nil when the model is of no language of the voice's.
  func pronouncing(by model: PronunciationModel) -> (any VoiceTokenizer)?
}

extension VoiceTokenizer {
  package var readsPronunciation: Bool { false }
  package func pronouncing(by model: PronunciationModel) -> (any VoiceTokenizer)? { nil }
}

/// Tokens of one sentence, with what they stand for.
package struct TokenizedSentence: Sendable {
  /// What the network reads.
  package var tokens: TokenSequence
  /// Words with the tokens that speak them.
  package var words: [(textRange: TextRange, tokens: Range<Int>)]
  /// Phoneme symbols with their tokens, in order.
  package var phonemes: [(symbol: String, tokens: Range<Int>)]
  /// Symbols that the voice lacks.
  package var unknown: [String]
  /// What prosody features are wanted for; nil where the voice takes none or there is no text.
  package var prosody: ProsodyRequest?
  /// Words that a pronunciation model guessed, with their phoneme symbols.
  package var guesses: [(textRange: TextRange, phonemes: [String])] = []

  /// Makes a sentence.
  package init(
    tokens: TokenSequence, words: [(textRange: TextRange, tokens: Range<Int>)],
    phonemes: [(symbol: String, tokens: Range<Int>)], unknown: [String],
    prosody: ProsodyRequest? = nil
  ) {
    self.tokens = tokens
    self.words = words
    self.phonemes = phonemes
    self.unknown = unknown
    self.prosody = prosody
  }

  /// Whether there is anything to speak.
  var isEmpty: Bool { phonemes.isEmpty }
}
