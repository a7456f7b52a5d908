// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CHabla
import Habla

extension HablaError {
  /// The number that C code gets.
  var status: habla_status {
    switch kind {
    case .io: HABLA_ERROR_IO
    case .format: HABLA_ERROR_FORMAT
    case .unsupported: HABLA_ERROR_UNSUPPORTED
    case .language: HABLA_ERROR_LANGUAGE
    case .text: HABLA_ERROR_TEXT
    case .memory: HABLA_ERROR_MEMORY
    case .argument: HABLA_ERROR_ARGUMENT
    case .cancelled: HABLA_CANCELLED
    case .internal: HABLA_ERROR_INTERNAL
    }
  }

  /// Whatever was thrown, as an error of the library.
  static func from(_ error: any Error) -> HablaError {
    error as? HablaError ?? HablaError(.internal, "\(error)")
  }
}

/// Runs a call that makes an object; what it throws goes into the caller's struct and the log.
func creating<Result>(
  _ error: UnsafeMutablePointer<habla_error>?, _ body: () throws -> Result?
) -> Result? {
  do {
    return try body()
  } catch let thrown {
    report(.from(thrown), to: error)
    return nil
  }
}

/// Runs a call that returns a status; what it throws goes into the caller's struct and the log.
func reporting(
  _ error: UnsafeMutablePointer<habla_error>?, _ body: () throws -> habla_status
) -> habla_status {
  do {
    return try body()
  } catch let thrown {
    let failure = HablaError.from(thrown)
    if failure.kind != .cancelled { report(failure, to: error) }
    return failure.status
  }
}

/// Puts an error into the caller's struct and the log.
func report(_ thrown: HablaError, to error: UnsafeMutablePointer<habla_error>?) {
  Log.write(HABLA_LOG_ERROR, thrown.description)
  habla_error.update(error) {
    $0.status = thrown.status
    copy(thrown.message, into: &$0.message)
    copy(thrown.hint, into: &$0.hint)
  }
}

/// Implements the function of habla.h.
@c @implementation
public func habla_version() -> UnsafePointer<CChar>? { versionString.pointer }

private let versionString = CString(HABLA_VERSION_STRING)

/// Implements the function of habla.h.
@c @implementation
public func habla_version_number() -> Int32 {
  HABLA_VERSION_MAJOR * 10000 + HABLA_VERSION_MINOR * 100 + HABLA_VERSION_PATCH
}

/// Implements the function of habla.h.
@c @implementation
public func habla_status_name(_ status: habla_status) -> UnsafePointer<CChar>? {
  switch status {
  case HABLA_OK: literal("HABLA_OK")
  case HABLA_CHUNK: literal("HABLA_CHUNK")
  case HABLA_END: literal("HABLA_END")
  case HABLA_CANCELLED: literal("HABLA_CANCELLED")
  case HABLA_NEED_TEXT: literal("HABLA_NEED_TEXT")
  case HABLA_ERROR_IO: literal("HABLA_ERROR_IO")
  case HABLA_ERROR_FORMAT: literal("HABLA_ERROR_FORMAT")
  case HABLA_ERROR_UNSUPPORTED: literal("HABLA_ERROR_UNSUPPORTED")
  case HABLA_ERROR_LANGUAGE: literal("HABLA_ERROR_LANGUAGE")
  case HABLA_ERROR_TEXT: literal("HABLA_ERROR_TEXT")
  case HABLA_ERROR_MEMORY: literal("HABLA_ERROR_MEMORY")
  case HABLA_ERROR_ARGUMENT: literal("HABLA_ERROR_ARGUMENT")
  case HABLA_ERROR_INTERNAL: literal("HABLA_ERROR_INTERNAL")
  default: literal("HABLA_UNKNOWN")
  }
}

/// Implements the function of habla.h.
@c @implementation
public func habla_error_init(
  _ error: UnsafeMutablePointer<habla_error>?, _ struct_size: Int
) -> habla_status {
  habla_error.initialize(error, size: struct_size)
}

/// Implements the function of habla.h.
@c @implementation
public func habla_voice_options_init(
  _ options: UnsafeMutablePointer<habla_voice_options>?, _ struct_size: Int
) -> habla_status {
  habla_voice_options.initialize(options, size: struct_size)
}

/// Implements the function of habla.h.
@c @implementation
public func habla_session_options_init(
  _ options: UnsafeMutablePointer<habla_session_options>?, _ struct_size: Int
) -> habla_status {
  habla_session_options.initialize(options, size: struct_size)
}

/// Implements the function of habla.h.
@c @implementation
public func habla_options_init(
  _ options: UnsafeMutablePointer<habla_options>?, _ struct_size: Int
) -> habla_status {
  habla_options.initialize(options, size: struct_size)
}

/// Implements the function of habla.h.
@c @implementation
public func habla_options_init_preset(
  _ options: UnsafeMutablePointer<habla_options>?, _ struct_size: Int, _ preset: Int32
) -> habla_status {
  switch preset {
  case HABLA_PRESET_DEFAULT: habla_options.initialize(options, size: struct_size)
  case HABLA_PRESET_ASSISTANT:
    habla_options.initialize(options, size: struct_size, to: habla_options(.assistant))
  default: HABLA_ERROR_UNSUPPORTED
  }
}
