import HablaCheckpoints
import TestSupport
import Testing

/// Model files of CRFsuite; what they say is tested where they are used.
@Suite struct CRFSuiteTests {
  private static let path = Fixtures.path("pronunciation-tiny/model.crf")

  private static func damaged(_ offset: Int, _ bytes: [UInt8]) -> [UInt8] {
    var file = TemporaryFolder.read(path)
    file.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    return file
  }

  /// The little-endian integer at an offset.
  private static func integer(_ offset: Int) -> Int {
    TemporaryFolder.read(path)[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  @Test func namesAndFeatures() throws {
    let model = try CRFSuiteModel(FileBytes(mapping: Self.path))
    #expect(model.labels.count == 35 || !model.labels.isEmpty)
    #expect(model.labels.contains("YQ==") && Set(model.labels).count == model.labels.count)
    #expect(model.attributes.contains("bias") && model.attributes.contains("grapheme-1:YQ=="))
    #expect(model.transitions.count == model.labels.count * model.labels.count)
    #expect(model.transitions.contains { $0 != 0 })
    let states = model.attributes.indices.map { model.features(of: $0).count }.reduce(0, +)
    let transitions = model.transitions.filter { $0 != 0 }.count
    // The file's features, but for transitions of weight 0, which read the same as none.
    let total = Self.integer(Self.integer(28) + 8)
    #expect(states > 1_000 && states + transitions <= total && states + transitions > total - 50)
  }

  @Test func everyCutIsAnError() throws {
    let file = try FileBytes(mapping: Self.path)
    for cut in stride(from: 0, to: file.count, by: 41) {
      let part = UnsafeRawBufferPointer(rebasing: file.bytes[..<cut])
      #expect(throws: CheckpointError.self, "cut at \(cut)") {
        try CRFSuiteModel(FileBytes(part, owner: file))
      }
      // The same with the size corrected.
      if cut < 8 { continue }
      var bytes = Array(file.bytes[..<cut])
      for place in 0..<4 { bytes[4 + place] = UInt8(truncatingIfNeeded: cut >> (8 * place)) }
      #expect(throws: CheckpointError.self, "cut at \(cut)") {
        try CRFSuiteModel(FileBytes(bytes))
      }
    }
  }

  @Test func damagedBytesNeverTrap() throws {
    var bytes = TemporaryFolder.read(Self.path)
    var random = SplitMix64(state: 11)
    var places = Array(0..<96)
    for part in [28, 32, 36, 40, 44] {
      let start = Self.integer(part)
      places += start..<min(start + 400, bytes.count)
    }
    places += (bytes.count - 64)..<bytes.count
    for _ in 0..<400 { places.append(Int(random.next() % UInt64(bytes.count))) }
    for place in places {
      let original = bytes[place]
      for value in [original ^ 0xFF, original ^ 1, 0, 0x7F] {
        bytes[place] = value
        do { _ = try CRFSuiteModel(FileBytes(bytes)) } catch { #expect(error is CheckpointError) }
      }
      bytes[place] = original
    }
  }

  @Test func rulesHaveErrorsOfTheirOwn() {
    let features = Self.integer(28)
    let labels = Self.integer(32)
    let labelReferences = Self.integer(40)
    let attributeReferences = Self.integer(44)
    let all: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
    let nan: [UInt8] = [0, 0, 0, 0, 0, 0, 0xF8, 0x7F]
    let cases: [(String, Int, [UInt8])] = [
      ("'lCRF'", 0, [0]), ("the file's size", 4, [1]), ("'FOMC'", 8, [0]),
      ("version 101, expected 100", 12, [101]), ("labels, found 0", 20, [0]),
      ("1 to 1024 labels", 20, all), ("attributes, found", 24, all),
      ("the features", 28, all), ("'FEAT'", 28, [0, 0, 0, 0]), ("'CQDB'", 36, [0, 0, 0, 0]),
      ("4294967295 features", features + 8, all),
      ("feature type 0 or 1", features + 12, [2]), ("a finite weight", features + 24, nan),
      ("feature of attribute", features + 20, all), ("byte order mark", labels + 12, [0]),
      ("the offsets of the labels", labels + 20, all),
      ("at least", labelReferences + 8, [0, 0, 0, 0]),
      ("the list 0 of the label references", labelReferences + 12, all),
      ("label references, found", Self.integer(labelReferences + 12), all),
      ("a feature's number below", Self.integer(attributeReferences + 12) + 4, all),
      ("a transition of label 0", Self.integer(labelReferences + 12) + 4, [0, 0, 0, 0]),
      ("a name's NUL", labels + 24 + 256 * 8 + 8 + 4, [65]),
    ]
    for (expected, offset, bytes) in cases {
      let error = #expect(throws: CheckpointError.self, "\(expected)") {
        try CRFSuiteModel(FileBytes(Self.damaged(offset, bytes)))
      }
      let message = error?.description ?? ""
      #expect(message.contains(expected), "\(message)")
    }
  }
}
