// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CHabla
import Habla

/// A struct of habla.h that the caller fills and that grows at its end from version to version.
protocol VersionedStruct {
  /// The struct's name in habla.h.
  static var name: String { get }
  /// Size in the first version that had the struct.
  static var firstSize: Int { get }
  /// All fields at their defaults; `struct_size` does not matter.
  static var defaults: Self { get }
  /// The struct's size as its maker sees it.
  var struct_size: UInt32 { get set }
}

extension VersionedStruct {
  /// Structs that have not grown yet.
  static var firstSize: Int { MemoryLayout<Self>.size }

  /// The size of a struct that has since grown by `field` and those after it.
  static func size(before field: PartialKeyPath<Self>) -> Int {
    MemoryLayout<Self>.offset(of: field) ?? MemoryLayout<Self>.size
  }

  /// Largest size that is believed.
  private static var largestSize: Int { 4096 }

  private static func isPlausible(_ size: Int) -> Bool {
    firstSize <= size && size <= largestSize
  }

  /// Fills a struct of `size` bytes; fields that this version does not know get 0.
  static func initialize(
    _ pointer: UnsafeMutablePointer<Self>?, size: Int, to values: Self = defaults
  ) -> habla_status {
    guard let pointer, isPlausible(size) else { return HABLA_ERROR_ARGUMENT }
    let memory = UnsafeMutableRawBufferPointer(start: pointer, count: size)
    for index in memory.indices { memory[index] = 0 }
    var value = values
    value.struct_size = UInt32(size)
    write(value, to: memory)
    return HABLA_OK
  }

  /// Reads a struct of an older, this or a newer version; NULL gives the defaults.
  ///
  /// - Throws: `HablaError`: `.argument` when `struct_size` is out of range, `.unsupported` when a
  ///   field that this version does not know is set.
  static func read(_ pointer: UnsafePointer<Self>?) throws -> Self {
    guard let pointer else { return defaults }
    let size = declaredSize(pointer)
    if !isPlausible(size) {
      throw HablaError(
        .argument,
        "\(name).struct_size is \(size), expected \(firstSize)...\(largestSize)",
        hint: "call \(name)_init with sizeof(\(name)) first")
    }
    let memory = UnsafeRawBufferPointer(start: pointer, count: size)
    let known = min(size, MemoryLayout<Self>.size)
    if let index = memory[known...].firstIndex(where: { $0 != 0 }) {
      throw HablaError(
        .unsupported,
        "\(name) has a field at byte \(index) that Habla \(HABLA_VERSION_STRING) does not know",
        hint: "use a newer libhabla")
    }
    var value = defaults
    // A size that no compiler gives ends inside a field: half a pointer is none.
    let whole = known - known % MemoryLayout<Self>.alignment
    withUnsafeMutableBytes(of: &value) { value in
      for index in 0..<whole { value[index] = memory[index] }
    }
    return value
  }

  /// Writes a value into the caller's struct as far as that goes; nothing when its size is wrong.
  static func update(_ pointer: UnsafeMutablePointer<Self>?, _ change: (inout Self) -> Void) {
    guard let pointer, var value = try? read(UnsafePointer(pointer)) else { return }
    change(&value)
    write(
      value,
      to: UnsafeMutableRawBufferPointer(
        start: pointer, count: declaredSize(UnsafePointer(pointer))))
  }

  private static func declaredSize(_ pointer: UnsafePointer<Self>) -> Int {
    // The caller's struct may lie at any address.
    Int(UnsafeRawPointer(pointer).loadUnaligned(as: UInt32.self))
  }

  private static func write(_ value: Self, to memory: UnsafeMutableRawBufferPointer) {
    withUnsafeBytes(of: value) { value in
      for index in 0..<min(memory.count, value.count) { memory[index] = value[index] }
    }
  }
}

extension habla_error: VersionedStruct {
  static var name: String { "habla_error" }
  static var defaults: habla_error { habla_error() }
}

extension habla_voice_options: VersionedStruct {
  static var name: String { "habla_voice_options" }
  static var firstSize: Int { size(before: \.dictionary) }
  static var defaults: habla_voice_options { habla_voice_options() }
}

extension habla_cache_info: VersionedStruct {
  static var name: String { "habla_cache_info" }
  static var defaults: habla_cache_info { habla_cache_info() }
}

extension habla_session_options: VersionedStruct {
  static var name: String { "habla_session_options" }
  static var defaults: habla_session_options {
    var options = habla_session_options()
    options.threads = HABLA_THREADS_AUTOMATIC
    return options
  }
}

extension habla_options: VersionedStruct {
  static var name: String { "habla_options" }
  /// Up to `largest_chunk_frames`.
  static var firstSize: Int { 104 }
  static var defaults: habla_options { habla_options(SynthesisOptions()) }

  /// The options of Swift; those without a number or name in C are as in the defaults.
  init(_ swift: SynthesisOptions) {
    var options = habla_options()
    options.input = HABLA_INPUT_TEXT
    options.seed = swift.seed
    options.speed = swift.speed
    options.noise_scale = HABLA_VOICE_DEFAULT
    options.noise_scale_w = HABLA_VOICE_DEFAULT
    options.sdp_ratio = HABLA_VOICE_DEFAULT
    options.volume = Double(swift.volume)
    options.sentence_silence = swift.sentenceSilence
    options.paragraph_silence = swift.paragraphSilence
    options.speaker_id = HABLA_SPEAKER_DEFAULT
    options.first_chunk_frames = Int32(clamping: swift.chunks.first)
    options.largest_chunk_frames = Int32(clamping: swift.chunks.largest)
    options.output_rate = Int32(clamping: swift.outputRate ?? 0)
    self = options
  }
}
