"""The running call: pictures, people, words, and what the line costs."""
