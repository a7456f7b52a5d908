import HablaCheckpoints
import TestSupport
import Testing

/// Damaged and malicious files give typed errors, or, where the damage cannot be seen (a flipped
/// bit in a weight), readable tensors; never a trap and never more memory than the file explains.
@Suite struct HostileFileTests {
  static let fixtures = [
    "containers/expected.safetensors", "containers/zip-torch2.13.0.pth",
    "containers/zip-torch1.13.1.pth", "containers/legacy-torch2.13.0.pth",
    "melo-tiny/checkpoint.pth", "hf-vits-tiny/multi/model.safetensors",
    "bert-tiny/other-layouts/pytorch_model.legacy-gamma-beta.bin",
    "piper-tiny/single/es_ES-tiny-medium.onnx",
  ]

  /// Every cut in the first and last 4 KiB, then a stride.
  @Test(arguments: fixtures) func truncation(_ fixture: String) throws {
    let bytes = try FileBytes(mapping: Fixtures.path(fixture))
    var cuts = Set(0..<min(4096, bytes.count)).union(max(0, bytes.count - 4096)..<bytes.count)
    cuts.formUnion(stride(from: 0, to: bytes.count, by: max(1, bytes.count / 400)))
    for cut in cuts.sorted() {
      #expect(throws: CheckpointError.self, "\(fixture) cut at \(cut)") {
        let part = UnsafeRawBufferPointer(rebasing: bytes.bytes[..<cut])
        return try Checkpoints.open(FileBytes(part, owner: bytes))
      }
    }
  }

  /// One damaged byte: at every place of the first and last 4 KiB (every 7th in the larger files),
  /// then random ones.
  @Test(arguments: fixtures) func flippedBytes(_ fixture: String) throws {
    var bytes = TemporaryFolder.read(Fixtures.path(fixture))
    var random = SplitMix64(state: 7)
    let step = bytes.count > 100_000 ? 7 : 1
    var places = Array(stride(from: 0, to: min(4096, bytes.count), by: step))
    places += stride(from: max(0, bytes.count - 4096), to: bytes.count, by: step)
    for _ in 0..<200 { places.append(Int(random.next() % UInt64(bytes.count))) }
    for (i, place) in places.enumerated() {
      let original = bytes[place]
      bytes[place] ^= i.isMultiple(of: 3) ? 0xFF : UInt8(1 << (i % 8))
      do { try openOnly(bytes) } catch { #expect(error is CheckpointError) }
      bytes[place] = original
    }
  }

  private func openOnly(_ bytes: [UInt8]) throws {
    if bytes.count < 20_000 { return try readEverything(bytes) }
    let checkpoint = try Checkpoints.open(FileBytes(bytes))
    if let last = checkpoint.tensors.last { _ = try checkpoint.floats(last.name) }
  }

  @Test func wrongKindsOfFiles() throws {
    let folder = TemporaryFolder()
    #expect(throws: CheckpointError.io(path: folder.path, reason: "is a folder, expected a file")) {
      try Checkpoints.open(path: folder.path)
    }
    let empty = folder.write("empty", [])
    #expect(throws: CheckpointError.io(path: empty, reason: "the file is empty")) {
      try Checkpoints.open(path: empty)
    }
    #expect(throws: CheckpointError.self) { try Checkpoints.open(path: folder.path + "/none") }
    #expect(throws: CheckpointError.self) { try Checkpoints.open(path: "/dev/zero") }
    #expect(throws: CheckpointError.self) { try Checkpoints.open(path: "a\0b") }
    let pointer = Array("version https://git-lfs.github.com/spec/v1\noid sha256:00\n".utf8)
    let error = #expect(throws: CheckpointError.self) { try readEverything(pointer) }
    #expect(error?.description.contains("Git LFS pointer") == true)
  }

  // MARK: safetensors

  static let headers: [(String, Int)] = [
    ("", 0), ("[]", 0), ("{", 0), ("{}", 1), ("{\"a\":1}", 0), ("{\"a\":{}}", 0), ("{} x", 0),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4),
    ("{\"a\":{\"dtype\":\"F4\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", 4),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}", 4),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}", 4),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 8),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}",
      0
    ),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[0,4294967296,4294967296],\"data_offsets\":[0,0]}}",
      0
    ),
    ("{\"a\":{\"dtype\":\"F64\",\"shape\":[2305843009213693952],\"data_offsets\":[0,0]}}", 0),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
        + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8
    ),
    (
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
        + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 12
    ),
    ("{\"__metadata__\":{\"a\":1}}", 0), ("{\"__metadata__\":[]}", 0),
    ("{\"\\ud800\":{}}", 0), ("{\"\\x\":{}}", 0), ("{\"a\u{1}\":{}}", 0),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[01],\"data_offsets\":[0,4]}}", 4),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1e999],\"data_offsets\":[0,4]}}", 4),
  ]

  @Test(arguments: headers) func safetensorsHeaders(_ header: String, _ data: Int) {
    let error = #expect(throws: CheckpointError.self, "\(header)") {
      try SafetensorsCheckpoint(FileBytes(safetensors(header, data: data)))
    }
    #expect(error?.description.isEmpty == false)
  }

  @Test func safetensorsLengthsAndDepth() {
    for length: UInt64 in [3, 1 << 20, 1 << 32, 1 << 63, .max] {
      #expect(throws: CheckpointError.self) {
        try SafetensorsCheckpoint(FileBytes(safetensors("{}", length: length)))
      }
    }
    for opening in ["[", "{\"a\":"] {
      #expect(throws: CheckpointError.self) {
        let header = "{\"a\":" + String(repeating: opening, count: 1_000_000)
        return try SafetensorsCheckpoint(FileBytes(safetensors(header)))
      }
    }
    #expect(throws: Never.self) { try readEverything(safetensors("{\"__metadata__\":{}}  ")) }
  }
}

/// A small reproducible generator.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
