"""The managers' dashboard: the period asked for, its figures in words, and charts drawn as SVG."""
