import Habla
import HablaCheckpoints
import HablaText
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Random damage of every kind to every file of every kind of voice.
///
/// Out of it comes a voice or a `HablaError`, never a trap and never more memory than the files
/// explain. HABLA_FUZZ_SECONDS makes it go on for longer than a test should.
@Suite struct VoiceFuzzTests {
  struct Target: Sendable, CustomTestStringConvertible {
    let folder: String
    /// Files that are damaged, one at a time.
    let files: [String]
    var testDescription: String { folder }
  }

  static let targets = [
    Target(
      folder: "piper-tiny/single",
      files: ["es_ES-tiny-medium.onnx", "es_ES-tiny-medium.onnx.json"]),
    Target(
      folder: "piper-tiny/multi",
      files: ["en_US-tinymulti-high.onnx", "en_US-tinymulti-high.onnx.json"]),
    Target(
      folder: "hf-vits-tiny/single",
      files: ["model.safetensors", "config.json", "vocab.json", "tokenizer_config.json"]),
    Target(folder: "melo-tiny", files: ["checkpoint.pth", "config.json"]),
  ]

  private static let seconds = getenv("HABLA_FUZZ_SECONDS").flatMap { Double(String(cString: $0)) }

  /// Calls `body` with new damage until the time is over: `rounds` times without a time.
  private func repeated(_ rounds: Int, _ body: (inout Damage) -> Void) -> Int {
    var damage = Damage(state: Self.seconds == nil ? 1 : UInt64(time(nil)))
    let end = ContinuousClock.now + .seconds(Self.seconds ?? 0)
    var done = 0
    while Self.seconds == nil ? done < rounds : ContinuousClock.now < end {
      body(&damage)
      done += 1
    }
    return done
  }

  /// Opens a voice, readies its weights and says a few tokens.
  private func exercise(_ what: @autoclosure () -> String, _ open: () throws -> Voice) -> Bool {
    do {
      let synthesizer = try Synthesizer(voice: open(), threads: 1)
      var options = SynthesisOptions()
      options.speed = 4
      _ = try synthesizer.synthesize(tokens: TokenInput(ids: [1, 0, 5, 0, 2]), options: options)
      return true
    } catch {
      #expect(error is HablaError, "\(what()): \(error)")
      #expect(!"\(error)".isEmpty)
      return false
    }
  }

  @Test(arguments: targets) func publishedFiles(_ target: Target) {
    let folder = TemporaryFolder()
    folder.copy(target.files.map { "\(target.folder)/\($0)" })
    let originals = target.files.map { TemporaryFolder.read("\(folder.path)/\($0)") }
    var opened = 0
    let count = repeated(200) { damage in
      // Configurations are small and cheap: most of the damage goes to them and to heads.
      let file = damage.next(target.files.count)
      let bytes = damage.applied(
        to: originals[file], other: originals[damage.next(originals.count)])
      folder.write(target.files[file], bytes)
      if exercise("\(target.files[file])", { try Voice(path: folder.path) }) { opened += 1 }
      folder.write(target.files[file], originals[file])
    }
    print("\(target.folder): \(count) damaged voices, \(opened) of them spoke")
  }

  /// Readers alone, which takes far less time than a voice.
  @Test(arguments: targets) func readers(_ target: Target) {
    let originals = target.files.map {
      TemporaryFolder.read(Fixtures.path("\(target.folder)/\($0)"))
    }
    var accepted = 0
    let count = repeated(1500) { damage in
      let file = damage.next(originals.count)
      let other = originals[damage.next(originals.count)]
      let bytes = damage.applied(to: originals[file], other: other)
      if reads(target.files[file], bytes) { accepted += 1 }
    }
    print("\(target.folder): \(count) damaged files, \(accepted) of them were read")
  }

