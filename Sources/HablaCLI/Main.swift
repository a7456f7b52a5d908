import ArgumentParser
import Habla

@main struct Main: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "habla")
}
