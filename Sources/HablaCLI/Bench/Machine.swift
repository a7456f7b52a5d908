#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The machine and process that a benchmark runs on.
enum Machine {
  /// Processors that are switched on.
  static func processors() -> Int { max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1) }

  /// The processor's name; "processor" where the system does not say.
  static func processor() -> String {
    systemValue("model name", in: "/proc/cpuinfo") ?? "processor"
  }

  /// Most bytes of this process that were resident since its program was loaded.
  static func peakMemory() -> Int {
    // Elsewhere than on Linux; there, ru_maxrss would count what the starting process held.
    if let text = systemValue("VmHWM", in: "/proc/self/status") {
      return (Int(text.filter(\.isNumber)) ?? 0) * 1024
    }
    var usage = rusage()
    #if canImport(Darwin)
    getrusage(RUSAGE_SELF, &usage)
    return usage.ru_maxrss
    #else
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
    #endif
  }

  /// What stands behind "key:" in a file of the system; nil when it is not there.
  private static func systemValue(_ key: String, in path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 1024)
    while fgets(&line, Int32(line.count), file) != nil {
      let bytes = line.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init(bitPattern:))
      let parts = String(decoding: bytes, as: UTF8.self).split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].filter({ $0 != "\t" }).hasPrefix(key) else { continue }
      return String(parts[1].drop { $0 == " " || $0 == "\t" })
    }
    return nil
  }
}

/// Nanoseconds of a clock that all processes share.
func monotonicNanoseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
