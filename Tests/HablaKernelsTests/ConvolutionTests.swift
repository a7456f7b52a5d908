import HablaKernels
import TestSupport
import Testing

/// Convolution of a window by its definition, in double precision; `weight` is [out, in, tap].
func naiveConvolution(
  _ shape: ConvolutionShape, rows: Int, _ x: [Float], _ weight: [Float]
) -> [Float] {
  var y = [Float](repeating: 0, count: rows * shape.outputs)
  for t in 0..<rows {
    for o in 0..<shape.outputs {
      var sum = 0.0
      for tap in 0..<shape.kernel {
        for i in 0..<shape.inputs {
          sum +=
            Double(x[(t + tap * shape.dilation) * shape.inputs + i])
            * Double(weight[(o * shape.inputs + i) * shape.kernel + tap])
        }
      }
      y[t * shape.outputs + o] = Float(sum)
    }
  }
  return y
}

@Suite struct ConvolutionTests {
  @Test func panelConvolutionMeetsGoldens() throws {
    for unit in try UnitCase.all("conv1d") where unit.integer("groups") == 1 {
      let (input, output) = (unit.shape("in.x"), unit.shape("out.y"))
      let shape = ConvolutionShape(
        inputs: input[1], outputs: output[1], kernel: unit.integer("kernel"),
        dilation: unit.integer("dilation"))
      let zeros = { (rows: Int) in [Float](repeating: 0, count: rows * shape.inputs) }
      let layer = PanelConvolution(
        shape,
        weights: StoredWeights(
          FloatBuffer(try unit.values("w.weight")), inputs: shape.inputs, taps: shape.kernel))
      let bias =
        unit.shape("w.bias").isEmpty
        ? [Float](repeating: 0, count: shape.outputs) : try unit.values("w.bias")
      let (inputs, outputs) = (try unit.values("in.x"), try unit.values("out.y"))
      for batch in 0..<input[0] {
        let (inputSize, outputSize) = (input[1] * input[2], output[1] * output[2])
        let x = transposed(
          Array(inputs[batch * inputSize..<(batch + 1) * inputSize]), rows: input[2])
        let window = zeros(unit.integer("pad_left")) + x + zeros(unit.integer("pad_right"))
        var y = (0..<output[2]).flatMap { _ in bias }
        layer.accumulate(rows: output[2], window, into: &y)
        let expected = transposed(
          Array(outputs[batch * outputSize..<(batch + 1) * outputSize]), rows: output[2])
        #expect(largestDifference(y, expected) < 2e-5, "\(unit.name)")
      }
    }
  }

  @Test func transposedConvolutionMeetsGoldens() throws {
    let cases = try UnitCase.all("conv_transpose1d")
    #expect(!cases.isEmpty)
    for unit in cases {
      let (input, output) = (unit.shape("in.x"), unit.shape("out.y"))
      let layer = TransposedConvolution(
        inputs: input[1], outputs: output[1], kernel: unit.integer("kernel"),
        rate: unit.integer("stride"), weight: try unit.values("w.weight"))
      #expect(output[2] == input[2] * layer.rate + layer.extraRows)
      let groups = input[2] + layer.extraRows
      let zeros = { (rows: Int) in [Float](repeating: 0, count: rows * layer.inputs) }
      let window =
        zeros(layer.history) + transposed(try unit.values("in.x"), rows: input[2])
        + zeros(layer.lookahead + layer.extraRows)
      let bias = try unit.values("w.bias")
      var y = (0..<groups * layer.rate).flatMap { _ in bias }
      layer.accumulate(rows: groups, window, into: &y)
      let expected = transposed(try unit.values("out.y"), rows: output[2])
      #expect(
        largestDifference(Array(y.prefix(expected.count)), expected) < 2e-5, "\(unit.name)")
    }
  }

  @Test(arguments: [0, 1, 2, 5, 6, 11, 15, 17, 33])
  func panelConvolutionEqualsDefinition(rows: Int) {
    for (kernel, dilation) in [(1, 1), (3, 1), (3, 5), (7, 3), (11, 5)] {
      for (inputs, outputs) in [(5, 3), (3, 1), (16, 1), (1, 16), (9, 33), (8, 40)] {
        let shape = ConvolutionShape(
          inputs: inputs, outputs: outputs, kernel: kernel, dilation: dilation)
        let weight = testValues(kernel * inputs * outputs, seed: 2)
        let layer = PanelConvolution(
          shape, weights: StoredWeights(FloatBuffer(weight), inputs: inputs, taps: kernel))
        let before = testValues(rows * outputs, seed: 3)
        let x = testValues((rows + shape.reach) * inputs, seed: 1)
        let expected = zip(before, naiveConvolution(shape, rows: rows, x, weight)).map { $0 + $1 }
        var y = before
        layer.accumulate(rows: rows, x, into: &y)
        #expect(largestDifference(y, expected) < 2e-5, "\(shape)")
        // Rows of wider matrices, which are not to be touched beside the outputs.
        let wide = spread(x, inputs, to: inputs + 3)
        y = spread(before, outputs, to: outputs + 2)
        layer.accumulate(
          rows: rows, wide, inputStride: inputs + 3, into: &y, outputStride: outputs + 2)
        #expect(
          largestDifference(y, spread(expected, outputs, to: outputs + 2)) < 2e-5, "\(shape)")
      }
    }
  }

  /// Rows of `columns` values with sevens behind them up to `stride`.
  private func spread(_ x: [Float], _ columns: Int, to stride: Int) -> [Float] {
    var result: [Float] = []
    for row in 0..<x.count / columns {
      result += x[row * columns..<(row + 1) * columns]
      result += [Float](repeating: 7, count: stride - columns)
    }
    return result
  }
}
