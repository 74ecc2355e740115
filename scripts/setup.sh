# What ./run and ./test share: find Python, system libraries and the environment in .venv, and say what is installed.
# Sourced, never run; needs bash only. The caller has changed into the repository.

python='' python_packages=''

say() { printf '» %s\n' "$*"; }
fail() { printf '✗ %s\n' "$*" >&2; exit 1; }

# One line per thing we need from the system: probe, then the Debian package that brings it.
# lib:NAME is a shared library, cmd:NAME a program, file:PATH a file.
window_needs='
lib:libGL.so.1            libgl1
lib:libEGL.so.1           libegl1
lib:libxkbcommon.so.0     libxkbcommon0
lib:libglib-2.0.so.0      libglib2.0-0
lib:libfreetype.so.6      libfreetype6
lib:libfontconfig.so.1    libfontconfig1
lib:libdbus-1.so.3        libdbus-1-3
lib:libxcb-cursor.so.0    libxcb-cursor0
lib:libxcb-icccm.so.4     libxcb-icccm4
lib:libxcb-keysyms.so.1   libxcb-keysyms1
lib:libxcb-shape.so.0     libxcb-shape0
lib:libxcb-xkb.so.1       libxcb-xkb1
lib:libxkbcommon-x11.so.0 libxkbcommon-x11-0
lib:libcups.so.2          libcups2
'
test_needs='
cmd:Xvfb                        xvfb
cmd:xauth                       xauth
cmd:xdotool                     xdotool
cmd:cupsd                       cups
cmd:lpadmin                     cups-client
cmd:lp                          cups-client
cmd:lpr                         cups-bsd
file:/usr/lib/cups/backend/cups-pdf printer-driver-cups-pdf
file:/usr/lib/cups/filter/pdftopdf  cups-filters
cmd:pdftotext                   poppler-utils
cmd:initdb                      postgresql
cmd:setpriv                     util-linux
'

have() {
    case $1 in
        lib:*) grep -qF "${1#lib:} " <<<"$known_libraries" || [ -n "$(find /usr/lib /usr/local/lib -name "${1#lib:}" -print -quit)" ] ;;
        cmd:initdb) ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null ;;  # Debian keeps it out of PATH
        cmd:*) PATH=$PATH:/usr/sbin:/sbin command -v "${1#cmd:}" >/dev/null ;;
        file:*) [ -e "${1#file:}" ] ;;
    esac
}

# The packages of a table (stdin) whose probe finds nothing, each once.
missing_packages() {
    local probe package known_libraries
    known_libraries=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null)
    while read -r probe package; do
        [ -z "$probe" ] || have "$probe" || printf '%s\n' "$package"
    done | sort -u
}

# Install packages, or name the one line that does and stop.
install_packages() {
    [ $# -gt 0 ] || return 0
    local line="apt-get install -y --no-install-recommends $*"
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        say "installing system packages: $*"
        export DEBIAN_FRONTEND=noninteractive
        local log
        log=$(mktemp)
        # shellcheck disable=SC2086  # the line is a list of words
        $line </dev/null >"$log" 2>&1 ||
            { apt-get update </dev/null >>"$log" 2>&1 && $line </dev/null >>"$log" 2>&1; } ||
            { tail -n 20 "$log" >&2; fail "apt-get could not install: $*"; }
        rm -f "$log"
    elif command -v apt-get >/dev/null; then
        fail "missing system packages. Ask an administrator to run this one line, then start again:
    sudo $line"
    else
        fail "missing system libraries, and this system has no apt-get. The Debian names are: $*"
    fi
}

# Sets python to the first Python >= 3.11 that can make an environment, or python_packages to what would bring one. The
# system's own come first: they are built with profile-guided optimization, which one compiled by hand mostly lacks, and
# with it everything takes a fifth less time.
find_python() {
    local candidate
    python_packages='python3 python3-venv'
    for candidate in ${PYTHON:-} /usr/bin/python3.1{1..4} /usr/bin/python3 python3.1{1..4} python3; do
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
        if "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then python=$candidate python_packages=''; return; fi
        python_packages=$("$candidate" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    done
}

# Makes .venv what requirements.lock and pyproject.toml say; does nothing where it already is.
make_environment() {
    local wanted have_stamp=''
    wanted=$(cat requirements.lock pyproject.toml scripts/setup.sh | sha256sum | cut -d' ' -f1)
    wanted="$wanted $(pwd -P)"  # a moved folder has a broken environment
    [ -f .venv/stamp ] && have_stamp=$(cat .venv/stamp)
    if [ "$wanted" = "$have_stamp" ] && .venv/bin/python -c '' 2>/dev/null; then return; fi
    if ! .venv/bin/python -m pip --version >/dev/null 2>&1 || ! head -n1 .venv/bin/pip | grep -qF "$(pwd -P)/"; then
        say "making .venv with $("$python" --version)"
        "$python" -m venv --clear .venv || fail "the environment .venv could not be made"
    fi
    say "installing $(grep -c '^[a-z].*==' requirements.lock) Python packages into .venv (exact versions and hashes of requirements.lock)"
    local pip=(.venv/bin/python -m pip -qq --disable-pip-version-check --no-input install)
    "${pip[@]}" --require-hashes -r requirements.lock || fail "the Python packages could not be installed"
    "${pip[@]}" --no-deps --no-build-isolation --editable . || fail "our own package could not be installed"
    printf '%s\n' "$wanted" >.venv/stamp
}

# Our modules compiled, as an installed program has them: a start need not compile them, also where Python may not keep
# what it compiles (PYTHONDONTWRITEBYTECODE). An edited file is newer than its compiled one and takes effect as ever; a
# file that does not compile is for the checks to tell, a folder that cannot be written only starts more slowly.
compile_ours() { .venv/bin/python -m compileall -qq desktop domain sync resources || :; }

# setup [test]: everything the window needs, and with "test" also what the tests need.
setup() {
    local needs=$window_needs
    [ "${1:-}" != test ] || needs+=$test_needs
    local packages
    find_python
    packages=$(missing_packages <<<"$needs")
    # shellcheck disable=SC2086  # a list of package names
    install_packages $python_packages $packages
    [ -n "$python" ] || find_python
    [ -n "$python" ] || fail "no Python >= 3.11 was found; set PYTHON to one"
    make_environment
    compile_ours
}
