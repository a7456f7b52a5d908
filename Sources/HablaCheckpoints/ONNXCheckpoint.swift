/// One operation of an ONNX graph, as far as weights need it.
package struct ONNXNode: Sendable {
  /// Name, often the path of the module that made it ("/dec/ups.0/ConvTranspose"); may be empty.
  package internal(set) var name = ""
  /// "Conv", "Gather", ...
  package internal(set) var operation = ""
  /// Names of values; an empty name stands for an input that is left out.
  package internal(set) var inputs: [String] = []
  package internal(set) var outputs: [String] = []
  /// Attributes that are lists of integers ("strides", "dilations").
  package internal(set) var integers: [String: [Int]] = [:]
}

/// Initializers and graph of an ONNX model.
///
/// Format: onnx.proto3 of ONNX IR 3 to 10, read without a protobuf library. Nothing is evaluated;
/// the graph is there to find out which operation uses which initializer. The values of `Constant`
/// nodes count as initializers under the name of their output. External data is refused.
package final class ONNXCheckpoint: TableCheckpoint {
  /// Most nodes that are read; published voices have about 5,000.
  package static let maximumNodes = 200_000

  let table: TensorTable
  /// `metadata_props` of the model.
  package let metadata: [String: String]
  /// Operations in the file's order.
  package let nodes: [ONNXNode]
  /// Names of the graph's inputs, without those that are initializers.
  package let inputs: [String]
  /// Names of the graph's outputs.
  package let outputs: [String]

  /// Whether the bytes begin like a serialized model: field 1, the IR version, is a small number.
  package static func isLikely(_ file: FileBytes) -> Bool {
    file.count > 2 && file.bytes[0] == 0x08 && (1...32).contains(file.bytes[1])
  }

  /// Checks a whole file.
  ///
  /// - Throws: `CheckpointError.malformed` or `.unsupported`.
  package init(_ file: FileBytes) throws {
    var reader = ProtobufReader(file.bytes)
    var graph: ProtobufReader?
    var metadata: [String: String] = [:]
    var hasOperatorSet = false
    while case let start = reader.offset, let (field, value) = try reader.next() {
      switch field {
      case 7:
        let (bytes, offset) = try value.bytes("the graph", at: start)
        guard graph == nil else {
          throw ProtobufReader.error(start, expected: "one graph", found: "a second")
        }
        graph = ProtobufReader(bytes, offset: offset)
      case 8: hasOperatorSet = true
      case 14:
        let (key, text) = try Self.property(value, at: start)
        metadata[key] = text
      default: break
      }
    }
    // Written behind the graph: without it the end of the file is missing.
    guard let graph, hasOperatorSet else {
      throw ProtobufReader.error(
        file.count, expected: graph == nil ? "a graph" : "an operator set version",
        found: "the end of the model")
    }
    let contents = try Graph(graph, file: file)
    self.metadata = metadata
    (table, nodes, outputs) = (contents.table, contents.nodes, contents.outputs)
    inputs = contents.inputs.filter { contents.table[$0] == nil }
  }

  /// A StringStringEntryProto.
  private static func property(
    _ value: ProtobufReader.Value, at start: Int
  ) throws -> (String, String) {
    let (bytes, offset) = try value.bytes("metadata", at: start)
    var reader = ProtobufReader(bytes, offset: offset)
    var (key, text) = ("", "")
    while case let start = reader.offset, let (field, value) = try reader.next() {
      if field == 1 { key = try value.text("a metadata key", at: start) }
      if field == 2 { text = try value.text("a metadata value", at: start) }
    }
    return (key, text)
  }
}

/// A GraphProto.
private struct Graph {
  var table = TensorTable()
  var nodes: [ONNXNode] = []
  var inputs: [String] = []
  var outputs: [String] = []

  init(_ message: ProtobufReader, file: FileBytes) throws {
    var reader = message
    while case let start = reader.offset, let (field, value) = try reader.next() {
      switch field {
      case 1:
        let (bytes, offset) = try value.bytes("a node", at: start)
        guard nodes.count < ONNXCheckpoint.maximumNodes else {
          throw CheckpointError.unsupported(
            format: ProtobufReader.format,
            what: "a graph of more than \(ONNXCheckpoint.maximumNodes) nodes")
        }
        try addNode(ProtobufReader(bytes, offset: offset), file: file)
      case 5:
        let (bytes, offset) = try value.bytes("an initializer", at: start)
        var tensor = ONNXTensor()
        try tensor.read(ProtobufReader(bytes, offset: offset))
        try table.add(tensor.stored(in: file), format: ProtobufReader.format)
      case 11: inputs.append(try name(value, "an input", at: start))
      case 12: outputs.append(try name(value, "an output", at: start))
      case 15:
        throw CheckpointError.unsupported(
          format: ProtobufReader.format, what: "sparse initializers at byte \(start)")
      default: break
      }
    }
  }

  /// The name of a ValueInfoProto.
  private func name(
    _ value: ProtobufReader.Value, _ what: String, at start: Int
  ) throws -> String {
    let (bytes, offset) = try value.bytes(what, at: start)
    var reader = ProtobufReader(bytes, offset: offset)
    var name = ""
    while case let start = reader.offset, let (field, value) = try reader.next() {
      if field == 1 { name = try value.text("the name of \(what)", at: start) }
    }
    return name
  }

  private mutating func addNode(_ message: ProtobufReader, file: FileBytes) throws {
    var reader = message
    var node = ONNXNode()
    var constant: ONNXTensor?
    while case let start = reader.offset, let (field, value) = try reader.next() {
      switch field {
      case 1: node.inputs.append(try value.text("an input's name", at: start))
      case 2: node.outputs.append(try value.text("an output's name", at: start))
      case 3: node.name = try value.text("a node's name", at: start)
      case 4: node.operation = try value.text("an operation", at: start)
      case 5:
        let (bytes, offset) = try value.bytes("an attribute", at: start)
        var attribute = ProtobufReader(bytes, offset: offset)
        try readAttribute(&attribute, into: &node, &constant)
      default: break
      }
    }
    // Types that cannot be weights (texts, unsigned integers) may well be constants.
    if node.operation == "Constant", var constant, let output = node.outputs.first,
      constant.elementType != nil
    {
      constant.name = output
      try table.add(constant.stored(in: file), format: ProtobufReader.format)
    }
    nodes.append(node)
  }

  /// An AttributeProto: a list of integers, one integer, or the tensor of a constant.
  private func readAttribute(
    _ reader: inout ProtobufReader, into node: inout ONNXNode, _ constant: inout ONNXTensor?
  ) throws {
    var name = ""
    var numbers: [UInt64] = []
    while case let start = reader.offset, let (field, value) = try reader.next() {
      switch field {
      case 1: name = try value.text("an attribute's name", at: start)
      case 3: numbers = [try value.number("an attribute", at: start)]
      case 8: try ProtobufReader.varints(value, into: &numbers)
      case 5:
        let (bytes, offset) = try value.bytes("an attribute's tensor", at: start)
        var tensor = ONNXTensor()
        try tensor.read(ProtobufReader(bytes, offset: offset))
        constant = tensor
      default: break
      }
    }
    if !numbers.isEmpty { node.integers[name] = numbers.map { Int(truncatingIfNeeded: $0) } }
  }
}
