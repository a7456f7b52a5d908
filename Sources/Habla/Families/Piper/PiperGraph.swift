import HablaCheckpoints

/// The weights of an exported Piper graph under their original names, and its layer attributes.
///
/// Exporting loses some names: folded weight norm becomes `onnx::Conv_1234`, the embedding of
/// single-speaker voices slides onto the unused input name `sid`, equal tensors are stored once
/// behind Identity nodes, and exp(-logs) keeps only the negated tensor. The operations that use a
/// tensor tell whose it is: their names are module paths ("/flow/flows.6/enc/in_layers.0/Conv"), and
/// where an exporter left those out, the bias keeps its name.
struct PiperGraph {
  /// Value names in the file by original name.
  private(set) var names: [String: String] = [:]
  /// First entry of `strides` by module path.
  private(set) var strides: [String: Int] = [:]
  /// First entry of `dilations` by module path.
  private(set) var dilations: [String: Int] = [:]
  /// The tensor that holds the negated log scale of the affine duration flow.
  private var negatedLogScale: String?

  /// Names of the graph's inputs.
  var inputs: [String] { model.inputs }

  private let model: ONNXCheckpoint
  /// Initializer by value name, where an Identity node gives it another.
  private var aliases: [String: String] = [:]

  /// Name of the affine duration flow's log scale.
  private static let logScale = "dp.flows.0.logs"
  private static let prefixes = ["enc_p.", "dp.", "sdp.", "flow.", "dec.", "emb_g."]

  /// Walks the graph once.
  init(_ model: ONNXCheckpoint) {
    self.model = model
    for tensor in model.tensors where Self.isOriginal(tensor.name) {
      names[tensor.name] = tensor.name
    }
    for node in model.nodes { visit(node) }
    if names["dp.flows.0.m"] != nil, names[Self.logScale] == nil, let negatedLogScale {
      names[Self.logScale] = negatedLogScale
    }
  }

  /// The weights under canonical names: the stochastic duration predictor is called `sdp`.
  func weights() throws -> CheckpointView {
    var canonical: [String: String] = [:]
    let isStochastic = names["dp.flows.0.m"] != nil
    for (name, stored) in names {
      canonical[isStochastic && name.hasPrefix("dp.") ? "s" + name : name] = stored
    }
    var replacements: [String: [Float]] = [:]
    if let negatedLogScale, names[Self.logScale] == negatedLogScale {
      replacements["s" + Self.logScale] = try model.floats(negatedLogScale).map { -$0 }
    }
    return CheckpointView(model, names: canonical, replacements: replacements)
  }

  private static func isOriginal(_ name: String) -> Bool {
    prefixes.contains(where: name.hasPrefix)
  }

  /// The initializer behind a value.
  private func initializer(_ value: String) -> TensorInfo? {
    model.info(aliases[value] ?? value)
  }

  private mutating func visit(_ node: ONNXNode) {
    switch node.operation {
    case "Identity": visitIdentity(node)
    case "Conv", "ConvTranspose": visitConvolution(node)
    case "Gather": visitGather(node)
    case "Mul", "Add": visitNorm(node)
    case "Exp":
      if let value = node.inputs.first, let info = initializer(value), info.shape == [2, 1] {
        negatedLogScale = info.name
      }
    default: break
    }
  }

  private mutating func visitIdentity(_ node: ONNXNode) {
    guard let input = node.inputs.first, let output = node.outputs.first,
      let info = initializer(input)
    else { return }
    aliases[output] = info.name
    if Self.isOriginal(output) { names[output] = info.name }
  }

  private mutating func visitConvolution(_ node: ONNXNode) {
    let values = node.inputs.dropFirst()
    guard let weight = values.first, let weightInfo = initializer(weight) else { return }
    var path = Self.modulePath(node)
    if !Self.isOriginal(path + ".") {
      path = values.filter(Self.isOriginal).map(Self.parent).last ?? path
    }
    guard Self.isOriginal(path + ".") else { return }
    names[path + ".weight"] = weightInfo.name
    if values.count > 1, let bias = values.last, let info = initializer(bias) {
      names[path + ".bias"] = info.name
    }
    strides[path] = node.integers["strides"]?.first
    dilations[path] = node.integers["dilations"]?.first
  }

  /// Embeddings are the tables that rows are gathered from.
  private mutating func visitGather(_ node: ONNXNode) {
    guard node.inputs.count > 1, let info = initializer(node.inputs[0]), info.shape.count == 2,
      info.type == .float32 || info.type == .float16
    else { return }
    let isTokens = node.inputs[1] == "input" || Self.modulePath(node) == "enc_p.emb"
    names[isTokens ? "enc_p.emb.weight" : "emb_g.weight"] = info.name
  }

  /// The last two steps of a layer norm that was exported as elementary operations.
  private mutating func visitNorm(_ node: ONNXNode) {
    let path = Self.modulePath(node)
    guard Self.isOriginal(path), path.contains(".norm"),
      let info = node.inputs.compactMap({ initializer($0) }).first, info.shape.count == 1
    else { return }
    let name = path + (node.operation == "Mul" ? ".gamma" : ".beta")
    if names[name] == nil { names[name] = info.name }
  }

  /// "/dec/ups.0/ConvTranspose" is an operation of module "dec.ups.0".
  private static func modulePath(_ node: ONNXNode) -> String {
    node.name.split(separator: "/").dropLast().joined(separator: ".")
  }

  /// "dec.ups.0.bias" belongs to module "dec.ups.0".
  private static func parent(_ name: String) -> String {
    name.split(separator: ".").dropLast().joined(separator: ".")
  }
}
