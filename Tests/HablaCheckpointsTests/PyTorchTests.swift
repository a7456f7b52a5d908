import HablaCheckpoints
import TestSupport
import Testing

@Suite struct PyTorchTests {
  static let containers = [
    "zip-torch1.13.1.pth", "zip-torch2.13.0.pth", "zip-saved-from-cuda.pth",
    "legacy-torch1.13.1.pth", "legacy-torch2.13.0.pth",
  ]

  @Test(arguments: containers) func readsEveryTensor(_ file: String) throws {
    let expected = try Checkpoints.open(path: Fixtures.path("containers/expected.safetensors"))
    let found = try Checkpoints.open(path: Fixtures.path("containers/" + file))
    #expect(Set(found.tensors.map(\.name)) == Set(expected.tensors.map(\.name)))
    for tensor in expected.tensors {
      let info = try #require(found.info(tensor.name))
      #expect(info.type == tensor.type && info.shape == tensor.shape, "\(tensor.name)")
      let values = try found.floats(tensor.name)
      // By bits, because one of them holds NaN and -0.
      #expect(
        try values.map(\.bitPattern) == expected.floats(tensor.name).map(\.bitPattern),
        "\(tensor.name)")
      if [.int64, .int32, .int16, .int8, .uint8, .bool].contains(tensor.type) {
        #expect(try found.integers(tensor.name) == expected.integers(tensor.name))
      }
    }
    #expect(found.mappedFloats("transposed") == nil)
    #expect(found.mappedFloats("slice") == nil)
    #expect(found.mappedFloats("expanded") == nil)
  }

  @Test func mapsAlignedFloatsInPlace() throws {
    let zip = try Checkpoints.open(path: Fixtures.path("containers/zip-torch2.13.0.pth"))
    let floats = try #require(zip.mappedFloats("f32"))
    #expect(try Array(floats) == zip.floats("f32"))
    let row = try #require(zip.mappedFloats("row_view"))
    #expect(Array(row) == Array(floats[24..<32]))
  }

  /// The plain values beside the tensors come out of the pickle machine as they went in.
  @Test(arguments: containers) func readsEveryPlainValue(_ file: String) throws {
    let bytes = try FileBytes(mapping: Fixtures.path("containers/" + file))
    let expectation = try FileBytes(mapping: Fixtures.path("containers/expected.json"))
    let expected = try #require(JSONValue(parsing: expectation.bytes).object)
    var start = 0
    if PyTorchCheckpoint.isArchive(bytes) {
      let pattern = Array("/data.pkl".utf8)
      let name = try #require(
        (0..<bytes.count - 9).first { bytes.bytes[$0..<$0 + 9].elementsEqual(pattern) })
      start = try #require(
        (name..<bytes.count).first { bytes.bytes[$0] == 0x80 && bytes.bytes[$0 + 1] == 2 })
    }
    var cursor = ByteCursor(
      UnsafeRawBufferPointer(rebasing: bytes.bytes[start...]), format: "pickle")
    var machine = PickleMachine()
    // The older stream has the magic number, the version and the system's sizes before it.
    for _ in 0..<(start == 0 ? 3 : 0) { _ = try machine.run(&cursor) }
    let root = try machine.run(&cursor)
    for key in ["iteration", "learning_rate", "optimizer", "misc"] {
      let value = try #require(machine.heap.value(key, in: root))
      #expect(json(value, machine.heap) == json(expected[key]), "\(key)")
    }
  }

  /// A value as text; integers as their decimal digits, tuples as lists.
  private func json(_ value: PickleValue, _ heap: PickleHeap) -> String {
    switch value {
    case .none: return "null"
    case .bool(let flag): return "\(flag)"
    case .integer(let number): return "\(number)"
    // The only one in the fixtures is 2^70.
    case .bigInteger(let bytes):
      return bytes == [0, 0, 0, 0, 0, 0, 0, 0, 64] ? "1180591620717411303424" : "\(bytes)"
    case .float(let number): return "\(number)"
    case .string(let text): return text
    case .tuple, .list:
      return "[" + (heap.contents(value) ?? []).map { json($0, heap) }.joined(separator: ",") + "]"
    case .dictionary:
      let items = heap.contents(value) ?? []
      let pairs = stride(from: 0, to: items.count, by: 2).map {
        json(items[$0], heap) + ":" + json(items[$0 + 1], heap)
      }
      return "{" + pairs.sorted().joined(separator: ",") + "}"
    default: return "\(value)"
    }
  }

  private func json(_ value: JSONValue?) -> String {
    switch value {
    case nil, .null: return "null"
    case .bool(let flag): return "\(flag)"
    case .integer(let number): return "\(number)"
    case .number(let number): return "\(number)"
    case .string(let text): return text
    case .array(let items): return "[" + items.map { json($0) }.joined(separator: ",") + "]"
    case .object(let object):
      return "{" + object.keys.map { $0 + ":" + json(object[$0]) }.sorted().joined(separator: ",")
        + "}"
    }
  }

  @Test func readsModelsAndStateDicts() throws {
    let melo = try Checkpoints.open(path: Fixtures.path("melo-tiny/checkpoint.pth"))
    #expect(melo.info("enc_p.emb.weight")?.shape.count == 2)
    #expect(melo.info("dec.ups.0.weight_v")?.type == .float32)
    let bert = try Checkpoints.open(path: Fixtures.path("bert-tiny/pytorch_model.bin"))
    let tensors = try Checkpoints.open(path: Fixtures.path("bert-tiny/model.safetensors"))
    for tensor in tensors.tensors {
      #expect(try bert.floats(tensor.name) == tensors.floats(tensor.name), "\(tensor.name)")
    }
    for file in ["pytorch_model.bare-fp16.bin", "pytorch_model.legacy-gamma-beta.bin"] {
      let other = try Checkpoints.open(path: Fixtures.path("bert-tiny/other-layouts/" + file))
      #expect(other.tensors.count > 10)
    }
  }
}
