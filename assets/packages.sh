# SPDX-License-Identifier: MIT
# For scripts to source: need_packages FILE... installs the packages listed in the files that are
# missing, as root or by sudo; otherwise it prints the line to run and returns 1.

need_packages() {
    if ! command -v dpkg-query >/dev/null 2>&1; then
        echo "This is not Debian: install what stands in $*, by the names your system has for it." >&2
        return 0
    fi
    missing=
    for package in $(sed 's/#.*//' "$@"); do
        case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
        *' installed') ;;
        *) missing="$missing $package" ;;
        esac
    done
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -eq 0 ]; then
        as_root=
    elif command -v sudo >/dev/null 2>&1 && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
        as_root=sudo
    else
        echo "Packages are missing. Run this, then start again:" >&2
        echo "    sudo apt-get update && sudo apt-get install -y --no-install-recommends$missing" >&2
        return 1
    fi
    echo "Installing:$missing" >&2
    # shellcheck disable=SC2086 # names are words
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2 &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
            $missing >&2
}
