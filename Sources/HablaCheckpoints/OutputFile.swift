#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file that appears under its name only when it is complete.
///
/// Bytes go to a temporary file in the same folder; `commit` renames it. Dropping the object
/// without committing removes the temporary file. A voice that is mapped elsewhere is thereby
/// replaced, never overwritten. Use from one thread at a time.
package final class OutputFile {
  private let path: String
  private let temporaryPath: String
  private var descriptor: Int32
  /// Bytes written so far.
  package private(set) var count = 0

  /// Creates the temporary file beside `path`.
  ///
  /// - Throws: `CheckpointError.io`.
  package init(path: String) throws {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw CheckpointError.io(path: path, reason: "is not a path to write to")
    }
    self.path = path
    temporaryPath = "\(path).\(getpid())-\(UInt32.random(in: 0...UInt32.max)).partial"
    descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw SystemError.last(path: path, call: "open for writing") }
  }

  deinit {
    guard descriptor >= 0 else { return }
    _ = close(descriptor)
    unlink(temporaryPath)
  }

  /// Appends bytes.
  package func write(_ bytes: UnsafeRawBufferPointer) throws {
    try write(bytes, at: count)
    count += bytes.count
  }

  /// Replaces the bytes from the file's start on, as many as are given.
  ///
  /// For headers that hold a length. They must have been written before.
  package func rewriteStart(_ bytes: UnsafeRawBufferPointer) throws {
    precondition(bytes.count <= count, "there is no header of that length yet")
    try write(bytes, at: 0)
  }

  private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    var done = 0
    while done < bytes.count, let base = bytes.baseAddress {
      let written = pwrite(descriptor, base + done, bytes.count - done, off_t(offset + done))
      if written < 0 {
        if errno == EINTR { continue }
        throw SystemError.last(path: path, call: "write")
      }
      done += written
    }
  }

  /// Gives the complete file its name, in place of any file that had it.
  ///
  /// `durably` waits until the bytes have reached the disk, so that a power failure leaves either
  /// the old file or the new one.
  package func commit(durably: Bool = true) throws {
    precondition(descriptor >= 0, "the file is already complete")
    guard !durably || fsync(descriptor) == 0 else {
      throw SystemError.last(path: path, call: "fsync")
    }
    guard rename(temporaryPath, path) == 0 else {
      throw SystemError.last(path: path, call: "rename")
    }
    _ = close(descriptor)
    descriptor = -1
  }
}
