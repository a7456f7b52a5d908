#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Read-only bytes that stay in place: a mapped file, or memory that someone else keeps.
///
/// Readers check the bytes once and hand out addresses inside them; whoever keeps such an address
/// keeps this object. A mapped file is unmapped when the last holder lets go. Shrinking a file while
/// it is mapped makes the operating system end the process: replace voices by renaming, never by
/// writing into them. Threads: immutable.
package final class FileBytes: @unchecked Sendable {
  /// The contents; valid as long as this object lives.
  package let bytes: UnsafeRawBufferPointer
  /// Path of the file, or what the memory is called in errors.
  package let name: String
  private let backing: Backing

  private enum Backing {
    case mapping
    case allocation
    case owner(AnyObject?)
  }

  /// Number of bytes.
  package var count: Int { bytes.count }

  /// Maps a regular, non-empty file.
  ///
  /// - Throws: `CheckpointError.io` when it does not exist, may not be read, is a folder or a
  ///   device, or is empty.
  package init(mapping path: String) throws {
    (bytes, backing, name) = (try FileBytes.map(path), .mapping, path)
  }

  /// Refers to memory inside `owner` (nil: memory that lives as long as the process).
  package init(_ bytes: UnsafeRawBufferPointer, owner: AnyObject?, name: String = "memory") {
    (self.bytes, backing, self.name) = (bytes, .owner(owner), name)
  }

  /// Copies an array.
  package init(_ array: [UInt8], name: String = "memory") {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: array.count, alignment: 64)
    copy.copyBytes(from: array)
    (bytes, backing, self.name) = (UnsafeRawBufferPointer(copy), .allocation, name)
  }

  deinit {
    switch backing {
    case .mapping:
      munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    case .allocation:
      UnsafeMutableRawBufferPointer(mutating: bytes).deallocate()
    case .owner: break
    }
  }

  /// Drops whole pages of a range from this process's memory, where they come back from the file.
  ///
  /// The contents stay what they are: the mapping is never written to.
  func discard(_ range: Range<Int>) {
    guard case .mapping = backing, let base = bytes.baseAddress else { return }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let start = (range.lowerBound + page - 1) / page * page
    let end = range.upperBound / page * page
    guard page > 0, start < end, end <= bytes.count else { return }
    madvise(UnsafeMutableRawPointer(mutating: base + start), end - start, MADV_DONTNEED)
  }

  private static func map(_ path: String) throws -> UnsafeRawBufferPointer {
    guard !path.utf8.contains(0) else {
      throw CheckpointError.io(path: path, reason: "the path contains a NUL character")
    }
    // Non-blocking, so that a pipe in place of a file is refused instead of waited for.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw SystemError.last(path: path, call: "open") }
    defer { _ = close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw SystemError.last(path: path, call: "fstat")
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw CheckpointError.io(path: path, reason: "is a folder, expected a file")
    default: throw CheckpointError.io(path: path, reason: "is not a regular file")
    }
    guard let size = Int(exactly: status.st_size), size > 0 else {
      throw CheckpointError.io(path: path, reason: "the file is empty")
    }
    guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0),
      address != MAP_FAILED
    else { throw SystemError.last(path: path, call: "mmap") }
    return UnsafeRawBufferPointer(start: address, count: size)
  }
}

/// Errors of system calls.
enum SystemError {
  /// `errno` of the call that just failed, as the package's error.
  static func last(path: String, call: String) -> CheckpointError {
    let code = errno
    return .io(path: path, reason: "\(call): \(String(cString: strerror(code)))")
  }
}
