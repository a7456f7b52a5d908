import Foundation
import Synchronization

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// One HTTP request whose body is handed over piece by piece.
///
/// Redirects are followed a few times, and only to encrypted addresses; a plain one is accepted for
/// the host it was given for. `run` waits; use from one thread.
final class HTTPTransfer: NSObject, URLSessionDataDelegate {
  /// What the answer's head says.
  struct Head: Sendable {
    let status: Int
    /// Field names in lowercase.
    let fields: [String: String]
  }

  static let maximumRedirects = 5
  /// Seconds without a byte after which the server counts as gone.
  static let idleLimit = 30.0

  private struct State {
    var failure: (any Error)?
    var redirects = 0
    var head: Head?
  }

  private let url: URL
  private let fields: [String: String]
  private let onHead: @Sendable (Head) throws -> Void
  private let onData: @Sendable (Data) throws -> Void
  private let state = Mutex(State())
  private let done = DispatchSemaphore(value: 0)

  /// Prepares a request.
  ///
  /// - Parameters:
  ///   - url: https, or http.
  ///   - fields: Header fields.
  ///   - onHead: Called once, before any data.
  ///   - onData: Called with each piece of the body.
  init(
    _ url: URL, fields: [String: String] = [:], onHead: @escaping @Sendable (Head) throws -> Void,
    onData: @escaping @Sendable (Data) throws -> Void
  ) {
    (self.url, self.fields, self.onHead, self.onData) = (url, fields, onHead, onData)
  }

  /// Waits for the whole answer.
  ///
  /// - Throws: What the callbacks throw, or `VoiceError` for what the network does.
  func run() throws -> Head {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = Self.idleLimit
    let queue = OperationQueue()
    queue.maxConcurrentOperationCount = 1
    let session = URLSession(configuration: configuration, delegate: self, delegateQueue: queue)
    var request = URLRequest(url: url)
    for (name, value) in fields { request.setValue(value, forHTTPHeaderField: name) }
    // Sizes and checksums are those of the plain bytes.
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    session.dataTask(with: request).resume()
    done.wait()
    session.finishTasksAndInvalidate()
    let (failure, head) = state.withLock { ($0.failure, $0.head) }
    if let failure { throw failure }
    guard let head else { throw VoiceError("\(url.absoluteString): no answer") }
    return head
  }

  private func fail(_ error: any Error) { state.withLock { $0.failure = $0.failure ?? error } }

  // MARK: delegate

  func urlSession(
    _ session: URLSession, task: URLSessionTask,
    willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
    completionHandler: @escaping @Sendable (URLRequest?) -> Void
  ) {
    let count = state.withLock {
      $0.redirects += 1
      return $0.redirects
    }
    guard count <= Self.maximumRedirects else {
      fail(VoiceError("\(url.absoluteString): more than \(Self.maximumRedirects) redirects"))
      completionHandler(nil)
      return task.cancel()
    }
    let isSame = request.url?.scheme == url.scheme && request.url?.host == url.host
    guard request.url?.scheme == "https" || isSame else {
      fail(
        VoiceError(
          "\(url.absoluteString): redirected to '\(request.url?.absoluteString ?? "")', "
            + "which is not encrypted"))
      completionHandler(nil)
      return task.cancel()
    }
    var next = request
    for (name, value) in fields { next.setValue(value, forHTTPHeaderField: name) }
    completionHandler(next)
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
  ) {
    guard let response = response as? HTTPURLResponse else {
      fail(VoiceError("\(url.absoluteString): not an HTTP answer"))
      return completionHandler(.cancel)
    }
    var fields: [String: String] = [:]
    for (name, value) in response.allHeaderFields {
      fields["\(name)".lowercased()] = "\(value)"
    }
    let head = Head(status: response.statusCode, fields: fields)
    state.withLock { $0.head = head }
    do {
      try onHead(head)
      completionHandler(.allow)
    } catch {
      fail(error)
      completionHandler(.cancel)
    }
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    guard state.withLock({ $0.failure == nil }) else { return }
    do { try onData(data) } catch {
      fail(error)
      dataTask.cancel()
    }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
  ) {
    if let error {
      fail(VoiceError("\(url.absoluteString): \(error.localizedDescription)"))
    }
    done.signal()
  }
}
