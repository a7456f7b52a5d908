import HablaCheckpoints
import TestSupport
import Testing

/// Writes protobuf messages field by field.
struct ProtobufBuilder {
  var out = ByteBuilder()

  mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      out.bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    out.bytes.append(UInt8(rest))
  }

  mutating func key(_ field: Int, _ wire: UInt64) { varint(UInt64(field) << 3 | wire) }

  mutating func number(_ field: Int, _ value: Int) {
    key(field, 0)
    varint(UInt64(bitPattern: Int64(value)))
  }

  mutating func bytes(_ field: Int, _ bytes: [UInt8]) {
    key(field, 2)
    varint(UInt64(bytes.count))
    out.bytes += bytes
  }

  mutating func text(_ field: Int, _ text: String) { bytes(field, Array(text.utf8)) }

  mutating func message(_ field: Int, _ build: (inout ProtobufBuilder) -> Void) {
    bytes(field, Self.build(build))
  }

  static func build(_ build: (inout ProtobufBuilder) -> Void) -> [UInt8] {
    var builder = ProtobufBuilder()
    build(&builder)
    return builder.out.bytes
  }

  /// A model whose graph is `build`.
  static func model(_ graph: (inout ProtobufBuilder) -> Void) -> [UInt8] {
    build {
      $0.number(1, 8)
      $0.message(7, graph)
      $0.message(8) { $0.number(2, 15) }
    }
  }

  /// A model with one initializer.
  static func oneTensor(_ tensor: (inout ProtobufBuilder) -> Void) -> [UInt8] {
    model { $0.message(5, tensor) }
  }
}

@Suite struct ONNXTests {
  static let voices = [
    "single/es_ES-tiny-medium.onnx", "multi/en_US-tinymulti-high.onnx",
    "shared-initializers/es_ES-tinyshared-medium.onnx",
    "single/other-exporters/es_ES-tiny-medium.torch2-torchscript.onnx",
  ]

  @Test(arguments: voices) func readsVoices(_ file: String) throws {
    let checkpoint = try Checkpoints.open(path: Fixtures.path("piper-tiny/" + file))
    let onnx = try #require(checkpoint as? ONNXCheckpoint)
    #expect(onnx.inputs.prefix(3) == ["input", "input_lengths", "scales"])
    #expect(onnx.outputs == ["output"])
    #expect(onnx.nodes.count > 1000)
    let upsampling = onnx.nodes.filter { $0.operation == "ConvTranspose" }
    #expect(upsampling.first?.integers["strides"] == [8])
    #expect(onnx.info("dec.ups.0.weight")?.shape.count == 3)
    for tensor in onnx.tensors {
      #expect(try onnx.floats(tensor.name).count == tensor.count)
    }
  }

