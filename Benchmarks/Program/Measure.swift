#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Seconds of a clock that only moves forward.
func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Processor seconds of all threads so far.
func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Writes a line at once: whoever reads it waits for it.
func say(_ line: String) {
  print(line)
  fflush(nil)
}

/// Most memory that this program has held, in MiB.
func peakMemory() -> Double {
  #if os(Linux)
  // Not ru_maxrss: that one starts with the size of the process that started this one.
  guard let file = fopen("/proc/self/status", "r") else { return 0 }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 256)
  while fgets(&line, Int32(line.count), file) != nil {
    let text = String(
      decoding: line.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
    if text.hasPrefix("VmHWM:") {
      return
        (text.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) } ?? 0)
        / 1024
    }
  }
  return 0
  #else
  var usage = rusage()
  getrusage(RUSAGE_SELF, &usage)
  return Double(usage.ru_maxrss) / (1 << 20)
  #endif
}

/// Raw little-endian floats of a file.
func readFloats(_ path: String) -> [Float] {
  guard let file = fopen(path, "rb") else { return [] }
  defer { fclose(file) }
  fseek(file, 0, SEEK_END)
  let count = ftell(file) / 4
  rewind(file)
  return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
    initialized = fread(buffer.baseAddress, 4, count, file)
  }
}

/// Writes raw little-endian floats.
func writeFloats(_ values: [Float], _ path: String) {
  guard let file = fopen(path, "wb") else { return }
  defer { fclose(file) }
  fwrite(values, 4, values.count, file)
}

/// Reproducible values, standard normal by summing twelve uniform ones.
func noise(_ count: Int) -> [Float] {
  var generator = SystemNoise(state: 0x9E37_79B9_7F4A_7C15)
  return (0..<count).map { _ in
    (0..<12).reduce(Float(-6)) { sum, _ in sum + Float.random(in: 0..<1, using: &generator) }
  }
}

private struct SystemNoise: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D
  }
}
