import Foundation
import Habla
import TestSupport
import Testing

/// Opening voices, good and bad.
@Suite struct VoiceTests {
  private func folder() throws -> URL {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("habla-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }

  /// A copy of the tiny voice whose config.json is changed.
  private func voiceFolder(_ change: (inout [String: Any]) -> Void) throws -> String {
    let url = try folder()
    let source = URL(fileURLWithPath: Fixtures.path("melo-tiny"))
    try FileManager.default.copyItem(
      at: source.appendingPathComponent("checkpoint.pth"),
      to: url.appendingPathComponent("checkpoint.pth"))
    let data = try Data(contentsOf: source.appendingPathComponent("config.json"))
    var json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    change(&json)
    try JSONSerialization.data(withJSONObject: json)
      .write(to: url.appendingPathComponent("config.json"))
    return url.path
  }

  private func model(_ json: inout [String: Any], _ key: String, _ value: Any?) {
    var model = json["model"] as? [String: Any] ?? [:]
    model[key] = value
    json["model"] = model
  }

  private func error(_ path: String) -> HablaError? {
    do {
      _ = try Voice(path: path)
      return nil
    } catch { return error as? HablaError }
  }

  @Test func describesItself() throws {
    let voice = try Voice(path: Fixtures.path("melo-tiny"))
    #expect(voice.family == "melotts")
    #expect(voice.sampleRate == 44100)
    #expect(voice.languages == ["ES"])
    #expect(voice.speakers.map(\.name) == ["ES-a", "ES-b", "ES-c"])
    #expect(voice.symbols.count == 219)
    #expect(voice.hopLength == 32)
  }

  @Test func missingAndUnknownPathsSayWhatWasLookedFor() throws {
    #expect(error("/nonexistent/voice")?.kind == .io)
    let empty = try #require(error(try folder().path))
    #expect(empty.kind == .unsupported)
    #expect(empty.message.contains("checkpoint.pth"))
  }

  @Test func unknownKeysAreTolerated() throws {
    let path = try voiceFolder { $0["something_else"] = ["a": 1] }
    #expect(error(path) == nil)
  }

  @Test func missingKeysAreNamed() throws {
    for key in ["inter_channels", "n_heads", "resblock", "upsample_rates"] {
      let found = try #require(error(try voiceFolder { model(&$0, key, nil) }))
      #expect(found.kind == .format)
      #expect(found.message.contains("model.\(key)"), "\(found.message)")
    }
  }

  @Test func absurdValuesAreRefused() throws {
    let changes: [(String, Any)] = [
      ("hidden_channels", -1), ("hidden_channels", Int.max), ("n_heads", 0), ("n_heads", 3),
      ("n_layers", 5), ("n_layers", 1 << 40), ("kernel_size", 0), ("inter_channels", 31),
      ("upsample_rates", []), ("upsample_rates", [0, 4, 2]), ("upsample_rates", [Int.max, 4, 2]),
      ("upsample_kernel_sizes", [8]), ("resblock", "3"), ("resblock_kernel_sizes", []),
      ("resblock_dilation_sizes", [[1, 3, 5]]), ("resblock_kernel_sizes", [3, 7, -11]),
      ("resblock_dilation_sizes", [[1, 3, 5], [1, 3, 5], [1, 3, -5]]),
      ("upsample_initial_channel", 1), ("gin_channels", 17), ("filter_channels", 0),
    ]
    for (key, value) in changes {
      let found = error(try voiceFolder { model(&$0, key, value) })
      #expect(found != nil, "\(key) \(value)")
      #expect(found?.kind != .internal, "\(found?.message ?? "")")
    }
  }

  @Test(arguments: WeightStorage.allCases)
  func convertedVoicesSpeakAlike(_ storage: WeightStorage) throws {
    let path = try folder().appendingPathComponent("v.habla.safetensors").path
    let source = try Voice(path: Fixtures.path("melo-tiny"))
    try source.write(to: path, storage: storage)
    let converted = try Voice(path: path)
    #expect(converted.speakers == source.speakers)
    #expect(converted.languages == source.languages)
    #expect(converted.symbols == source.symbols)
    var tokens = TokenInput(ids: (0..<40).map { $0 % 200 })
    tokens.noise = nil
    var options = SynthesisOptions()
    options.noiseScale = 0
    options.noiseScaleW = 0
    let expected = try Synthesizer(voice: source, threads: 1)
      .synthesize(tokens: tokens, options: options)
    let found = try Synthesizer(voice: converted, threads: 1)
      .synthesize(tokens: tokens, options: options)
    switch storage {
    case .float32: #expect(found == expected)
    case .float16: #expect(relativeDifference(found.samples, expected.samples) < 0.02)
    case .int8:
      // The same durations: text encoder and duration predictors are not in 8 bits.
      #expect(found.samples.count == expected.samples.count)
      #expect(found.samples.allSatisfy { $0.isFinite })
    }
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let memory = try Synthesizer(voice: Voice(bytes: bytes), threads: 1)
      .synthesize(tokens: tokens, options: options)
    #expect(memory == found)
  }

  @Test func speakersAndLanguagesAreFoundOrListed() throws {
    let synthesizer = try Synthesizer(voice: Voice.builtIn(), threads: 1)
    func error(_ change: (inout SynthesisOptions) -> Void) -> HablaError? {
      var options = SynthesisOptions()
      change(&options)
      do {
        _ = try synthesizer.start("hola", options: options)
        return nil
      } catch { return error as? HablaError }
    }
    #expect(error { $0.speaker = .named("f") } == nil)
    #expect(error { $0.speaker = .id(1) } == nil)
    #expect(error { $0.language = "es-MX" } == nil)
    let speaker = try #require(error { $0.speaker = .named("Nadie") })
    #expect(speaker.kind == .argument && speaker.hint.contains("M (0), F (1)"))
    #expect(error { $0.speaker = .id(2) }?.kind == .argument)
    #expect(error { $0.speaker = .id(-1) }?.kind == .argument)
    let language = try #require(error { $0.language = "KR" })
    #expect(language.kind == .language && language.hint.contains("ES, EN"))
    for speed in [0.2, 4.1, .nan, -1, .infinity] {
      #expect(error { $0.speed = speed }?.kind == .argument)
    }
    #expect(error { $0.volume = .nan }?.kind == .argument)
    #expect(error { $0.sentenceSilence = -1 }?.kind == .argument)
    #expect(error { $0.chunks.first = 0 }?.kind == .argument)
  }
}
