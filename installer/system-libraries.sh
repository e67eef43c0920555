#!/usr/bin/env bash
# System libraries of Debian and Ubuntu: Qt's xcb plugin, a virtual display, a private PulseAudio, voices for the demo, a screen reader's bus and a browser for the tests.
# Installed when root, otherwise the exact line to type is printed.
set -euo pipefail

packages=(
  python3-venv xvfb xdotool x11-utils imagemagick pulseaudio pulseaudio-utils espeak-ng gcc
  at-spi2-core gir1.2-atspi-2.0 python3-gi dbus
  libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0
  libxcb-xinerama0 libxcb-xkb1 libxkbcommon-x11-0 libegl1 libgl1 libdbus-1-3 libfontconfig1
)
grep -qs '^ID=debian' /etc/os-release && packages+=(chromium) # Ubuntu has it as a snap only: those tests are skipped there, and say so

command -v dpkg-query >/dev/null || exit 0
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -eq 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
else
  echo "Consilium needs system libraries. Type this line, then start again:" >&2
  echo "  sudo apt-get install -y ${missing[*]}" >&2
  exit 1
fi
