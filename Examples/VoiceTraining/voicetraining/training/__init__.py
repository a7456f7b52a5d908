"""The stages of training, each with a resumable checkpoint of its own in the work folder."""
