import Glibc
import HablaCheckpoints
import HablaKernels

package struct HiFiGANConfiguration: Sendable, Equatable, Codable {
  package var inputChannels, initialChannels: Int
  package var upsampleRates, upsampleKernelSizes: [Int]
  package var residualBlock: String
  package var residualKernelSizes: [Int]
  package var residualDilations: [[Int]]
  package var speakerChannels: Int
  package var slope: Float = 0.1
  package init(
    inputChannels: Int, initialChannels: Int, upsampleRates: [Int], upsampleKernelSizes: [Int],
    residualBlock: String, residualKernelSizes: [Int], residualDilations: [[Int]],
    speakerChannels: Int
  ) {
    self.inputChannels = inputChannels; self.initialChannels = initialChannels;
    self.upsampleRates = upsampleRates; self.upsampleKernelSizes = upsampleKernelSizes;
    self.residualBlock = residualBlock; self.residualKernelSizes = residualKernelSizes;
    self.residualDilations = residualDilations; self.speakerChannels = speakerChannels
  }
}
package final class HiFiGAN: Sendable {
  let c: HiFiGANConfiguration
  package var hopLength: Int { c.upsampleRates.reduce(1, *) }
  let pre: Convolution, post: Convolution, cond: Convolution?
  let ups: [(WeightArray, WeightArray)]
  let blocks: [[[Convolution]]]
  package init(_ c: HiFiGANConfiguration, weights w: WeightReader) throws {
    self.c = c
    pre = try Convolution(
      w, "conv_pre", inputs: c.inputChannels, outputs: c.initialChannels, kernel: 7)
    cond =
      c.speakerChannels > 0
      ? try Convolution(w, "cond", inputs: c.speakerChannels, outputs: c.initialChannels) : nil
    var u: [(WeightArray, WeightArray)] = []; var b: [[[Convolution]]] = []
    for i in c.upsampleRates.indices {
      let ci = c.initialChannels >> i
      let co = ci / 2
      u.append(
        (
          try w.array("ups.\(i).weight", shape: [ci, co, c.upsampleKernelSizes[i]]),
          try w.array("ups.\(i).bias", shape: [co])
        ))
      b.append(
        try c.residualKernelSizes.indices.map { j in
          let name = "resblocks.\(i * c.residualKernelSizes.count + j)"
          let k = c.residualKernelSizes[j]
          if c.residualBlock == "1" {
            return try c.residualDilations[j].enumerated().flatMap { m, d in
              [
                try Convolution(
                  w, "\(name).convs1.\(m)", inputs: co, outputs: co, kernel: k, dilation: d),
                try Convolution(w, "\(name).convs2.\(m)", inputs: co, outputs: co, kernel: k),
              ]
            }
          }
          return try c.residualDilations[j].prefix(2).enumerated().map { m, d in
            try Convolution(
              w, "\(name).convs.\(m)", inputs: co, outputs: co, kernel: k, dilation: d)
          }
        })
    }
    ups = u; blocks = b
    post = try Convolution(
      w, "conv_post", inputs: c.initialChannels >> c.upsampleRates.count, outputs: 1, kernel: 7)
  }
  func lrelu(_ x: [Float], _ s: Float) -> [Float] { x.map { $0 > 0 ? $0 : $0 * s } }
  func run(_ conv: Convolution, _ x: [Float], _ rows: Int, _ r: RunState) -> [Float] {
    var y = [Float](repeating: 0, count: rows * conv.outputs);
    conv.forward(x, rows: rows, into: &y, r); return y
  }
  package func forward(
    _ z: UnsafePointer<Float>, frames: Int, speakerVector: UnsafePointer<Float>?, _ r: RunState
  ) -> [Float] {
    var x = run(
      pre, Array(UnsafeBufferPointer(start: z, count: frames * c.inputChannels)), frames, r)
    var rows = frames
    if let cond, let speakerVector {
      var g = [Float](repeating: 0, count: c.initialChannels);
      cond.forward(speakerVector, rows: 1, into: &g, r);
      Elementwise.addRowVector(rows: rows, columns: c.initialChannels, x: &x, vector: g)
    }
    for i in c.upsampleRates.indices {
      let ci = c.initialChannels >> i
      let co = ci / 2
      let s = c.upsampleRates[i]
      let k = c.upsampleKernelSizes[i]
      let p = (k - s) / 2
      x = lrelu(x, c.slope)
      let out = (rows - 1) * s - 2 * p + k
      var y = [Float](repeating: 0, count: out * co)
      let w = ups[i].0.pointer
      let bias = ups[i].1.pointer
      for t in 0..<out { for o in 0..<co { y[t * co + o] = bias[o] } }
      for t in 0..<rows {
        for j in 0..<k {
          let q = t * s + j - p; if q < 0 || q >= out { continue }
          for a in 0..<ci {
            let v = x[t * ci + a]; for o in 0..<co { y[q * co + o] += v * w[(a * co + o) * k + j] }
          }
        }
      }
      rows = out
      var sum = [Float](repeating: 0, count: rows * co)
      for b in blocks[i] {
        var h = y
        if c.residualBlock == "1" {
          for m in stride(from: 0, to: b.count, by: 2) {
            var t = run(b[m], lrelu(h, c.slope), rows, r);
            t = run(b[m + 1], lrelu(t, c.slope), rows, r); for n in t.indices { h[n] += t[n] }
          }
        } else {
          for conv in b {
            let t = run(conv, lrelu(h, c.slope), rows, r); for n in t.indices { h[n] += t[n] }
          }
        }
        for n in h.indices { sum[n] += h[n] }
      }
      x = sum.map { $0 / Float(blocks[i].count) }
    }
    return run(post, lrelu(x, 0.01), rows, r).map { tanh($0) }
  }
}
package final class HiFiGANStream {
  let d: HiFiGAN; let r: RunState; var z: [Float] = []; var g: UnsafePointer<Float>?;
  var out: [Float] = []
  package init(_ d: HiFiGAN, pool: ThreadPool) { self.d = d; r = RunState(pool: pool) }
  package func begin(speakerVector: UnsafePointer<Float>?) { z = []; g = speakerVector }
  package func push(
    _ latent: UnsafePointer<Float>, frames: Int, isLast: Bool,
    _ emit: (UnsafeBufferPointer<Float>) -> Void
  ) {
    z += UnsafeBufferPointer(start: latent, count: frames * d.c.inputChannels)
    if isLast {
      out = d.forward(z, frames: z.count / d.c.inputChannels, speakerVector: g, r);
      out.withUnsafeBufferPointer(emit)
    }
  }
}
