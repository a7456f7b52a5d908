import Habla
import HablaKernels
import HablaNetwork
import TestSupport
import Testing

/// One entry of a MeloTTS fixture's cases.json.
struct MeloTTSCase: Decodable, Sendable, CustomTestStringConvertible {
  let name: String
  let file: String
  let inputs: String
  let trace: String?
  let speakerId: Int
  let noiseScale: Float
  let noiseScaleW: Float
  let lengthScale: Float
  let sdpRatio: Float
  let frames: Int
  let samples: Int
  var folder = ""

  enum CodingKeys: String, CodingKey {
    case name, file, inputs, trace, frames, samples
    case speakerId = "speaker_id"
    case noiseScale = "noise_scale"
    case noiseScaleW = "noise_scale_w"
    case lengthScale = "length_scale"
    case sdpRatio = "sdp_ratio"
  }

  var testDescription: String { "\(folder)/\(name)" }

  var scales: SynthesisScales {
    SynthesisScales(
      noiseScale: noiseScale, noiseScaleW: noiseScaleW, lengthScale: lengthScale,
      sdpRatio: sdpRatio)
  }

  static let all: [MeloTTSCase] = ["melo-tiny", "melo-resblock2-residualflow"].flatMap { folder in
    let cases = try? decodeFixture([MeloTTSCase].self, "\(folder)/goldens/cases.json")
    return (cases ?? []).map {
      var entry = $0
      entry.folder = folder
      return entry
    }
  }
}

/// Settings of a fixture's batch2.json.
struct BatchSettings: Decodable {
  let lengths: [Int]
  let speakerId: Int
  let noiseScale: Float
  let noiseScaleW: Float
  let lengthScale: Float
  let sdpRatio: Float

  enum CodingKeys: String, CodingKey {
    case lengths
    case speakerId = "speaker_id"
    case noiseScale = "noise_scale"
    case noiseScaleW = "noise_scale_w"
    case lengthScale = "length_scale"
    case sdpRatio = "sdp_ratio"
  }
}

/// Intermediate results of a run, by name.
final class TraceRecorder {
  private(set) var values: [String: [Float]] = [:]

  func attach(to run: RunState) {
    run.trace = { [self] name, pointer, rows, channels in
      values[name] = Array(UnsafeBufferPointer(start: pointer, count: rows * channels))
    }
  }
}

/// The MeloTTS graph against the reference, stage by stage.
@Suite struct MeloTTSGoldenTests {
  /// 1e-4 of the tensor's largest magnitude; the splines of the stochastic durations are the
  /// least well conditioned part.
  static let tolerance = 1e-4

