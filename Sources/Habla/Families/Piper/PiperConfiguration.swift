import HablaCheckpoints
import HablaNetwork

/// The JSON file beside a Piper voice; keys that are not listed are ignored.
package struct PiperConfiguration: Sendable {
  /// How text becomes phonemes.
  enum PhonemeType: Sendable, Equatable {
    /// espeak-ng's phonemes.
    case espeak
    /// The text's own characters.
    case text
    /// A way that only the voice's own tools know ("pinyin").
    case other(String)
  }

  /// Samples per second.
  let sampleRate: Int
  /// espeak-ng's name of the voice's language.
  let espeakVoice: String
  /// The language as the file names it ("es_ES"), else espeak-ng's name.
  let language: String
  let phonemeType: PhonemeType
  /// What some phonemes are replaced with before they become tokens.
  let phonemeMap: [ExactString: [String]]
  /// Tokens of each phoneme.
  let phonemeIds: [ExactString: [Int]]
  /// Runs of phonemes that become one ("a", "ɪ" become "aɪ"), the longest first.
  let clusters: [[ExactString]]
  /// Phonemes in the order of the file.
  let phonemes: [String]
  /// Rows of the embedding, as the file has it; nil when it does not say.
  let symbolCount: Int?
  let speakers: [VoiceSpeaker]
  let scales: SynthesisScales

  /// Whether text becomes phonemes by espeak-ng.
  package var readsEspeakPhonemes: Bool { phonemeType == .espeak }

  /// Parses the file.
  ///
  /// - Throws: an error that names the key that is missing or wrong.
  package init(_ text: String, name: String) throws {
    let root = try JSONReader(text, name: name)
    sampleRate = try root.object("audio").integer("sample_rate")
    let espeak = try root.optionalObject("espeak")
    phonemeType = Self.phonemeType(try root.optionalString("phoneme_type"))
    espeakVoice = try espeak?.optionalString("voice") ?? ""
    if phonemeType == .espeak, espeakVoice.isEmpty {
      throw HablaError(.format, "\(name): key 'espeak.voice' is missing")
    }
    let code = try root.optionalObject("language")?.optionalString("code") ?? ""
    language = !code.isEmpty ? code : espeakVoice.isEmpty ? "und" : espeakVoice
    (phonemes, phonemeIds) = try Self.ids(root.object("phoneme_id_map"))
    phonemeMap = try Self.replacements(root.optionalObject("phoneme_map"))
    clusters = try root.stringLists("vowel_clusters").filter { $0.count > 1 }
      .sorted { $0.count > $1.count }.map { $0.map(ExactString.init) }
    symbolCount = try root.optionalInteger("num_symbols")
    let ids = try root.optionalObject("speaker_id_map")
    speakers = try (ids?.keys ?? []).map {
      VoiceSpeaker(name: $0, id: try ids?.integer($0) ?? 0)
    }.sorted { ($0.id, $0.name) < ($1.id, $1.name) }
    scales = try Self.scales(root.optionalObject("inference"), name: name)
  }

  /// Older files have no phoneme type, or Python's name of it ("PhonemeType.ESPEAK").
  private static func phonemeType(_ text: String?) -> PhonemeType {
    let prefix = "phonemetype."
    let folded = (text ?? "espeak").lowercased()
    switch folded.hasPrefix(prefix) ? String(folded.dropFirst(prefix.count)) : folded {
    case "espeak": return .espeak
    case "text": return .text
    case let other: return .other(other)
    }
  }

  private static func scales(_ inference: JSONReader?, name: String) throws -> SynthesisScales {
    let scales = SynthesisScales(
      noiseScale: Float(try inference?.optionalNumber("noise_scale") ?? 0.667),
      noiseScaleW: Float(try inference?.optionalNumber("noise_w") ?? 0.8),
      lengthScale: Float(try inference?.optionalNumber("length_scale") ?? 1), sdpRatio: 1)
    guard scales.noiseScale.isFinite, scales.noiseScaleW.isFinite, scales.lengthScale.isFinite,
      scales.lengthScale > 0
    else { throw HablaError(.format, "\(name): 'inference' has a scale that cannot be used") }
    return scales
  }

  private static func ids(
    _ map: JSONReader
  ) throws -> ([String], [ExactString: [Int]]) {
    var ids: [ExactString: [Int]] = [:]
    for symbol in map.keys {
      let list = try map.oneOrMoreIntegers(symbol)
      if let wrong = list.first(where: { $0 < 0 || $0 >= 1 << 20 }) {
        throw HablaError(.format, "\(map.name): phoneme '\(symbol)' has the id \(wrong)")
      }
      ids[ExactString(symbol)] = list
    }
    return (map.keys, ids)
  }

  private static func replacements(_ map: JSONReader?) throws -> [ExactString: [String]] {
    var result: [ExactString: [String]] = [:]
    for symbol in map?.keys ?? [] {
      let symbols = try map?.anyStrings(symbol) ?? []
      // Nothing to replace it with: the phoneme stays what it is.
      if !symbols.isEmpty { result[ExactString(symbol)] = symbols }
    }
    return result
  }
}

extension PiperConfiguration {
  /// Phonemes by token id; ids without a phoneme have an empty one.
  var symbolTable: [String] {
    var table: [String] = []
    for phoneme in phonemes {
      // A phoneme of several tokens stands at the first.
      guard let id = phonemeIds[ExactString(phoneme)]?.first, id < 1 << 16 else { continue }
      while table.count <= id { table.append("") }
      if table[id].isEmpty { table[id] = phoneme }
    }
    return table
  }
}
