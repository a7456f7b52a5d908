import Habla
import HablaText
import TestSupport
import Testing

/// Configuration files in the shapes in which voices are published, re-created in small.
@Suite struct PublishedConfigurationTests {
  private static let symbols = """
    {"_": [0], "^": [1], "$": [2], " ": [3], "a": [4], "ɪ": [5], "n": [6], "\\u0303": [7], "o": [8]}
    """

  /// The model of the fixture with another configuration beside it.
  private func piper(_ json: String, model: String = "single/es_ES-tiny-medium") throws -> Voice {
    let folder = TemporaryFolder()
    folder.write("v.onnx", TemporaryFolder.read(Fixtures.path("piper-tiny/\(model).onnx")))
    folder.write("v.onnx.json", Array(json.utf8))
    return try Voice(path: folder.path)
  }

  /// The first voices: no data set, language, quality, phoneme type or version.
  @Test func firstPiperVoices() throws {
    let voice = try piper(
      """
      {"audio": {"sample_rate": 16000}, "espeak": {"voice": "en-us"},
       "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
       "phoneme_map": {}, "phoneme_id_map": \(Self.symbols),
       "num_symbols": 130, "num_speakers": 1, "speaker_id_map": {}}
      """)
    #expect(voice.languages == ["en-us"] && voice.sampleRate == 16000 && voice.speakers.isEmpty)
  }

  /// Python's name of the phoneme type, as one series of voices has it.
  @Test(arguments: ["PhonemeType.ESPEAK", "espeak", "ESPEAK"]) func phonemeTypes(_ type: String)
    throws
  {
    let configuration = try PiperConfiguration(
      """
      {"audio": {"sample_rate": 22050}, "espeak": {"voice": "es"}, "phoneme_type": "\(type)",
       "phoneme_id_map": \(Self.symbols)}
      """, name: "v.json")
    #expect(configuration.readsEspeakPhonemes)
  }

  /// Present voices, with everything that they and their catalogue say.
  @Test func presentPiperVoices() throws {
    let voice = try piper(
      """
      {"dataset": "tiny", "key": "es_ES-tiny-x_low", "name": "tiny", "quality": "x_low",
       "audio": {"sample_rate": 22050, "quality": "x_low", "hop_size": 256},
       "espeak": {"voice": "es"},
       "language": {"code": "es_ES", "family": "es", "region": "ES", "name_native": "Español",
         "name_english": "Spanish", "country_english": "Spain"},
       "inference": {"noise_scale": 0.333, "length_scale": 1.5, "noise_w": 0.25,
         "phoneme_silence": {",": 0.1}},
       "phoneme_type": "espeak", "phoneme_map": {}, "phoneme_id_map": \(Self.symbols),
       "num_symbols": 256, "num_speakers": 1, "speaker_id_map": {}, "default_speaker_id": 0,
       "streaming": false, "hop_length": 256, "piper_version": "1.0.0", "vowel_clusters": null,
       "files": {"es/es_ES/tiny/x_low/es_ES-tiny-x_low.onnx": {"size_bytes": 1}}, "aliases": []}
      """)
    #expect(voice.languages == ["es_ES"])
    #expect(voice.noiseScale == 0.333 && voice.noiseScaleW == 0.25)
  }

  /// One named speaker of a network that has no table of speakers.
  @Test func oneNamedSpeaker() throws {
    let json = """
      {"audio": {"sample_rate": 22050}, "espeak": {"voice": "es"},
       "phoneme_id_map": \(Self.symbols), "num_speakers": 1, "speaker_id_map": {"ana": ID}}
      """
    #expect(try piper(json.replacing("ID", with: "0")).speakers.isEmpty)
    let error = #expect(throws: HablaError.self) { try piper(json.replacing("ID", with: "1")) }
    #expect(error?.message.contains("'ana' has number 1") == true)
  }

  @Test func namedSpeakers() throws {
    let voice = try piper(
      """
      {"audio": {"sample_rate": 22050}, "espeak": {"voice": "en-us"},
       "phoneme_id_map": \(Self.symbols), "num_speakers": 4,
       "speaker_id_map": {"p3": 3, "p 0": 0, "ñ": 1}}
      """, model: "multi/en_US-tinymulti-high")
    #expect(voice.speakers.map(\.name) == ["p 0", "ñ", "p3"])
    #expect(voice.speakers.map(\.id) == [0, 1, 3])
  }

