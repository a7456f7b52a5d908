import ArgumentParser
import Habla
import HablaVoices

/// `habla voices`: published voices, fetched only when asked for.
struct Voices: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List and fetch published voices. Nothing is ever fetched without this command.",
    subcommands: [VoicesList.self, VoicesGet.self])
}

/// Where voices are fetched from.
struct HostOptions: ParsableArguments {
  @Option(help: "The host that publishes the voices.")
  var host = VoiceRepository.defaultHost

  func repository() throws -> VoiceRepository { try VoiceRepository(host: host) }
}

/// `habla voices list`.
struct VoicesList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show the voices that can be fetched.")

  @Option(help: "Only voices of one source: piper, melotts or mms. MMS has over a thousand.")
  var source: VoiceSource?

  @Option(help: "Only voices whose language begins with this code, such as es.")
  var language: String?

  @OptionGroup var host: HostOptions

  func run() throws {
    try reportingVoiceErrors {
      let repository = try host.repository()
      for source in source.map({ [$0] }) ?? [.piper, .melotts] {
        for voice in try repository.voices(source)
        where voice.language.lowercased().hasPrefix((language ?? "").lowercased()) {
          var line = voice.identifier + "  " + voice.language
          if voice.speakers > 1 { line += "  \(voice.speakers) speakers" }
          if voice.size > 0 { line += "  \(max(1, voice.size / 1_000_000)) MB" }
          print(line)
        }
      }
    }
  }
}

/// `habla voices get`.
struct VoicesGet: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Fetch a voice and print the path to give to --voice.",
    discussion: """
      An interrupted transfer goes on where it stopped. Sizes and checksums are verified.
      Voices have licences of their own: read the model card that comes with them.
      """)

  @Argument(help: "A voice as the list names it: piper:NAME, melotts:LANGUAGE or mms:LANGUAGE.")
  var voice: String

  @Option(help: "The folder to keep voices in; by default one in the user's cache.")
  var into: String?

  @OptionGroup var host: HostOptions

  func run() throws {
    try reportingVoiceErrors {
      let repository = try host.repository()
      let progress = TransferProgress()
      let download = VoiceDownload(
        repository, into: into ?? VoiceDownload.defaultFolder(), progress: progress.show)
      print(try download.fetch(repository.voice(voice)))
    }
  }
}

extension VoiceSource: ExpressibleByArgument {}

/// One line on standard error per file and tenth of it.
private final class TransferProgress {
  private var shown = ""

  func show(file: String, done: Int, total: Int?) {
    guard let total, total > 0 else { return }
    let line = "\(file): \(done * 10 / total * 10) % of \(total) bytes"
    if line != shown { printError(line) }
    shown = line
  }
}

private func reportingVoiceErrors(_ body: () throws -> Void) throws {
  try reportingErrors {
    do { try body() } catch let error as VoiceError {
      throw HablaError(.io, error.message, hint: error.hint)
    }
  }
}
