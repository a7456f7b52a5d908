/// The floats that shared kernels work on at once here: one SSE2 or NEON register.
///
/// Wider vectors would not fit a filter tile's rows into the sixteen registers of a baseline
/// x86-64.
typealias Vector = SIMD4<Float>

/// a * b + c with two roundings: a baseline x86-64 has no fused multiply-add.
@inline(__always)
func multiplyAdd(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector { a * b + c }
