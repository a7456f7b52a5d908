import Habla
import TestSupport
import Testing

/// Damaged voices of every family: an error that says why, or a voice; never a trap.
@Suite struct HostileVoiceTests {
  struct Files: Sendable, CustomTestStringConvertible {
    let folder: String
    let configurations: [String]
    let weights: String
    let others: [String]
    var testDescription: String { folder }
    var all: [String] { configurations + [weights] + others }
  }

  static let voices = [
    Files(
      folder: "piper-tiny/single", configurations: ["es_ES-tiny-medium.onnx.json"],
      weights: "es_ES-tiny-medium.onnx", others: []),
    Files(
      folder: "hf-vits-tiny/multi",
      configurations: ["config.json", "vocab.json", "tokenizer_config.json"],
      weights: "model.safetensors", others: []),
    Files(
      folder: "melo-resblock2-residualflow", configurations: ["config.json"],
      weights: "checkpoint.pth", others: []),
  ]

  /// Opens the voice and says a few tokens; only `HablaError` may come out.
  private func exercise(_ path: String, _ what: String) {
    do {
      let voice = try Voice(path: path)
      let input = TokenInput(ids: [1, 0, 5, 0, 2])
      var options = SynthesisOptions()
      options.speed = 4
      _ = try Synthesizer(voice: voice).synthesize(tokens: input, options: options)
    } catch {
      #expect(error is HablaError, "\(what): \(error)")
      #expect(!"\(error)".isEmpty)
    }
  }

  private func copy(_ files: Files) -> TemporaryFolder {
    let folder = TemporaryFolder()
    folder.copy(files.all.map { "\(files.folder)/\($0)" })
    return folder
  }

  /// Every number, and every value after a colon, replaced by values that do not belong there.
  @Test(arguments: voices) func configurationValues(_ files: Files) {
    let folder = copy(files)
    let replacements = [
      "-1", "0", "1", "3", "1e18", "9223372036854775807", "1e400", "0.5", "null", "\"x\"", "[]",
      "{}", "[[1]]", "true",
    ]
    for name in files.configurations {
      let original = TemporaryFolder.read("\(Fixtures.path(files.folder))/\(name)")
      var step = 0
      for (range, count) in Self.values(original) {
        // Tables of hundreds of symbols are sampled.
        let stride = max(1, count / 60)
        step += 1
        if step % stride != 0 { continue }
        for text in replacements where (step + text.utf8.count) % (count > 80 ? 5 : 1) == 0 {
          var changed = original
          changed.replaceSubrange(range, with: Array(text.utf8))
          folder.write(name, changed)
          exercise(folder.path, "\(name) at \(range.lowerBound): \(text)")
        }
      }
      folder.write(name, original)
    }
  }

  /// Ranges of the scalar values of a JSON text, with their number.
  private static func values(_ text: [UInt8]) -> [(Range<Int>, Int)] {
    var ranges: [Range<Int>] = []
    var start: Int?
    for (i, byte) in text.enumerated() {
      let isNumber = (byte >= 0x30 && byte <= 0x39) || byte == 0x2D || byte == 0x2E
      if isNumber, start == nil, i > 0, [0x20, 0x3A, 0x5B, 0x2C, 0x0A].contains(text[i - 1]) {
        start = i
      } else if !isNumber, let first = start {
        ranges.append(first..<i)
        start = nil
      }
    }
    return ranges.map { ($0, ranges.count) }
  }

  @Test(arguments: voices) func configurationTruncations(_ files: Files) {
    let folder = copy(files)
    for name in files.configurations {
      let original = TemporaryFolder.read("\(Fixtures.path(files.folder))/\(name)")
      for cut in stride(from: 0, to: original.count, by: max(1, original.count / 150)) {
        folder.write(name, Array(original[..<cut]))
        exercise(folder.path, "\(name) cut at \(cut)")
      }
      folder.write(name, original)
    }
  }

  /// Random damage to the weights' file, mostly in its description rather than the numbers.
  @Test(arguments: voices) func weights(_ files: Files) {
    let folder = copy(files)
    let original = TemporaryFolder.read("\(Fixtures.path(files.folder))/\(files.weights)")
    var random = Generator(state: 11)
    for round in 0..<150 {
      var changed = original
      for _ in 0...random.next(4) {
        let isEdge = random.next(3) > 0
        let place =
          isEdge
          ? (random.next(2) == 0
            ? random.next(min(30_000, changed.count))
            : changed.count - 1 - random.next(min(60_000, changed.count)))
          : random.next(changed.count)
        changed[place] = UInt8(random.next(256))
      }
      folder.write(files.weights, changed)
      exercise(folder.path, "round \(round)")
    }
  }

  private struct Generator {
    var state: UInt64

    mutating func next(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(max(limit, 1)))
    }
  }
}
