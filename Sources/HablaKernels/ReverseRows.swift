extension Elementwise {
  /// Reverses the order of the `channels` values in each of `rows` rows, in place.
  package static func reverseRows(
    rows: Int, channels: Int, x: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<max(rows, 0) {
      let values = x + row * channels
      var low = 0
      var high = channels - 1
      while low < high {
        let value = values[low]
        values[low] = values[high]
        values[high] = value
        low += 1
        high -= 1
      }
    }
  }
}
