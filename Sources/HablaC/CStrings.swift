/// A string with a NUL at its end, at an address that stays.
///
/// Owns its memory. Threads: immutable.
struct CString: ~Copyable, @unchecked Sendable {
  /// The first character.
  let pointer: UnsafePointer<CChar>
  private let memory: UnsafeMutableBufferPointer<CChar>

  /// Copies a string; a NUL inside ends it early.
  init(_ string: String) {
    let bytes = string.utf8CString
    memory = .allocate(capacity: bytes.count)
    _ = memory.initialize(from: bytes)
    // Never the empty string of another owner: the array holds at least its NUL.
    pointer = memory.baseAddress.map { UnsafePointer($0) } ?? literal("")
  }

  deinit { memory.deallocate() }
}

/// An array of C strings.
///
/// Owns array and strings: all strings lie one after the other in one block.
struct CStringArray: ~Copyable {
  /// The array's first element; nil when it has none.
  let pointer: UnsafePointer<UnsafePointer<CChar>?>?
  /// Number of strings.
  let count: Int
  private let characters: UnsafeMutableBufferPointer<CChar>
  private let pointers: UnsafeMutableBufferPointer<UnsafePointer<CChar>?>

  /// Copies strings.
  init(_ strings: [String]) {
    count = strings.count
    characters = .allocate(capacity: strings.reduce(0) { $0 + $1.utf8.count + 1 })
    pointers = .allocate(capacity: strings.count)
    var offset = 0
    for (index, string) in strings.enumerated() {
      pointers.initializeElement(
        at: index, to: UnsafePointer(characters.baseAddress).map { $0 + offset })
      for byte in string.utf8 {
        characters.initializeElement(at: offset, to: CChar(truncatingIfNeeded: byte))
        offset += 1
      }
      characters.initializeElement(at: offset, to: 0)
      offset += 1
    }
    pointer = strings.isEmpty ? nil : UnsafePointer(pointers.baseAddress)
  }

  deinit {
    characters.deallocate()
    pointers.deallocate()
  }

  /// The string at a position.
  subscript(index: Int) -> UnsafePointer<CChar>? { pointers[index] }
}

/// A literal as a C string; string literals end with NUL in the program's image.
func literal(_ string: StaticString) -> UnsafePointer<CChar> {
  UnsafeRawPointer(string.utf8Start).assumingMemoryBound(to: CChar.self)
}

/// Copies a C string into a fixed array inside a struct, cut between characters to fit.
func copy<Characters>(_ string: String, into array: inout Characters) {
  withUnsafeMutableBytes(of: &array) { array in
    let bytes = Array(string.utf8)
    var count = min(bytes.count, array.count - 1)
    // 0b10xxxxxx continues a character.
    while count > 0 && count < bytes.count && bytes[count] & 0xC0 == 0x80 { count -= 1 }
    for index in 0..<count { array[index] = bytes[index] }
    for index in count..<array.count { array[index] = 0 }
  }
}
