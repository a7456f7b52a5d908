import Foundation
import HablaCheckpoints

/// A tensor of a golden file.
package struct Golden: Sendable {
  /// Lengths of the axes as stored.
  package let shape: [Int]
  /// Values, row-major.
  package let values: [Float]

  /// Makes a tensor.
  package init(shape: [Int], values: [Float]) {
    self.shape = shape
    self.values = values
  }

  /// The values of one batch item, [channel, time] transposed to [time, channel].
  ///
  /// `length` cuts the time axis.
  package func timeMajor(item: Int = 0, length: Int? = nil) -> [Float] {
    let (channels, time) = (shape[shape.count - 2], shape[shape.count - 1])
    let rows = min(length ?? time, time)
    let base = item * channels * time
    var result = [Float](repeating: 0, count: rows * channels)
    for c in 0..<channels {
      for t in 0..<rows { result[t * channels + c] = values[base + c * time + t] }
    }
    return result
  }

  /// One batch item as stored.
  package func item(_ index: Int) -> [Float] {
    let size = shape.dropFirst().reduce(1, *)
    return Array(values[index * size..<(index + 1) * size])
  }
}

/// Tensors of one golden file by name.
package struct GoldenFile {
  private let checkpoint: any Checkpoint

  /// Opens a safetensors file below Tests/Fixtures.
  package init(_ relative: String) throws {
    checkpoint = try Checkpoints.open(path: Fixtures.path(relative))
  }

  /// Names in the file.
  package var names: [String] { checkpoint.tensors.map(\.name) }

  /// One tensor.
  package func tensor(_ name: String) throws -> Golden {
    guard let info = checkpoint.info(name) else {
      throw CheckpointError.missingTensor(name: name)
    }
    return Golden(shape: info.shape, values: try checkpoint.floats(name))
  }

  /// One tensor, or nil when there is none of that name.
  package func optional(_ name: String) throws -> Golden? {
    checkpoint.info(name) == nil ? nil : try tensor(name)
  }

  /// An integer tensor, flattened.
  package func integers(_ name: String) throws -> [Int] {
    try checkpoint.integers(name).map { Int($0) }
  }

  /// The file's tensors below `prefix`, as a checkpoint of their own.
  package var source: any Checkpoint { checkpoint }
}

/// Largest absolute difference over the largest magnitude of the expected values (at least 1e-6).
///
/// Arrays of different length and values that are not finite give infinity.
package func relativeDifference(_ found: [Float], _ expected: [Float]) -> Double {
  guard found.count == expected.count else { return .infinity }
  var largest = 1e-6
  var difference = 0.0
  for (a, b) in zip(found, expected) {
    if !a.isFinite || !b.isFinite { return .infinity }
    largest = max(largest, Double(abs(b)))
    difference = max(difference, Double(abs(a - b)))
  }
  return difference / largest
}

/// Decodes a JSON file below Tests/Fixtures.
package func decodeFixture<T: Decodable>(_ type: T.Type, _ relative: String) throws -> T {
  try JSONDecoder().decode(
    type, from: Data(contentsOf: URL(fileURLWithPath: Fixtures.path(relative))))
}
