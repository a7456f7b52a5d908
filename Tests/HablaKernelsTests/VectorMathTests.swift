import HablaKernels
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

// Exact references in double precision, from the system's library.
func exponential(_ x: Double) -> Double { exp(x) }
func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
func logistic(_ x: Double) -> Double { x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)) }
func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
func errorFunction(_ x: Double) -> Double { erf(x) }
func exactGELU(_ x: Double) -> Double { 0.5 * x * erfc(-x / 2.0.squareRoot()) }

@Suite struct VectorMathTests {
  typealias Function = (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void

  /// Dense values up to `limit` on both sides, tiny ones and zeros.
  private func inputs(_ limit: Float, steps: Int = 200_001) -> [Float] {
    var values = (0..<steps).map { limit * (2 * Float($0) / Float(steps - 1) - 1) }
    var small: Float = 1
    while small > 0 {
      values += [small, -small, small * 1.37, small * -1.37]
      small /= 2
    }
    return values + [0, -0.0]
  }

  /// Largest error in units in the last place of the exact result.
  private func worstULP(
    _ x: [Float], _ function: Function, _ reference: (Double) -> Double
  ) -> Double {
    var out = [Float](repeating: 0, count: x.count)
    function(x, &out, x.count)
    var worst = 0.0
    for (value, result) in zip(x, out) {
      let exact = reference(Double(value))
      let ulp = max(Double(Float(exact).ulp), Double(Float.leastNonzeroMagnitude))
      worst = max(worst, abs(Double(result) - exact) / ulp)
    }
    return worst
  }

  @Test func errorBoundsInULP() {
    #expect(worstULP(inputs(87), VectorMath.exp, exponential) <= 1)
    #expect(worstULP(inputs(10), VectorMath.tanh, hyperbolicTangent) <= 2)
    #expect(worstULP(inputs(90), VectorMath.sigmoid, logistic) <= 2.5)
    #expect(worstULP(inputs(10), VectorMath.sigmoid, logistic) <= 2.5)
    #expect(worstULP(inputs(40), VectorMath.softplus, softplus) <= 2.5)
  }

  @Test func errorFunctionAndGELU() {
    let x = inputs(6)
    var erfs = x
    var gelus = x
    VectorMath.erf(x, &erfs, x.count)
    VectorMath.gelu(x, &gelus, x.count)
    for i in x.indices {
      let value = Double(x[i])
      #expect(abs(Double(erfs[i]) - errorFunction(value)) < 1.5e-7)
      #expect(abs(Double(gelus[i]) - exactGELU(value)) < 2e-7 * max(1, abs(value)))
    }
  }

  @Test func extremes() {
    let x: [Float] = [.infinity, -.infinity, .nan, 88.8, -110, 1e30, -1e30, 20.5, -100]
    func apply(_ function: Function) -> [Float] {
      withGuardedOutput(x.count) { function(x, $0, x.count) }
    }
    let exps = apply(VectorMath.exp)
    #expect(exps[0] == .infinity && exps[1] == 0 && exps[2].isNaN && exps[3] == .infinity)
    #expect(exps[4] == 0 && exps[5] == .infinity && exps[6] == 0)
    #expect(exps[8] == Float(exponential(-100)), "gradual underflow")
    let tanhs = apply(VectorMath.tanh)
    #expect(tanhs[0] == 1 && tanhs[1] == -1 && tanhs[2].isNaN && tanhs[5] == 1 && tanhs[6] == -1)
    let sigmoids = apply(VectorMath.sigmoid)
    #expect(sigmoids[0] == 1 && sigmoids[1] == 0 && sigmoids[2].isNaN && sigmoids[6] == 0)
    let erfs = apply(VectorMath.erf)
    #expect(erfs[0] == 1 && erfs[1] == -1 && erfs[2].isNaN && erfs[5] == 1)
    let gelus = apply(VectorMath.gelu)
    #expect(gelus[0] == .infinity && gelus[2].isNaN && gelus[5] == 1e30 && gelus[6] == 0)
    let softpluses = apply(VectorMath.softplus)
    #expect(softpluses[0] == .infinity && softpluses[1] == 0 && softpluses[2].isNaN)
    #expect(softpluses[7] == 20.5 && softpluses[5] == 1e30)
  }

  @Test(arguments: sweepLengths) func placeInTheArrayDoesNotMatter(count: Int) {
    let x = pseudoRandom(count, range: 5)
    let functions: [Function] = [
      VectorMath.exp, VectorMath.tanh, VectorMath.sigmoid, VectorMath.erf, VectorMath.gelu,
      VectorMath.softplus,
    ]
    for function in functions {
      let whole = withGuardedOutput(count) { function(x, $0, count) }
      let single = x.map { value in
        withGuardedOutput(1) { out in
          out[0] = value
          function(UnsafePointer(out), out, 1)
        }[0]
      }
      #expect(whole == single)
    }
  }
}
