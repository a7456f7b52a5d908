import HablaCheckpoints

/// One case of the per-layer goldens in Fixtures/melo-tiny/units.
package struct UnitCase: Sendable {
  /// Name of the case.
  package let name: String
  /// Sizes of the layer.
  package let hyper: JSONObject
  /// The file that holds weights (`NAME/w.`), inputs (`NAME/in.`) and outputs (`NAME/out.`).
  package let file: any Checkpoint

  /// All cases of a group ("conv1d", "resblock", ...).
  package static func all(_ group: String) throws -> [UnitCase] {
    let folder = "melo-tiny/units/"
    let bytes = try FileBytes(mapping: Fixtures.path(folder + "units.json"))
    let list = try JSONValue(parsing: bytes.bytes).array ?? []
    return try list.compactMap { entry in
      guard let entry = entry.object, entry["group"]?.string == group,
        let name = entry["case"]?.string, let file = entry["file"]?.string
      else { return nil }
      return UnitCase(
        name: name, hyper: entry["hyper"]?.object ?? JSONObject(),
        file: try Checkpoints.open(path: Fixtures.path(folder + file)))
    }
  }

  /// An integer among the sizes; 0 when absent.
  package func integer(_ key: String) -> Int { hyper[key]?.integer ?? 0 }

  /// A list of integers among the sizes.
  package func integers(_ key: String) -> [Int] {
    hyper[key]?.array?.compactMap(\.integer) ?? []
  }

  /// A tensor of the case, `key` being "in.x", "out.y", "w.weight", ...
  package func values(_ key: String) throws -> [Float] { try file.floats(name + "/" + key) }

  /// Shape of a tensor of the case.
  package func shape(_ key: String) -> [Int] { file.info(name + "/" + key)?.shape ?? [] }
}

/// [channels, rows] as [rows, channels].
package func transposed(_ x: [Float], rows: Int) -> [Float] {
  let channels = rows == 0 ? 0 : x.count / rows
  return (0..<x.count).map { x[($0 % channels) * rows + $0 / channels] }
}

/// Largest difference of two arrays; infinite when their lengths differ or a value is NaN.
package func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
  if a.count != b.count { return .infinity }
  return zip(a, b).reduce(0) { worst, pair in
    let difference = abs(pair.0 - pair.1)
    return difference.isNaN ? .infinity : max(worst, difference)
  }
}

/// Reproducible values, roughly uniform in -1...1.
package func testValues(_ count: Int, seed: UInt64) -> [Float] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
  return (0..<count).map { _ in
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Float(Int64(bitPattern: state) >> 40) / Float(1 << 23)
  }
}