  /// Text voices have no espeak-ng, ids that stand alone, and letters in their parts.
  @Test func textVoices() throws {
    let configuration = try PiperConfiguration(
      """
      {"audio": {"sample_rate": 22050, "quality": "medium"}, "phoneme_type": "PhonemeType.TEXT",
       "language": {"code": "uk_UA"}, "inference": {}, "phoneme_map": {"o": "a", "n": null},
       "phoneme_id_map": {"_": 0, "^": [1], "$": 2, "a": 3, "n": [4, 5], "\\u0303": 6, "ü": 7}}
      """, name: "v.json")
    let table = PiperTokenizer(configuration)
    #expect(!configuration.readsEspeakPhonemes)
    // Decomposed as in training; what only the whole character has an id for stays whole.
    #expect(table.characters(MappedText(verbatim: "aÑü")).symbols == ["a", "n", "\u{303}", "ü"])
    #expect(table.ids(PhonemeSequence(symbols: ["o", "n"])) == [1, 0, 3, 0, 4, 5, 0, 2])
  }

  /// Runs of vowels that are one symbol, longest first, with their words kept in place.
  @Test func vowelClusters() throws {
    let configuration = try PiperConfiguration(
      """
      {"audio": {"sample_rate": 22050}, "espeak": {"voice": "en-us"},
       "vowel_clusters": [["a", "ɪ"], ["a", "ɪ", "ə"]],
       "phoneme_id_map": {"_": [0], "^": [1], "$": [2], "a": [3], "ɪ": [4], "ə": [5], "aɪ": [6],
         "aɪə": [7], " ": [8]}}
      """, name: "v.json")
    let table = PiperTokenizer(configuration)
    #expect(
      table.ids(PhonemeSequence(symbols: ["a", "ɪ", " ", "a", "ɪ", "ə", "a"]))
        == [1, 0, 6, 0, 8, 0, 7, 0, 3, 0, 2])
  }

  /// Voices of tools that went on from Piper read more than these networks do.
  @Test func otherPhonemeTypesSpeakPhonemesOnly() throws {
    let voice = try piper(
      """
      {"audio": {"sample_rate": 22050}, "phoneme_type": "pinyin", "language": {"code": "zh_CN"},
       "phoneme_id_map": \(Self.symbols)}
      """)
    let synthesizer = try Synthesizer(voice: voice)
    let error = #expect(throws: HablaError.self) { try synthesizer.synthesize("hola") }
    #expect(error?.message.contains("pinyin") == true)
    #expect(!(try synthesizer.synthesize("ano", kind: .phonemes).samples.isEmpty))
  }
}

/// Hugging Face folders in the shapes in which they are published.
@Suite struct PublishedHuggingFaceTests {
  private func voice(_ changes: [(String, String)], settings: String? = nil) throws -> Voice {
    let folder = TemporaryFolder()
    folder.copy(["model.safetensors", "vocab.json"].map { "hf-vits-tiny/single/\($0)" })
    var json = String(
      decoding: TemporaryFolder.read(Fixtures.path("hf-vits-tiny/single/config.json")),
      as: UTF8.self)
    for (from, to) in changes {
      #expect(json.contains(from), "\(from)")
      json = json.replacing(from, with: to)
    }
    folder.write("config.json", Array(json.utf8))
    if let settings { folder.write("tokenizer_config.json", Array(settings.utf8)) }
    return try Voice(path: folder.path)
  }

  /// Without settings of the tokenizer, which the first conversions lack.
  @Test func withoutSettings() throws {
    let found = try voice([])
    #expect(found.languages == ["und"])
  }

  /// MMS: a length that no integer holds, null for what does not apply, keys of later versions.
  @Test func settingsOfMMS() throws {
    let settings = """
      {"add_blank": true, "added_tokens_decoder": {"36": {"content": "_", "lstrip": false,
        "normalized": false, "rstrip": false, "single_word": false, "special": true}},
       "clean_up_tokenization_spaces": true, "extra_special_tokens": {}, "is_uroman": false,
       "language": "spa", "model_max_length": 1000000000000000019884624838656,
       "normalize": true, "pad_token": "_", "phonemize": false,
       "tokenizer_class": "VitsTokenizer", "unk_token": "<unk>", "verbose": false}
      """
    #expect(try voice([], settings: settings).languages == ["spa"])
    #expect(
      try voice([], settings: settings.replacing("\"spa\"", with: "null")).languages == ["und"])
  }

  /// Values that equal the library's defaults may be left out.
  @Test func defaults() throws {
    for key in ["wavenet_dilation_rate", "wavenet_kernel_size"] {
      let text = String(
        decoding: TemporaryFolder.read(Fixtures.path("hf-vits-tiny/single/config.json")),
        as: UTF8.self)
      let line = try #require(text.split(separator: "\n").first { $0.contains("\"\(key)\"") })
      let expected = key == "wavenet_dilation_rate" ? "1" : "5"
      #expect(line.contains(": \(expected)"), "\(line)")
      #expect(try voice([(String(line) + "\n", "")]).sampleRate == 16000)
    }
  }

  @Test func wrongTypesAreNamed() {
    let error = #expect(throws: HablaError.self) {
      try voice([("\"sampling_rate\": 16000", "\"sampling_rate\": \"16000\"")])
    }
    #expect(error?.message.contains("sampling_rate") == true)
  }
}
