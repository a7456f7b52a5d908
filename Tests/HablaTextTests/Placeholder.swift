import HablaText
import Testing
