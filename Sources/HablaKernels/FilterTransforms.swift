/// Four floats: one SSE2 or NEON register.
///
/// Wider lanes would not fit a tile's rows into the sixteen registers of a baseline x86-64.
typealias Quad = SIMD4<Float>

/// The linear maps around the products of a minimal-filtering convolution, tile by tile.
///
/// Tables hold every coefficient four times, ready to be multiplied.
enum FilterTransforms {
  /// V at all points for one tile: rows of `x` are `stride` floats apart, V's points `pointStride`.
  ///
  /// LeakyReLU with `slope` (1 for none) comes first. `channels` is a multiple of 4.
  @inline(__always)
  static func input(
    points: Int, _ x: UnsafePointer<Float>, stride: Int, channels: Int, slope: Float,
    table: UnsafePointer<Quad>, _ v: UnsafeMutablePointer<Float>, pointStride: Int
  ) {
    let factor = Quad(repeating: slope)
    switch points {
    case 8: input8(x, stride, channels, factor, table, v, pointStride)
    case 10: input10(x, stride, channels, factor, table, v, pointStride)
    default: input11(x, stride, channels, factor, table, v, pointStride)
    }
  }

  @inline(__always)
  private static func load(_ x: UnsafePointer<Float>, _ slope: Quad) -> Quad {
    let value = UnsafeRawPointer(x).loadUnaligned(as: Quad.self)
    let scaled = value * slope
    return value.replacing(with: scaled, where: value .< scaled)
  }

  @inline(__always)
  private static func store(_ value: Quad, _ y: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(y).storeBytes(of: value, as: Quad.self)
  }

  /// 0, three pairs, infinity.
  private static func input8(
    _ x: UnsafePointer<Float>, _ stride: Int, _ channels: Int, _ slope: Quad,
    _ table: UnsafePointer<Quad>, _ v: UnsafeMutablePointer<Float>, _ pointStride: Int
  ) {
    var c = 0
    while c < channels {
      let p = x + c
      let x0 = load(p, slope)
      let x1 = load(p + stride, slope)
      let x2 = load(p + 2 * stride, slope)
      let x3 = load(p + 3 * stride, slope)
      let x4 = load(p + 4 * stride, slope)
      let x5 = load(p + 5 * stride, slope)
      let x6 = load(p + 6 * stride, slope)
      let x7 = load(p + 7 * stride, slope)
      var out = v + c
      var t = table
      for _ in 0..<3 {
        let even = x2 * t[0] + x4 * t[1] + x6
        let odd = (x1 * t[0] + x3 * t[1] + x5) * t[2]
        store(even + odd, out)
        store(even - odd, out + pointStride)
        out += 2 * pointStride
        t += 3
      }
      store(x0 * t[0] + x2 * t[1] + x4 * t[2] + x6, out)
      store(x1 * t[0] + x3 * t[1] + x5 * t[2] + x7, out + pointStride)
      c += 4
    }
  }

  /// 0, four pairs, infinity.
  private static func input10(
    _ x: UnsafePointer<Float>, _ stride: Int, _ channels: Int, _ slope: Quad,
    _ table: UnsafePointer<Quad>, _ v: UnsafeMutablePointer<Float>, _ pointStride: Int
  ) {
    var c = 0
    while c < channels {
      let p = x + c
      let x0 = load(p, slope)
      let x1 = load(p + stride, slope)
      let x2 = load(p + 2 * stride, slope)
      let x3 = load(p + 3 * stride, slope)
      let x4 = load(p + 4 * stride, slope)
      let x5 = load(p + 5 * stride, slope)
      let x6 = load(p + 6 * stride, slope)
      let x7 = load(p + 7 * stride, slope)
      let x8 = load(p + 8 * stride, slope)
      let x9 = load(p + 9 * stride, slope)
      var out = v + c
      var t = table
      for _ in 0..<4 {
        let even = x2 * t[0] + x4 * t[1] + x6 * t[2] + x8
        let odd = (x1 * t[0] + x3 * t[1] + x5 * t[2] + x7) * t[3]
        store(even + odd, out)
        store(even - odd, out + pointStride)
        out += 2 * pointStride
        t += 4
      }
      store(x0 * t[0] + x2 * t[1] + x4 * t[2] + x6 * t[3] + x8, out)
      store(x1 * t[0] + x3 * t[1] + x5 * t[2] + x7 * t[3] + x9, out + pointStride)
      c += 4
    }
  }

