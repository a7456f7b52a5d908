/// An http or https address, checked as far as fetching voices needs.
///
/// Nothing is decoded or changed: libcurl takes the text as it is. Source: RFC 3986, section 3.
struct WebAddress: Equatable, CustomStringConvertible {
  /// The whole address.
  let text: String
  /// "http" or "https".
  let scheme: String
  /// Host name in lowercase, without user and port.
  let host: String

  var description: String { text }

  /// Takes an address; nil when it is not http or https, has no host, or has characters that an
  /// address cannot have.
  init?(_ text: String) {
    // Nothing but printable ASCII, so that no line end gets into a request.
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].hasPrefix("//") else { return nil }
    let scheme = parts[0].lowercased()
    guard scheme == "http" || scheme == "https" else { return nil }
    let authority = parts[1].dropFirst(2).prefix { !"/?#".contains($0) }
    // Names and passwords have no place in these addresses, and make hosts look like others.
    guard !authority.contains(where: { "@\\".contains($0) }) else { return nil }
    let host = authority.hasPrefix("[") ? authority : authority.prefix { $0 != ":" }
    guard !host.isEmpty else { return nil }
    (self.text, self.scheme, self.host) = (text, scheme, host.lowercased())
  }

  /// Whether what is sent can only be read by this machine or the host.
  var isPrivate: Bool { scheme == "https" || ["localhost", "127.0.0.1"].contains(host) }
}
