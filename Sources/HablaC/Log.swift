// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CHabla
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where messages go: one callback for the process.
enum Log {
  private static let state = LogState()

  /// Whether a message of this level would go anywhere.
  static func isOn(_ level: Int32) -> Bool {
    state.level.load(ordering: .relaxed) >= level
  }

  /// Hands a message to the callback; it is made only when someone wants it.
  static func write(_ level: Int32, _ message: @autoclosure () -> String) {
    if isOn(level) { state.write(level, message()) }
  }

  fileprivate static func set(
    _ callback: habla_log_callback?, _ user: UnsafeMutableRawPointer?, _ level: Int32
  ) {
    state.set(callback, user, level)
  }
}

/// The callback and the lock under which it runs.
///
/// Holding the lock during the callback makes messages come one at a time and makes sure that a
/// callback that was replaced is not running any more. The lock is recursive so that a callback may
/// replace itself; `isWriting` keeps it from being called by itself.
private final class LogState: @unchecked Sendable {
  let level = Atomic<Int32>(HABLA_LOG_OFF)
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var callback: habla_log_callback?
  private var user: UnsafeMutableRawPointer?
  private var isWriting = false

  init() {
    var attributes = pthread_mutexattr_t()
    pthread_mutexattr_init(&attributes)
    pthread_mutexattr_settype(&attributes, Int32(PTHREAD_MUTEX_RECURSIVE))
    pthread_mutex_init(lock, &attributes)
    pthread_mutexattr_destroy(&attributes)
  }

  func set(_ callback: habla_log_callback?, _ user: UnsafeMutableRawPointer?, _ level: Int32) {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    self.callback = callback
    self.user = user
    self.level.store(callback == nil ? HABLA_LOG_OFF : level, ordering: .relaxed)
  }

  func write(_ level: Int32, _ message: String) {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    if isWriting || self.level.load(ordering: .relaxed) < level { return }
    isWriting = true
    let line = String(message.map { $0.isNewline ? " " : $0 })
    line.withCString { callback?(user, level, $0) }
    isWriting = false
  }
}

/// Implements the function of habla.h.
@c @implementation
public func habla_log_set(
  _ callback: habla_log_callback?, _ user: UnsafeMutableRawPointer?, _ level: Int32
) -> habla_status {
  guard (HABLA_LOG_OFF...HABLA_LOG_DEBUG).contains(level) else { return HABLA_ERROR_ARGUMENT }
  Log.set(callback, user, level)
  return HABLA_OK
}
