// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CHabla
import Habla

/// Implements the function of habla.h.
@c @implementation
public func habla_session_create(
  _ voice: OpaquePointer?, _ options: UnsafePointer<habla_session_options>?,
  _ error: UnsafeMutablePointer<habla_error>?
) -> OpaquePointer? {
  // The error of opening the voice says more than that there is none.
  if voice == nil, let error, let known = try? habla_error.read(error), known.status != HABLA_OK {
    return nil
  }
  return creating(error) {
    let voice = try Handles.voice(voice)
    let options = try habla_session_options.read(options)
    let synthesizer = try Synthesizer(voice: voice, threads: Int(options.threads))
    return Handles.sessions.insert(Session(synthesizer))
  }
}

/// Implements the function of habla.h.
@c @implementation
public func habla_session_free(_ session: OpaquePointer?) {
  Handles.sessions.release(session)?.close()
}

/// Implements the function of habla.h.
@c @implementation
public func habla_session_start(
  _ session: OpaquePointer?, _ text: UnsafePointer<CChar>?,
  _ options: UnsafePointer<habla_options>?
) -> habla_status {
  using(session) {
    try $0.start(text, options)
    return HABLA_OK
  }
}

/// Implements the function of habla.h.
@c @implementation
public func habla_session_start_incremental(
  _ session: OpaquePointer?, _ options: UnsafePointer<habla_options>?
) -> habla_status {
  using(session) {
    try $0.startIncremental(options)
    return HABLA_OK
  }
}

/// Implements the function of habla.h.
@c @implementation
public func habla_session_append(
  _ session: OpaquePointer?, _ text: UnsafePointer<CChar>?
) -> habla_status {
  beside(session) {
    guard let text else { throw HablaError(.argument, "text is NULL") }
    try $0.append(text)
  }
}

/// Implements the function of habla.h.
@c @implementation
public func habla_session_finish(_ session: OpaquePointer?) -> habla_status {
  beside(session) { try $0.append(nil) }
}

/// Implements the function of habla.h.
@c @implementation
public func habla_session_next(
  _ session: OpaquePointer?, _ chunk: UnsafeMutablePointer<UnsafePointer<habla_chunk>?>?
) -> habla_status {
  chunk?.pointee = nil
  return using(session) {
    guard let chunk else { throw HablaError(.argument, "chunk is NULL") }
    guard let next = try $0.next() else { return $0.outcome }
    chunk.pointee = $0.give(next)
    return HABLA_CHUNK
  }
}

/// Implements the function of habla.h.
@c @implementation
public func habla_session_speak(
  _ session: OpaquePointer?, _ text: UnsafePointer<CChar>?,
  _ options: UnsafePointer<habla_options>?, _ callback: habla_chunk_callback?,
  _ user: UnsafeMutableRawPointer?
) -> habla_status {
  using(session) {
    guard let callback else { throw HablaError(.argument, "callback is NULL") }
    try $0.start(text, options)
    while let next = try $0.next() {
      if callback(user, $0.give(next)) != 0 { $0.stop() }
    }
    return $0.outcome
  }
}

/// Implements the function of habla.h.
@c @implementation
public func habla_session_synthesize(
  _ session: OpaquePointer?, _ text: UnsafePointer<CChar>?,
  _ options: UnsafePointer<habla_options>?,
  _ speech: UnsafeMutablePointer<UnsafePointer<habla_chunk>?>?
) -> habla_status {
  speech?.pointee = nil
  return using(session) {
    guard let speech else { throw HablaError(.argument, "speech is NULL") }
    speech.pointee = try $0.synthesize(text, options)
    return $0.outcome == HABLA_END ? HABLA_OK : $0.outcome
  }
}

/// Implements the function of habla.h.
@c @implementation
public func habla_session_preload(_ session: OpaquePointer?) -> habla_status {
  using(session) {
    try $0.preload()
    return HABLA_OK
  }
}

/// Implements the function of habla.h.
@c @implementation
public func habla_session_cancel(_ session: OpaquePointer?) {
  Handles.sessions.object(session)?.cancel()
}

/// Implements the function of habla.h.
@c @implementation
public func habla_session_message(_ session: OpaquePointer?) -> UnsafePointer<CChar>? {
  Handles.sessions.object(session)?.message
    ?? literal("session is NULL, not valid, or was freed")
}

/// Implements the function of habla.h.
@c @implementation
public func habla_session_hint(_ session: OpaquePointer?) -> UnsafePointer<CChar>? {
  Handles.sessions.object(session)?.hint ?? literal("")
}

/// Runs a call that may come while another one is running, and leaves that one's message alone.
private func beside(_ handle: OpaquePointer?, _ body: (Session) throws -> Void) -> habla_status {
  reporting(nil) {
    guard let session = Handles.sessions.object(handle) else {
      throw HablaError(.argument, "session is NULL, not valid, or was freed")
    }
    try body(session)
    return HABLA_OK
  }
}

private func using(
  _ handle: OpaquePointer?, _ body: (Session) throws -> habla_status
) -> habla_status {
  guard let session = Handles.sessions.object(handle) else {
    Log.write(HABLA_LOG_ERROR, "session is NULL, not valid, or was freed")
    return HABLA_ERROR_ARGUMENT
  }
  return session.use(body)
}