  /// Five pairs, infinity.
  private static func input11(
    _ x: UnsafePointer<Float>, _ stride: Int, _ channels: Int, _ slope: Quad,
    _ table: UnsafePointer<Quad>, _ v: UnsafeMutablePointer<Float>, _ pointStride: Int
  ) {
    var c = 0
    while c < channels {
      let p = x + c
      let x0 = load(p, slope)
      let x1 = load(p + stride, slope)
      let x2 = load(p + 2 * stride, slope)
      let x3 = load(p + 3 * stride, slope)
      let x4 = load(p + 4 * stride, slope)
      let x5 = load(p + 5 * stride, slope)
      let x6 = load(p + 6 * stride, slope)
      let x7 = load(p + 7 * stride, slope)
      let x8 = load(p + 8 * stride, slope)
      let x9 = load(p + 9 * stride, slope)
      let x10 = load(p + 10 * stride, slope)
      var out = v + c
      var t = table
      for _ in 0..<5 {
        let odd = x1 * t[0] + x3 * t[1] + x5 * t[2] + x7 * t[3] + x9
        let even = (x0 * t[0] + x2 * t[1] + x4 * t[2] + x6 * t[3] + x8) * t[4]
        store(odd + even, out)
        store(odd - even, out + pointStride)
        out += 2 * pointStride
        t += 5
      }
      store(x0 * t[0] + x2 * t[1] + x4 * t[2] + x6 * t[3] + x8 * t[4] + x10, out)
      c += 4
    }
  }

  /// What is added to a tile's rows.
  struct Addends {
    /// Added to every row, [channels].
    let bias: UnsafePointer<Float>
    /// First row of what is added row by row, rows `stride` floats apart.
    let residual: UnsafePointer<Float>?
    /// Whether the rows' old contents are added too.
    let accumulates: Bool
  }

  /// The first `rows` rows of one tile from its sums at all points.
  ///
  /// Rows of `y` are `stride` floats apart, the points of `m` `pointStride`; `outputs` rows are in
  /// a full tile. `channels` is a multiple of 4.
  @inline(__always)
  static func output(
    points: Int, outputs: Int, rows: Int, _ m: UnsafePointer<Float>, pointStride: Int,
    channels: Int, table: UnsafePointer<Quad>, adding addends: Addends,
    _ y: UnsafeMutablePointer<Float>, stride: Int
  ) {
    let tile = Tile(
      outputs: outputs, rows: rows, m: m, pointStride: pointStride, channels: channels,
      table: table, bias: addends.bias, y: y, stride: stride)
    // The loops are compiled for each combination, without decisions inside.
    switch (points, addends.residual, addends.accumulates) {
    case (8, nil, false): output8(tile, nil, false)
    case (8, let residual, let accumulates): output8(tile, residual, accumulates)
    case (10, nil, false): output10(tile, nil, false)
    case (10, let residual, let accumulates): output10(tile, residual, accumulates)
    case (_, nil, false): output11(tile, nil, false)
    case (_, let residual, let accumulates): output11(tile, residual, accumulates)
    }
  }

  /// Where a tile's sums are and where its rows go.
  private struct Tile {
    let outputs: Int
    let rows: Int
    let m: UnsafePointer<Float>
    let pointStride: Int
    let channels: Int
    let table: UnsafePointer<Quad>
    let bias: UnsafePointer<Float>
    let y: UnsafeMutablePointer<Float>
    let stride: Int
  }

  @inline(__always)
  private static func load(_ x: UnsafePointer<Float>) -> Quad {
    UnsafeRawPointer(x).loadUnaligned(as: Quad.self)
  }

  /// Adds what is to be added to a row and stores it.
  @inline(__always)
  private static func finish(
    _ value: Quad, _ y: UnsafeMutablePointer<Float>, _ residual: UnsafePointer<Float>?,
    _ accumulates: Bool
  ) {
    var sum = value
    if let residual { sum += load(residual) }
    if accumulates { sum += load(UnsafePointer(y)) }
    store(sum, y)
  }

