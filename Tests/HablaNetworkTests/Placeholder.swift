import HablaNetwork
import Testing
