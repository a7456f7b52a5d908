import HablaCheckpoints
import TestSupport
import Testing

@Suite struct HostilePyTorchTests {
  private static let good = PickleBuilder.stateDict(["a"]) {
    $0.tensor(count: 6, shape: [2, 3], strides: [3, 1])
  }

  @Test func theBuildersMakeValidFiles() throws {
    try readEverything(PickleBuilder.archive(Self.good))
    var zip64 = ZipBuilder(entries: [
      .init(name: "a/data.pkl", data: Self.good),
      .init(name: "a/data/0", data: [UInt8](repeating: 0, count: 24)),
    ])
    zip64.isZip64 = true
    zip64.comment = Array("a comment".utf8)
    try readEverything(zip64.bytes)
    // All fields that can be wide are wide.
    zip64.count = .max
    zip64.directoryOffset = .max
    zip64.directorySize = .max
    var extra = ByteBuilder()
    extra.put(UInt16(1))
    extra.put(UInt16(16))
    extra.put(UInt64(24))
    extra.put(UInt64(24))
    zip64.entries[1].size = .max
    zip64.entries[1].extra = extra.bytes
    try readEverything(zip64.bytes)
    zip64.entries[1].extra = Array(extra.bytes.prefix(12))
    #expect(throws: CheckpointError.self) { try readEverything(zip64.bytes) }
  }

