import HablaKernels
import Testing

@Suite struct DepthwiseConvolutionTests {
  @Test(arguments: [0, 1, 2, 15, 17], [1, 7, 8, 17])
  func samePadding(rows: Int, channels: Int) {
    for (kernel, dilation) in [(1, 1), (3, 1), (3, 3), (3, 9), (5, 2)] {
      let x = pseudoRandom(rows * channels)
      let weights = pseudoRandom(kernel * channels, seed: 2)
      let bias = pseudoRandom(channels, seed: 3)
      let result = withGuardedOutput(rows * channels) {
        DepthwiseConvolution.apply(
          rows: rows, channels: channels, kernel: kernel, dilation: dilation, x: x,
          weights: weights, bias: bias, out: $0)
      }
      let padding = dilation * (kernel - 1) / 2
      for t in 0..<rows {
        for c in 0..<channels {
          var sum = Double(bias[c])
          for j in 0..<kernel where (0..<rows).contains(t + j * dilation - padding) {
            let source = (t + j * dilation - padding) * channels + c
            sum += Double(weights[j * channels + c]) * Double(x[source])
          }
          #expect(abs(Double(result[t * channels + c]) - sum) < 1e-5)
        }
      }
    }
  }

  @Test func partsMakeTheWhole() {
    let (rows, channels) = (11, 9)
    let x = pseudoRandom(rows * channels)
    let weights = pseudoRandom(3 * channels, seed: 2)
    func compute(_ ranges: [Range<Int>]) -> [Float] {
      withGuardedOutput(rows * channels) {
        for range in ranges {
          DepthwiseConvolution.apply(
            rows: rows, channels: channels, kernel: 3, dilation: 3, x: x, weights: weights,
            bias: nil, out: $0, range: range)
        }
      }
    }
    #expect(compute([0..<11]) == compute([7..<11, 0..<3, 3..<7]))
  }
}
