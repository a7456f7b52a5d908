import HablaCheckpoints
import HablaKernels
import HablaNetwork
import TestSupport
import Testing

/// One sequence of a unit case: a batch item cut to its valid length.
private struct UnitItem {
  let unit: UnitCase
  let index: Int
  let rows: Int

  /// Every sequence of a case; without a mask the whole length is valid.
  static func all(_ unit: UnitCase, like key: String) throws -> [UnitItem] {
    let shape = unit.shape(key)
    let time = shape[shape.count - 1]
    let mask = unit.shape("in.mask").isEmpty ? nil : try unit.values("in.mask")
    return (0..<shape[0]).map { item in
      let valid = mask.map { $0[item * time..<(item + 1) * time].filter { $0 == 1 }.count }
      return UnitItem(unit: unit, index: item, rows: valid ?? time)
    }
  }

  /// A [batch, channels, time] tensor as [rows, channels].
  func rows(_ key: String) throws -> [Float] {
    Golden(shape: unit.shape(key), values: try unit.values(key))
      .timeMajor(item: index, length: rows)
  }

  /// The speaker vector, or nil.
  func speaker() throws -> [Float]? {
    if unit.shape("in.g").isEmpty { return nil }
    return Golden(shape: unit.shape("in.g"), values: try unit.values("in.g")).item(index)
  }

  /// Weights of the case by canonical name.
  var weights: WeightReader { weights(under: "") }

  /// The same weights as if they stood below `prefix`.
  func weights(under prefix: String) -> WeightReader {
    let name = unit.name
    return WeightReader(unit.file) {
      name + "/w." + ($0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : $0)
    }
  }

  /// Leading axis of a weight.
  func size(_ weight: String, axis: Int = 0) -> Int { weights.shape(weight)?[axis] ?? 0 }
}

/// The layers of text encoder, duration predictors and flow against the reference, one by one.
@Suite struct NetworkUnitTests {
  private let run = RunState(pool: ThreadPool(threadCount: 2))

  private func check(
    _ group: String, cases: Int, like key: String = "in.x", output: String = "out.y",
    skippingPadded: Bool = false, _ body: (UnitItem, inout [Float], [Float]?) throws -> Void
  ) throws {
    let units = try UnitCase.all(group)
    #expect(units.count == cases)
    for unit in units {
      for item in try UnitItem.all(unit, like: key) {
        if skippingPadded && item.rows < unit.shape(key)[2] { continue }
        let expected = try item.rows(output)
        var found = [Float](repeating: .nan, count: expected.count)
        try body(item, &found, try item.speaker())
        #expect(largestDifference(found, expected) <= 2e-5, "\(group) \(unit.name) \(item.index)")
      }
    }
  }

  @Test func layerNorm() throws {
    try check("layer_norm", cases: 3) { item, y, _ in
      let layer = try LayerNorm(
        item.weights(under: "norm."), "norm", channels: item.size("gamma"))
      layer.forward(try item.rows("in.x"), rows: item.rows, into: &y)
    }
  }

  @Test func attention() throws {
    try check("attention", cases: 11) { item, y, _ in
      let layer = try RelativeAttention(
        item.weights(under: "attention."), "attention", channels: item.size("conv_q.weight"),
        heads: item.unit.integer("heads"))
      layer.forward(try item.rows("in.x"), rows: item.rows, into: &y, run)
    }
  }

  @Test func feedForward() throws {
    try check("ffn", cases: 7) { item, y, _ in
      let layer = try FeedForward(
        item.weights(under: "ffn."), "ffn", channels: item.size("conv_1.weight", axis: 1),
        innerChannels: item.size("conv_1.weight"), kernel: item.unit.integer("kernel"),
        activation: .relu)
      layer.forward(try item.rows("in.x"), rows: item.rows, into: &y, run)
    }
  }

  private func stack(_ item: UnitItem, _ name: String) throws -> TransformerEncoder {
    let layers = item.weights.count { "attn_layers.\($0).conv_q.weight" }
    let first = "ffn_layers.0.conv_1.weight"
    return try TransformerEncoder(
      item.weights(under: name + "."), name,
      TransformerConfiguration(
        channels: item.size(first, axis: 1), filterChannels: item.size(first),
        heads: item.unit.integer("heads"), layers: layers, kernelSize: item.size(first, axis: 2),
        speakerChannels: try item.speaker()?.count ?? 0))
  }

  @Test func encoder() throws {
    try check("encoder", cases: 3) { item, y, speaker in
      y = try item.rows("in.x")
      try stack(item, "encoder").forward(&y, rows: item.rows, speakerVector: speaker, run)
    }
  }

  @Test func dilatedDepthSeparable() throws {
    try check("dds_conv", cases: 3) { item, y, _ in
      let layer = try DilatedDepthSeparable(
        item.weights(under: "convs."), "convs", channels: item.size("convs_1x1.0.weight"))
      y = try item.rows("in.x")
      let condition = item.unit.shape("in.g").isEmpty ? nil : try item.rows("in.g")
      layer.forward(&y, rows: item.rows, condition: condition, run)
    }
  }

  @Test func spline() throws {
    for unit in try UnitCase.all("spline") {
      let bins = unit.integer("bins")
      let spline = RationalQuadraticSpline(bins: bins, tailBound: 5)
      let (widths, heights) = (try unit.values("in.widths"), try unit.values("in.heights"))
      let derivatives = try unit.values("in.derivatives")
      let found = try unit.values("in.y").enumerated().map { i, y in
        spline.inverse(
          y,
          Array(
            widths[i * bins..<(i + 1) * bins] + heights[i * bins..<(i + 1) * bins]
              + derivatives[i * (bins - 1)..<(i + 1) * (bins - 1)]))
      }
      #expect(largestDifference(found, try unit.values("out.inverse")) <= 2e-5, "\(unit.name)")
    }
  }

