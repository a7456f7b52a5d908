// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CHabla
import Habla

/// Samples that are copied and written at a time.
private let blockLength = 1 << 16

/// Most samples that a WAV file of the smallest sample size can hold.
private let mostSamples = Int(UInt32.max / 2)

/// Implements the function of habla.h.
@c @implementation
public func habla_wav_write(
  _ path: UnsafePointer<CChar>?, _ samples: UnsafePointer<Float>?, _ sample_count: Int,
  _ sample_rate: Int32, _ format: Int32, _ error: UnsafeMutablePointer<habla_error>?
) -> habla_status {
  reporting(error) {
    let path = try CallerString.required(path, "path")
    if samples == nil && sample_count != 0 { throw HablaError(.argument, "samples is NULL") }
    if sample_count < 0 || sample_count > mostSamples {
      throw HablaError(.unsupported, "more than 4 GiB do not fit into a WAV file")
    }
    if !(1...768_000).contains(sample_rate) {
      throw HablaError(.argument, "sample_rate is \(sample_rate), expected 1...768000")
    }
    let writer = try WAVWriter(
      path: path, sampleRate: Int(sample_rate), format: try wavFormat(format))
    defer { writer.abandon() }
    let all = UnsafeBufferPointer(start: samples, count: sample_count)
    var begin = 0
    while begin < all.count {
      let end = min(begin + blockLength, all.count)
      try writer.append(Array(all[begin..<end]))
      begin = end
    }
    try writer.finish()
    return HABLA_OK
  }
}

private func wavFormat(_ format: Int32) throws -> WAVWriter.Format {
  switch format {
  case HABLA_WAV_INT16: return .int16
  case HABLA_WAV_FLOAT32: return .float32
  default: throw HablaError(.argument, "format is \(format), expected 0 (int16) or 1 (float32)")
  }
}

/// Implements the function of habla.h.
@c @implementation
public func habla_pcm16(
  _ samples: UnsafePointer<Float>?, _ sample_count: Int, _ pcm: UnsafeMutablePointer<Int16>?,
  _ clipped: UnsafeMutablePointer<Int>?
) -> habla_status {
  clipped?.pointee = 0
  if sample_count == 0 { return HABLA_OK }
  guard let samples, let pcm, sample_count > 0 else { return HABLA_ERROR_ARGUMENT }
  let count = PCM16.convert(
    UnsafeBufferPointer(start: samples, count: sample_count),
    to: UnsafeMutableBufferPointer(start: pcm, count: sample_count))
  clipped?.pointee = count
  return HABLA_OK
}
