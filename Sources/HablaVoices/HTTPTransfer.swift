import CCurl

/// One HTTP request whose body is handed over piece by piece.
///
/// Redirects are followed a few times, and only to encrypted addresses; a plain one is accepted for
/// the host it was given for. `run` waits. Source: libcurl. Threads: use from one.
struct HTTPTransfer {
  /// What the answer's head says.
  struct Head {
    let status: Int
    /// Field names in lowercase.
    let fields: [String: String]
  }

  static let maximumRedirects = 5
  /// Seconds without a byte after which the server counts as gone.
  static let idleLimit = 30

  private let address: WebAddress
  private let fields: [String: String]
  private let onHead: (Head) throws -> Void
  private let onData: (UnsafeRawBufferPointer) throws -> Void

  /// Prepares a request.
  ///
  /// - Parameters:
  ///   - address: https, or http.
  ///   - fields: Header fields.
  ///   - onHead: Called once, before any data.
  ///   - onData: Called with each piece of the body; the bytes are there for the call only.
  init(
    _ address: WebAddress, fields: [String: String] = [:], onHead: @escaping (Head) throws -> Void,
    onData: @escaping (UnsafeRawBufferPointer) throws -> Void
  ) {
    (self.address, self.fields, self.onHead, self.onData) = (address, fields, onHead, onData)
  }

  /// Waits for the whole answer.
  ///
  /// - Throws: What the callbacks throw, or `VoiceError` for what the network does.
  func run() throws {
    var next = address
    for _ in 0...Self.maximumRedirects {
      guard let target = try request(next) else { return }
      let redirected = WebAddress(target)
      let isSame = redirected?.scheme == address.scheme && redirected?.host == address.host
      guard let redirected, redirected.scheme == "https" || isSame else {
        throw VoiceError("\(address): redirected to '\(target)', which is not encrypted")
      }
      next = redirected
    }
    throw VoiceError("\(address): more than \(Self.maximumRedirects) redirects")
  }

  /// Makes one request; gives the address of a redirect.
  private func request(_ address: WebAddress) throws -> String? {
    let exchange = Exchange(onHead: onHead, onData: onData)
    // Sizes and checksums are those of the plain bytes.
    let lines = fields.map { "\($0.key): \($0.value)" } + ["Accept-Encoding: identity"]
    var answer = habla_curl_answer()
    let code = withExtendedLifetime(exchange) {
      address.text.withCString { url in
        withCStrings(lines) { headers in
          var request = habla_curl_request(
            url: url, headers: headers.baseAddress, header_count: headers.count,
            idle_seconds: Self.idleLimit,
            on_header: { context, bytes, count in
              Exchange.of(context).header(UnsafeRawBufferPointer(start: bytes, count: count))
            },
            on_body: { context, bytes, count in
              Exchange.of(context).body(UnsafeRawBufferPointer(start: bytes, count: count))
            },
            context: Unmanaged.passUnretained(exchange).toOpaque())
          return habla_curl_perform(&request, &answer)
        }
      }
    }
    if let failure = exchange.failure { throw failure }
    guard code == 0 else {
      throw VoiceError("\(self.address): \(text(&answer.message))")
    }
    let target = text(&answer.redirect)
    if !target.isEmpty { return target }
    // An answer without a body has a head all the same.
    exchange.announce()
    if let failure = exchange.failure { throw failure }
    return nil
  }

  /// The text of a C array of characters that ends with NUL.
  private func text<T>(_ characters: inout T) -> String {
    withUnsafeBytes(of: &characters) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}

/// What libcurl's callbacks collect; errors of the callbacks behind them end the transfer.
private final class Exchange {
  private let onHead: (HTTPTransfer.Head) throws -> Void
  private let onData: (UnsafeRawBufferPointer) throws -> Void
  private var status = 0
  private var fields: [String: String] = [:]
  private var isAnnounced = false
  private(set) var failure: (any Error)?

  init(
    onHead: @escaping (HTTPTransfer.Head) throws -> Void,
    onData: @escaping (UnsafeRawBufferPointer) throws -> Void
  ) {
    (self.onHead, self.onData) = (onHead, onData)
  }

  static func of(_ context: UnsafeMutableRawPointer?) -> Exchange {
    guard let context else { preconditionFailure("libcurl lost the callback's context") }
    return Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
  }

  /// Takes a line: "HTTP/1.1 200 OK" begins a head, "Name: value" belongs to it.
  func header(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    let line = String(decoding: bytes, as: UTF8.self)
    if line.hasPrefix("HTTP/") {
      status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
      fields = [:]
    } else if let colon = line.firstIndex(of: ":") {
      let value = line[line.index(after: colon)...]
      fields[line[..<colon].lowercased()] = Self.trimmed(value)
    }
    return 0
  }

  func body(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    // What a redirect says to people is of no interest.
    if (300..<400).contains(status) { return 0 }
    announce()
    guard failure == nil else { return 1 }
    do { try onData(bytes) } catch { failure = error }
    return failure == nil ? 0 : 1
  }

  /// Hands over the head, once.
  func announce() {
    if isAnnounced { return }
    isAnnounced = true
    do { try onHead(HTTPTransfer.Head(status: status, fields: fields)) } catch { failure = error }
  }

  private static func trimmed(_ text: Substring) -> String {
    let isSpace: (Character) -> Bool = { $0.isWhitespace }
    let start = text.drop(while: isSpace)
    return String(start.reversed().drop(while: isSpace).reversed())
  }
}

/// Calls `body` with the strings as C strings.
private func withCStrings<R>(
  _ strings: [String], _ body: (UnsafeBufferPointer<UnsafePointer<CChar>?>) -> R
) -> R {
  let bytes = strings.map { Array($0.utf8CString) }
  func collect(_ index: Int, _ pointers: [UnsafePointer<CChar>?]) -> R {
    if index == bytes.count { return pointers.withUnsafeBufferPointer(body) }
    return bytes[index].withUnsafeBufferPointer {
      collect(index + 1, pointers + [$0.baseAddress])
    }
  }
  return collect(0, [])
}
