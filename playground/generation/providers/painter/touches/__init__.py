"""What each style does to pixels, one function per style."""
