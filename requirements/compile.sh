#!/usr/bin/env bash
# Pins every dependency with hashes. The files name packages only, never where they came from.
set -euo pipefail
cd "$(dirname "$0")/.."
pin() {
  local out=$1
  shift
  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --custom-compile-command "make requirements" "$@" -o "requirements/$out.txt"
}
pin dev pyproject.toml --extra desktop --extra gateway --extra relay --extra dev
pin desktop pyproject.toml --extra desktop
pin gateway pyproject.toml --extra gateway
pin relay pyproject.toml --extra relay
echo "uv>=0.13" > requirements/tools.in
pin tools requirements/tools.in
