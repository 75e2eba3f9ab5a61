#!/bin/bash
# Runs a program so that Ctrl+C reaches it and nothing else, and gives its exit status.
# make dies of an interrupt of its own and would report a clean stop as an error; with job control the
# program gets the terminal, and make only sees it end. Without a terminal there is nothing to hand over.
if [ -t 0 ] && [ -t 1 ]; then
  set -m
  "$@"
else
  exec "$@"
fi
