/// The floats that shared kernels work on at once here: one AVX register, two NEON registers.
typealias Vector = SIMD8<Float>

/// a * b + c with one rounding, which is one instruction on everything this module is built for.
@inline(__always)
func multiplyAdd(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector { c.addingProduct(a, b) }
