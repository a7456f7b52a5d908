import HablaCheckpoints
import TestSupport
import Testing

@Suite struct SafetensorsWriterTests {
  @Test func writesWhatIsReadBack() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/x.safetensors"
    let source = try Checkpoints.open(path: Fixtures.path("containers/expected.safetensors"))
    let metadata = ["uno": "ñ \"comillas\" \\ \n\t\u{1}", "dos": ""]
    var infos = source.tensors
    infos.append(TensorInfo(name: "half", type: .float16, shape: [3], count: 3))
    try SafetensorsWriter.write(path: path, metadata: metadata, tensors: infos) { info, sink in
      if info.name == "half" {
        try [UInt16](arrayLiteral: 0x3C00, 0xC000, 1).withUnsafeBytes { try sink($0) }
      } else {
        try Self.raw(source, info).withUnsafeBytes { try sink($0) }
      }
    }
    #expect(folder.names == ["x.safetensors"])
    let copy = try Checkpoints.open(path: path)
    #expect(copy.metadata == metadata)
    #expect(copy.tensors.count == infos.count)
    for info in source.tensors {
      #expect(copy.info(info.name) == info)
      #expect(
        try copy.floats(info.name).map(\.bitPattern)
          == source.floats(info.name).map(\.bitPattern), "\(info.name)")
      #expect((copy.mappedFloats(info.name) != nil) == (info.type == .float32))
    }
    #expect(try copy.floats("half") == [1, -2, 0x1p-24])
  }

  private static func raw(_ source: any Checkpoint, _ info: TensorInfo) throws -> [UInt8] {
    var out = ByteBuilder()
    switch info.type {
    case .float32: try source.floats(info.name).forEach { out.put($0.bitPattern) }
    case .float64: try source.floats(info.name).forEach { out.put(Double($0).bitPattern) }
    case .float16: try source.floats(info.name).forEach { out.put(HalfPrecision.half($0)) }
    case .bfloat16: try source.floats(info.name).forEach { out.put(UInt16($0.bitPattern >> 16)) }
    case .int64: try source.integers(info.name).forEach { out.put($0) }
    case .int32: try source.integers(info.name).forEach { out.put(Int32($0)) }
    case .int16: try source.integers(info.name).forEach { out.put(Int16($0)) }
    case .int8: try source.integers(info.name).forEach { out.put(Int8($0)) }
    case .uint8, .bool: try source.integers(info.name).forEach { out.put(UInt8($0)) }
    }
    return out.bytes
  }

  @Test func leavesNothingBehindWhenItFails() throws {
    let folder = TemporaryFolder()
    let path = folder.write("x", [1, 2, 3])
    let info = TensorInfo(name: "a", type: .float32, shape: [2], count: 2)
    #expect(throws: CheckpointError.self) {
      try SafetensorsWriter.write(path: path, metadata: [:], tensors: [info]) { _, sink in
        try [Float(1)].withUnsafeBytes { try sink($0) }
      }
    }
    #expect(folder.names == ["x"])
    #expect(TemporaryFolder.read(path) == [1, 2, 3])
    #expect(throws: CheckpointError.self) {
      try SafetensorsWriter.write(path: folder.path + "/none/x", metadata: [:], tensors: []) {
        _, _ in
      }
    }
  }

  /// All 65,536 binary16 values, and rounding between them.
  @Test func halfPrecision() {
    for bits in UInt16.min...UInt16.max {
      let value = HalfPrecision.float(half: bits)
      if bits & 0x7C00 == 0x7C00, bits & 0x3FF != 0 {
        #expect(value.isNaN && HalfPrecision.float(half: HalfPrecision.half(value)).isNaN)
        continue
      }
      #expect(HalfPrecision.half(value) == bits)
      let exponent = Int(bits >> 10 & 31)
      let fraction = Float(bits & 0x3FF) / 1024
      if exponent < 31 {
        let magnitude =
          exponent == 0
          ? fraction * 0x1p-14
          : (1 + fraction) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
        #expect(value == (bits & 0x8000 == 0 ? magnitude : -magnitude))
        // Half way to the next value goes to the even one; a little beyond goes up.
        let next = HalfPrecision.float(half: bits + 1)
        if next.isFinite, bits & 0x7FFF != 0x7FFF {
          let middle = (value + next) / 2
          #expect(HalfPrecision.half(middle) == (bits & 1 == 0 ? bits : bits + 1))
          let beyond = bits & 0x8000 != 0 ? middle.nextDown : middle.nextUp
          #expect(HalfPrecision.half(beyond) == bits + 1)
        }
      }
    }
    #expect(HalfPrecision.half(65519.9) == 0x7BFF)
    #expect(HalfPrecision.half(65520) == 0x7C00)
    #expect(HalfPrecision.half(-.infinity) == 0xFC00)
  }
}