  @Test func casesAreThere() { #expect(MeloTTSCase.all.count == 16) }

  @Test(arguments: MeloTTSCase.all)
  func everyStage(_ test: MeloTTSCase) throws {
    let voice = try Voice(path: Fixtures.path(test.folder))
    let golden = try GoldenFile("\(test.folder)/goldens/\(test.file)")
    let inputs = try GoldenFile("\(test.folder)/goldens/\(test.inputs)")
    let tokens = TokenSequence(
      ids: try inputs.integers("ids"), tones: try inputs.integers("tone"),
      languages: try inputs.integers("lang"), prosody: try inputs.tensor("ja_bert").timeMajor(),
      secondProsody: try inputs.optional("bert")?.timeMajor())
    let noise = InjectedNoise(
      durations: try golden.tensor("noise_dp").values,
      latents: try golden.tensor("noise_z").timeMajor())
    let (recorder, durations, audio) = try run(voice, tokens, test, noise)

    #expect(durations.reduce(0, +) == test.frames)
    #expect(durations == (try golden.tensor("w_ceil").values.map { Int($0) }))
    #expect(audio.count == test.samples)
    var report = "\(test.folder)/\(test.name):"
    for name in ["x", "sdp_logw", "dp_logw", "logw", "w", "z_p", "z"] {
      let difference = relativeDifference(
        recorder.values[name] ?? [], try golden.tensor(name).timeMajor())
      report += " \(name) \(short(difference))"
      #expect(difference <= Self.tolerance, "\(name)")
    }
    let difference = relativeDifference(audio, try golden.tensor("audio").values)
    report += " audio \(short(difference))"
    #expect(difference <= Self.tolerance, "audio")
    try checkStatistics(recorder, golden, durations)
    if let trace = test.trace {
      report += try checkTrace(recorder, GoldenFile("\(test.folder)/goldens/\(trace)"))
    }
    print(report)
  }

  private func short(_ value: Double) -> String {
    "\((value * 1e8).rounded() / 1e8)"
  }

  private func run(
    _ voice: Voice, _ tokens: TokenSequence, _ test: MeloTTSCase, _ noise: InjectedNoise,
    threads: Int = 2
  ) throws -> (TraceRecorder, [Int], [Float]) {
    let state = RunState(pool: ThreadPool(threadCount: threads))
    let recorder = TraceRecorder()
    recorder.attach(to: state)
    let frames = try voice.model.latentFrames(
      tokens, speaker: test.speakerId, scales: test.scales, noise: .injected(noise), state)
    let audio = try voice.model.audio(frames, speaker: test.speakerId, state)
    return (recorder, frames.durations, audio)
  }

  /// Prior statistics, per token and expanded to frames.
  private func checkStatistics(
    _ recorder: TraceRecorder, _ golden: GoldenFile, _ durations: [Int]
  ) throws {
    let statistics = recorder.values["stats_p"] ?? []
    let channels = try golden.tensor("m_p").shape[1]
    for (name, offset) in [("m_p", 0), ("logs_p", channels)] {
      var rows: [Float] = []
      var expanded: [Float] = []
      for (row, count) in durations.enumerated() {
        let start = row * 2 * channels + offset
        let values = statistics[start..<start + channels]
        rows += values
        for _ in 0..<count { expanded += values }
      }
      #expect(
        relativeDifference(rows, try golden.tensor(name).timeMajor()) <= Self.tolerance, "\(name)")
      #expect(
        relativeDifference(expanded, try golden.tensor(name + "_expanded").timeMajor())
          <= Self.tolerance, "\(name)_expanded")
    }
  }

  /// Layer outputs under their module names, where this implementation has that intermediate.
  private func checkTrace(_ recorder: TraceRecorder, _ trace: GoldenFile) throws -> String {
    var checked = 0
    var worst = 0.0
    for name in trace.names {
      let expected = try trace.tensor(name)
      let found: [Float]
      if let values = recorder.values[name] {
        found = values
      } else if let first = recorder.values[name + ".0"], let second = recorder.values[name + ".1"]
      {
        found = zip(first, second).flatMap { [$0, $1] }
      } else {
        continue
      }
      let difference = relativeDifference(found, expected.timeMajor())
      worst = max(worst, difference)
      #expect(difference <= Self.tolerance, "\(name)")
      checked += 1
    }
    #expect(checked >= 19)
    return " trace (\(checked) layers) \(short(worst))"
  }

  @Test(arguments: ["melo-tiny", "melo-resblock2-residualflow"])
  func batchOfTwo(_ folder: String) throws {
    let settings = try decodeFixture(BatchSettings.self, "\(folder)/goldens/batch2.json")
    let golden = try GoldenFile("\(folder)/goldens/batch2.safetensors")
    let voice = try Voice(path: Fixtures.path(folder))
    let columns = try golden.tensor("in.ja_bert").shape[2]
    for (item, length) in settings.lengths.enumerated() {
      func ids(_ name: String) throws -> [Int] {
        Array(try golden.integers(name)[item * columns..<item * columns + length])
      }
      let widths = try golden.tensor("w_ceil").item(item)
      let frameCount = Int(widths.reduce(0, +))
      let noiseRow = try golden.tensor("noise_dp").item(item)
      let noise = InjectedNoise(
        durations: Array(noiseRow[0..<length] + noiseRow[columns..<columns + length]),
        latents: try golden.tensor("noise_z").timeMajor(item: item, length: frameCount))
      let tokens = TokenSequence(
        ids: try ids("in.ids"), tones: try ids("in.tone"), languages: try ids("in.lang"),
        prosody: try golden.tensor("in.ja_bert").timeMajor(item: item, length: length),
        secondProsody: try golden.tensor("in.bert").timeMajor(item: item, length: length))
      let state = RunState(pool: ThreadPool(threadCount: 1))
      let recorder = TraceRecorder()
      recorder.attach(to: state)
      let frames = try voice.model.latentFrames(
        tokens, speaker: settings.speakerId,
        scales: SynthesisScales(
          noiseScale: settings.noiseScale, noiseScaleW: settings.noiseScaleW,
          lengthScale: settings.lengthScale, sdpRatio: settings.sdpRatio),
        noise: .injected(noise), state)
      #expect(frames.durations == widths.prefix(length).map { Int($0) })
      for (name, count) in [
        ("x", length), ("logw", length), ("z_p", frameCount), ("z", frameCount),
      ] {
        let expected = try golden.tensor(name).timeMajor(item: item, length: count)
        #expect(
          relativeDifference(recorder.values[name] ?? [], expected) <= Self.tolerance,
          "\(name) of item \(item)")
      }
    }
  }
}
