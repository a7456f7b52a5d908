import CProcessor

/// Single-precision products of rows with weights in panels of 16 outputs.
///
/// The heart of every layer: six rows by sixteen outputs stay in twelve registers while the depth
/// runs, each weight is read once per six rows in one direction, and rows are read in place. Nothing
/// is packed per call, so that small and thin products run at the same speed as large ones
/// (measured on a 3.4 GHz Zen 3 core: 92-99 GFLOP/s from depth 32 on, where a general product that
/// packs both sides gives 45-87). While one panel is multiplied the next one is asked for, evenly over
/// all its steps: weights that come from memory would else be waited for in the first step and leave
/// memory idle in the others (20 rows by 71 M weights, two threads: 21.3 ms without, 16.6 with).
package enum PanelKernel {
  /// Outputs of a panel.
  package static let width = 16

  /// Floats of rows that one pass over the panels works on: half of a small second-level cache.
  private static let rowBlock = 32_768

  /// C[m, n] = sum over segments s of A_s[m, depth] * B_s[depth, n] (+ C when `accumulates`).
  ///
  /// Row r of A_s begins at `a` + r * `lda` + s * `segmentStride`; rows and segments may overlap.
  /// `panels` holds for every 16 outputs all segments one after the other as [depth, 16], the last
  /// panel filled up. C has row stride `ldc` and is apart from A and the panels.
  @inline(never)
  package static func multiply(
    m: Int, n: Int, depth: Int, segments: Int, segmentStride: Int, a: UnsafePointer<Float>,
    lda: Int, panels: UnsafePointer<Float>, c: UnsafeMutablePointer<Float>, ldc: Int,
    accumulates: Bool
  ) {
    let panelSize = segments * depth * width
    let block = max(rowBlock / max(segments * depth, 1) / 6, 8) * 6
    // Segments that follow each other in memory are one.
    let joined = segmentStride == depth
    let depths = Depths(
      segments: joined ? 1 : segments, depth: joined ? segments * depth : depth,
      stride: segmentStride, lda: lda)
    var first = 0
    while first < m {
      let end = min(first + block, m)
      var start = 0
      while start < n {
        let columns = min(width, n - start)
        let panel = panels + start / width * panelSize
        var row = first
        // Equal steps of at most six rows: a step of one or two would leave the processor idle.
        var steps = (end - first + 5) / 6
        var out = Output(
          columns: columns, ldc: ldc, accumulates: accumulates,
          next: UnsafeRawPointer(panel + panelSize), stride: (lineSize + steps - 1) / steps)
        while steps > 0 {
          let rows = (end - row + steps - 1) / steps
          let (x, y) = (a + row * lda, c + row * ldc + start)
          switch rows {
          case 6: sixRows(depths, x, panel, out, y)
          case 5: fiveRows(depths, x, panel, out, y)
          case 4: fourRows(depths, x, panel, out, y)
          case 3: threeRows(depths, x, panel, out, y)
          case 2: twoRows(depths, x, panel, out, y)
          default: oneRow(depths, x, panel, out, y)
          }
          out.next += segments * depth * out.stride
          row += rows
          steps -= 1
        }
        start += width
      }
      first = end
    }
  }

  /// Widens `count` (whole vectors) 16-bit floats, IEEE 754 binary16; exact where they are finite.
  @inline(never)
  package static func widen(
    _ halves: UnsafePointer<UInt16>, _ count: Int, into floats: UnsafeMutablePointer<Float>
  ) {
    var i = 0
    while i < count {
      let stored = UnsafeRawPointer(halves + i).loadUnaligned(as: SIMD8<UInt16>.self)
      let bits = SIMD8<UInt32>(truncatingIfNeeded: stored)
      // The exponent's bias differs by 112; multiplying also normalises subnormal values.
      let scaled = unsafeBitCast((bits & 0x7FFF) &<< 13, to: Vector.self) * 0x1p112
      let signed = unsafeBitCast(scaled, to: SIMD8<UInt32>.self) | ((bits & 0x8000) &<< 16)
      UnsafeMutableRawPointer(floats + i).storeBytes(of: signed, as: SIMD8<UInt32>.self)
      i += 8
    }
  }

  /// Bytes of the weights of one input, which are one line of the caches.
  private static let lineSize = 64

  /// Where the depth of a product lies.
  private struct Depths {
    let segments: Int
    let depth: Int
    let stride: Int
    let lda: Int
  }

  /// How results are stored, and what is asked for meanwhile.
  private struct Output {
    let columns: Int
    let ldc: Int
    let accumulates: Bool
    /// The part of the next panel that is asked for during this step.
    var next: UnsafeRawPointer
    /// Bytes of it for each input: a line in as many steps as there are.
    let stride: Int
  }

  @inline(__always)
  private static func load(_ x: UnsafePointer<Float>) -> Vector {
    UnsafeRawPointer(x).loadUnaligned(as: Vector.self)
  }

  @inline(__always)
  private static func store(
    _ low: Vector, _ high: Vector, _ c: UnsafeMutablePointer<Float>, _ out: Output
  ) {
    if out.columns == width {
      let target = UnsafeMutableRawPointer(c)
      if out.accumulates {
        target.storeBytes(of: low + load(UnsafePointer(c)), as: Vector.self)
        (target + 32).storeBytes(of: high + load(UnsafePointer(c) + 8), as: Vector.self)
      } else {
        target.storeBytes(of: low, as: Vector.self)
        (target + 32).storeBytes(of: high, as: Vector.self)
      }
      return
    }
    for j in 0..<out.columns {
      let value = j < 8 ? low[j] : high[j - 8]
      c[j] = out.accumulates ? c[j] + value : value
    }
  }

  @inline(never)
  private static func sixRows(
    _ depths: Depths, _ a: UnsafePointer<Float>, _ panel: UnsafePointer<Float>, _ out: Output,
    _ c: UnsafeMutablePointer<Float>
  ) {
    tile(6, depths, a, panel, out, c)
  }

  @inline(never)
  private static func fiveRows(
    _ depths: Depths, _ a: UnsafePointer<Float>, _ panel: UnsafePointer<Float>, _ out: Output,
    _ c: UnsafeMutablePointer<Float>
  ) {
    tile(5, depths, a, panel, out, c)
  }

  @inline(never)
  private static func fourRows(
    _ depths: Depths, _ a: UnsafePointer<Float>, _ panel: UnsafePointer<Float>, _ out: Output,
    _ c: UnsafeMutablePointer<Float>
  ) {
    tile(4, depths, a, panel, out, c)
  }

  @inline(never)
  private static func threeRows(
    _ depths: Depths, _ a: UnsafePointer<Float>, _ panel: UnsafePointer<Float>, _ out: Output,
    _ c: UnsafeMutablePointer<Float>
  ) {
    tile(3, depths, a, panel, out, c)
  }

  @inline(never)
  private static func twoRows(
    _ depths: Depths, _ a: UnsafePointer<Float>, _ panel: UnsafePointer<Float>, _ out: Output,
    _ c: UnsafeMutablePointer<Float>
  ) {
    tile(2, depths, a, panel, out, c)
  }

  @inline(never)
  private static func oneRow(
    _ depths: Depths, _ a: UnsafePointer<Float>, _ panel: UnsafePointer<Float>, _ out: Output,
    _ c: UnsafeMutablePointer<Float>
  ) {
    tile(1, depths, a, panel, out, c)
  }

  /// `rows` (1...6) rows by one panel.
  ///
  /// Compiled once for each of the functions above, without decisions in the loop.
  @inline(__always)
  private static func tile(
    _ rows: Int, _ depths: Depths, _ a: UnsafePointer<Float>, _ panel: UnsafePointer<Float>,
    _ out: Output, _ c: UnsafeMutablePointer<Float>
  ) {
    let zero = Vector(repeating: 0)
    var (l0, l1, l2, l3, l4, l5) = (zero, zero, zero, zero, zero, zero)
    var (h0, h1, h2, h3, h4, h5) = (zero, zero, zero, zero, zero, zero)
    var b = panel
    var next = out.next
    for segment in 0..<depths.segments {
      let a0 = a + segment * depths.stride
      let (a1, a2, a3) = (a0 + depths.lda, a0 + 2 * depths.lda, a0 + 3 * depths.lda)
      let (a4, a5) = (a0 + 4 * depths.lda, a0 + 5 * depths.lda)
      for i in 0..<depths.depth {
        let (low, high) = (load(b), load(b + 8))
        add(a0[i], low, high, &l0, &h0)
        if rows > 1 { add(a1[i], low, high, &l1, &h1) }
        if rows > 2 { add(a2[i], low, high, &l2, &h2) }
        if rows > 3 { add(a3[i], low, high, &l3, &h3) }
        if rows > 4 { add(a4[i], low, high, &l4, &h4) }
        if rows > 5 { add(a5[i], low, high, &l5, &h5) }
        habla_processor_prefetch(next)
        next += out.stride
        b += width
      }
    }
    store(l0, h0, c, out)
    if rows > 1 { store(l1, h1, c + out.ldc, out) }
    if rows > 2 { store(l2, h2, c + 2 * out.ldc, out) }
    if rows > 3 { store(l3, h3, c + 3 * out.ldc, out) }
    if rows > 4 { store(l4, h4, c + 4 * out.ldc, out) }
    if rows > 5 { store(l5, h5, c + 5 * out.ldc, out) }
  }

  @inline(__always)
  private static func add(
    _ x: Float, _ low: Vector, _ high: Vector, _ l: inout Vector, _ h: inout Vector
  ) {
    let factor = Vector(repeating: x)
    l = multiplyAdd(factor, low, l)
    h = multiplyAdd(factor, high, h)
  }
}
