import CProcessor

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Which of the two builds of the shared kernels this process uses, and where a thread runs.
package enum Processor {
  /// Whether the kernels of HablaKernelsWide run: on x86-64 with AVX2 and FMA, and on arm64.
  ///
  /// Everything else computes with the baseline's vectors and OpenBLAS's products. The environment
  /// variable HABLA_KERNELS=baseline asks for those everywhere, for tests and comparisons.
  package static let usesWideKernels: Bool = {
    if let wanted = getenv("HABLA_KERNELS"), String(cString: wanted) == "baseline" { return false }
    #if arch(arm64)
    return true
    #else
    return habla_processor_has_avx2_fma() != 0
    #endif
  }()

  /// Number of the processor that the calling thread is on at this moment; nil where the system
  /// does not tell.
  package static var current: Int32? {
    let number = habla_processor_current()
    return number >= 0 ? number : nil
  }
}
