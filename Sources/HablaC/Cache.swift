// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CHabla
import Habla

/// Implements the function of habla.h.
@c @implementation
public func habla_cache_info_init(
  _ info: UnsafeMutablePointer<habla_cache_info>?, _ struct_size: Int
) -> habla_status {
  habla_cache_info.initialize(info, size: struct_size)
}

/// Implements the function of habla.h.
@c @implementation
public func habla_voice_cache_set(
  _ voice: OpaquePointer?, _ byte_limit: Int64, _ character_limit: Int64
) -> habla_status {
  guard let cache = Handles.voices.object(voice)?.voice.cache, byte_limit >= 0,
    character_limit >= 0
  else { return HABLA_ERROR_ARGUMENT }
  cache.limits = SpeechCache.Limits(
    bytes: Int(clamping: byte_limit), characters: Int(clamping: character_limit))
  return HABLA_OK
}

/// Implements the function of habla.h.
@c @implementation
public func habla_voice_cache_read(
  _ voice: OpaquePointer?, _ info: UnsafeMutablePointer<habla_cache_info>?
) -> habla_status {
  guard let voice = Handles.voices.object(voice)?.voice, let info,
    (try? habla_cache_info.read(UnsafePointer(info))) != nil
  else { return HABLA_ERROR_ARGUMENT }
  let (limits, statistics) = (voice.cache.limits, voice.cache.statistics)
  let packs = voice.packStatistics
  habla_cache_info.update(info) {
    $0.byte_limit = Int64(limits.bytes)
    $0.character_limit = Int64(limits.characters)
    $0.bytes = Int64(statistics.bytes)
    $0.entries = Int64(statistics.entries)
    $0.hits = Int64(statistics.hits)
    $0.misses = Int64(statistics.misses)
    $0.evictions = Int64(statistics.evictions)
    $0.packs = Int32(clamping: packs.packs)
    $0.pack_phrases = Int64(packs.phrases)
    $0.pack_hits = Int64(packs.hits)
    $0.pack_damaged = Int64(packs.damaged)
  }
  return HABLA_OK
}

/// Implements the function of habla.h.
@c @implementation
public func habla_voice_cache_clear(_ voice: OpaquePointer?) -> habla_status {
  guard let cache = Handles.voices.object(voice)?.voice.cache else { return HABLA_ERROR_ARGUMENT }
  cache.clear()
  return HABLA_OK
}

/// Implements the function of habla.h.
@c @implementation
public func habla_voice_add_pack(
  _ voice: OpaquePointer?, _ path: UnsafePointer<CChar>?,
  _ error: UnsafeMutablePointer<habla_error>?
) -> habla_status {
  reporting(error) {
    let path = try CallerString.required(path, "path")
    try Handles.voice(voice).addPack(path: path)
    Log.write(HABLA_LOG_INFO, "added the pack \(path)")
    return HABLA_OK
  }
}
