"""What holds whatever dies when: real processes, really killed."""
