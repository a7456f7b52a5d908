import HablaKernels
import Testing
