/// From the tensor names of Hugging Face's `VitsModel` to the canonical ones.
enum HFVITSNames {
  /// The canonical name of a tensor, or nil when inference does not need it.
  static func canonical(_ name: String) -> String? {
    var parts = name.split(separator: ".").map(String.init)
    // The parametrisation's spelling of a weight norm pair.
    if parts.suffix(3).dropLast() == ["parametrizations", "weight"] {
      let leaf = parts.last == "original0" ? "weight_g" : "weight_v"
      parts = parts.dropLast(3) + [leaf]
    }
    guard let top = parts.first, parts.count > 1 else { return nil }
    let rest = Array(parts.dropFirst())
    let mapped: [String]? =
      switch top {
      case "text_encoder": textEncoder(rest)
      case "duration_predictor": durationPredictor(rest)
      case "flow": flow(rest)
      case "decoder": ["dec"] + rest.map { $0 == "upsampler" ? "ups" : $0 }
      case "embed_speaker": ["emb_g"] + rest
      default: nil
      }
    guard var mapped else { return nil }
    // Norms call their factors weight and bias.
    if mapped.count > 2, mapped.suffix(3).dropLast().contains(where: { $0.contains("norm") }),
      let leaf = mapped.popLast()
    {
      mapped.append(leaf == "weight" ? "gamma" : leaf == "bias" ? "beta" : leaf)
    }
    return mapped.joined(separator: ".")
  }

  private static func textEncoder(_ parts: [String]) -> [String]? {
    switch parts[0] {
    case "embed_tokens": return ["enc_p", "emb"] + parts.dropFirst()
    case "project": return ["enc_p", "proj"] + parts.dropFirst()
    case "encoder": break
    default: return nil
    }
    // encoder.layers.N.module.rest
    guard parts.count > 4, parts[1] == "layers", let module = layerModules[parts[3]] else {
      return nil
    }
    var rest = Array(parts.dropFirst(4))
    if let projection = projections[rest[0]] { rest[0] = projection }
    return ["enc_p", "encoder", module, parts[2]] + rest
  }

  private static let layerModules = [
    "attention": "attn_layers", "layer_norm": "norm_layers_1", "feed_forward": "ffn_layers",
    "final_layer_norm": "norm_layers_2",
  ]

  private static let projections = [
    "q_proj": "conv_q", "k_proj": "conv_k", "v_proj": "conv_v", "out_proj": "conv_o",
  ]

  /// Flips are not counted there: flow n is n * 2 - 1 here, but the affine one is 0 in both.
  private static func durationPredictor(_ parts: [String]) -> [String]? {
    guard !parts[0].hasPrefix("post_") else { return nil }
    var result = parts.map { durationNames[$0] ?? $0 }
    if parts[0] == "flows", parts.count > 1 {
      guard let index = Int(parts[1]), index >= 0, index < 1 << 16 else { return nil }
      result[1] = "\(index == 0 ? 0 : 2 * index - 1)"
    }
    return ["dp"] + result
  }

  private static let durationNames = [
    "conv_pre": "pre", "conv_proj": "proj", "conv_dds": "convs", "convs_dilated": "convs_sep",
    "convs_pointwise": "convs_1x1", "translate": "m", "log_scale": "logs",
  ]

  /// flow.flows.n becomes flow.flows.2n: odd places are channel flips.
  private static func flow(_ parts: [String]) -> [String]? {
    guard parts.count > 2, parts[0] == "flows", let index = Int(parts[1]), index >= 0,
      index < 1 << 16
    else { return nil }
    return ["flow", "flows", "\(2 * index)"] + parts.dropFirst(2).map { flowNames[$0] ?? $0 }
  }

  private static let flowNames = ["conv_pre": "pre", "conv_post": "post", "wavenet": "enc"]
}
