"""Throwaway servers: each starts on a free port and leaves nothing behind."""
