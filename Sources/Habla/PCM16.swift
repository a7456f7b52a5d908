/// Samples as 16-bit integers.
public struct PCM16: Sendable {
  /// Samples, full scale ±32767.
  public private(set) var samples: [Int16]
  /// How many samples lay outside ±1 and were clipped.
  public private(set) var clipped: Int

  /// Rounds to the nearest step of 1/32767 and clips what lies outside ±1; NaN becomes 0.
  public init(_ floats: [Float]) {
    samples = []
    samples.reserveCapacity(floats.count)
    clipped = 0
    for value in floats {
      if value > 1 || value < -1 { clipped += 1 }
      let bounded = value.isNaN ? 0 : min(max(value, -1), 1)
      samples.append(Int16((bounded * 32767).rounded()))
    }
  }

  /// The samples as little-endian bytes.
  public var bytes: [UInt8] {
    samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
  }
}
