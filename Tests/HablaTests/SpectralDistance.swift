#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How far two recordings of equal length are apart in what is heard: their mel spectrograms in dB.
struct SpectralDistance {
  private static let window = 1024
  private static let hop = 256
  private static let bands = 80
  /// Below the loudest band of the reference by so much, nothing is heard.
  private static let range = 80.0

  private let sampleRate: Double
  private let filters: [(first: Int, weights: [Double])]
  private let cosines: [Double]
  private let hann: [Double]

  init(sampleRate: Int) {
    self.sampleRate = Double(sampleRate)
    let size = Self.window
    cosines = (0..<size).map { cos(2 * .pi * Double($0) / Double(size)) }
    hann = cosines.map { 0.5 - 0.5 * $0 }
    func mel(_ hertz: Double) -> Double { 2595 * log10(1 + hertz / 700) }
    func hertz(_ mel: Double) -> Double { 700 * (pow(10, mel / 2595) - 1) }
    let top = mel(Double(sampleRate) / 2)
    let edges = (0...(Self.bands + 1)).map {
      hertz(top * Double($0) / Double(Self.bands + 1)) * Double(size) / Double(sampleRate)
    }
    filters = (0..<Self.bands).map { band in
      let first = Int(edges[band].rounded(.up))
      let last = max(first, Int(edges[band + 2].rounded(.down)))
      return (
        first,
        (first...last).map { bin in
          let rising = (Double(bin) - edges[band]) / max(edges[band + 1] - edges[band], 1e-9)
          let falling =
            (edges[band + 2] - Double(bin)) / max(edges[band + 2] - edges[band + 1], 1e-9)
          // Narrow bands between two bins still see the nearest one.
          return max(1e-3, min(rising, falling))
        }
      )
    }
  }

  /// Mean absolute difference of the bands in dB, over all windows; 0 for equal recordings.
  func decibels(_ found: [Float], _ expected: [Float]) -> Double {
    let (a, b) = (spectrogram(found), spectrogram(expected))
    guard a.count == b.count, let loudest = b.max() else { return .infinity }
    let floor = loudest - Self.range
    var sum = 0.0
    for (x, y) in zip(a, b) { sum += abs(max(x, floor) - max(y, floor)) }
    return sum / Double(a.count)
  }

  private func spectrogram(_ samples: [Float]) -> [Double] {
    var bands: [Double] = []
    for start in stride(from: 0, to: max(samples.count - Self.window, 1), by: Self.hop) {
      let frame = (0..<Self.window).map { i in
        start + i < samples.count ? Double(samples[start + i]) * hann[i] : 0
      }
      let power = self.power(frame)
      for (first, weights) in filters {
        var sum = 0.0
        for (i, weight) in weights.enumerated() where first + i < power.count {
          sum += weight * power[first + i]
        }
        bands.append(10 * log10(sum + 1e-20))
      }
    }
    return bands
  }

  /// Power of each frequency, by a fast Fourier transform.
  private func power(_ frame: [Double]) -> [Double] {
    let size = frame.count
    var real = [Double](repeating: 0, count: size)
    var imaginary = [Double](repeating: 0, count: size)
    let bits = size.trailingZeroBitCount
    for i in 0..<size {
      var reversed = 0
      for bit in 0..<bits where i & 1 << bit != 0 { reversed |= 1 << (bits - 1 - bit) }
      real[reversed] = frame[i]
    }
    var half = 1
    while half < size {
      let step = size / (2 * half)
      for start in stride(from: 0, to: size, by: 2 * half) {
        for k in 0..<half {
          let (i, j) = (start + k, start + k + half)
          let c = cosines[k * step]
          let s = -cosines[(k * step + 3 * size / 4) % size]
          let (x, y) = (real[j] * c - imaginary[j] * s, real[j] * s + imaginary[j] * c)
          (real[j], imaginary[j]) = (real[i] - x, imaginary[i] - y)
          real[i] += x
          imaginary[i] += y
        }
      }
      half *= 2
    }
    return (0...size / 2).map { real[$0] * real[$0] + imaginary[$0] * imaginary[$0] }
  }
}
