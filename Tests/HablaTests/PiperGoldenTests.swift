import Habla
import HablaKernels
import HablaNetwork
import TestSupport
import Testing

/// One entry of a cases.json of the Piper or the Hugging Face fixtures.
struct VITSCase: Decodable, Sendable, CustomTestStringConvertible {
  let name: String
  let file: String
  let onnx: String?
  let input: [Int]
  let speakerId: Int?
  let noiseScale: Float
  let noiseW: Float?
  let noiseScaleDuration: Float?
  let lengthScale: Float?
  let speakingRate: Float?
  let frames: Int
  let samples: Int
  var folder = ""

  enum CodingKeys: String, CodingKey {
    case name, file, onnx, input, frames, samples
    case speakerId = "speaker_id"
    case noiseScale = "noise_scale"
    case noiseW = "noise_w"
    case noiseScaleDuration = "noise_scale_duration"
    case lengthScale = "length_scale"
    case speakingRate = "speaking_rate"
  }

  var testDescription: String { "\(folder)/\(name)" }

  var scales: SynthesisScales {
    SynthesisScales(
      noiseScale: noiseScale, noiseScaleW: noiseW ?? noiseScaleDuration ?? 0,
      lengthScale: lengthScale ?? 1 / (speakingRate ?? 1), sdpRatio: 1)
  }

  static func all(_ folders: [String]) -> [VITSCase] {
    folders.flatMap { folder in
      let cases = try? decodeFixture([VITSCase].self, "\(folder)/goldens/cases.json")
      return (cases ?? []).map {
        var entry = $0
        entry.folder = folder
        return entry
      }
    }
  }
}

/// A VITS voice against the reference, stage by stage.
enum VITSGolden {
  static let tolerance = 1e-4

  /// Runs a case with its recorded noise and compares every stage that both have.
  static func check(_ test: VITSCase, voice: Voice) throws {
    let golden = try GoldenFile("\(test.folder)/goldens/\(test.file)")
    let state = RunState(pool: ThreadPool(threadCount: 2))
    let recorder = TraceRecorder()
    recorder.attach(to: state)
    let noise = InjectedNoise(
      durations: try golden.tensor("noise_dp").values,
      latents: try golden.tensor("noise_z").timeMajor())
    let frames = try voice.model.latentFrames(
      TokenSequence(ids: test.input), speaker: test.speakerId, scales: test.scales,
      noise: .injected(noise), state)
    let audio = try voice.model.audio(frames, speaker: test.speakerId, state)
    #expect(frames.durations == (try golden.tensor("w_ceil").values.map { Int($0) }))
    #expect(frames.durations.reduce(0, +) == test.frames)
    #expect(audio.count == test.samples)
    var report = "\(test.testDescription):"
    for name in ["x", "logw", "w", "z_p", "z"] {
      guard let expected = try golden.optional(name) else { continue }
      let difference = relativeDifference(recorder.values[name] ?? [], expected.timeMajor())
      report += " \(name) \((difference * 1e8).rounded() / 1e8)"
      #expect(difference <= tolerance, "\(name)")
    }
    for name in ["audio", "ort_output"] {
      guard let expected = try golden.optional(name) else { continue }
      let difference = relativeDifference(audio, expected.values)
      report += " \(name) \((difference * 1e8).rounded() / 1e8)"
      #expect(difference <= tolerance, "\(name)")
    }
    print(report)
  }
}

@Suite struct PiperGoldenTests {
  static let cases = VITSCase.all(
    ["single", "multi", "shared-initializers"].map { "piper-tiny/\($0)" })

  @Test func casesAreThere() { #expect(Self.cases.count == 20) }

  @Test(arguments: cases) func everyStage(_ test: VITSCase) throws {
    let file = try #require(test.onnx)
    try VITSGolden.check(test, voice: Voice(path: Fixtures.path("\(test.folder)/\(file)")))
  }

  /// The same voices as another exporter writes them.
  @Test(arguments: ["single", "shared-initializers"])
  func otherExporters(_ folder: String) throws {
    let test = try #require(Self.cases.last { $0.folder.hasSuffix(folder) })
    let file = try #require(test.onnx).dropLast(".onnx".count)
    let path = "\(test.folder)/other-exporters/\(file).torch2-torchscript.onnx"
    try VITSGolden.check(test, voice: Voice(path: Fixtures.path(path)))
  }
}

@Suite struct HFVITSGoldenTests {
  static let cases = VITSCase.all(["single", "multi"].map { "hf-vits-tiny/\($0)" })

  @Test func casesAreThere() { #expect(Self.cases.count == 7) }

  @Test(arguments: cases) func everyStage(_ test: VITSCase) throws {
    try VITSGolden.check(test, voice: Voice(path: Fixtures.path(test.folder)))
  }

  /// Files of older versions of the transformers library.
  @Test func legacyNames() throws {
    let voice = try Voice(path: Fixtures.path("hf-vits-tiny/single/legacy-names"))
    for test in Self.cases where test.folder == "hf-vits-tiny/single" {
      try VITSGolden.check(test, voice: voice)
    }
  }
}