  /// Every way of storing the same numbers.
  @Test func readsRawAndTypedData() throws {
    func values(_ type: Int, _ dims: [Int], _ data: (inout ProtobufBuilder) -> Void) throws
      -> [Float]
    {
      let bytes = ProtobufBuilder.oneTensor { tensor in
        for length in dims { tensor.number(1, length) }
        tensor.number(2, type)
        data(&tensor)
        tensor.text(8, "t")
      }
      return try Checkpoints.open(FileBytes(bytes)).floats("t")
    }
    func raw<T: FixedWidthInteger>(_ numbers: [T]) -> [UInt8] {
      var out = ByteBuilder()
      numbers.forEach { out.put($0) }
      return out.bytes
    }
    let floats: [Float] = [1, -2.5]
    #expect(try values(1, [2]) { $0.bytes(9, raw(floats.map(\.bitPattern))) } == floats)
    #expect(try values(1, [2, 1]) { $0.bytes(4, raw(floats.map(\.bitPattern))) } == floats)
    #expect(
      try values(1, [2]) {
        for value in floats {
          $0.key(4, 5)
          $0.out.put(value.bitPattern)
        }
      } == floats)
    #expect(
      try values(11, [2]) { $0.bytes(10, raw(floats.map { Double($0).bitPattern })) } == floats)
    #expect(try values(10, [2]) { $0.bytes(9, raw([UInt16(0x3C00), 0xC100])) } == floats)
    #expect(
      try values(10, [2]) {
        $0.number(5, 0x3C00)
        $0.number(5, 0xC100)
      } == floats)
    #expect(
      try values(7, [2]) {
        $0.number(7, -3)
        $0.number(7, 1 << 40)
      } == [-3, 0x1p40])
    let packed = ProtobufBuilder.build {
      $0.varint(5)
      $0.varint(UInt64(bitPattern: -7))
    }
    #expect(try values(6, [2]) { $0.bytes(5, packed) } == [5, -7])
    #expect(try values(3, [2]) { $0.bytes(5, packed) } == [5, -7])
    #expect(try values(16, [1]) { $0.bytes(9, raw([UInt16(0xC020)])) } == [-2.5])
    #expect(try values(1, [0]) { _ in } == [])
    #expect(try values(1, []) { $0.bytes(9, raw([Float(3).bitPattern])) } == [3])
  }

  @Test func refusesWrongTensors() {
    let tensors: [(String, (inout ProtobufBuilder) -> Void)] = [
      (
        "too little data",
        {
          $0.number(1, 3); $0.number(2, 1); $0.bytes(9, [0, 0, 0, 0])
        }
      ),
      (
        "negative axis",
        {
          $0.number(1, -1); $0.number(2, 1)
        }
      ),
      (
        "overflow",
        {
          for _ in 0..<4 { $0.number(1, .max) }; $0.number(2, 1)
        }
      ),
      (
        "overflow behind 0",
        {
          $0.number(1, 0); $0.number(1, .max); $0.number(1, 4); $0.number(2, 1)
        }
      ),
      (
        "huge",
        {
          $0.number(1, 1 << 40); $0.number(2, 1)
        }
      ),
      (
        "too many axes",
        {
          for _ in 0..<20 { $0.number(1, 1) }; $0.number(2, 1)
        }
      ),
      (
        "external",
        {
          $0.number(1, 1); $0.number(2, 1); $0.number(14, 1)
        }
      ),
      (
        "external entries",
        {
          $0.number(1, 1); $0.number(2, 1); $0.bytes(13, [])
        }
      ),
      (
        "strings",
        {
          $0.number(1, 1); $0.number(2, 8)
        }
      ),
      (
        "unknown type",
        {
          $0.number(1, 1); $0.number(2, 99)
        }
      ),
      (
        "no type",
        {
          $0.number(1, 1); $0.bytes(9, [0, 0, 0, 0])
        }
      ),
      (
        "twice",
        {
          $0.number(2, 1); $0.bytes(9, [0, 0, 0, 0]); $0.bytes(9, [0, 0, 0, 0])
        }
      ),
      (
        "raw and typed",
        {
          $0.number(2, 1); $0.bytes(9, [0, 0, 0, 0]); $0.bytes(4, [0, 0, 0, 0])
        }
      ),
      (
        "other typed field",
        {
          $0.number(2, 1); $0.number(7, 1)
        }
      ),
      (
        "half a float",
        {
          $0.number(2, 1); $0.bytes(4, [0, 0, 0])
        }
      ),
      (
        "wire type",
        {
          $0.number(2, 1); $0.number(4, 1)
        }
      ),
      (
        "segment",
        {
          $0.number(2, 1); $0.bytes(3, [])
        }
      ),
    ]
    for (what, build) in tensors {
      let error = #expect(throws: CheckpointError.self, "\(what)") {
        try readEverything(ProtobufBuilder.oneTensor(build))
      }
      #expect(error?.description.isEmpty == false)
    }
  }

  @Test func refusesWrongMessages() {
    let duplicate = ProtobufBuilder.model { graph in
      for _ in 0..<2 {
        graph.message(5) {
          $0.number(2, 1)
          $0.number(1, 0)
          $0.text(8, "same")
        }
      }
    }
    let files: [[UInt8]] = [
      duplicate,
      [0x08, 0x08], [0x08, 0x08, 0x3A], [0x08, 0x08, 0x3A, 0x05],
      [0x08, 0x08, 0x3A] + [UInt8](repeating: 0xFF, count: 9) + [0x01],
      [0x08, 0x08, 0x3A] + [UInt8](repeating: 0xFF, count: 11),
      [0x08, 0x08, 0x3B], [0x08, 0x08, 0x3C], [0x08, 0x08, 0x3E], [0x08, 0x08, 0x00, 0x00],
      [0x08, 0x08, 0x38, 0x00],
      [0x08, 0x08, 0x3A, 0x00, 0x3A, 0x00],
      ProtobufBuilder.model { graph in graph.number(5, 1) },
      ProtobufBuilder.model { graph in graph.number(1, 1) },
      ProtobufBuilder.model { graph in graph.bytes(1, [0x0A, 1, 0xFF]) },
      ProtobufBuilder.model { graph in graph.bytes(15, []) },
      ProtobufBuilder.model { graph in
        for _ in 0...ONNXCheckpoint.maximumNodes { graph.bytes(1, []) }
      },
    ]
    for (i, bytes) in files.enumerated() {
      #expect(throws: CheckpointError.self, "file \(i)") { try readEverything(bytes) }
    }
  }
}