  private func reads(_ name: String, _ bytes: [UInt8]) -> Bool {
    do {
      if name.hasSuffix(".onnx.json") {
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        let table = PiperTokenizer(try PiperConfiguration(text, name: name))
        _ = table.ids(table.characters(MappedText(verbatim: "Hola, ñandú \u{1F600}")))
      } else if name.hasSuffix(".json") {
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        let isSettings = name == "tokenizer_config.json"
        let table = try HFVITSTokenizer(
          vocabulary: isSettings ? "{\"a\": 0}" : text, settings: isSettings ? text : nil)
        _ = table.ids(table.characters(MappedText(verbatim: "Hola, ñandú \u{1F600}")))
      } else {
        let checkpoint = try Checkpoints.open(FileBytes(bytes))
        if let last = checkpoint.tensors.last { _ = try checkpoint.floats(last.name) }
      }
      return true
    } catch {
      #expect(error is HablaError || error is CheckpointError, "\(name): \(error)")
      #expect(!"\(error)".isEmpty)
      return false
    }
  }

  @Test(arguments: WeightStorage.allCases) func ownFiles(_ storage: WeightStorage) throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/v.habla.safetensors"
    try Voice(path: Fixtures.path("melo-tiny")).write(to: path, storage: storage)
    let original = TemporaryFolder.read(path)
    var opened = 0
    let count = repeated(200) { damage in
      let bytes = damage.applied(to: original, other: original)
      if exercise("own file", { try Voice(bytes: bytes) }) { opened += 1 }
    }
    print("own file, \(storage.rawValue): \(count) damaged voices, \(opened) of them spoke")
  }
}

/// Makes reproducible damage.
struct Damage {
  var state: UInt64

  mutating func next(_ limit: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(max(limit, 1)))
  }

  /// Bytes that mean something in one of the formats: lengths, signs, ends of numbers and texts.
  private static let pieces: [[UInt8]] = [
    [0], [0xFF], [0x7F], [0x80], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
    [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0xFF, 0xFF, 0xFF, 0xFF],
    [0, 0, 0, 0x80], [0, 0, 0xC0, 0x7F], [0, 0, 0x80, 0x7F], [0xFF, 0xFF, 0x7F, 0x7F],
    Array("-1".utf8), Array("0".utf8), Array("9223372036854775807".utf8), Array("1e308".utf8),
    Array("null".utf8), Array("{}".utf8), Array("[]".utf8), Array("\"\"".utf8), Array(",".utf8),
    Array("[[[[[[[[".utf8), Array("{\"a\":".utf8), Array("\\ud800".utf8), Array("\\u0000".utf8),
    Array("PK\u{1}\u{2}".utf8), Array("PK\u{5}\u{6}".utf8),
  ]

  /// A place in a file: mostly near its ends, where formats describe themselves.
  private mutating func place(_ count: Int) -> Int {
    let near = [64, 1024, 40_000][next(3)]
    switch next(4) {
    case 0: return next(count)
    case 1: return count - 1 - next(min(near, count))
    default: return next(min(near, count))
    }
  }

  /// A damaged copy; `other` is where foreign bytes come from.
  mutating func applied(to original: [UInt8], other: [UInt8]) -> [UInt8] {
    var bytes = original
    for _ in 0...next(3) where !bytes.isEmpty {
      let start = place(bytes.count)
      let length = min(1 + next([1, 8, 64, 4096][next(4)]), bytes.count - start)
      switch next(9) {
      case 0, 1: bytes[start] ^= 1 << next(8)
      case 2: bytes[start] = UInt8(next(256))
      case 3: bytes.removeLast(bytes.count - start)
      case 4: bytes.removeSubrange(start..<start + length)
      case 5: bytes.insert(contentsOf: bytes[start..<start + length], at: place(bytes.count))
      case 6:
        let piece = Self.pieces[next(Self.pieces.count)]
        bytes.replaceSubrange(start..<min(start + piece.count, bytes.count), with: piece)
      case 7: bytes.insert(contentsOf: Self.pieces[next(Self.pieces.count)], at: start)
      default:
        let from = next(other.count)
        bytes.replaceSubrange(
          start..<start + length, with: other[from..<min(from + length, other.count)])
      }
    }
    return bytes
  }
}
