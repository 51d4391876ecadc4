"""Tests of reading claims out of files."""
