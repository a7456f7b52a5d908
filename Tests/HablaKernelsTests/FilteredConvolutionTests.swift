import HablaKernels
import TestSupport
import Testing

@Suite struct FilteredConvolutionTests {
  private func filtered(
    _ shape: ConvolutionShape, rows: Int, _ x: [Float], _ weight: [Float], slope: Float = 1,
    bias: [Float]? = nil, residual: [Float]? = nil, onto y: [Float]? = nil, threads: Int = 1
  ) -> [Float] {
    let layer = FilteredConvolution(
      shape, weights: StoredWeights(FloatBuffer(weight), inputs: shape.inputs, taps: shape.kernel))
    let scratch = FloatBuffer(count: layer.scratchCount * threads)
    var result = y ?? [Float](repeating: .nan, count: rows * shape.outputs)
    layer.forward(
      rows: rows, x, slope: slope, bias: bias, residual: residual, accumulates: y != nil,
      into: &result, scratch: scratch.pointer, pool: ThreadPool(threadCount: threads))
    return result
  }

  @Test(arguments: [0, 1, 2, 5, 15, 17, 33, 100])
  func equalsDefinition(rows: Int) {
    for kernel in [2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 24] {
      for dilation in [1, 2, 3, 5, 12] {
        let shape = ConvolutionShape(
          inputs: 16, outputs: 8, kernel: kernel, dilation: dilation)
        let x = testValues((rows + shape.reach) * 16, seed: 5)
        let weight = testValues(kernel * 128, seed: 6).map { $0 / Float(kernel * 16).squareRoot() }
        let expected = naiveConvolution(shape, rows: rows, x, weight)
        let y = filtered(shape, rows: rows, x, weight)
        #expect(largestDifference(y, expected) < 2e-5, "kernel \(kernel), dilation \(dilation)")
      }
    }
  }

  @Test(arguments: [3, 5, 7, 11]) func addsWhatSurroundsIt(kernel: Int) {
    let shape = ConvolutionShape(inputs: 24, outputs: 24, kernel: kernel, dilation: 3)
    let rows = 61
    let x = testValues((rows + shape.reach) * 24, seed: 1)
    let weight = testValues(kernel * 576, seed: 2).map { $0 / Float(kernel * 24).squareRoot() }
    let bias = testValues(24, seed: 3)
    let residual = testValues(rows * 24, seed: 4)
    let before = testValues(rows * 24, seed: 5)
    let rectified = x.map { $0 < 0 ? $0 * 0.1 : $0 }
    let plain = naiveConvolution(shape, rows: rows, rectified, weight)
    for withBias in [false, true] {
      for withResidual in [false, true] {
        for accumulates in [false, true] {
          let expected = plain.indices.map {
            plain[$0] + (withBias ? bias[$0 % 24] : 0) + (withResidual ? residual[$0] : 0)
              + (accumulates ? before[$0] : 0)
          }
          let y = filtered(
            shape, rows: rows, x, weight, slope: 0.1, bias: withBias ? bias : nil,
            residual: withResidual ? residual : nil, onto: accumulates ? before : nil)
          #expect(largestDifference(y, expected) < 2e-5)
        }
      }
    }
  }

  @Test func roundingErrorIsSmallWithManyChannels() {
    for kernel in [3, 7, 11] {
      let shape = ConvolutionShape(inputs: 128, outputs: 16, kernel: kernel)
      let rows = 240
      let x = testValues((rows + shape.reach) * 248, seed: 7)
      let weight = testValues(kernel * 2048, seed: 8).map { $0 / Float(kernel * 128).squareRoot() }
      let expected = naiveConvolution(shape, rows: rows, x, weight)
      let y = filtered(shape, rows: rows, x, weight)
      let square = { (values: [Float]) in
        values.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(values.count)
      }
      let error = (square(zip(y, expected).map { $0 - $1 }) / square(expected)).squareRoot()
      #expect(error < 5e-6, "kernel \(kernel): \(error)")
    }
  }

  @Test func doesNotDependOnThreadCount() {
    let shape = ConvolutionShape(inputs: 16, outputs: 16, kernel: 11, dilation: 5)
    let x = testValues((3000 + shape.reach) * 16, seed: 9)
    let weight = testValues(11 * 256, seed: 10)
    let expected = filtered(shape, rows: 3000, x, weight)
    for threads in [2, 3, 5] {
      #expect(filtered(shape, rows: 3000, x, weight, threads: threads) == expected)
    }
  }
}