  @inline(__always)
  private static func output8(
    _ tile: Tile, _ residual: UnsafePointer<Float>?, _ accumulates: Bool
  ) {
    let (step, stride, last) = (tile.pointStride, tile.stride, tile.outputs - 1)
    var c = 0
    while c < tile.channels {
      let p = tile.m + c
      let (a0, b0) = (load(p), load(p + step))
      let (a1, b1) = (load(p + 2 * step), load(p + 3 * step))
      let (a2, b2) = (load(p + 4 * step), load(p + 5 * step))
      let (s0, s1, s2) = (a0 + b0, a1 + b1, a2 + b2)
      let (d0, d1, d2) = (a0 - b0, a1 - b1, a2 - b2)
      let bias = load(tile.bias + c)
      var y = tile.y + c
      var added = residual.map { $0 + c }
      finish(bias + load(p + 6 * step) + (s0 + s1) + s2, y, added, accumulates)
      var t = tile.table
      var i = 1
      while i < tile.rows {
        y += stride
        added = added.map { $0 + stride }
        var odd = bias + d0 * t[0] + d1 * t[1] + d2 * t[2]
        if i == last { odd += load(p + 7 * step) }
        finish(odd, y, added, accumulates)
        i += 1
        if i >= tile.rows { break }
        y += stride
        added = added.map { $0 + stride }
        var even = bias + s0 * t[3] + s1 * t[4] + s2 * t[5]
        if i == last { even += load(p + 7 * step) }
        finish(even, y, added, accumulates)
        i += 1
        t += 6
      }
      c += 4
    }
  }

  @inline(__always)
  private static func output10(
    _ tile: Tile, _ residual: UnsafePointer<Float>?, _ accumulates: Bool
  ) {
    let (step, stride, last) = (tile.pointStride, tile.stride, tile.outputs - 1)
    var c = 0
    while c < tile.channels {
      let p = tile.m + c
      let (a0, b0) = (load(p), load(p + step))
      let (a1, b1) = (load(p + 2 * step), load(p + 3 * step))
      let (a2, b2) = (load(p + 4 * step), load(p + 5 * step))
      let (a3, b3) = (load(p + 6 * step), load(p + 7 * step))
      let (s0, s1, s2, s3) = (a0 + b0, a1 + b1, a2 + b2, a3 + b3)
      let (d0, d1, d2, d3) = (a0 - b0, a1 - b1, a2 - b2, a3 - b3)
      let bias = load(tile.bias + c)
      var y = tile.y + c
      var added = residual.map { $0 + c }
      finish(bias + load(p + 8 * step) + (s0 + s1) + (s2 + s3), y, added, accumulates)
      var t = tile.table
      var i = 1
      while i < tile.rows {
        y += stride
        added = added.map { $0 + stride }
        var odd = bias + d0 * t[0] + d1 * t[1] + d2 * t[2] + d3 * t[3]
        if i == last { odd += load(p + 9 * step) }
        finish(odd, y, added, accumulates)
        i += 1
        if i >= tile.rows { break }
        y += stride
        added = added.map { $0 + stride }
        var even = bias + s0 * t[4] + s1 * t[5] + s2 * t[6] + s3 * t[7]
        if i == last { even += load(p + 9 * step) }
        finish(even, y, added, accumulates)
        i += 1
        t += 8
      }
      c += 4
    }
  }

  @inline(__always)
  private static func output11(
    _ tile: Tile, _ residual: UnsafePointer<Float>?, _ accumulates: Bool
  ) {
    let (step, stride, last) = (tile.pointStride, tile.stride, tile.outputs - 1)
    var c = 0
    while c < tile.channels {
      let p = tile.m + c
      let (a0, b0) = (load(p), load(p + step))
      let (a1, b1) = (load(p + 2 * step), load(p + 3 * step))
      let (a2, b2) = (load(p + 4 * step), load(p + 5 * step))
      let (a3, b3) = (load(p + 6 * step), load(p + 7 * step))
      let (a4, b4) = (load(p + 8 * step), load(p + 9 * step))
      let (s0, s1, s2, s3, s4) = (a0 + b0, a1 + b1, a2 + b2, a3 + b3, a4 + b4)
      let (d0, d1, d2, d3, d4) = (a0 - b0, a1 - b1, a2 - b2, a3 - b3, a4 - b4)
      let bias = load(tile.bias + c)
      var y = tile.y + c
      var added = residual.map { $0 + c }
      finish(bias + (s0 + s1) + (s2 + s3) + s4, y, added, accumulates)
      var t = tile.table
      var i = 1
      while i < tile.rows {
        y += stride
        added = added.map { $0 + stride }
        var odd = bias + d0 * t[0] + d1 * t[1] + d2 * t[2] + d3 * t[3] + d4 * t[4]
        if i == last { odd += load(p + 10 * step) }
        finish(odd, y, added, accumulates)
        i += 1
        if i >= tile.rows { break }
        y += stride
        added = added.map { $0 + stride }
        var even = bias + s0 * t[5] + s1 * t[6] + s2 * t[7] + s3 * t[8] + s4 * t[9]
        if i == last { even += load(p + 10 * step) }
        finish(even, y, added, accumulates)
        i += 1
        t += 10
      }
      c += 4
    }
  }
}
