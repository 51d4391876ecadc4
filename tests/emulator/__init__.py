"""Loopback emulators of ChEMBL, PubChem and ClinicalTrials.gov: real sockets, real shapes, faults on demand."""

from tests.emulator.server import Emulator
from tests.emulator.world import World, compound, lookup, molecule, study

__all__ = ["Emulator", "World", "compound", "lookup", "molecule", "study"]
