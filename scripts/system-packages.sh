#!/bin/sh
# The Debian packages and programs that the tests need: installs what is missing when it may, else says what to install
# and which tests will be skipped. Running Eyrie needs none of them.
set -eu

say() { printf 'system packages: %s\n' "$*" >&2; }

# program or file to look for | packages | what is skipped without it
NEEDS='
ffmpeg|ffmpeg|decoding recordings with a foreign player
chromium|chromium|the benches with a browser, the test that installs the portal
chromium-headless-shell|chromium-headless-shell|nothing where chromium is, but the browser tests take longer
/usr/lib/*/libatomic.so.1|libatomic1|the browser tests (their driver needs it)
/usr/lib/postgresql/*/bin/initdb|postgresql|the database tests on PostgreSQL
redis-server|redis-server|the tests on Redis
/usr/sbin/vsftpd|vsftpd|backups to vsftpd
/usr/sbin/sshd|openssh-server|backups to an SFTP server
/usr/sbin/mosquitto|mosquitto|the MQTT tests
/usr/sbin/slapd|slapd ldap-utils|directories (LDAP)
/usr/lib/*/girepository-1.0/GstRtspServer-1.0.typelib|gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad|cameras of a foreign RTSP server (GStreamer)
'

present() {
    case $1 in
        /*) ls $1 >/dev/null 2>&1 ;;
        *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

missing() { # prints the lines of NEEDS that are not there
    printf '%s' "$NEEDS" | while IFS='|' read -r probe packages skipped; do
        [ -n "$probe" ] || continue
        present "$probe" || printf '%s|%s|%s\n' "$probe" "$packages" "$skipped"
    done
}

gaps=$(missing)
[ -n "$gaps" ] || exit 0
packages=$(printf '%s\n' "$gaps" | cut -d '|' -f 2 | tr '\n' ' ')

if ! command -v apt-get >/dev/null; then
    root=none
elif [ "$(id -u)" = 0 ]; then
    root=""
elif sudo -n true 2>/dev/null; then
    root="sudo -n"
else
    root=none
fi

if [ "$root" != none ]; then
    say "installing $packages"
    if $root apt-get update -qq >&2; then
        for package in $packages; do # one by one: what cannot be had must not cost the others
            DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends "$package" >/dev/null || say "cannot install $package"
        done
    fi
fi

gaps=$(missing)
[ -n "$gaps" ] || exit 0
say "================================================================================"
say "MISSING, so these tests will be SKIPPED:"
printf '%s\n' "$gaps" | while IFS='|' read -r _ packages skipped; do
    say "  $skipped: sudo apt-get install $packages"
done
say "================================================================================"