  @Test func splineSurvivesParametersThatAreNotFinite() {
    let spline = RationalQuadraticSpline(bins: 10, tailBound: 5)
    for bad in [Float.nan, .infinity, -.infinity, 1e38, -1e38] {
      for y in [Float.nan, -6, -5, 0, 4.9999, 5, 6] {
        _ = spline.inverse(y, [Float](repeating: bad, count: 29))
      }
    }
    #expect(spline.inverse(7, [Float](repeating: 0, count: 29)) == 7)
  }

  @Test func convolutionFlow() throws {
    try check("conv_flow", cases: 3, like: "in.z", output: "out.z") { item, y, _ in
      let z = try item.rows("in.z")
      let first = stride(from: 0, to: z.count, by: 2).map { z[$0] }
      var second = stride(from: 1, to: z.count, by: 2).map { z[$0] }
      let flow = try ConvolutionFlow(
        item.weights, channels: item.size("pre.weight"), tailBound: 5)
      flow.inverse(
        conditioning: first, transformed: &second, rows: item.rows,
        hidden: try item.rows("in.g"), run)
      y = zip(first, second).flatMap { [$0, $1] }
    }
  }

  /// The padding of the second item of one case is not zero and is read by the first convolution of
  /// the reference; a single utterance has no padding, so that item has no counterpart here.
  @Test func waveNet() throws {
    try check("wavenet", cases: 4, skippingPadded: true) { item, y, speaker in
      let channels = item.size("in_layers.0.weight", axis: 1)
      let layer = try WaveNet(
        item.weights, channels: channels, layers: item.unit.integer("layers"),
        kernel: item.unit.integer("kernel"), dilationRate: item.unit.integer("dilation_rate"),
        speakerChannels: speaker?.count ?? 0)
      var x = try item.rows("in.x")
      layer.forward(&x, rows: item.rows, speakerVector: speaker, into: &y, run)
    }
  }

  /// A flow reverses the channels before each coupling: a lone coupling is given reversed ones.
  @Test func couplings() throws {
    try check("coupling", cases: 5, like: "in.z", output: "out.z") { item, y, speaker in
      let name = item.unit.name
      let isBlock = name.hasPrefix("block")
      let weights = WeightReader(item.unit.file) {
        name + "/w." + (isBlock ? "flows." + $0 : String($0.dropFirst("0.".count)))
      }
      let scope = weights.scoped("0")
      let (hidden, half) = (scope.shape("pre.weight")?[0] ?? 0, scope.shape("pre.weight")?[1] ?? 0)
      let couplings = isBlock ? weights.count(step: 2) { "\($0).pre.weight" } : 1
      let configuration: FlowConfiguration
      if name.contains("transformer") {
        let first = scope.shape("enc.ffn_layers.0.conv_1.weight") ?? [0, 0, 0]
        configuration = .transformer(
          couplings: couplings,
          stack: TransformerConfiguration(
            channels: hidden, filterChannels: first[0], heads: item.unit.integer("heads"),
            layers: scope.count { "enc.attn_layers.\($0).conv_q.weight" }, kernelSize: first[2],
            speakerChannels: speaker?.count ?? 0))
      } else {
        configuration = .residual(
          couplings: couplings, layers: scope.count { "enc.in_layers.\($0).weight" },
          kernelSize: scope.shape("enc.in_layers.0.weight")?[2] ?? 0, dilationRate: 1)
      }
      let flow = try Flow(
        weights, configuration, channels: 2 * half, hiddenChannels: hidden,
        speakerChannels: speaker?.count ?? 0)
      y = try item.rows("in.z")
      if !isBlock { Elementwise.reverseRows(rows: item.rows, channels: 2 * half, x: &y) }
      flow.inverse(&y, rows: item.rows, speakerVector: speaker, run)
    }
  }

  @Test func durationPredictors() throws {
    try check("durations", cases: 2, output: "out.logw") { item, y, speaker in
      let x = try item.rows("in.x")
      let channels = x.count / item.rows
      let speakerChannels = speaker?.count ?? 0
      if item.unit.name == "dp" {
        let predictor = try DurationPredictor(
          item.weights, channels: channels, speakerChannels: speakerChannels)
        predictor.forward(x, rows: item.rows, speakerVector: speaker, into: &y, run)
      } else {
        let predictor = try StochasticDurationPredictor(
          item.weights, channels: channels, speakerChannels: speakerChannels)
        let noise = try item.rows("in.noise")
        let scale = Float(item.unit.hyper["noise_scale"]?.number ?? 0)
        var draws =
          stride(from: 0, to: noise.count, by: 2).map { noise[$0] * scale }
          + stride(from: 1, to: noise.count, by: 2).map { noise[$0] * scale }
        predictor.forward(
          x, rows: item.rows, speakerVector: speaker, noise: &draws, into: &y, run)
      }
    }
  }

  @Test func weightNormFolds() throws {
    for unit in try UnitCase.all("weight_norm") {
      let name = unit.name
      let reader = WeightReader(unit.file) { name + "/w." + $0 }
      let folded = try reader.array("weight", shape: unit.shape("out.weight"))
      #expect(largestDifference(folded.array, try unit.values("out.weight")) <= 2e-6, "\(name)")
    }
  }
}