  @Test func refusesGlobalsByName() {
    for name in [
      "os\nsystem", "posix\nsystem", "builtins\neval", "subprocess\nPopen",
      "torch\nload", "torch._utils\n_rebuild_tensor", "collections\ndefaultdict",
    ] {
      var builder = PickleBuilder()
      builder.global(name)
      builder.text("rm -rf /")
      builder.out.bytes += [0x85]
      builder.op("R")
      builder.op(".")
      let error = #expect(throws: CheckpointError.self) {
        try readEverything(PickleBuilder.archive(builder.out.bytes))
      }
      let shown = name.split(separator: "\n").joined(separator: " ")
      #expect(error?.description.contains(shown) == true, "\(String(describing: error))")
    }
  }

  @Test func refusesTensorsOutsideTheirStorage() {
    let cases: [(count: Int, offset: Int, shape: [Int], strides: [Int])] = [
      (6, 0, [7], [1]), (6, 1, [6], [1]), (6, -1, [1], [1]), (6, 0, [2, 3], [4, 1]),
      (6, 0, [-1], [1]), (6, 0, [2], [-1]), (6, 0, [2], [1, 1]), (6, 0, [2, 2], [1]),
      (6, 0, [.max, .max], [1, 1]), (6, 0, [.max], [.max]), (6, .max, [1], [1]),
      (6, 0, [0, .max, .max], [1, 1, 1]), (6, 7, [0], [1]), (-1, 0, [0], [1]),
      (.max, 0, [6], [1]), (7, 0, [6], [1]), (5, 0, [5], [1]),
      // Would expand to gigabytes.
      (6, 0, [1 << 40], [0]), (6, 0, [.max], [0]),
      (6, 0, [Int](repeating: 1, count: 17), [Int](repeating: 1, count: 17)),
    ]
    for (count, offset, shape, strides) in cases {
      let stream = PickleBuilder.stateDict(["a"]) {
        $0.tensor(count: count, offset: offset, shape: shape, strides: strides)
      }
      #expect(throws: CheckpointError.self, "\(count) \(offset) \(shape) \(strides)") {
        try readEverything(PickleBuilder.archive(stream))
      }
    }
  }

  @Test func refusesDuplicatesAndContradictions() {
    let twice = PickleBuilder.stateDict(["a", "a"]) {
      $0.tensor(count: 6, shape: [6], strides: [1])
    }
    let error = #expect(throws: CheckpointError.self) {
      try readEverything(PickleBuilder.archive(twice))
    }
    #expect(error?.description.contains("'a'") == true)
    var counts = [6, 5].makeIterator()
    let contradiction = PickleBuilder.stateDict(["a", "b"]) {
      $0.tensor(count: counts.next() ?? 0, shape: [2], strides: [1])
    }
    #expect(throws: CheckpointError.self) {
      try readEverything(PickleBuilder.archive(contradiction))
    }
    #expect(throws: CheckpointError.missingTensor(name: "archive/data/missing")) {
      let stream = PickleBuilder.stateDict(["a"]) {
        $0.tensor(key: "missing", count: 6, shape: [6], strides: [1])
      }
      try readEverything(PickleBuilder.archive(stream))
    }
  }

  @Test func refusesMachineMischief() {
    // Each is the part of a stream after PROTO 2.
    let streams: [[UInt8]] = [
      [], Array(".".utf8), Array("t.".utf8), Array("(u.".utf8), Array("(N".utf8),
      Array("R.".utf8), Array("Q.".utf8), Array("b.".utf8), Array("N(b.".utf8),
      Array("NQ.".utf8), Array("NNR.".utf8), Array("NNs.".utf8), Array("]Ns.".utf8),
      Array("}(Nu.".utf8), Array("}Na.".utf8), Array("h\u{5}.".utf8), Array("q\u{5}.".utf8),
      [0x80, 3], [0x80, 5, 0x4E, 0x2E], [0x85, 0x2E], Array("I1\n.".utf8), Array("N.".utf8),
      Array("X".utf8) + [255, 255, 255, 255, 65], Array("X".utf8) + [1, 0, 0, 0, 0xFF, 0x2E],
      [0x8A, 255, 1], Array("c".utf8) + [UInt8](repeating: 65, count: 4000), Array("G".utf8),
      Array("ctorch\nFloatStorage\n)R.".utf8), Array("ccollections\nOrderedDict\nN\u{85}R.".utf8),
    ]
    for stream in streams {
      #expect(throws: CheckpointError.self, "\(stream.prefix(20))") {
        try readEverything(PickleBuilder.archive([0x80, 2] + stream))
      }
    }
  }

  /// Deep nests, self-references and floods of values end quickly and free cleanly.
  @Test func boundsWorkAndMemory() {
    let nested = Array(")".utf8) + [UInt8](repeating: 0x85, count: 2_000_000) + Array(".".utf8)
    let lists = Array("]q\u{0}h\u{0}ah\u{0}a}q\u{1}h\u{1}h\u{0}s.".utf8)
    let flood = [UInt8](repeating: UInt8(ascii: "N"), count: 5_000_000) + Array(".".utf8)
    let marks = [UInt8](repeating: UInt8(ascii: "("), count: 2_000_000) + Array("t.".utf8)
    #expect(throws: Never.self) {
      try readEverything(PickleBuilder.archive([0x80, 2] + lists))
    }
    for stream in [nested, flood, marks] {
      #expect(throws: CheckpointError.self) {
        try readEverything(PickleBuilder.archive([0x80, 2] + stream))
      }
    }
  }

  @Test func refusesBrokenArchives() {
    func archive(_ change: (inout ZipBuilder) -> Void) -> [UInt8] {
      var builder = ZipBuilder(entries: [
        .init(name: "a/data.pkl", data: Self.good),
        .init(name: "a/data/0", data: [UInt8](repeating: 0, count: 24)),
      ])
      change(&builder)
      return builder.bytes
    }
    let broken: [[UInt8]] = [
      archive { $0.entries[0].method = 8 }, archive { $0.entries[0].flags = 1 },
      archive { $0.entries[0].localName = "a/data.pkk" }, archive { $0.entries[0].checksum = 1 },
      archive { $0.entries[1].size = 25 }, archive { $0.entries[1].size = .max },
      archive { $0.entries[1].size = 20 }, archive { $0.entries[1].offset = .max },
      archive { $0.entries[1].offset = 0 }, archive { $0.entries[1].offset = 7 },
      archive { $0.entries.append($0.entries[1]) }, archive { $0.entries.remove(at: 0) },
      archive { $0.entries.append(.init(name: "b/data.pkl", data: Self.good)) },
      archive { $0.entries.append(.init(name: "a/byteorder", data: Array("big".utf8))) },
      archive { $0.count = 1 }, archive { $0.count = 3 }, archive { $0.count = .max },
      archive { $0.directoryOffset = .max }, archive { $0.directoryOffset = 3 },
      archive { $0.directorySize = .max }, archive { $0.directorySize = 10 },
      archive {
        $0.isZip64 = true
        $0.zip64Offset = .max
      },
      archive {
        $0.isZip64 = true
        $0.directoryOffset = .max
        $0.zip64Offset = .max
      },
      archive {
        $0.isZip64 = true
        $0.directoryOffset = .max
        $0.zip64Offset = 1 << 62
      },
      archive { $0.entries[1].extra = [1, 0, 200, 0] },
    ]
    for (i, bytes) in broken.enumerated() {
      #expect(throws: CheckpointError.self, "archive \(i)") { try readEverything(bytes) }
    }
  }
}
