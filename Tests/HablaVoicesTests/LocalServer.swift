import Foundation
import Synchronization

/// A small HTTP server on this machine, with every kind of misbehaviour that a test wants.
final class LocalServer: Sendable {
  struct Request: Sendable {
    let path: String
    /// First byte of a Range field, or nil.
    let rangeStart: Int?
  }

  struct Response: Sendable {
    var status = 200
    var fields: [String: String] = [:]
    var body: [UInt8] = []
    /// Closes the connection after so many bytes of the body.
    var cut: Int?
    /// Leaves out the length.
    var hidesLength = false
  }

  private let descriptor: Int32
  /// Address without a slash at the end.
  let address: String
  private let log = Mutex([Request]())
  private let handler: @Sendable (Request) -> Response

  /// Requests so far.
  var requests: [Request] { log.withLock { $0 } }

  init(_ handler: @escaping @Sendable (Request) -> Response) throws {
    self.handler = handler
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let port = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> UInt16 in
        precondition(bind(descriptor, address, length) == 0 && listen(descriptor, 16) == 0)
        getsockname(descriptor, address, &length)
        return pointer.pointee.sin_port.bigEndian
      }
    }
    self.descriptor = descriptor
    address = "http://127.0.0.1:\(port)"
    // The thread keeps the server for as long as the test process lives.
    Thread.detachNewThread { [self] in
      while true {
        let connection = accept(descriptor, nil, nil)
        if connection < 0 { return }
        serve(connection)
        close(connection)
      }
    }
  }

  /// Serves files by path, with ranges.
  convenience init(files: [String: [UInt8]]) throws {
    try self.init { request in LocalServer.file(files[request.path], request) }
  }

  /// The answer to a request for a file.
  static func file(_ contents: [UInt8]?, _ request: Request) -> Response {
    guard let contents else { return Response(status: 404, body: Array("no".utf8)) }
    guard let start = request.rangeStart else { return Response(body: contents) }
    guard start < contents.count else { return Response(status: 416) }
    return Response(
      status: 206,
      fields: ["Content-Range": "bytes \(start)-\(contents.count - 1)/\(contents.count)"],
      body: Array(contents[start...]))
  }

  private func note(_ request: Request) { log.withLock { $0.append(request) } }

  private func serve(_ connection: Int32) {
    var head: [UInt8] = []
    var byte: UInt8 = 0
    while !head.suffix(4).elementsEqual([13, 10, 13, 10]), read(connection, &byte, 1) == 1 {
      head.append(byte)
    }
    let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
    let words = lines.first?.split(separator: " ") ?? []
    guard words.count > 1 else { return }
    var start: Int?
    for line in lines where line.lowercased().hasPrefix("range: bytes=") {
      start = Int(line.dropFirst("range: bytes=".count).prefix { $0 != "-" })
    }
    let request = Request(path: String(words[1]), rangeStart: start)
    note(request)
    let response = handler(request)
    var text = "HTTP/1.1 \(response.status) X\r\nConnection: close\r\n"
    if !response.hidesLength { text += "Content-Length: \(response.body.count)\r\n" }
    for (name, value) in response.fields { text += "\(name): \(value)\r\n" }
    let bytes = Array((text + "\r\n").utf8) + response.body.prefix(response.cut ?? .max)
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return }
      sent += count
    }
  }
}
