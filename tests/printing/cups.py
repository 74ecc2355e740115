"""A CUPS of its own for a test: a real daemon on a socket of its own, with one PDF queue."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

MODEL = "lsb/usr/cups-pdf/CUPS-PDF_opt.ppd"
PACKAGES = "cups cups-bsd cups-client cups-filters printer-driver-cups-pdf"
FILES = """ServerRoot {0}
ServerBin {0}/bin
DataDir /usr/share/cups
RequestRoot {0}/spool
TempDir {0}/spool
CacheDir {0}/cache
StateDir {0}/run
AccessLog {0}/access.log
ErrorLog {0}/error.log
PageLog {0}/page.log
SystemGroup root
"""
DAEMON = """Listen {0}/socket
Browsing Off
WebInterface No
DefaultAuthType None
<Location />
Order allow,deny
Allow all
</Location>
<Policy default>
<Limit All>
Order allow,deny
Allow all
</Limit>
</Policy>
"""

TRAYS = """*PPD-Adobe: "4.3"
*FormatVersion: "4.3"
*FileVersion: "1.0"
*LanguageVersion: English
*LanguageEncoding: ISOLatin1
*PCFileName: "TRAYS.PPD"
*Product: "(Trays)"
*Manufacturer: "Synthetic"
*ModelName: "Trays"
*ShortNickName: "Trays"
*NickName: "Trays"
*PSVersion: "(3010) 0"
*LanguageLevel: "3"
*ColorDevice: False
*DefaultColorSpace: Gray
*FileSystem: False
*OpenUI *PageSize/Page Size: PickOne
*DefaultPageSize: A4
*PageSize A4/A4: ""
*CloseUI: *PageSize
*OpenUI *PageRegion/Page Region: PickOne
*DefaultPageRegion: A4
*PageRegion A4/A4: ""
*CloseUI: *PageRegion
*DefaultImageableArea: A4
*ImageableArea A4/A4: "0 0 595 842"
*DefaultPaperDimension: A4
*PaperDimension A4/A4: "595 842"
*OpenUI *InputSlot/Tray: PickOne
*DefaultInputSlot: Upper
*InputSlot Upper/Upper: ""
*InputSlot Lower/Lower: ""
*CloseUI: *InputSlot
"""

HUNGRY = """#!/bin/sh
# A printer that runs out of paper or goes away while a file of that name lies in its folder.
[ $# -eq 0 ] && {{ echo 'direct hungry "Synthetic" "Hungry"'; exit 0; }}
while [ -e {0}/away ]; do echo "STATE: +connecting-to-device" >&2; sleep 0.1; done
echo "STATE: -connecting-to-device" >&2
while [ -e {0}/empty ]; do echo "STATE: +media-empty-error" >&2; sleep 0.1; done
echo "STATE: -media-empty-error" >&2
cat "${{6:--}}" > "{0}/sheets/$1"
"""


def unavailable() -> str:
    """Why no CUPS can be started here, or an empty string."""
    if os.geteuid() != 0:
        return "cupsd and its PDF backend can only be started by root"
    absent = [
        name for name in ("cupsd", "lpadmin", "lp", "lpstat") if not shutil.which(name, path="/usr/sbin:/usr/bin")
    ]
    if not Path("/usr/lib/cups/backend/cups-pdf").exists():
        absent.append("cups-pdf")
    return f"{', '.join(absent)} missing: apt-get install -y --no-install-recommends {PACKAGES}" if absent else ""


@pytest.fixture(scope="module")
def server():
    """A CUPS of its own, on a socket of its own, with one PDF queue."""
    reason = unavailable()
    if reason and os.environ.get("CI") == "true":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    root = Path(tempfile.mkdtemp(prefix="cups-", dir="/tmp"))  # a socket's path must be short
    for folder in ("spool", "cache", "run"):
        (root / folder).mkdir()
    _backends(root)
    (root / "files.conf").write_text(FILES.format(root))
    (root / "cupsd.conf").write_text(DAEMON.format(root))
    command = ["/usr/sbin/cupsd", "-f", "-c", str(root / "cupsd.conf"), "-s", str(root / "files.conf")]
    daemon = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until((root / "socket").exists, "cupsd does not listen")
        environment = {**os.environ, "CUPS_SERVER": str(root / "socket"), "LC_ALL": "C"}
        for arguments in (["-p", "PDF", "-v", "cups-pdf:/", "-m", MODEL, "-E"], ["-d", "PDF"]):
            subprocess.run(
                ["/usr/sbin/lpadmin", *arguments], env=environment, check=True, capture_output=True, timeout=60
            )
        tray = root / "trays.ppd"
        tray.write_text(TRAYS)
        held = ["-p", "Trays", "-v", "file:/dev/null", "-P", str(tray)]  # takes jobs, and keeps them: not enabled
        subprocess.run(["/usr/sbin/lpadmin", *held], env=environment, check=True, capture_output=True, timeout=60)
        subprocess.run(["/usr/sbin/cupsaccept", "Trays"], env=environment, check=True, capture_output=True, timeout=60)
        for arguments in (
            ["-p", "Hungry", "-v", "hungry:/", "-P", str(_passed_on(root)), "-E"],
            ["-p", "Hungry", "-o", "printer-error-policy=retry-current-job"],
        ):
            subprocess.run(
                ["/usr/sbin/lpadmin", *arguments], env=environment, check=True, capture_output=True, timeout=60
            )
        yield str(root / "socket")
    finally:
        daemon.terminate()
        daemon.wait(timeout=20)
        shutil.rmtree(root, ignore_errors=True)


def _backends(root):
    """The system's filters and backends, and one more: a printer whose paper is ours to take away."""
    (root / "bin" / "backend").mkdir(parents=True)
    (root / "sheets").mkdir()
    for part in Path("/usr/lib/cups").iterdir():
        if part.name != "backend":
            (root / "bin" / part.name).symlink_to(part)
    (root / "bin" / "backend" / "cups-pdf").symlink_to("/usr/lib/cups/backend/cups-pdf")
    hungry = root / "bin" / "backend" / "hungry"
    hungry.write_text(HUNGRY.format(root))
    hungry.chmod(0o700)  # only its owner: run as root, who may look into the test's folder


def _passed_on(root):
    """A driver that changes nothing."""
    ppd = root / "hungry.ppd"
    ppd.write_text(TRAYS + '*cupsFilter: "application/pdf 0 -"\n')
    return ppd


def run(server, *command):
    """An administrator's command at the test's CUPS."""
    environment = {**os.environ, "CUPS_SERVER": server, "LC_ALL": "C"}
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=60)


def until(condition, complaint, seconds=40.0):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(complaint)
        time.sleep(0.05)
