"""Throwaway servers for the tests: each starts on a free port and leaves nothing behind."""
