import Habla
import Synchronization

/// Numbers that C code holds instead of addresses of Swift objects.
///
/// A handle is looked up, never followed, and never used twice: a freed, foreign or made-up one is
/// recognised and refused instead of being a crash. Threads: any.
package final class HandleTable<Object: AnyObject & Sendable>: Sendable {
  private struct Entry {
    let object: Object
    var references: Int
  }

  private struct State {
    var nextHandle: UInt
    var entries: [UInt: Entry] = [:]
  }

  /// Distance between two handles; tables with different tags never give the same number.
  private static var stride: UInt { 16 }
  private let state: Mutex<State>

  /// Makes a table; `tag`, 1...15, tells its handles from those of other tables.
  package init(tag: UInt) {
    state = Mutex(State(nextHandle: Self.stride + tag))
  }

  /// Makes a handle with one reference.
  package func insert(_ object: Object) -> OpaquePointer? {
    state.withLock { state in
      let handle = state.nextHandle
      state.nextHandle &+= Self.stride
      state.entries[handle] = Entry(object: object, references: 1)
      return OpaquePointer(bitPattern: handle)
    }
  }

  /// The object of a valid handle.
  package func object(_ handle: OpaquePointer?) -> Object? {
    state.withLock { $0.entries[UInt(bitPattern: handle)]?.object }
  }

  /// Adds a reference; false when the handle is not valid.
  package func retain(_ handle: OpaquePointer?) -> Bool {
    state.withLock { state in
      let key = UInt(bitPattern: handle)
      guard state.entries[key] != nil else { return false }
      state.entries[key]?.references += 1
      return true
    }
  }

  /// Gives a reference back; returns the object when it was the last one.
  package func release(_ handle: OpaquePointer?) -> Object? {
    state.withLock { state in
      let key = UInt(bitPattern: handle)
      guard let entry = state.entries[key] else { return nil }
      if entry.references > 1 {
        state.entries[key]?.references -= 1
        return nil
      }
      state.entries[key] = nil
      return entry.object
    }
  }
}

/// The process's handles.
enum Handles {
  /// Voices.
  static let voices = HandleTable<VoiceObject>(tag: 5)
  /// Sessions.
  static let sessions = HandleTable<Session>(tag: 9)

  /// The voice of a handle.
  ///
  /// - Throws: `HablaError` of kind `.argument` when it is not one (any more).
  static func voice(_ handle: OpaquePointer?) throws -> Voice {
    if let object = voices.object(handle) { return object.voice }
    throw HablaError(
      .argument, handle == nil ? "voice is NULL" : "voice is not valid, or was released")
  }
}
