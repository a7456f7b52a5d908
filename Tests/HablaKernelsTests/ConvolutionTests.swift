import HablaKernels
import TestSupport
import Testing

/// Kernel weights [out, in, tap] as [tap, in, out].
func tapMajor(_ weight: [Float], _ shape: ConvolutionShape) -> [Float] {
  var result = [Float](repeating: 0, count: weight.count)
  for o in 0..<shape.outputs {
    for i in 0..<shape.inputs {
      for tap in 0..<shape.kernel {
        result[(tap * shape.inputs + i) * shape.outputs + o] =
          weight[(o * shape.inputs + i) * shape.kernel + tap]
      }
    }
  }
  return result
}

/// Convolution of a window by its definition, in double precision; `weight` is [tap, in, out].
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
            * Double(weight[(tap * shape.inputs + i) * shape.outputs + o])
        }
      }
      y[t * shape.outputs + o] = Float(sum)
    }
  }
  return y
}

@Suite struct ConvolutionTests {
  @Test func directConvolutionMeetsGoldens() throws {
    for unit in try UnitCase.all("conv1d") where unit.integer("groups") == 1 {
      let (input, output) = (unit.shape("in.x"), unit.shape("out.y"))
      let shape = ConvolutionShape(
        inputs: input[1], outputs: output[1], kernel: unit.integer("kernel"),
        dilation: unit.integer("dilation"))
      let zeros = { (rows: Int) in [Float](repeating: 0, count: rows * shape.inputs) }
      let weight = tapMajor(try unit.values("w.weight"), shape)
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
        DirectConvolution.accumulate(shape, rows: output[2], window, weight: weight, into: &y)
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

  @Test(arguments: [0, 1, 15, 17, 33]) func directConvolutionEqualsDefinition(rows: Int) {
    for (kernel, dilation) in [(1, 1), (3, 1), (3, 5), (7, 3), (11, 5)] {
      let shape = ConvolutionShape(inputs: 5, outputs: 3, kernel: kernel, dilation: dilation)
      let x = testValues((rows + shape.reach) * 5, seed: 1)
      let weight = testValues(kernel * 15, seed: 2)
      var y = [Float](repeating: 0, count: rows * 3)
      DirectConvolution.accumulate(shape, rows: rows, x, weight: weight, into: &y)
      #expect(largestDifference(y, naiveConvolution(shape, rows: rows, x, weight)) < 2e-5)
    }
  }
}
