import ArgumentParser
import Habla

/// `habla convert`: any voice to Habla's own file.
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Convert a voice to Habla's own single-file form.")

  @Argument(help: "The voice: a file or folder of any known family.")
  var input: String

  @Argument(help: "The file to write: NAME.habla.safetensors.")
  var output: String

  @Option(help: "How weights are stored: fp32, fp16 or int8.")
  var dtype: WeightStorage = .float32

  func run() throws {
    try reportingErrors {
      let voice = try Voice(path: input)
      try voice.write(to: output, storage: dtype)
    }
  }
}

extension WeightStorage: ExpressibleByArgument {}
