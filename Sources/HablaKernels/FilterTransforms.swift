/// The linear maps around the products of a minimal-filtering convolution, tile by tile.
///
/// Tables hold every coefficient as many times as a vector has floats, ready to be multiplied. This
/// file is part of two modules, which differ in `Vector`.
package enum FilterTransforms {
  /// Floats in a vector; channels come in multiples of it.
  package static let vectorLength = Vector.scalarCount

  /// V at all points for one tile: rows of `x` are `stride` floats apart, V's points `pointStride`.
  ///
  /// LeakyReLU with `slope` (1 for none) comes first. `channels` is a multiple of the vectors'
  /// length.
  @inline(never)
  package static func input(
    points: Int, _ x: UnsafePointer<Float>, stride: Int, channels: Int, slope: Float,
    table: UnsafePointer<Float>, _ v: UnsafeMutablePointer<Float>, pointStride: Int
  ) {
    let factor = Vector(repeating: slope)
    if points == 8 {
      input8(x, stride, channels, factor, table, v, pointStride)
    } else {
      input11(x, stride, channels, factor, table, v, pointStride)
    }
  }

  /// Coefficient `index` of a table.
  @inline(__always)
  private static func at(_ table: UnsafePointer<Float>, _ index: Int) -> Vector {
    load(table + index * Vector.scalarCount)
  }

  @inline(__always)
  private static func load(_ x: UnsafePointer<Float>, _ slope: Vector) -> Vector {
    let value = UnsafeRawPointer(x).loadUnaligned(as: Vector.self)
    let scaled = value * slope
    return value.replacing(with: scaled, where: value .< scaled)
  }

  @inline(__always)
  private static func store(_ value: Vector, _ y: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(y).storeBytes(of: value, as: Vector.self)
  }

  /// 0, three pairs, infinity.
  private static func input8(
    _ x: UnsafePointer<Float>, _ stride: Int, _ channels: Int, _ slope: Vector,
    _ table: UnsafePointer<Float>, _ v: UnsafeMutablePointer<Float>, _ pointStride: Int
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
        let even = multiplyAdd(x2, at(t, 0), multiplyAdd(x4, at(t, 1), x6))
        let odd = multiplyAdd(x1, at(t, 0), multiplyAdd(x3, at(t, 1), x5)) * at(t, 2)
        store(even + odd, out)
        store(even - odd, out + pointStride)
        out += 2 * pointStride
        t += 3 * Vector.scalarCount
      }
      store(
        multiplyAdd(x0, at(t, 0), multiplyAdd(x2, at(t, 1), multiplyAdd(x4, at(t, 2), x6))), out)
      store(
        multiplyAdd(x1, at(t, 0), multiplyAdd(x3, at(t, 1), multiplyAdd(x5, at(t, 2), x7))),
        out + pointStride)
      c += Vector.scalarCount
    }
  }

  /// Five pairs, infinity.
  private static func input11(
    _ x: UnsafePointer<Float>, _ stride: Int, _ channels: Int, _ slope: Vector,
    _ table: UnsafePointer<Float>, _ v: UnsafeMutablePointer<Float>, _ pointStride: Int
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
        let odd = multiplyAdd(
          x1, at(t, 0),
          multiplyAdd(x3, at(t, 1), multiplyAdd(x5, at(t, 2), multiplyAdd(x7, at(t, 3), x9))))
        let even =
          multiplyAdd(
            x0, at(t, 0),
            multiplyAdd(x2, at(t, 1), multiplyAdd(x4, at(t, 2), multiplyAdd(x6, at(t, 3), x8))))
          * at(t, 4)
        store(odd + even, out)
        store(odd - even, out + pointStride)
        out += 2 * pointStride
        t += 5 * Vector.scalarCount
      }
      let low = multiplyAdd(x0, at(t, 0), multiplyAdd(x2, at(t, 1), x10))
      store(
        multiplyAdd(
          x4, at(t, 2), multiplyAdd(x6, at(t, 3), multiplyAdd(x8, at(t, 4), low))), out)
      c += Vector.scalarCount
    }
  }

  /// The first `rows` rows of one tile from its sums at all points.
  ///
  /// Rows of `y`, and of `residual` if given, are `stride` floats apart, the points of `m`
  /// `pointStride`; `outputs` rows are in a full tile. Adds `bias` [channels], the residual and,
  /// when `accumulates`, what the rows hold. `channels` is a multiple of the vectors' length.
  @inline(never)
  package static func output(
    points: Int, outputs: Int, rows: Int, _ m: UnsafePointer<Float>, pointStride: Int,
    channels: Int, table: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    residual: UnsafePointer<Float>?, accumulates: Bool, _ y: UnsafeMutablePointer<Float>,
    stride: Int
  ) {
    let tile = Tile(
      outputs: outputs, rows: rows, m: m, pointStride: pointStride, channels: channels,
      table: table, bias: bias, y: y, stride: stride)
    // The loops are compiled for each combination, without decisions inside.
    switch (points, residual, accumulates) {
    case (8, nil, false): output8(tile, nil, false)
    case (8, let residual, let accumulates): output8(tile, residual, accumulates)
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
    let table: UnsafePointer<Float>
    let bias: UnsafePointer<Float>
    let y: UnsafeMutablePointer<Float>
    let stride: Int
  }

  @inline(__always)
  private static func load(_ x: UnsafePointer<Float>) -> Vector {
    UnsafeRawPointer(x).loadUnaligned(as: Vector.self)
  }

  /// Adds what is to be added to a row and stores it.
  @inline(__always)
  private static func finish(
    _ value: Vector, _ y: UnsafeMutablePointer<Float>, _ residual: UnsafePointer<Float>?,
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
        var odd = multiplyAdd(
          d0, at(t, 0), multiplyAdd(d1, at(t, 1), multiplyAdd(d2, at(t, 2), bias)))
        if i == last { odd += load(p + 7 * step) }
        finish(odd, y, added, accumulates)
        i += 1
        if i >= tile.rows { break }
        y += stride
        added = added.map { $0 + stride }
        var even = multiplyAdd(
          s0, at(t, 3), multiplyAdd(s1, at(t, 4), multiplyAdd(s2, at(t, 5), bias)))
        if i == last { even += load(p + 7 * step) }
        finish(even, y, added, accumulates)
        i += 1
        t += 6 * Vector.scalarCount
      }
      c += Vector.scalarCount
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
        var odd = multiplyAdd(
          d0, at(t, 0), multiplyAdd(d1, at(t, 1), multiplyAdd(d2, at(t, 2), bias)))
        odd = multiplyAdd(d3, at(t, 3), multiplyAdd(d4, at(t, 4), odd))
        if i == last { odd += load(p + 10 * step) }
        finish(odd, y, added, accumulates)
        i += 1
        if i >= tile.rows { break }
        y += stride
        added = added.map { $0 + stride }
        var even = multiplyAdd(
          s0, at(t, 5), multiplyAdd(s1, at(t, 6), multiplyAdd(s2, at(t, 7), bias)))
        even = multiplyAdd(s3, at(t, 8), multiplyAdd(s4, at(t, 9), even))
        if i == last { even += load(p + 10 * step) }
        finish(even, y, added, accumulates)
        i += 1
        t += 10 * Vector.scalarCount
      }
      c += Vector.scalarCount
    }
  }
}
